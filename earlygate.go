package polytls

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

// earlyGate accepts early data once (RFC 8446, section 8): that of its own tickets
// alone, whose hellos it remembers, or that of tickets which were taken out of a
// store for good.
type earlyGate struct {
	strikes   *sessionstore.StrikeRegister
	secret    []byte // that marks the tickets
	exclusive bool   // SingleUseTickets
}

// earlyWindow is how long a hello counts as fresh: the ends may differ by a minute
// about a ticket's age, both ways together, and clocks be read out of order.
const earlyWindow = 123 * time.Second

// newEarlyGate returns the gate of a server that accepts early data, else nil.
// Without SingleUseTickets its marks are those of this process: what was issued by
// another, or before a restart, is unknown to its register. With it they distinguish
// single-use tickets, which any server may take, from others in the store.
func newEarlyGate(o *ServerOptions) *earlyGate {
	if o.MaxEarlyData == 0 {
		return nil
	}
	g := &earlyGate{
		strikes:   sessionstore.NewStrikeRegister(sessionstore.StrikeOptions{Window: earlyWindow}),
		secret:    []byte("single-use ticket"),
		exclusive: o.SingleUseTickets,
	}
	if !g.exclusive {
		g.secret = make([]byte, 32)
		rand.Read(g.secret)
	}
	return g
}

// mark is bound to the session's secret: no other ticket can carry it.
func (g *earlyGate) mark(master []byte) (mark [session.MarkSize]byte) {
	h := hmac.New(sha256.New, g.secret)
	h.Write(master)
	copy(mark[:], h.Sum(nil))
	return mark
}

// accept implements handshake.ServerConfig's AcceptEarlyData. It uses the wall clock,
// as the age of tickets does.
func (g *earlyGate) accept(_ context.Context, o *handshake.EarlyOffer) (bool, error) {
	want, got := g.mark(o.Session.Master), o.Session.Marks().Issuer
	if !hmac.Equal(want[:], got[:]) || g.exclusive && o.Claim != handshake.Exclusive {
		return false, nil
	}
	return !g.strikes.Seen(o.Binder, time.Now().Round(0)), nil
}
