package polyhttp_test

import (
	"log"
	"net/http"
	"os"

	"polytls"
	"polytls/polyhttp"
)

func ExampleListenAndServe() {
	cert, err := os.ReadFile("server.crt")
	if err != nil {
		log.Fatal(err)
	}
	key, err := os.ReadFile("server.key")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(polyhttp.ListenAndServe(":443", polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{Cert: [][]byte{cert}, Key: []polytls.Key{{PEM: key}}},
	}, http.FileServer(http.Dir("public"))))
}

func ExampleNewTransport() {
	transport, err := polyhttp.NewTransport(polytls.ConnectOptions{})
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{Transport: transport}
	resp, err := client.Get("https://example.org/")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	log.Printf("%s with TLS %x", resp.Proto, resp.TLS.Version)
}
