// Package antireplay accepts early data only once (RFC 8446, section 8).
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

// Gate accepts the early data of tickets that it has marked, once for each ClientHello.
// Any number of goroutines may use it.
type Gate struct {
	strikes   *sessionstore.StrikeRegister
	secret    []byte // the key of the marks in tickets
	exclusive bool   // accepts only tickets that were removed from a store
}

// window is how long a ClientHello is fresh. It covers a difference of a minute in
// either direction between the ends' ages of a ticket, and clocks that are read out of
// order.
const window = 123 * time.Second

// New returns a gate that accepts early data only of its own tickets, because its
// register does not know which hellos another process, or this one before a restart,
// has accepted.
func New() *Gate {
	secret := make([]byte, 32)
	rand.Read(secret)
	return newGate(secret)
}

// NewSingleUse returns a gate that accepts early data of tickets that were removed from
// a store. All servers use the same mark, since any of them may remove a ticket; the
// mark distinguishes single-use tickets from others in the store.
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

// Mark implements IssuerMark of handshake.ServerConfig. The mark depends on the
// session's secret, so that it is valid for one session only.
func (g *Gate) Mark(master []byte) (mark [session.MarkSize]byte) {
	h := hmac.New(sha256.New, g.secret)
	h.Write(master)
	copy(mark[:], h.Sum(nil))
	return mark
}

// Accept implements AcceptEarlyData of handshake.ServerConfig. It uses the wall clock,
// as the age of tickets does.
func (g *Gate) Accept(_ context.Context, o *handshake.EarlyOffer) (bool, error) {
	want, got := g.Mark(o.Session.Master), o.Session.Marks().Issuer
	if !hmac.Equal(want[:], got[:]) || g.exclusive && o.Claim != handshake.Exclusive {
		return false, nil
	}
	return !g.strikes.Seen(o.Binder, time.Now().Round(0)), nil
}
