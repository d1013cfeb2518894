// Command fleet is one of any number of servers that resume each other's clients.
// They share a Redis and a secret. Clients that come back are spared the costly part
// of the handshake at whichever server they meet.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"polytls"
	"polytls/sessionstore/redisstore"
	"polytls/ticketkeys"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8000", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	redis := flag.String("redis", "redis://localhost", "URL of the Redis or Valkey that the fleet shares")
	flag.Parse()

	// What is in Redis is sealed under keys that come from the secret: who can read
	// Redis alone can open nothing.
	secret := []byte(os.Getenv("FLEET_SECRET"))
	store, err := redisstore.Open(*redis, redisstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	// Most clients resume by a ticket, which holds the session itself. Its keys rotate,
	// and the fleet finds them in Redis.
	source, err := ticketkeys.FromStore(store.KeyStore(), secret, ticketkeys.Options{})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{*cert}, KeyFile: []string{*key}},
		SessionStore:   store, // for clients that resume by identifier
	}, func(s *polytls.Socket) {
		defer s.Close()
		fmt.Fprintf(s, "resumed %t\n", s.SessionReused())
	})
	if err != nil {
		log.Fatal(err)
	}
	rotation := &ticketkeys.Rotation{Source: source}
	// The first keys are set before the first client comes.
	if _, err := rotation.Step(context.Background(), srv, store); err != nil {
		log.Fatal(err)
	}
	go rotation.Run(context.Background(), srv, store)
	addr, err := srv.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", addr)
	select {}
}
