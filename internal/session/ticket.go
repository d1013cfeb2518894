package session

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"sync/atomic"

	"polytls/internal/suite"
)

// Ring is a set of ticket keys: the newest seals, all of them open. It does
// not change once it is made.
type Ring struct {
	keys   []*TicketKey
	counts *TicketCounts // nil for none
}

// TicketCounts counts what the rings of a server do.
type TicketCounts struct {
	Sealed, Opened, Unknown atomic.Uint64 // Unknown are of the size of tickets, and no key opens them
}

// Counted returns the ring with counts, which may be those of other rings, too.
func (r *Ring) Counted(counts *TicketCounts) *Ring { return &Ring{r.keys, counts} }

// NewRing returns the ring of the given keys, newest first.
func NewRing(keys ...*TicketKey) *Ring { return &Ring{keys: slices.Clone(keys)} }

// Newest returns the key that seals, nil if the ring is empty.
func (r *Ring) Newest() *TicketKey {
	if len(r.keys) == 0 {
		return nil
	}
	return r.keys[0]
}

// Seal returns the session as a ticket (RFC 5077, section 4):
//
//	key name 16 | IV 16 | AES-CBC(DER, PKCS#7) | HMAC-SHA256 over all before
//
// What OpenSSL's server puts into the DER, and what a ticket thus needs for an
// OpenSSL or Node server to resume from it: version, suite, master secret (in TLS 1.3
// the PSK of this ticket, made with its nonce), time, timeout, the client's
// certificate and its verify result (0 if it had none), the session id context, the
// selected ALPN protocol (0-RTT needs the same one again) and whether the master
// secret is extended; in TLS 1.3 also ticket_age_add, max_early_data and a random
// session id of 32 bytes, which is the id that Node gives to newSession. Up to TLS
// 1.2 there is no session id in a ticket. The server name is there if a callback of
// the server's accepted it, and under Node never is. The ticket itself and its
// lifetime are stored by the client only. While OpenSSL accepts early data it seals nothing
// unless configured to: it keeps the session and gives its id as the ticket, so that
// each is used once.
//
// Seal writes the session's fields as they are, apart from its Ticket and up to
// TLS 1.2 its ID. It is an error if the ring is empty or if the ticket would
// not fit the 65,535 bytes that a NewSessionTicket holds.
func (r *Ring) Seal(s *Session) ([]byte, error) {
	if len(r.keys) == 0 {
		return nil, errors.New("session ticket: no key to seal it")
	}
	key, inside := r.keys[0], s.ticketEncoding()
	size := ticketHeader + paddedSize(inside.size()) + sha256.Size
	if size > maxTicket {
		return nil, errors.New("session ticket: longer than 65535 bytes")
	}
	ticket := make([]byte, ticketHeader, size)
	copy(ticket, key.bytes[:ticketNameSize])
	rand.Read(ticket[ticketNameSize:]) // never fails
	if r.counts != nil {
		r.counts.Sealed.Add(1)
	}
	return key.seal(pad(inside.appendTo(ticket))), nil
}

// ticketEncoding is what of the session a ticket holds.
func (s *Session) ticketEncoding() encoding {
	e := encoding{of: s, id: s.ID, inTicket: true}
	if s.Version < suite.TLS13 {
		e.id = nil
	}
	return e.measured()
}

// Open reads a ticket that one of the ring's keys sealed, here or in Node or
// OpenSSL. renew says that it was not the newest, so that the client ought to
// get a new ticket. An unknown key, a wrong MAC and a ticket without a session
// in it are errors that match [ErrUnusable].
//
// Up to TLS 1.2 the session has no ID: it takes the one that the ClientHello
// holds, if any, for the server to echo (RFC 5077, section 3.4).
func (r *Ring) Open(ticket []byte) (s *Session, renew bool, err error) {
	if len(ticket) > maxTicket || len(ticket) < ticketHeader+aes.BlockSize+sha256.Size ||
		len(ticket)%aes.BlockSize != 0 {
		return nil, false, unusable("session ticket: %d bytes", len(ticket))
	}
	for i, key := range r.keys {
		// The name is public; keys may share one, as OpenSSL lets them.
		if !bytes.Equal(ticket[:ticketNameSize], key.bytes[:ticketNameSize]) {
			continue
		}
		padded, ok := key.open(ticket)
		if !ok {
			continue
		}
		if r.counts != nil {
			r.counts.Opened.Add(1)
		}
		s, err := parsePadded(padded)
		return s, i > 0, err
	}
	if r.counts != nil {
		r.counts.Unknown.Add(1)
	}
	return nil, false, unusable("session ticket: no key opens it")
}

// TicketID returns the session identifier that OpenSSL's client gives to a
// session with a ticket, its SHA-256. Up to TLS 1.2 the client sends it along and
// knows by its echo that the ticket was accepted (RFC 5077, section 3.4).
func TicketID(ticket []byte) []byte {
	id := sha256.Sum256(ticket)
	return id[:]
}

// parsePadded reads the session, which takes over b.
func parsePadded(b []byte) (*Session, error) {
	der, ok := unpad(b)
	if !ok {
		return nil, unusable("session ticket: padding")
	}
	return parse(der)
}

// pad appends PKCS #7 padding (RFC 5652, section 6.3) to b, up to whole blocks.
func pad(b []byte) []byte {
	n := paddedSize(len(b)) - len(b)
	for range n {
		b = append(b, byte(n))
	}
	return b
}

func paddedSize(n int) int { return n + aes.BlockSize - n%aes.BlockSize }

// unpad removes such padding. It is authenticated, so its timing reveals nothing.
func unpad(b []byte) ([]byte, bool) {
	n := int(b[len(b)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, false
	}
	der, padding := b[:len(b)-n], b[len(b)-n:]
	for _, p := range padding {
		if int(p) != n {
			return nil, false
		}
	}
	return der, true
}

// ticketHeader is the size of key name and IV, two blocks: padding a ticket pads
// the DER in it.
const ticketHeader = ticketNameSize + aes.BlockSize
