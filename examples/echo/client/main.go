// Command client sends its standard input to a server and prints what comes back.
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

	// The context bounds dialing and the handshake; the connection outlives it.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CAFile: []string{*ca}}, // in place of Mozilla's roots
		Host:           *host,                                         // the certificate must be for it
		Port:           *port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	log.Printf("%s with %s", s.Protocol(), s.Cipher().Name)
	go func() {
		io.Copy(s, os.Stdin)
		s.CloseWrite() // says that no more comes, and leaves the other direction open
	}()
	if _, err := io.Copy(os.Stdout, s); err != nil {
		log.Fatal(err)
	}
}
