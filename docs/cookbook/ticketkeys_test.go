package cookbook

import (
	"context"
	"testing"

	"polytls"
	"polytls/ticketkeys"
)

// # Ticket keys that rotate
//
// By default a server has one random key until it ends. `New` changes it every 12 hours
// and deletes keys after 24 more, so that recorded connections cannot be opened
// later. `FromSecret`, `FromStore` and `FromFile` give a fleet the same keys.
func rotateTicketKeys(ctx context.Context, srv ticketkeys.Server) error { // a *polytls.Server
	source, err := ticketkeys.New(ticketkeys.Options{})
	if err != nil {
		return err
	}
	rotation := &ticketkeys.Rotation{Source: source}
	return rotation.Run(ctx, srv) // until ctx ends
}

func TestRotateTicketKeys(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	if err != nil {
		t.Fatal(err)
	}
	before := string(srv.TicketKeys())
	ctx, cancel := context.WithCancel(within(t))
	set := make(chan struct{})
	done := make(chan error)
	go func() { done <- rotateTicketKeys(ctx, observed{srv, set}) }()
	select {
	case <-set:
	case err := <-done:
		t.Fatal(err)
	}
	if string(srv.TicketKeys()) == before {
		t.Error("the key is the same")
	}
	cancel()
	if err := <-done; err != context.Canceled {
		t.Error(err)
	}
}

// observed tells when a server has keys.
type observed struct {
	*polytls.Server
	set chan<- struct{}
}

func (o observed) SetTicketKeys(keys ...[]byte) error {
	err := o.Server.SetTicketKeys(keys...)
	o.set <- struct{}{}
	return err
}
