package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"polytls"
	"polytls/cmd/polytls/internal/starttls"
)

// TestStartTLS plays each protocol's server up to TLS, and holds the handshake right
// after the last plain byte.
func TestStartTLS(t *testing.T) {
	scripts := map[string]func(*bufio.Reader, io.Writer) error{
		"smtp": lines("220-mail\r\n220 ready", "EHLO localhost", "250-mail\r\n250-SIZE 1000\r\n250 STARTTLS", "STARTTLS", "220 go on"),
		"imap": lines("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready", "a1 STARTTLS", "* CAPABILITY IMAP4rev1\r\na1 OK go on"),
		"pop3": lines("+OK ready", "STLS", "+OK go on"),
		"ftp":  lines("220 ready", "AUTH TLS", "234 go on"),
		"xmpp": func(r *bufio.Reader, w io.Writer) error {
			if _, err := r.ReadString('>'); err != nil { // the declaration
				return err
			}
			if open, err := r.ReadString('>'); err != nil || !strings.Contains(open, "to='localhost'") {
				return fmt.Errorf("stream %q: %v", open, err)
			}
			io.WriteString(w, "<stream:stream version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>")
			if _, err := r.ReadString('>'); err != nil {
				return err
			}
			_, err := io.WriteString(w, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
			return err
		},
		"postgres": func(r *bufio.Reader, w io.Writer) error {
			var request [8]byte
			if _, err := io.ReadFull(r, request[:]); err != nil || binary.BigEndian.Uint64(request[:]) != 8<<32|80877103 {
				return fmt.Errorf("SSLRequest %x: %v", request, err)
			}
			_, err := io.WriteString(w, "S")
			return err
		},
		"mysql": func(_ *bufio.Reader, w io.Writer) error {
			greeting := "\x0a8.0.1\x00\x01\x00\x00\x00saltsalt\x00\x00\x08rest of it"
			fmt.Fprintf(w, "%c\x00\x00\x00%s", len(greeting), greeting)
			const clientSSL = 1 << 11
			var request [36]byte
			if _, err := io.ReadFull(w.(net.Conn), request[:]); err != nil { // the hello follows at once
				return err
			}
			if request[0] != 32 || request[3] != 1 || binary.LittleEndian.Uint32(request[4:])&clientSSL == 0 {
				return fmt.Errorf("SSLRequest %x", request)
			}
			return nil
		},
	}
	f := newFiles(t)
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			l, done := plainServer(t, f, script)
			_, port, _ := net.SplitHostPort(l.Addr().String())
			got := execute(t, "connect", "localhost:"+port, "--starttls", name, "--ca", f.ca, "--json").want(t, exitOK).object(t)
			if got["authorized"] != true {
				t.Errorf("%v", got)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	if len(scripts) != len(starttls.Names()) {
		t.Errorf("%d of %d protocols are tested", len(scripts), len(starttls.Names()))
	}
}

// TestStartTLSRefused names the answer of a server that will not.
func TestStartTLSRefused(t *testing.T) {
	f := newFiles(t)
	answers := map[string]func(*bufio.Reader, io.Writer) error{
		"smtp":     lines("220 ready", "EHLO localhost", "250 no such thing"),
		"imap":     lines("* OK ready", "a1 STARTTLS", "a1 NO not here"),
		"pop3":     lines("-ERR not here"),
		"ftp":      lines("220 ready", "AUTH TLS", "502 not here"),
		"postgres": func(_ *bufio.Reader, w io.Writer) error { _, err := io.WriteString(w, "N"); return err },
		"mysql": func(_ *bufio.Reader, w io.Writer) error {
			_, err := io.WriteString(w, "\x03\x00\x00\x00\xff12")
			return err
		},
	}
	for name, script := range answers {
		t.Run(name, func(t *testing.T) {
			l, _ := plainServer(t, f, script)
			got := execute(t, "connect", l.Addr().String(), "--starttls", name, "--json").want(t, exitFailure)
			if !strings.HasPrefix(got.stderr, "ERR_STARTTLS_REFUSED: --starttls "+name) {
				t.Errorf("standard error is %q", got.stderr)
			}
		})
	}
}

// lines answers each awaited line with the next one.
func lines(script ...string) func(*bufio.Reader, io.Writer) error {
	return func(r *bufio.Reader, w io.Writer) error {
		for i, text := range script {
			if i%2 == 0 {
				if _, err := io.WriteString(w, text+"\r\n"); err != nil {
					return err
				}
				continue
			}
			if line, err := r.ReadString('\n'); err != nil || line != text+"\r\n" {
				return fmt.Errorf("got line %q, want %q (%v)", line, text, err)
			}
		}
		return nil
	}
}

// plainServer plays the script with one client, then TLS.
func plainServer(t *testing.T, f *files, script func(*bufio.Reader, io.Writer) error) (net.Listener, <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	cert, err := os.ReadFile(f.cert)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(f.key)
	if err != nil {
		t.Fatal(err)
	}
	var o polytls.ServerOptions
	o.Cert, o.Key = [][]byte{cert}, []polytls.Key{{PEM: key}}
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			done <- err
			return
		}
		defer conn.Close()
		if err := script(bufio.NewReader(conn), conn); err != nil {
			done <- err
			return
		}
		s, err := polytls.ServerSocket(context.Background(), conn, o)
		if err == nil {
			io.Copy(io.Discard, s)
			s.Close()
		}
		done <- err
	}()
	return l, done
}
