package cookbook

import (
	"context"
	"testing"

	"polytls"
)

// # Devices with a pre-shared key
//
// Each device has a key of at least 16 random bytes, and the broker finds it by the
// identity, which is sent unencrypted. Neither has a certificate. A key that a person
// could remember can be guessed from a recorded handshake; use SRP for passwords.
func broker(keys map[string][]byte) (*polytls.Server, error) {
	return polytls.NewServer(polytls.ServerOptions{
		PSKCallback: func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
			key, ok := keys[string(identity)]
			if !ok {
				return nil, nil // unknown: the handshake fails
			}
			return &polytls.PSK{Key: key}, nil
		},
	}, echo)
}

func device(host string, port int, identity string, key []byte) polytls.ConnectOptions {
	return polytls.ConnectOptions{
		Host: host,
		Port: port,
		PSKCallback: func(context.Context, *string) ([]polytls.PSK, error) {
			return []polytls.PSK{{Identity: []byte(identity), Key: key}}, nil
		},
	}
}

func TestPSK(t *testing.T) {
	key := []byte("32 bytes of a key, here not secret")
	srv, err := broker(map[string][]byte{"sensor-7": key})
	port := start(t, srv, err)
	s, err := talk(t, device("127.0.0.1", port, "sensor-7", key))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Authorized() || s.PeerCertificate(false) != nil {
		t.Error("not authenticated by the key")
	}
	if _, err := talk(t, device("127.0.0.1", port, "sensor-8", key)); err == nil {
		t.Error("an unknown device was accepted")
	}
}
