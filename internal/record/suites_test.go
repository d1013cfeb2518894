package record

import (
	"testing"

	"polytls/internal/suite"
)

// TestImplementedSuites: a suite that can be negotiated has a protection in
// every version that can negotiate it.
func TestImplementedSuites(t *testing.T) {
	implemented := 0
	for s := range suite.Suites() {
		if !s.Implemented {
			continue
		}
		implemented++
		for v := s.MinVersion; v <= s.MaxVersion; v++ {
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
