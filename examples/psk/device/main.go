// Command device sends the lines of its standard input to a broker with which it
// shares a key.
package main

import (
	"context"
	"encoding/hex"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"polytls"
)

func main() {
	host := flag.String("host", "localhost", "broker")
	port := flag.Int("port", 8000, "its port")
	name := flag.String("name", "sensor-7", "name of this device")
	digits := flag.String("key", "", "key in hexadecimal, at least 16 random bytes")
	flag.Parse()

	key, err := hex.DecodeString(*digits)
	if err != nil || len(key) == 0 {
		log.Fatal("-key: want hexadecimal digits")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{Ciphers: "ECDHE-PSK-CHACHA20-POLY1305:DHE-PSK-AES128-GCM-SHA256"},
		Host:           *host,
		Port:           *port,
		// The hint of the server is nil in TLS 1.3, and seldom sent before.
		PSKCallback: func(_ context.Context, hint *string) ([]polytls.PSK, error) {
			return []polytls.PSK{{Identity: []byte(*name), Key: key}}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%s with %s", s.Protocol(), s.Cipher().Name)
	if _, err := io.Copy(s, os.Stdin); err != nil {
		log.Fatal(err)
	}
	if err := s.Close(); err != nil { // sends what is left, and says that no more comes
		log.Fatal(err)
	}
}
