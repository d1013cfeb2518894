// Command server sends back what its clients send.
package main

import (
	"flag"
	"io"
	"log"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	flag.Parse()

	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{*cert}, KeyFile: []string{*key}},
	}, func(s *polytls.Socket) { // on a goroutine of its own, once the handshake is done
		defer s.Close()
		io.Copy(s, s)
	})
	if err != nil {
		log.Fatal(err)
	}
	// Without this, failed handshakes are not reported.
	srv.OnTLSClientError(func(err error, s *polytls.Socket) {
		log.Printf("%s: %v", s.RemoteAddr(), err)
	})
	addr, err := srv.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", addr)
	select {}
}
