package record

import (
	"testing"

	"polytls/internal/suite"
)

// TestImplementedSuites: a suite that can be negotiated has a protection in
// every version that can negotiate it, and this is one of those that the other
// tests range over.
func TestImplementedSuites(t *testing.T) {
	type kind struct {
		cipher  suite.Cipher
		mac     suite.MAC
		version suite.Version
	}
	tested := map[kind]bool{}
	for _, k := range protections() {
		tested[kind{k.Suite.Cipher, k.Suite.MAC, k.Version}] = true
	}
	implemented := 0
	for _, s := range suite.Suites() {
		if !s.Implemented {
			continue
		}
		implemented++
		for v := s.MinVersion; v <= s.MaxVersion; v++ {
			if !tested[kind{s.Cipher, s.MAC, v}] {
				t.Errorf("%s in %s is not tested", s.Name, v)
			}
			sealer, opener := newPair(t, testKeys(s, v))
			rec := sealer.Seal(nil, min(v, suite.TLS12), Handshake, []byte("payload"), 0)
			if typ, plain, err := opener.Open(rec); err != nil || typ != Handshake || string(plain) != "payload" {
				t.Errorf("%s in %s: %s %q, %v", s.Name, v, typ, plain, err)
			}
		}
	}
	if implemented == 0 {
		t.Error("no suite is implemented")
	}
}
