// Command server greets clients by the name in their certificate.
package main

import (
	"flag"
	"fmt"
	"log"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	ca := flag.String("ca", "pki/ca-cert.pem", "authorities of the clients' certificates")
	flag.Parse()

	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			CertFile: []string{*cert},
			KeyFile:  []string{*key},
			CAFile:   []string{*ca},
		},
		RequestCert: true, // clients without a valid certificate never reach the handler
	}, greet)
	if err != nil {
		log.Fatal(err)
	}
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

func greet(s *polytls.Socket) {
	defer s.Close()
	// The chain is verified. Which clients may do what is up to the program.
	leaf := s.X509Certificates()[0]
	fmt.Fprintf(s, "hello, %s\n", leaf.Subject.CommonName)
}
