// Command client shows a certificate to a server and prints what the server says.
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
	cert := flag.String("cert", "pki/client-cert.pem", "certificate chain")
	key := flag.String("key", "pki/client-key.pem", "private key")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{
			CAFile:   []string{*ca},
			CertFile: []string{*cert},
			KeyFile:  []string{*key},
		},
		Host: *host,
		Port: *port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	// In TLS 1.3 the client's handshake is done before the server has verified the
	// client: a server that refuses it is noticed here.
	if _, err := io.Copy(os.Stdout, s); err != nil {
		log.Fatal(err)
	}
}
