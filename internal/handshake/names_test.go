package handshake

import (
	"context"
	"testing"
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// TestServerNamesAreASCII: a client chooses the name it sends, of any bytes. Only the case
// of ASCII letters may differ from the name of its session or of its first hello.
func TestServerNamesAreASCII(t *testing.T) {
	const v13 = suite.TLS13
	for _, n := range certtest.HostNames {
		if n.A == "" {
			continue // no name is as good as any
		}
		cfg := &ServerConfig{Config: &Config{}, Renegotiation: &Renegotiation{ServerName: n.A}}
		s := serverOf(t, cfg, clientOffer{name: n.B})
		if err := s.checkSameName(); (err == nil) != n.Same {
			t.Errorf("%q in a renegotiation of %q: %v", n.B, n.A, err)
		}

		old := sessionOf(v13, func(s *session.Session) { s.ServerName, s.MaxEarlyData = n.A, 100 })
		accepted := false
		cfg = &ServerConfig{Config: &Config{Time: func() time.Time { return old.Created }}, MaxEarlyData: 100}
		cfg.AcceptEarlyData = func(context.Context, *EarlyOffer) (bool, error) { accepted = true; return true, nil }
		s = serverOf(t, cfg, clientOffer{})
		s.version, s.suite, s.facts.ServerName = v13, old.Suite.Info(), n.B
		if s.servesName(old) != n.Same {
			t.Errorf("%q resumes a session of %q: %t", n.B, n.A, !n.Same)
		}
		s.offered.earlyData = &wire.EarlyData{}
		s.offered.psks = &wire.OfferedPSKs{Identities: []wire.PSKIdentity{{}}, Binders: [][]byte{{}}}
		err := s.decideEarlyData(t.Context(), &agreement13{psk: &serverPSK{old: &resumption{session: old}}})
		if err != nil || accepted != n.Same || s.facts.EarlyDataAccepted != n.Same {
			t.Errorf("%q has early data of %q: %t, %v", n.B, n.A, accepted, err)
		}
	}
}
