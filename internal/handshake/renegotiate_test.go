package handshake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
)

// renegotiator owns a connection and lets it renegotiate, allow permitting.
type renegotiator struct {
	ctx    context.Context
	client *handshake.ClientConfig
	server *handshake.ServerConfig
	allow  *failure.Error
}

func (r renegotiator) Context() context.Context              { return r.ctx }
func (r renegotiator) Timeout() time.Duration                { return 0 }
func (r renegotiator) Renegotiator() handshake.Renegotiator  { return r }
func (r renegotiator) ClientConfig() *handshake.ClientConfig { return r.client }
func (r renegotiator) ServerConfig() *handshake.ServerConfig { return r.server }
func (r renegotiator) Done(*handshake.Result)                {}

func (r renegotiator) Allow() error {
	if r.allow == nil {
		return nil
	}
	return r.allow
}

// renegotiable is a pair up to TLS 1.2 whose ends take turns in asking.
func renegotiable(t *testing.T, v suite.Version) (c, s end, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	t.Helper()
	cc = &handshake.ClientConfig{Config: config(v, identity(t, "p256-b"))}
	sc = &handshake.ServerConfig{Config: config(v, identity(t, "rsa2048"))}
	c, s = mustPair(t, cc, sc)
	c.conn.SetOwner(renegotiator{ctx: t.Context(), client: cc})
	s.conn.SetOwner(renegotiator{ctx: t.Context(), server: sc})
	return c, s, cc, sc
}

// collect reads everything of an end until it fails.
func collect(e end) <-chan []byte {
	out := make(chan []byte, 1000)
	go func() {
		defer close(out)
		for {
			buf := make([]byte, 100)
			n, err := e.layer.Read(buf)
			if err != nil {
				return
			}
			out <- buf[:n]
		}
	}()
	return out
}

func TestRenegotiation(t *testing.T) {
	for _, v := range []suite.Version{suite.TLS10, suite.TLS11, suite.TLS12} {
		for _, asks := range []string{"client", "server"} {
			for _, reading := range []bool{false, true} {
				t.Run(fmt.Sprint(v, "/", asks, "/reading=", reading), func(t *testing.T) {
					c, s, _, sc := renegotiable(t, v)
					one, other := c, s
					if asks == "server" {
						one, other = s, c
						withAuth := *sc
						withAuth.ClientAuth = handshake.RequireClientCert
						s.conn.SetOwner(renegotiator{ctx: t.Context(), server: &withAuth, allow: handshake.ErrRefuse})
					}
					answers := collect(other)
					if reading {
						own := collect(one)
						defer func() { exchangeVia(t, other, own, "the other way") }()
					}
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					defer cancel()
					before := one.conn.Result()
					for range 2 {
						if err := one.conn.Renegotiate(ctx, nil); err != nil {
							t.Fatal(err)
						}
					}
					if one.conn.Result() == before {
						t.Error("the result is still the old one")
					}
					if asks == "server" && len(s.conn.Result().Peer.Chain) != 1 {
						t.Error("the server did not get the certificate that it asked for")
					}
					exchangeVia(t, one, answers, "after it")
				})
			}
		}
	}
}

func exchangeVia(t *testing.T, from end, to <-chan []byte, text string) {
	t.Helper()
	if _, err := from.layer.Write([]byte(text)); err != nil {
		t.Error(err)
		return
	}
	var got []byte
	for len(got) < len(text) {
		b, ok := <-to
		if !ok {
			break
		}
		got = append(got, b...)
	}
	if string(got) != text {
		t.Errorf("read %q, want %q", got, text)
	}
}

func TestDataBeforeTheAnswerIsKept(t *testing.T) {
	c, s, _, _ := renegotiable(t, suite.TLS12)
	if _, err := s.layer.Write([]byte("sent before")); err != nil {
		t.Fatal(err)
	}
	collect(s)
	if err := c.conn.Renegotiate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len("sent before"))
	if _, err := io.ReadFull(reader{c.layer}, got); err != nil || string(got) != "sent before" {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestRefusedRenegotiation(t *testing.T) {
	cfg := config(suite.TLS12, identity(t, "p256"))
	c, s := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
	s.conn.SetOwner(renegotiator{ctx: t.Context()})
	// The client has no Renegotiator, so it refuses by a warning. It is reported with
	// and without a running Read.
	collect(c)
	collect(s)
	err := s.conn.Renegotiate(t.Context(), nil)
	var e *failure.Error
	if !errors.As(err, &e) || e.Code != "ERR_SSL_NO_RENEGOTIATION" || e.Alert != failure.AlertHandshakeFailure {
		t.Errorf("got %v, want OpenSSL's answer to a refusal", err)
	}
}

func TestPostHandshakeAuthentication(t *testing.T) {
	own := identity(t, "p256-b")
	for _, reading := range []bool{false, true} {
		t.Run(fmt.Sprint("reading=", reading), func(t *testing.T) {
			cc := &handshake.ClientConfig{Config: config(suite.TLS13, own)}
			sc := &handshake.ServerConfig{Config: config(suite.TLS13, identity(t, "rsa2048"))}
			cc.PostHandshakeAuth, sc.PostHandshakeAuth = true, true
			c, s := mustPair(t, cc, sc)
			answers := collect(c)
			if reading {
				collect(s)
			}
			if err := c.conn.UpdateKeys(false); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := s.conn.RequestClientCertificate(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if chain := s.conn.Result().Peer.Chain; len(chain) != 1 || string(chain[0].Raw) != string(own.Chain[0]) {
				t.Error("the server did not get the client's certificate")
			}
			exchangeVia(t, s, answers, "after it")
		})
	}
}

func TestClientThatDidNotOfferIsNotAsked(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	_, s := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
	if err := s.conn.RequestClientCertificate(t.Context()); err == nil {
		t.Error("it was asked")
	}
}
