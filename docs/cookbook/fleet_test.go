package cookbook

import (
	"context"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/sessionstore/redisstore"
	"polytls/ticketkeys"
)

// # Resumption across a fleet of servers
//
// Servers that share ticket keys resume each other's clients. The keys come from a
// secret of at least 32 random bytes that all servers have, and rotate. A session store
// in Redis is for clients up to TLS 1.2 without tickets, and for tickets that are
// valid once: `redisstore.Open("redis://cache.example:6379/0", redisstore.Options{})`
// makes it. If Redis is down, handshakes are full ones; no connection fails.
func fleetServer(ctx context.Context, o polytls.ServerOptions, secret []byte, store *redisstore.Store) (*polytls.Server, error) {
	o.SessionStore = store
	srv, err := polytls.NewServer(o, echo)
	if err != nil {
		return nil, err
	}
	source, err := ticketkeys.FromSecret(secret, ticketkeys.Options{})
	if err != nil {
		return nil, err
	}
	rotation := &ticketkeys.Rotation{Source: source}
	if _, err := rotation.Step(ctx, srv, store); err != nil { // before the first connection
		return nil, err
	}
	go rotation.Run(ctx, srv, store)
	return srv, nil
}

func TestFleet(t *testing.T) {
	url := peertest.StartRedis(t).URL()
	secret := make([]byte, 32)
	for by, options := range map[string]string{"ticket": "", "identifier": "SSL_OP_NO_TICKET"} {
		store, err := redisstore.Open(url, redisstore.Options{Deadline: peertest.Patience})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		o := polytls.ServerOptions{ContextOptions: identity(localhost)}
		first, err := fleetServer(within(t), o, secret, store)
		one := start(t, first, err)
		second, err := fleetServer(within(t), o, secret, store)
		two := start(t, second, err)

		client := trusting(one)
		client.MaxVersion = polytls.TLS12
		if client.SecureOptions, err = polytls.ParseSecureOptions(options); err != nil {
			t.Fatal(err)
		}
		s, err := talk(t, client)
		if err != nil {
			t.Fatal(err)
		}
		client.Port, client.Session = two, s.Session()
		s, err = talk(t, client)
		if err != nil || !s.SessionReused() {
			t.Errorf("by %s: resumed at the other server: %v, %v", by, err == nil && s.SessionReused(), err)
		}
	}
}
