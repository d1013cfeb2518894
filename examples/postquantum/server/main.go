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

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	flag.Parse()

	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			CertFile: []string{*cert},
			KeyFile:  []string{*key},
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
