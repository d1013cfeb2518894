package session

import (
	"testing"
	"time"

	"polytls/internal/suite"
)

// now is a moment that every test can call the present.
var now = time.Unix(1_700_000_000, 0)

// full returns a session with every field that is written set.
func full() *Session {
	return &Session{
		Version:              suite.TLS13,
		Suite:                0x1302,
		ID:                   []byte("an identifier of thirty-two byte"),
		Master:               []byte("a pre-shared key that is as long as SHA-384 is.."),
		Created:              now,
		Timeout:              2 * time.Hour,
		PeerCertificate:      []byte{0x30, 0x03, 0x02, 0x01, 0x05},
		VerifyResult:         18,
		IDContext:            []byte("ctx"),
		ServerName:           "example.org",
		ALPN:                 "h2",
		Ticket:               []byte("ticket"),
		TicketLifetimeHint:   7200,
		AgeAdd:               0xFEDCBA98,
		MaxEarlyData:         16384,
		TicketAppData:        []byte("application"),
		ExtendedMasterSecret: true,
		MaxFragmentLen:       4,
		Compression:          1,
		PSKIdentityHint:      "hint",
		PSKIdentity:          "identity",
		SRPUsername:          "user",
	}
}

func TestExpired(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    Session
		age  time.Duration
		want bool
	}{
		{"fresh", Session{Timeout: time.Hour}, 0, false},
		{"as old as its timeout", Session{Timeout: time.Hour}, time.Hour, false},
		{"part of a second more", Session{Timeout: time.Hour}, time.Hour + 999*time.Millisecond, false},
		{"a second more", Session{Timeout: time.Hour}, time.Hour + time.Second, true},
		{"made by a clock ahead of ours", Session{Timeout: time.Hour}, -time.Minute, false},
		{"negative timeout", Session{Timeout: -time.Second}, 0, true},
		{"no timeout", Session{}, time.Second, true},
		{
			"ticket within its lifetime",
			Session{Version: suite.TLS13, Timeout: time.Hour, Ticket: []byte{1}, TicketLifetimeHint: 10},
			10 * time.Second, false,
		},
		{
			"ticket beyond its lifetime",
			Session{Version: suite.TLS13, Timeout: time.Hour, Ticket: []byte{1}, TicketLifetimeHint: 10},
			11 * time.Second, true,
		},
		{
			"ticket beyond seven days",
			Session{Version: suite.TLS13, Timeout: 1000 * time.Hour, Ticket: []byte{1}, TicketLifetimeHint: 1 << 31},
			7*24*time.Hour + time.Second, true,
		},
		{
			"lifetime is a hint up to TLS 1.2",
			Session{Version: suite.TLS12, Timeout: time.Hour, Ticket: []byte{1}, TicketLifetimeHint: 10},
			11 * time.Second, false,
		},
		{
			"a server's session has no ticket",
			Session{Version: suite.TLS13, Timeout: time.Hour},
			11 * time.Second, false,
		},
	} {
		tt.s.Created = now
		if got := tt.s.Expired(now.Add(tt.age)); got != tt.want {
			t.Errorf("%s: expired is %v, want %v", tt.name, got, tt.want)
		}
	}
	if s := (Session{Timeout: time.Hour}); !s.Expired(now) {
		t.Error("a session without a time is not expired")
	}
}

func TestMatchesContext(t *testing.T) {
	s := full()
	for context, want := range map[string]bool{"ctx": true, "": false, "ctx2": false, "ctX": false} {
		if got := s.MatchesContext([]byte(context)); got != want {
			t.Errorf("%q: %v, want %v", context, got, want)
		}
	}
	s.IDContext = nil
	if !s.MatchesContext([]byte{}) {
		t.Error("no context does not match an empty one")
	}
}
