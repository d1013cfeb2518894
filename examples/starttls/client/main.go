// Command client asks a server of SMTP for TLS (RFC 3207) and prints what it answers
// to NOOP over TLS.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/textproto"
	"time"

	"polytls"
)

func main() {
	connect := flag.String("connect", "localhost:2525", "server")
	ca := flag.String("ca", "pki/ca-cert.pem", "certificates to trust")
	flag.Parse()

	host, _, err := net.SplitHostPort(*connect)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", *connect)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	plain := textproto.NewConn(conn)
	if _, _, err := plain.ReadResponse(220); err != nil {
		log.Fatal(err)
	}
	if err := ask(plain, 250, "EHLO localhost"); err != nil {
		log.Fatal(err)
	}
	// Without TLS there is nothing to say: somebody on the way may have removed the
	// offer.
	if err := ask(plain, 220, "STARTTLS"); err != nil {
		log.Fatal(err)
	}
	s, err := polytls.Client(ctx, conn, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CAFile: []string{*ca}},
		ServerName:     host, // conn does not know it
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	secure := textproto.NewConn(s) // and a new buffer: nothing from before counts
	if err := ask(secure, 250, "NOOP"); err != nil {
		log.Fatal(err)
	}
	if err := ask(secure, 221, "QUIT"); err != nil {
		log.Fatal(err)
	}
}

// ask sends a command, and prints the response if it has the code.
func ask(c *textproto.Conn, code int, command string) error {
	if err := c.PrintfLine("%s", command); err != nil {
		return err
	}
	_, message, err := c.ReadResponse(code)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s\n", command, message)
	return nil
}
