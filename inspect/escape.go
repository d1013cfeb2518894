package inspect

import (
	"fmt"
	"slices"

	"polytls/internal/visible"
)

// What a page holds of a handshake is bounded: a client chooses the texts, and a hello
// has space for 32,767 cipher suites.
const longestList = 150

// escaped returns the handshake for a page, with texts from the client escaped, so that
// they cannot reorder or hide other text, and with what is longer than usual cut.
func (h *Handshake) escaped() *Handshake {
	s := *h
	s.info = nil // which is not bounded
	for _, text := range []*string{&s.Remote, &s.Peer, &s.ServerName, &s.ALPN, &s.Reason, &s.What} {
		*text = visible.Short(*text)
	}
	s.Choices = slices.Clone(h.Choices)
	for i := range s.Choices { // the protocol may be any that the client offers
		s.Choices[i].Chosen = visible.Short(s.Choices[i].Chosen)
	}
	if h.Offered != nil {
		s.Offered = h.Offered.escaped()
	}
	return &s
}

func (o *Offer) escaped() *Offer {
	return &Offer{
		Versions: shownList(o.Versions), Ciphers: shownList(o.Ciphers), Groups: shownList(o.Groups), KeyShares: shownList(o.KeyShares),
		Sigalgs: shownList(o.Sigalgs), ALPN: shownList(o.ALPN), Extensions: shownList(o.Extensions),
	}
}

// shownList escapes the elements of a list. A longer list than usual ends with the count
// of those that were cut.
func shownList(list []string) []string {
	out := make([]string, 0, min(len(list), longestList+1))
	for _, text := range list[:min(len(list), longestList)] {
		out = append(out, visible.Short(text))
	}
	if more := len(list) - longestList; more > 0 {
		out = append(out, fmt.Sprintf("(%d more)", more))
	}
	return out
}
