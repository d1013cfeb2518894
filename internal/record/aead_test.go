package record

import (
	"bytes"
	"runtime"
	"testing"

	"polytls/internal/suite"
)

// TestCollectedStateIsMadeAnew: if the garbage collector removes the derived cipher
// state between two records, it is made again.
func TestCollectedStateIsMadeAnew(t *testing.T) {
	for _, k := range protections() {
		if k.Suite.MAC != suite.AEAD {
			continue
		}
		s, o := newPair(t, k)
		for i := range 3 {
			payload := []byte{byte(i)}
			_, got, err := o.Open(s.Seal(nil, wireVersion(k), ApplicationData, payload, 0))
			if err != nil || !bytes.Equal(got, payload) {
				t.Fatalf("%s: record %d: %x, %v", k, i, got, err)
			}
			runtime.GC()
			if cached(t, s.protection) || cached(t, o.protection) {
				t.Fatalf("%s: a collection left an idle connection its AEAD", k)
			}
		}
	}
}

// cached reports whether a protection holds its AEAD.
func cached(t *testing.T, protection any) bool {
	t.Helper()
	switch p := protection.(type) {
	case aead12:
		return p.cache.Value() != nil
	case aead13:
		return p.cache.Value() != nil
	}
	t.Fatalf("%T is no AEAD", protection)
	return false
}
