package inspect_test

import (
	"log"
	"net/http"

	"polytls"
	"polytls/inspect"
)

// A page of the handshakes of a server, on an address of its own that only this
// machine reaches.
func ExampleHandler() {
	var o polytls.ServerOptions
	o.RecordHandshake = true // with Cert and Key
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) { s.Close() })
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/debug/tls/", http.StripPrefix("/debug/tls", inspect.Handler(srv)))
	go http.ListenAndServe("127.0.0.1:6060", nil)
}
