package inspect

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// trialServer returns the page of a server that can call itself.
func trialServer(t *testing.T) *Page {
	t.Helper()
	cert := testcert.CA("root").Server("localhost")
	key := &polytls.PSK{Identity: []byte("this page"), Key: make([]byte, 32)}
	var o polytls.ServerOptions
	o.Cert, o.Key = [][]byte{cert.ChainPEM()}, []polytls.Key{{PEM: cert.KeyPEM()}}
	o.RecordHandshake = true
	o.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return key, nil }
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) {
		io.Copy(io.Discard, s)
		s.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	go srv.Serve(l)
	p := Handler(srv)
	p.PSK = key
	p.Dial = func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
	return p
}

// post asks for an attempt as the page does, or with another header.
func post(p *Page, name string, header ...string) int {
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/try/"+name, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	p.ServeHTTP(w, r)
	return w.Code
}

// last waits for the row after a number of rows.
func last(t *testing.T, p *Page, seen int) *entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		list, count, news, _ := p.feed.since(seen)
		if count > seen {
			return list[0]
		}
		select {
		case <-news:
		case <-ctx.Done():
			t.Fatal("no row")
		}
	}
}

// TestExplain changes every text that may name an option, and no other.
func TestExplain(t *testing.T) {
	p := trialServer(t)
	p.Explain = func(text string) string { return "<" + text + ">" }
	post(p, "without-ca")
	e := last(t, p, 0).shown()
	texts := []string{e.What, e.Remedy}
	for _, c := range e.Choices {
		texts = append(texts, c.Rule)
		for _, o := range c.Obstacles {
			texts = append(texts, o.Reason)
		}
	}
	const least = 8
	for _, text := range texts {
		if !strings.HasPrefix(text, "<") || strings.HasPrefix(text, "<<") {
			t.Errorf("%q is not changed once", text)
		}
	}
	if len(texts) < least || strings.HasPrefix(e.Reason, "<") || strings.HasPrefix(e.Choices[0].Chosen, "<") {
		t.Errorf("%d texts, and others: %+v", len(texts), e.Handshake)
	}
}

// TestTry makes each attempt, and has the row that it is for.
func TestTry(t *testing.T) {
	p := trialServer(t)
	for i, tt := range []struct {
		name string
		want func(*shown) bool
	}{
		{"tls12", func(e *shown) bool { return e.OK && e.Protocol == polytls.TLS12 }},
		{"without-ca", func(e *shown) bool {
			return !e.OK && e.Alert == "unknown_ca" && e.AlertFrom == "peer" && e.Remedy != ""
		}},
		{"psk", func(e *shown) bool { return e.OK && e.PSK && e.Peer == "this page" }},
		{"node12", func(e *shown) bool {
			return e.OK && e.Group == "x25519" && e.Offered.Ciphers[1] == "TLS_CHACHA20_POLY1305_SHA256"
		}},
	} {
		p.attempted = pacer{}
		if code := post(p, tt.name); code != http.StatusNoContent {
			t.Fatalf("%s: %d", tt.name, code)
		}
		e := last(t, p, i).shown()
		if o := e.Enabled; o == nil || len(o.Versions) != 2 || o.Versions[0] != polytls.TLS13 || o.Groups[0] != "X25519MLKEM768" || o.ALPN == nil ||
			!slices.Contains(o.Ciphers, "TLS_AES_128_GCM_SHA256") || !slices.Contains(o.Sigalgs, "ed25519") {
			t.Errorf("%s: enabled %+v", tt.name, o)
		}
		if !tt.want(e) {
			t.Errorf("%s: %+v", tt.name, e.Handshake)
		}
	}
}

// TestTryIsRefused: to pages of other origins, to those who ask too often, to pages
// whose owner has not enabled it, and for what there is not.
func TestTryIsRefused(t *testing.T) {
	p := trialServer(t)
	p.Dial = func(context.Context) (net.Conn, error) { return nil, errors.New("no server") }
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"}} {
		if code := post(p, "tls12", header...); code != http.StatusForbidden {
			t.Errorf("%q: %d", header, code)
		}
	}
	if code := post(p, "tls13"); code != http.StatusNotFound {
		t.Errorf("unknown: %d", code)
	}
	p.attempted = pacer{last: time.Now().Add(time.Hour)}
	if code := post(p, "tls12"); code != http.StatusTooManyRequests {
		t.Errorf("too often: %d", code)
	}
	p.attempted = pacer{}
	if code := post(p, "tls12"); code != http.StatusBadGateway {
		t.Errorf("no server: %d", code)
	}
	p.PSK = nil
	if code := post(p, "psk"); code != http.StatusNotFound {
		t.Errorf("without a key: %d", code)
	}
	if p.Dial = nil; post(p, "tls12") != http.StatusNotFound {
		t.Error("a page without Dial connects")
	}
}

func TestPacer(t *testing.T) {
	var p pacer
	now := time.Now()
	for _, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {attemptInterval - 1, false}, {attemptInterval, true}, {attemptInterval, false}, {2 * attemptInterval, true}} {
		if got := p.allow(now.Add(step.after)); got != step.want {
			t.Errorf("after %v: %v", step.after, got)
		}
	}
}
