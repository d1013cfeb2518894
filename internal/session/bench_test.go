package session

import (
	"bytes"
	"testing"
	"time"

	"polytls/internal/suite"
)

// kept returns a session as a client of TLS 1.3 keeps it of a server: with a
// certificate, a ticket and a protocol, and without what few have.
func kept() *Session {
	ticket := bytes.Repeat([]byte{1}, 240)
	return &Session{
		Version:              suite.TLS13,
		Suite:                0x1301,
		ID:                   TicketID(ticket),
		Master:               make([]byte, 32),
		Created:              now,
		Timeout:              2 * time.Hour,
		PeerCertificate:      append([]byte{0x30, 0x82, 0x02, 0x00}, make([]byte, 0x200)...),
		IDContext:            []byte("polytls"),
		ServerName:           "example.org",
		ALPN:                 "http/1.1",
		Ticket:               ticket,
		TicketLifetimeHint:   7200,
		AgeAdd:               0xFEDCBA98,
		ExtendedMasterSecret: true,
	}
}

func BenchmarkMarshal(b *testing.B) {
	s := kept()
	b.ReportAllocs()
	for b.Loop() {
		s.Marshal()
	}
}

func BenchmarkParse(b *testing.B) {
	der := kept().Marshal()
	b.ReportAllocs()
	for b.Loop() {
		Parse(der)
	}
}

func BenchmarkMarshalEnvelope(b *testing.B) {
	s := kept()
	b.ReportAllocs()
	for b.Loop() {
		s.MarshalEnvelope("example.org")
	}
}

func BenchmarkOpen(b *testing.B) {
	data := kept().MarshalEnvelope("example.org")
	b.ReportAllocs()
	for b.Loop() {
		Open(data)
	}
}

func BenchmarkSeal(b *testing.B) {
	ring, s := NewRing(newKey(b)), kept()
	b.ReportAllocs()
	for b.Loop() {
		ring.Seal(s)
	}
}

func BenchmarkRingOpen(b *testing.B) {
	ring := NewRing(newKey(b))
	ticket := seal(b, ring, kept())
	b.ReportAllocs()
	for b.Loop() {
		ring.Open(ticket)
	}
}
