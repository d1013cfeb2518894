package handshake_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/link"
	"polytls/internal/link/linktest"
	"polytls/internal/session"
	"polytls/internal/suite"
)

// tape is a transport that reads what a fuzzer wrote and forgets what is
// written.
type tape struct{ *bytes.Reader }

func (t tape) ReadInto(s *link.Space) (int, error) { return t.Read(s.Take()) }
func (t tape) Write(b []byte) (int, error)         { return len(b), nil }
func (t tape) WriteExpired() error                 { return nil }
func (t tape) WriteTo(w io.Writer) (int64, error)  { return t.Reader.WriteTo(w) }

var allVersions = []suite.Version{suite.TLS10, suite.TLS11, suite.TLS12, suite.TLS13}

// fuzzIdentities are made once: there is no need to fuzz the making.
var fuzzIdentities []*handshake.Certificate

// everything is a config of a version that asks for all there is.
func everything(t testing.TB, v suite.Version) *handshake.Config {
	if fuzzIdentities == nil {
		fuzzIdentities = []*handshake.Certificate{identity(t, "p256"), identity(t, "ed25519")}
	}
	cfg := config(v, fuzzIdentities...)
	cfg.MinVersion = suite.TLS10
	cfg.PostHandshakeAuth = true
	cfg.Compressions = handshake.Compressions
	return cfg
}

func anyClient(t testing.TB, v suite.Version) *handshake.ClientConfig {
	return &handshake.ClientConfig{
		Config: everything(t, v), ServerName: "localhost", ALPN: []string{"h2"}, RequestOCSP: true, RequestSCT: true, PSKKe: true,
		OnSession: func(*session.Session) {},
	}
}

func anyServer(t testing.TB, v suite.Version) *handshake.ServerConfig {
	key, err := session.ParseTicketKeys(make([]byte, session.TicketKeySize))
	if err != nil {
		t.Fatal(err)
	}
	ring := session.NewRing(key)
	return &handshake.ServerConfig{
		Config: everything(t, v), ClientAuth: handshake.RequestClientCert, ALPN: []string{"h2"}, PSKKe: true,
		Tickets: func() *session.Ring { return ring }, TicketCount: 1, Sessions: store{}, MaxEarlyData: 1000,
		AcceptEarlyData: func(context.Context, *handshake.EarlyOffer) (bool, error) { return true, nil },
	}
}

// flights records what each end of a genuine handshake sends.
func flights(t testing.TB, v suite.Version) (client, server []byte) {
	var mu sync.Mutex
	var sides [2][]byte
	i := 0
	pairOver(t, anyClient(t, v), anyServer(t, v), func(c *linktest.Conn) {
		side := i
		i++
		c.Written = func(b []byte) {
			mu.Lock()
			defer mu.Unlock()
			sides[side] = append(sides[side], b...)
		}
	})
	mu.Lock()
	defer mu.Unlock()
	return sides[0], sides[1]
}

// FuzzClient shows a client of each version whatever bytes there are.
func FuzzClient(f *testing.F) {
	for i, v := range allVersions {
		_, server := flights(f, v)
		f.Add(uint8(i), server)
	}
	f.Fuzz(func(t *testing.T, v uint8, data []byte) {
		l := link.New(tape{bytes.NewReader(data)}, link.Client)
		l.Begin()
		defer l.End()
		if _, err := handshake.Client(t.Context(), l, anyClient(t, allVersions[int(v)%4])); err == nil {
			t.Error("bytes that were there before our hello completed a handshake")
		}
	})
}

// FuzzServer shows a server of each version whatever bytes there are.
func FuzzServer(f *testing.F) {
	for i, v := range allVersions {
		client, _ := flights(f, v)
		f.Add(uint8(i), client)
	}
	f.Fuzz(func(t *testing.T, v uint8, data []byte) {
		l := link.New(tape{bytes.NewReader(data)}, link.Server)
		l.Begin()
		defer l.End()
		if _, err := handshake.Server(t.Context(), l, anyServer(t, allVersions[int(v)%4])); err == nil {
			t.Error("bytes that were there before our hello completed a handshake")
		}
	})
}

// meddler is a connection in which one byte changes on its way.
type meddler struct {
	net.Conn
	at    int
	flip  byte
	count int
}

func (m *meddler) Write(b []byte) (int, error) {
	if i := m.at - m.count; i >= 0 && i < len(b) {
		b = bytes.Clone(b)
		b[i] ^= m.flip
	}
	m.count += len(b)
	return m.Conn.Write(b)
}

// FuzzTransit changes a byte of a handshake between two genuine ends: it must
// fail on at least one side, unless only the record's framing was touched
// where the version leaves that open.
func FuzzTransit(f *testing.F) {
	for v := range uint8(4) {
		f.Add(v, true, uint16(20), uint8(1))
		f.Add(v, false, uint16(60), uint8(0x80))
	}
	// A length that became larger leaves both ends waiting.
	patience = time.Second
	f.Cleanup(func() { patience = 20 * time.Second })
	f.Fuzz(func(t *testing.T, v uint8, client bool, at uint16, flip uint8) {
		if flip == 0 {
			return
		}
		i := 0
		c, s := pairOver(t, anyClient(t, allVersions[v%4]), anyServer(t, allVersions[v%4]), func(c *linktest.Conn) {
			if (i == 0) == client {
				c.Conn = &meddler{Conn: c.Conn, at: int(at), flip: flip}
			}
			i++
		})
		if c.err == nil && s.err == nil && !bytes.Equal(c.result.Finished(), s.result.PeerFinished()) {
			t.Error("the two ends disagree about what they said, and do not know it")
		}
	})
}
