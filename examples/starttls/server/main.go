// Command server begins in plain text, as SMTP does (RFC 3207), and changes to TLS on
// the same connection when its client asks for it.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"time"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:2525", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	flag.Parse()

	// One Server for all connections, so that clients can resume. It has no handler:
	// this program accepts the connections.
	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{*cert}, KeyFile: []string{*key}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute))
			if err := serve(srv, conn); err != nil {
				log.Printf("%s: %v", conn.RemoteAddr(), err)
			}
		}()
	}
}

func serve(srv *polytls.Server, conn net.Conn) error {
	fmt.Fprint(conn, "220 localhost ready\r\n")
	r := bufio.NewReader(conn)
	for {
		command, err := readCommand(r)
		switch {
		case err != nil:
			return err
		case command == "EHLO":
			fmt.Fprint(conn, "250-localhost\r\n250 STARTTLS\r\n")
		case command == "STARTTLS" && r.Buffered() > 0:
			// Text behind the command was not protected, and must not pass for text that
			// was (CVE-2011-0411).
			return fmt.Errorf("%d bytes follow STARTTLS", r.Buffered())
		case command == "STARTTLS":
			fmt.Fprint(conn, "220 go ahead\r\n")
			s, err := srv.Handshake(context.Background(), conn)
			if err != nil {
				return err
			}
			defer s.Close()
			return serveSecure(s)
		case command == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return nil
		default:
			fmt.Fprint(conn, "530 must issue a STARTTLS command first\r\n")
		}
	}
}

// serveSecure begins anew, as the RFC says: nothing from before counts.
func serveSecure(s *polytls.Socket) error {
	r := bufio.NewReader(s)
	for {
		command, err := readCommand(r)
		switch {
		case err == io.EOF: // the client has said that no more comes
			return nil
		case err != nil:
			return err
		case command == "QUIT":
			fmt.Fprint(s, "221 bye\r\n")
			return nil
		}
		fmt.Fprintf(s, "250 %s over %s\r\n", command, s.Protocol())
	}
}

// readCommand reads the first word of a line, which must fit r's buffer.
func readCommand(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	command, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	return strings.ToUpper(command), nil
}
