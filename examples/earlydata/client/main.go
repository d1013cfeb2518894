// Command client sends a request to a server twice. The second time it resumes, and
// the request arrives with the first message of the handshake.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"polytls"
)

func main() {
	host := flag.String("host", "localhost", "server")
	port := flag.Int("port", 8000, "its port")
	ca := flag.String("ca", "pki/ca-cert.pem", "certificates to trust")
	request := flag.String("request", "GET", "request")
	flag.Parse()

	// A session belongs to the context that it was made with.
	secure, err := polytls.NewSecureContext(polytls.ContextOptions{CAFile: []string{*ca}})
	if err != nil {
		log.Fatal(err)
	}
	options := polytls.ConnectOptions{
		SecureContext: secure,
		Host:          *host,
		Port:          *port,
		Sessions:      polytls.NewClientSessions(1),
		EarlyData:     []byte(*request + "\n"),
		// The first time there is no session, and a server may refuse early data at any
		// time: then the same bytes follow the handshake.
		ResendEarlyData: true,
	}
	for range 2 {
		if err := send(options); err != nil {
			log.Fatal(err)
		}
	}
}

func send(options polytls.ConnectOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := polytls.Connect(ctx, options)
	if err != nil {
		return err
	}
	defer s.Close()
	answer, err := bufio.NewReader(s).ReadString('\n')
	if err != nil {
		return err
	}
	fmt.Printf("accepted early %t: %s", s.EarlyDataAccepted(), answer)
	return nil
}
