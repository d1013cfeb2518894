package ticketkeys_test

import (
	"context"
	"log"
	"os"

	"polytls"
	"polytls/ticketkeys"
)

var _ ticketkeys.Server = (*polytls.Server)(nil)

// The servers of a fleet that are given the same secret open each other's
// tickets.
func ExampleRotation() {
	secret, err := os.ReadFile("/run/secrets/tickets") // at least 32 random bytes
	if err != nil {
		log.Fatal(err)
	}
	source, err := ticketkeys.FromSecret(secret, ticketkeys.Options{})
	if err != nil {
		log.Fatal(err)
	}
	server, err := polytls.NewServer(polytls.ServerOptions{}, func(s *polytls.Socket) { s.Close() })
	if err != nil {
		log.Fatal(err)
	}
	rotation := &ticketkeys.Rotation{Source: source}
	ctx := context.Background()
	if _, err := rotation.Step(ctx, server); err != nil { // before the first client
		log.Fatal(err)
	}
	go rotation.Run(ctx, server)
}
