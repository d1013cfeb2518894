package fleet

import (
	"fmt"
	"io"
	"testing"

	"polytls"
)

// updating echoes, and changes its keys before each answer.
func updating(s *polytls.Socket) {
	buf := make([]byte, 1024)
	for {
		n, err := s.Read(buf)
		if err != nil || s.UpdateKeys() != nil {
			return
		}
		if _, err := s.Write(buf[:n]); err != nil {
			return
		}
	}
}

// TestKeyUpdatesWithOpenSSLClient changes keys at both ends: by s_client's
// commands, with and without a request to the peer, and by our server for each
// line.
func TestKeyUpdatesWithOpenSSLClient(t *testing.T) {
	port := serve(t, polytls.ServerOptions{ContextOptions: serverContext("TLSv1.3")}, updating)
	c := sClient(t, port)
	for i, command := range []string{"k\n", "K\n", "k\n", "K\n"} {
		c.Write(t, command)
		c.expect(t, `KEYUPDATE\n`) // what comes with a command is lost
		line := fmt.Sprintf("after update %d\n", i)
		c.Write(t, line)
		c.expect(t, line)
	}
}

// TestKeyUpdatesWithOpenSSLServer does the same with s_server and our client.
func TestKeyUpdatesWithOpenSSLServer(t *testing.T) {
	srv, port := sServer(t, "-tls1_3", "-msg")
	s := connect(t, port, polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.3")})
	for i, command := range []string{"k\n", "K\n", "k\n", "K\n"} {
		srv.Write(t, command)
		srv.expect(t, `>>> TLS 1\.3, Handshake .*KeyUpdate\n`)
		line := fmt.Sprintf("after update %d\n", i)
		srv.Write(t, line)
		if err := read(s, line); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateKeys(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(s, line); err != nil {
			t.Fatal(err)
		}
		srv.expect(t, line)
	}
}

// TestKeyUpdatesWithNode changes our keys; Node answers by changing its own.
func TestKeyUpdatesWithNode(t *testing.T) {
	eachNode(t, func(t *testing.T, name string) {
		n := startNode(t, name, object{"serve": true, "version": "TLSv1.3"})
		s := connect(t, portOf(t, n, `listening on 127\.0\.0\.1:(\d+)\n`), polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.3")})
		for range 5 {
			if err := s.UpdateKeys(); err != nil {
				t.Fatal(err)
			}
			if err := exchange(s, "hello", "hello"); err != nil {
				t.Fatal(err)
			}
		}

		port := serve(t, polytls.ServerOptions{ContextOptions: serverContext("TLSv1.3")}, updating)
		c := startNode(t, name, object{"version": "TLSv1.3"})
		c.tell(t, "connect", object{"port": port, "stay": true})
		c.answer(t, "reused")
		for i := range 5 {
			line := fmt.Sprintf("line %d", i)
			c.tell(t, "write", object{"text": line})
			if r := c.answer(t, "data"); r["data"] != line {
				t.Fatal(r)
			}
		}
	})
}
