package session

import "testing"

// TestAllocates checks the allocations of a session's encodings: writing allocates
// one buffer, and reading the session, the bytes that it shares and each string in
// it.
func TestAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools forget at random")
	}
	s := kept()
	der, data := s.Marshal(), s.MarshalEnvelope("example.org")
	ring := NewRing(newKey(t))
	ticket := seal(t, ring, s)
	const texts = 2 // server name and protocol
	for _, tt := range []struct {
		name string
		most float64
		f    func() error
	}{
		{"Marshal", 1, func() error { s.Marshal(); return nil }},
		{"MarshalEnvelope", 1, func() error { s.MarshalEnvelope("example.org"); return nil }},
		{"Parse", 2 + texts, func() error { _, err := Parse(der); return err }},
		{"Open", 2 + texts + 1, func() error { _, _, _, err := Open(data); return err }},
		{"Seal", 1, func() error { _, err := ring.Seal(s); return err }},
		{"Ring.Open", 2 + texts, func() error { _, _, err := ring.Open(ticket); return err }},
	} {
		allocs := testing.AllocsPerRun(100, func() {
			if err := tt.f(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > tt.most {
			t.Errorf("%s: %v allocations, at most %v wanted", tt.name, allocs, tt.most)
		}
	}
}
