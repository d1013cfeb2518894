package handshake_test

import (
	"errors"
	"math/big"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/suite"
)

// TestClientRefusesCompositeModuli: a client refuses them however the server is
// authenticated.
func TestClientRefusesCompositeModuli(t *testing.T) {
	p := new(big.Int).SetBytes(kex.NamedDH(suite.FFDHE2048).P)
	composite := &kex.DHParams{P: new(big.Int).Add(p, big.NewInt(2)).Bytes(), G: []byte{2}}
	for _, name := range []string{"DHE-RSA-AES128-GCM-SHA256", "ADH-AES128-GCM-SHA256"} {
		cfg := config(suite.TLS12, identity(t, "rsa2048"))
		cfg.Suites, cfg.DHParams = []*suite.CipherSuite{suite.ByName(name)}, composite
		c, s := pair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
		var e *failure.Error
		if !errors.Is(c.err, failure.BadDHValue) || !errors.As(c.err, &e) || e.Alert != failure.AlertIllegalParameter || e.AlertFrom != failure.SideUs {
			t.Errorf("%s: client: %v", name, c.err)
		}
		if !errors.As(s.err, &e) || e.Alert != failure.AlertIllegalParameter || e.AlertFrom != failure.SidePeer {
			t.Errorf("%s: server: %v", name, s.err)
		}
	}
}
