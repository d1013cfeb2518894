// Command client accepts only servers whose key exchange and certificate a quantum
// computer cannot break, and prints what they say.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"polytls"
)

func main() {
	host := flag.String("host", "localhost", "server")
	port := flag.Int("port", 8000, "its port")
	ca := flag.String("ca", "pki/ca-cert.pem", "certificates to trust")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{
			CAFile:     []string{*ca},
			ECDHCurve:  "X25519MLKEM768:SecP384r1MLKEM1024",
			Sigalgs:    "mldsa44:mldsa65:mldsa87", // no other signature, in certificates either
			MinVersion: polytls.TLS13,
		},
		Host: *host,
		Port: *port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	p := s.Parameters()
	log.Printf("%s and %s", p.Group, p.PeerSigalg)
	if _, err := io.Copy(os.Stdout, s); err != nil {
		log.Fatal(err)
	}
}
