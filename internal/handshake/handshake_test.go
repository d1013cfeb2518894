package handshake_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// identity makes a self-signed certificate with one of certtest's keys.
func identity(t testing.TB, key string) *handshake.Certificate {
	t.Helper()
	k := certtest.Keys(key)
	now := time.Now()
	tmpl := certtest.Template{
		Serial: 1, Subject: certtest.Name("CN=" + key), Issuer: certtest.Name("CN=" + key),
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		Key: k, Signer: k, Extensions: [][]byte{certtest.AltNames(certtest.DNS("localhost"))},
	}
	der := tmpl.Sign()
	leaf, err := trust.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c := &handshake.Certificate{Chain: [][]byte{der}, Leaf: leaf, Signer: k.Signer}
	c.Decrypter, _ = k.Signer.(crypto.Decrypter)
	return c
}

func accept(context.Context, *handshake.Peer) (*failure.Error, error) { return nil, nil }

// config enables everything.
func config(v suite.Version, certs ...*handshake.Certificate) *handshake.Config {
	c := &handshake.Config{
		MinVersion: v, MaxVersion: v,
		Groups:       suite.DefaultGroups().Groups(),
		Schemes:      suite.Level(0).DefaultSchemes(),
		Certificates: certs,
		VerifyPeer:   accept,
		DHAuto:       true,
		DHLimits:     kex.DHLimits{MinBits: 1024},
	}
	for s := range suite.Suites() {
		switch {
		case !s.Implemented, s.Auth == suite.AuthNone:
		case s.MinVersion == suite.TLS13:
			c.Suites13 = append(c.Suites13, s)
		default:
			c.Suites = append(c.Suites, s)
		}
	}
	return c
}

// end is one end of a finished handshake.
type end struct {
	layer  *recordlayer.Layer
	conn   *handshake.Connection
	result *handshake.Result
	err    error
}

// pair runs a handshake between two configs over loopback.
func pair(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) (client, server end) {
	t.Helper()
	return pairOver(t, cc, sc, func(c *recordlayertest.Conn) {})
}

// patience bounds a handshake whose two ends wait for each other.
var patience = 20 * time.Second

func pairOver(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig, set func(*recordlayertest.Conn)) (client, server end) {
	t.Helper()
	a, b, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	set(a)
	set(b)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	deadline, _ := ctx.Deadline()
	a.SetDeadline(deadline)
	b.SetDeadline(deadline)
	var wg sync.WaitGroup
	wg.Go(func() {
		client = establish(recordlayer.New(a, recordlayer.Client), recordlayer.Client, cc.OnSession, func(x recordlayer.Exchange) (*handshake.Result, error) {
			return handshake.Client(ctx, x, cc)
		})
		if client.err != nil {
			a.Close()
		}
	})
	server = establish(recordlayer.New(b, recordlayer.Server), recordlayer.Server, nil, func(x recordlayer.Exchange) (*handshake.Result, error) {
		return handshake.Server(ctx, x, sc)
	})
	if server.err != nil {
		b.Close()
	}
	wg.Wait()
	return client, server
}

func establish(l *recordlayer.Layer, role recordlayer.Role, onSession func(*session.Session), run func(recordlayer.Exchange) (*handshake.Result, error)) end {
	x, err := l.Begin(context.Background())
	if err != nil {
		return end{err: err}
	}
	defer x.End()
	r, err := run(x)
	if err != nil {
		return end{err: err}
	}
	c := handshake.NewConnection(l, r, role, onSession, nil)
	x.Established()
	x.Flush() // now, so that what a test makes of writes is in their order
	return end{layer: l, conn: c, result: r}
}

// mustPair is pair for handshakes that must succeed, and checks that data flows
// both ways.
func mustPair(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) (client, server end) {
	t.Helper()
	client, server = pair(t, cc, sc)
	check(t, client, server)
	return client, server
}

func check(t testing.TB, client, server end) {
	t.Helper()
	if client.err != nil || server.err != nil {
		t.Fatalf("client: %v; server: %v", client.err, server.err)
	}
	exchange(t, server, client, "from the server")
	exchange(t, client, server, "from the client")
	if !bytes.Equal(client.result.Finished(), server.result.PeerFinished()) || !bytes.Equal(client.result.PeerFinished(), server.result.Finished()) {
		t.Error("the two ends disagree about Finished")
	}
	a, err := client.conn.Exporter("EXPERIMENTAL x", []byte("context"), 20)
	if err != nil {
		t.Fatal(err)
	}
	b, err := server.conn.Exporter("EXPERIMENTAL x", []byte("context"), 20)
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("exporters: %x and %x (%v)", a, b, err)
	}
}

// exchange sends text from one end to the other.
func exchange(t testing.TB, from, to end, text string) {
	t.Helper()
	if _, err := from.layer.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(reader{to.layer}, got); err != nil || string(got) != text {
		t.Fatalf("read %q, %v; want %q", got, err, text)
	}
}

type reader struct{ l *recordlayer.Layer }

func (r reader) Read(p []byte) (int, error) { return r.l.Read(p) }

func versions() []suite.Version {
	return []suite.Version{suite.TLS10, suite.TLS11, suite.TLS12, suite.TLS13}
}

func TestEverySuiteInEveryVersion(t *testing.T) {
	certs := []*handshake.Certificate{identity(t, "rsa2048"), identity(t, "p256")}
	psk := handshake.PSK{Identity: []byte("id"), Key: []byte("0123456789abcdef")}
	for _, v := range versions() {
		for s := range suite.Suites() {
			if !s.Implemented || v < s.MinVersion || v > s.MaxVersion || s.UsesSRP() || s.Auth == suite.AuthNone {
				continue
			}
			t.Run(fmt.Sprint(v, "/", s.Standard), func(t *testing.T) {
				cfg := config(v, certs...)
				cfg.Suites = []*suite.CipherSuite{s}
				cfg.Suites13 = cfg.Suites
				cc := &handshake.ClientConfig{Config: cfg, ServerName: "localhost"}
				sc := &handshake.ServerConfig{Config: cfg}
				if s.UsesPSK() {
					cc.PSK = func(context.Context, *string) ([]handshake.PSK, error) { return []handshake.PSK{psk}, nil }
					sc.PSK = func(_ context.Context, id []byte) (*handshake.PSK, error) { return &psk, nil }
				}
				c, _ := mustPair(t, cc, sc)
				if c.result.Suite != s || c.result.Version != v {
					t.Errorf("negotiated %s %s", c.result.Version, c.result.Suite.Standard)
				}
			})
		}
	}
}

func TestEveryGroup(t *testing.T) {
	cert := identity(t, "p256")
	for _, v := range []suite.Version{suite.TLS12, suite.TLS13} {
		for g := range suite.Groups() {
			if g.MinVersion > v || v == suite.TLS12 && g.Kind == suite.FiniteField {
				continue
			}
			t.Run(fmt.Sprint(v, "/", g.Name), func(t *testing.T) {
				cfg := config(v, cert)
				cfg.Groups = []suite.Group{g.ID, suite.P256}
				c, _ := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
				if c.result.Group != g.ID {
					t.Errorf("negotiated %s", c.result.Group)
				}
			})
		}
	}
}

func TestHelloRetryRequest(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	client := *cfg
	client.KeyShares = []suite.Group{suite.P256}
	server := *cfg
	server.Groups = []suite.Group{suite.P384}
	c, s := mustPair(t, &handshake.ClientConfig{Config: &client}, &handshake.ServerConfig{Config: &server})
	if !c.result.HelloRetry || !s.result.HelloRetry || c.result.Group != suite.P384 {
		t.Errorf("retry %t, %t, group %s", c.result.HelloRetry, s.result.HelloRetry, c.result.Group)
	}
}

func TestSingleBytes(t *testing.T) {
	cert := identity(t, "p256")
	for _, v := range versions() {
		t.Run(v.String(), func(t *testing.T) {
			cfg := config(v, cert)
			c, s := pairOver(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg},
				func(c *recordlayertest.Conn) { c.Trickle = true })
			check(t, c, s)
		})
	}
}

func TestClientCertificate(t *testing.T) {
	server := identity(t, "rsa2048")
	for _, v := range versions() {
		for _, key := range []string{"rsa2048-b", "p256-b", "p384", "ed25519", "ed448", "pss", "mldsa44", "mldsa65", "mldsa87"} {
			if v < suite.TLS12 && (key == "ed25519" || key == "ed448" || key == "pss") || v < suite.TLS13 && strings.HasPrefix(key, "mldsa") {
				continue
			}
			t.Run(fmt.Sprint(v, "/", key), func(t *testing.T) {
				own := identity(t, key)
				cc := &handshake.ClientConfig{Config: config(v, own)}
				sc := &handshake.ServerConfig{Config: config(v, server), ClientAuth: handshake.RequireClientCert}
				_, s := mustPair(t, cc, sc)
				if len(s.result.Peer.Chain) != 1 || !bytes.Equal(s.result.Peer.Chain[0].Raw, own.Chain[0]) {
					t.Error("the server did not get the client's certificate")
				}
			})
		}
	}
}

func TestResumption(t *testing.T) {
	cert := identity(t, "p256")
	key, err := session.NewTicketKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions() {
		for _, stateful := range []bool{false, true} {
			t.Run(fmt.Sprint(v, "/stateful=", stateful), func(t *testing.T) {
				cfg := config(v, cert)
				sc := &handshake.ServerConfig{Config: cfg, TicketCount: 2}
				if stateful {
					sc.Sessions = store{}
				} else {
					ring := session.NewRing(key)
					sc.Tickets = func() *session.Ring { return ring }
				}
				var last *session.Session
				cc := &handshake.ClientConfig{Config: cfg, ServerName: "localhost", OnSession: func(s *session.Session) { last = s }}
				mustPair(t, cc, sc)
				if last == nil {
					t.Fatal("no session came")
				}
				again := *cc
				again.Session = last
				c, s := mustPair(t, &again, sc)
				if !c.result.Resumed || !s.result.Resumed {
					t.Errorf("resumed: %t, %t", c.result.Resumed, s.result.Resumed)
				}
			})
		}
	}
}

// store is a SessionStore in memory. TestCompressedSessionsAreNotResumed at either
// end: compression is not supported.
func TestCompressedSessionsAreNotResumed(t *testing.T) {
	for _, v := range versions() {
		for _, end := range []string{"client", "server"} {
			sessions := store{}
			cfg := config(v, identity(t, "p256"))
			sc := &handshake.ServerConfig{Config: cfg, TicketCount: 1, Sessions: sessions}
			var last *session.Session
			cc := &handshake.ClientConfig{Config: cfg, ServerName: "localhost", OnSession: func(s *session.Session) { last = s }}
			mustPair(t, cc, sc)
			last.Compression = 1
			if end == "server" {
				last.Compression = 0
				for _, s := range sessions {
					s.Compression = 1
				}
			}
			again := *cc
			again.Session = last
			if c, s := mustPair(t, &again, sc); c.result.Resumed || s.result.Resumed {
				t.Errorf("%s, at the %s: resumed", v, end)
			}
		}
	}
}

type store map[string]*session.Session

func (m store) Put(_ context.Context, s *session.Session) error {
	m[string(s.ID)] = s
	return nil
}

func (m store) Get(_ context.Context, id []byte) (*session.Session, error) { return m[string(id)], nil }

func (m store) Claim(context.Context, []byte) (handshake.Claim, error) { return handshake.Shared, nil }

func TestExternalPSK13(t *testing.T) {
	for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
		t.Run(hash.String(), func(t *testing.T) {
			psk := handshake.PSK{Identity: []byte("id"), Key: []byte("secret"), Hash: hash}
			cfg := config(suite.TLS13)
			cc := &handshake.ClientConfig{Config: cfg, PSK: func(context.Context, *string) ([]handshake.PSK, error) {
				return []handshake.PSK{{Identity: []byte("other"), Key: []byte("other")}, psk}, nil
			}}
			sc := &handshake.ServerConfig{Config: cfg, PSK: func(_ context.Context, id []byte) (*handshake.PSK, error) {
				if string(id) != "id" {
					return nil, nil
				}
				return &psk, nil
			}}
			c, s := mustPair(t, cc, sc)
			if string(c.result.PSKIdentity) != "id" || string(s.result.PSKIdentity) != "id" {
				t.Errorf("identities %q, %q", c.result.PSKIdentity, s.result.PSKIdentity)
			}
		})
	}
}

func TestNoSharedVersion(t *testing.T) {
	cert := identity(t, "p256")
	c, s := pair(t, &handshake.ClientConfig{Config: config(suite.TLS12)}, &handshake.ServerConfig{Config: config(suite.TLS13, cert)})
	var e *failure.Error
	if !errors.As(s.err, &e) || e.Alert != failure.AlertProtocolVersion || e.AlertFrom != failure.SideUs {
		t.Errorf("server: %v", s.err)
	}
	if !errors.As(c.err, &e) || e.Alert != failure.AlertProtocolVersion || e.AlertFrom != failure.SidePeer {
		t.Errorf("client: %v", c.err)
	}
}

func TestKeyUpdate(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	c, s := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
	for range 3 {
		if err := c.conn.UpdateKeys(true); err != nil {
			t.Fatal(err)
		}
		exchange(t, c, s, "after an update")
		exchange(t, s, c, "after the answer")
		if err := s.conn.UpdateKeys(false); err != nil {
			t.Fatal(err)
		}
		exchange(t, s, c, "after the server's")
	}
}

func TestEarlyData(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	key, err := session.NewTicketKey()
	if err != nil {
		t.Fatal(err)
	}
	accept := true
	sc := &handshake.ServerConfig{
		Config: cfg, TicketCount: 1, MaxEarlyData: 10,
		Tickets:         func() *session.Ring { return session.NewRing(key) },
		AcceptEarlyData: func(context.Context, *handshake.EarlyOffer) (bool, error) { return accept, nil },
	}
	var last *session.Session
	cc := &handshake.ClientConfig{Config: cfg, OnSession: func(s *session.Session) { last = s }}
	mustPair(t, cc, sc)
	again := *cc
	again.Session, again.EarlyData = last, []byte("early, but too long")

	c, s := pair(t, &again, sc)
	if c.err != nil || s.err != nil || !c.result.EarlyDataAccepted || !s.result.EarlyDataAccepted || c.result.EarlyDataSent != 10 {
		t.Fatalf("client: %v, server: %v", c.err, s.err)
	}
	got := make([]byte, 10)
	if _, err := io.ReadFull(reader{s.layer}, got); err != nil || string(got) != "early, but" {
		t.Fatalf("the server read %q, %v", got, err)
	}
	check(t, c, s)

	accept = false
	c, s = pair(t, &again, sc)
	check(t, c, s)
	if c.result.EarlyDataAccepted || s.result.EarlyDataAccepted || !c.result.Resumed {
		t.Error("early data was accepted against the server's will")
	}

	accept = true
	retry := *cfg
	retry.Groups = []suite.Group{suite.P521}
	asks := *sc
	asks.Config = &retry
	c, s = pair(t, &again, &asks)
	check(t, c, s)
	if c.result.EarlyDataAccepted || !c.result.HelloRetry {
		t.Error("early data was accepted before a second hello")
	}
}

// TestResultBeforeTheEnd: while a server reads early data, its secrets export keys
// (RFC 8446, section 7.5), and the end of the handshake does not change what was
// known.
func TestResultBeforeTheEnd(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	key, err := session.NewTicketKey()
	if err != nil {
		t.Fatal(err)
	}
	sc := &handshake.ServerConfig{
		Config: cfg, TicketCount: 1, MaxEarlyData: 10,
		Tickets:         func() *session.Ring { return session.NewRing(key) },
		AcceptEarlyData: func(context.Context, *handshake.EarlyOffer) (bool, error) { return true, nil },
	}
	cc := &handshake.ClientConfig{Config: cfg}
	cc.OnSession = func(s *session.Session) { cc.Session, cc.EarlyData = s, []byte("early") }
	mustPair(t, cc, sc)

	a, b, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	done := make(chan end)
	go func() {
		done <- establish(recordlayer.New(a, recordlayer.Client), recordlayer.Client, nil, func(x recordlayer.Exchange) (*handshake.Result, error) {
			return handshake.Client(ctx, x, cc)
		})
	}()
	var before *handshake.Result
	var early []byte
	l := recordlayer.New(b, recordlayer.Server)
	server := establish(l, recordlayer.Server, nil, func(x recordlayer.Exchange) (*handshake.Result, error) {
		p, err := handshake.Begin(ctx, x, sc)
		if err != nil || !p.Early() {
			return nil, fmt.Errorf("no early data: %v", err)
		}
		before = p.Result()
		if early, err = handshake.NewConnection(l, p.Result(), recordlayer.Server, nil, nil).Exporter("EXPERIMENTAL x", nil, 20); err != nil {
			return nil, err
		}
		if err := p.ReadFinished(ctx, x.Reading, nil); err != nil {
			return nil, err
		}
		return p.Finish(ctx, x.Turn)
	})
	client := <-done
	if client.err != nil || server.err != nil {
		t.Fatalf("client: %v; server: %v", client.err, server.err)
	}
	late, err := client.conn.Exporter("EXPERIMENTAL x", nil, 20)
	if err != nil || !bytes.Equal(early, late) {
		t.Errorf("exporters: %x before the end and %x (%v)", early, late, err)
	}
	if bytes.Equal(before.PeerFinished(), server.result.PeerFinished()) {
		t.Error("the end of the handshake has changed the result before it")
	}
}

// compressions are all algorithms.
var compressions = []*certcompress.Algorithm{certcompress.Zlib, zstd.Algorithm, brotli.Algorithm}

func TestCompressedCertificates(t *testing.T) {
	for _, a := range compressions {
		t.Run(fmt.Sprint(a.ID), func(t *testing.T) {
			cfg := config(suite.TLS13, identity(t, "rsa2048"))
			cfg.Compressions = []*certcompress.Algorithm{a}
			sizes := map[bool]int{}
			observe := func(s handshake.Step) {
				if s.Sent && wire.MessageType(s.Raw[0]) == wire.TypeCompressedCertificate {
					sizes[true] = len(s.Raw)
				}
			}
			watched := handshake.Observers{Observe: observe}
			mustPair(t, &handshake.ClientConfig{Config: cfg, Observers: watched}, &handshake.ServerConfig{Config: cfg, Observers: watched, ClientAuth: handshake.RequireClientCert})
			if len(sizes) == 0 {
				t.Error("no certificate was compressed")
			}
			body := bytes.Repeat([]byte("certificate"), 1000)
			short, err := a.Compress(body)
			if err != nil || len(short) > len(body)/10 {
				t.Errorf("%d bytes became %d: %v", len(body), len(short), err)
			}
			if _, err := a.Decompress(short, len(body)-1); err == nil {
				t.Error("more came out than was announced")
			}
		})
	}
}

func TestKeyUpdatesUnderLoadBothWays(t *testing.T) {
	cfg := config(suite.TLS13, identity(t, "p256"))
	c, s := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
	data := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	var wg sync.WaitGroup
	for _, way := range [][2]end{{c, s}, {s, c}} {
		wg.Go(func() {
			for i := range 20 {
				n := len(data) / 20
				if _, err := way[0].layer.Write(data[i*n : (i+1)*n]); err != nil {
					t.Error(err)
					return
				}
				if err := way[0].conn.UpdateKeys(i%2 == 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			got := make([]byte, len(data))
			if _, err := io.ReadFull(reader{way[1].layer}, got); err != nil || !bytes.Equal(got, data) {
				t.Errorf("the data did not come through: %v", err)
			}
		})
	}
	wg.Wait()
}
