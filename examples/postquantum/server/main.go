// Command server has a key exchange and a certificate that a quantum computer cannot
// break: ML-KEM beside X25519, and ML-DSA. Make the certificate with
//
//	polytls cert ca --out pki --algorithm ml-dsa-65
//	polytls cert server --out pki --algorithm ml-dsa-65 --san localhost
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	certFile := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	keyFile := flag.String("key", "pki/server-key.pem", "private key")
	flag.Parse()

	cert, err := os.ReadFile(*certFile)
	if err != nil {
		log.Fatal(err)
	}
	key, err := os.ReadFile(*keyFile)
	if err != nil {
		log.Fatal(err)
	}
	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			// In PEM, since crypto/tls reads no ML-DSA keys.
			Cert: [][]byte{cert},
			Key:  []polytls.Key{{PEM: key}},
			// The groups to agree on. Without this clients of classical groups are
			// served, too.
			ECDHCurve:  "X25519MLKEM768:SecP384r1MLKEM1024",
			MinVersion: polytls.TLS13, // TLS 1.2 has neither
		},
	}, func(s *polytls.Socket) {
		defer s.Close()
		p := s.Parameters()
		fmt.Fprintf(s, "%s and %s\n", p.Group, p.Sigalg)
	})
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
