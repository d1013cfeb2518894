package antireplay

import (
	"testing"

	"polytls/internal/handshake"
	"polytls/internal/session"
)

// TestGate accepts each hello once, and only with the tickets that a gate is for.
func TestGate(t *testing.T) {
	own, other, single := New(), New(), NewSingleUse()
	for _, tt := range []struct {
		name   string
		marker *Gate
		at     *Gate
		claim  handshake.Claim
		want   bool
	}{
		{"its own ticket", own, own, handshake.Shared, true},
		{"its own ticket again", own, own, handshake.Shared, false},
		{"another process's ticket", other, own, handshake.Shared, false},
		{"a ticket that stays in the store", single, single, handshake.Shared, false},
		{"a ticket taken out of the store", NewSingleUse(), single, handshake.Exclusive, true},
		{"a ticket of no single use", own, single, handshake.Exclusive, false},
	} {
		s := &session.Session{Master: []byte("secret")}
		s.SetMarks(session.Marks{Issuer: tt.marker.Mark(s.Master)})
		got, err := tt.at.Accept(t.Context(), &handshake.EarlyOffer{Binder: []byte("hello"), Session: s, Claim: tt.claim})
		if got != tt.want || err != nil {
			t.Errorf("%s: accepted %v, %v", tt.name, got, err)
		}
	}
}
