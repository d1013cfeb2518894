// Command broker receives measurements of devices that it knows by a key each. Nobody
// needs a certificate.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"

	"polytls"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	file := flag.String("keys", "keys.txt", "lines of a device's name, ':' and its key in hexadecimal")
	flag.Parse()

	keys, err := readKeys(*file)
	if err != nil {
		log.Fatal(err)
	}
	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			// Up to TLS 1.2, suites with keys must be named: by default there are none.
			// These have forward secrecy, as has TLS 1.3.
			Ciphers: "ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES128-GCM-SHA256",
		},
		PSKCallback: func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
			key, ok := keys[string(identity)]
			if !ok {
				return nil, nil // refused
			}
			return &polytls.PSK{Identity: identity, Key: key}, nil
		},
		HidePSKIdentities: true, // an unknown device looks like one with a wrong key
	}, receive)
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

// receive logs each line with the name that the device has proved.
func receive(s *polytls.Socket) {
	defer s.Close()
	device := s.Parameters().PSKIdentity
	for lines := bufio.NewScanner(s); lines.Scan(); {
		log.Printf("%s: %s", device, lines.Text())
	}
}

func readKeys(name string) (map[string][]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	keys := make(map[string][]byte)
	for line := range strings.Lines(string(text)) {
		device, digits, _ := strings.Cut(strings.TrimSpace(line), ":")
		key, err := hex.DecodeString(digits)
		if err != nil || len(key) == 0 {
			return nil, fmt.Errorf("%s: %q has no key in hexadecimal", name, device)
		}
		keys[device] = key
	}
	return keys, nil
}
