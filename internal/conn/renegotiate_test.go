package conn

import (
	"errors"
	"testing"
	"time"

	"polytls/failure"
)

// TestAdmit counts the renegotiations in a time window, and refuses all once they
// are disabled.
func TestAdmit(t *testing.T) {
	r := &renegotiation{owner: owner{new(Conn)}}
	now := time.Unix(1_800_000_000, 0)
	window := time.Duration(RenegotiationWindow.Load())
	admit := func(at time.Time, want error) {
		t.Helper()
		if err := r.admit(at); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", at.Sub(now), err, want)
		}
	}
	for range RenegotiationLimit.Load() {
		admit(now, nil)
	}
	admit(now.Add(window), failure.SessionAttack)
	admit(now.Add(window+1), nil)
	r.disabled = true
	admit(now.Add(window+1), failure.RenegotiationDisabled)
}
