package record

import (
	"runtime/debug"
	"strings"
	"testing"

	"polytls/internal/suite"
)

func isCCM(k Keys) bool { return strings.Contains(k.Suite.Name, "CCM") }

// TestDoesNotAllocate seals a record and opens it by Open and OpenTo.
func TestDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools forget at random")
	}
	// A collection takes an AEAD's state, which the next record makes again.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, k := range protections() {
		if isCCM(k) {
			continue // the mode that we wrap allocates
		}
		t.Run(k.String(), func(t *testing.T) {
			s, o := newPair(t, k)
			payload := make([]byte, 4000)
			buf := make([]byte, 0, len(payload)+s.Overhead()+100)
			dst := make([]byte, 0, len(payload)+101)
			// A mean per record would be rounded down.
			const records, strays = 50, 5
			allocs := testing.AllocsPerRun(1, func() {
				for range records {
					if _, _, err := o.Open(s.Seal(buf, wireVersion(k), ApplicationData, payload, 100)); err != nil {
						t.Fatal(err)
					}
					if _, _, err := o.OpenTo(dst, s.Seal(buf, wireVersion(k), ApplicationData, payload, 100)); err != nil {
						t.Fatal(err)
					}
				}
			})
			if allocs > strays {
				t.Errorf("%v allocations in %d records", allocs, records)
			}
		})
	}
}

// TestPlaintextAliases: Open returns a part of the record, OpenTo a part of dst if
// the plaintext fits.
func TestPlaintextAliases(t *testing.T) {
	within := func(b, room []byte) bool {
		room = room[:cap(room)]
		for i := range room {
			if &b[0] == &room[i] {
				return true
			}
		}
		return false
	}
	for _, k := range protections() {
		s, o := newPair(t, k)
		isAEAD := k.Suite.MAC == suite.AEAD
		seal := func() []byte { return s.Seal(nil, wireVersion(k), ApplicationData, []byte("payload"), 3) }
		encrypted := len("payload")
		if k.Version == suite.TLS13 {
			encrypted += 1 + 3
		}

		rec := seal()
		if _, plain, err := o.Open(rec); err != nil || !isCCM(k) && !within(plain, rec) {
			t.Errorf("%s: Open left the record, %v", k, err)
		}
		rec, dst := seal(), make([]byte, 0, encrypted)
		if _, plain, err := o.OpenTo(dst, rec); err != nil || within(plain, dst) != isAEAD {
			t.Errorf("%s: OpenTo with room enough: in dst is %v, %v", k, within(plain, dst), err)
		}
		rec, dst = seal(), make([]byte, 0, encrypted-1)
		if _, plain, err := o.OpenTo(dst, rec); err != nil || string(plain) != "payload" || !within(plain, rec) {
			t.Errorf("%s: OpenTo with too little room: %q, %v", k, plain, err)
		}
	}
}
