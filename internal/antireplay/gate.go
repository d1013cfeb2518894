// Package antireplay accepts early data once (RFC 8446, section 8).
package antireplay

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/session"
	"polytls/sessionstore"
)

// Gate accepts the early data of some tickets, of each hello once. Any number of
// goroutines may use it.
type Gate struct {
	strikes   *sessionstore.StrikeRegister
	secret    []byte // that marks the tickets
	exclusive bool   // only of tickets that were removed from a store
}

// window is how long a hello counts as fresh: the ends may differ by a minute about a
// ticket's age, both ways together, and clocks be read out of order.
const window = 123 * time.Second

// New returns a gate that accepts early data of its own tickets: those of another
// process, or from before a restart, are unknown to its register.
func New() *Gate {
	secret := make([]byte, 32)
	rand.Read(secret)
	return newGate(secret)
}

// NewSingleUse returns a gate that accepts early data of tickets which were removed
// from a store for good. Any server may take them: the mark distinguishes them from
// others in the store.
func NewSingleUse() *Gate {
	g := newGate([]byte("single-use ticket"))
	g.exclusive = true
	return g
}

func newGate(secret []byte) *Gate {
	return &Gate{
		strikes: sessionstore.NewStrikeRegister(sessionstore.StrikeOptions{Window: window}),
		secret:  secret,
	}
}

// Mark implements handshake.ServerConfig's IssuerMark. It is bound to the session's
// secret: no other ticket can carry it.
func (g *Gate) Mark(master []byte) (mark [session.MarkSize]byte) {
	h := hmac.New(sha256.New, g.secret)
	h.Write(master)
	copy(mark[:], h.Sum(nil))
	return mark
}

// Accept implements handshake.ServerConfig's AcceptEarlyData. It uses the wall clock,
// as the age of tickets does.
func (g *Gate) Accept(_ context.Context, o *handshake.EarlyOffer) (bool, error) {
	want, got := g.Mark(o.Session.Master), o.Session.Marks().Issuer
	if !hmac.Equal(want[:], got[:]) || g.exclusive && o.Claim != handshake.Exclusive {
		return false, nil
	}
	return !g.strikes.Seen(o.Binder, time.Now().Round(0)), nil
}
