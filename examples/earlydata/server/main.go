// Command server answers requests that arrive with the first message of a handshake
// (0-RTT), where that is harmless. Somebody on the network can send such a message
// again, so that a request is carried out twice: only GET is answered early.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"strings"
	"sync/atomic"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	flag.Parse()

	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{*cert}, KeyFile: []string{*key}},
		// Early data is accepted once for each ticket, by the server that issued it.
		MaxEarlyData: 4096,
	}, answer)
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

var counter atomic.Int64

// answer answers GET with the counter and ADD by counting.
func answer(s *polytls.Socket) {
	defer s.Close()
	read := int64(0)
	for lines := bufio.NewScanner(s); lines.Scan(); {
		// Read returns early data first. What follows it has been sent after the
		// handshake, and cannot be a replay.
		early := read < s.EarlyData()
		read += int64(len(lines.Bytes()) + 1)
		switch command := strings.TrimSpace(lines.Text()); {
		case command == "GET":
			fmt.Fprintf(s, "%d, early %t\n", counter.Load(), early)
		case command == "ADD" && early:
			fmt.Fprintln(s, "too early: ask again")
		case command == "ADD":
			fmt.Fprintf(s, "%d, early %t\n", counter.Add(1), early)
		default:
			fmt.Fprintln(s, "want GET or ADD")
		}
	}
}
