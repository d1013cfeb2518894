package metrics_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"polytls"
	"polytls/internal/testcert"
	"polytls/metrics"
	"polytls/sessionstore"
)

var (
	ca        = testcert.CA("metrics test root")
	localhost = ca.Server("localhost")
)

// scraped is a server whose metrics are scraped over HTTP.
type scraped struct {
	t    *testing.T
	srv  *polytls.Server
	url  string
	addr net.Addr
}

func serve(t *testing.T, change func(*polytls.ServerOptions, *metrics.Collector)) *scraped {
	t.Helper()
	collector := metrics.New()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	var o polytls.ServerOptions
	o.Cert, o.Key = [][]byte{localhost.ChainPEM()}, []polytls.Key{{PEM: localhost.KeyPEM()}}
	change(&o, collector)
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) { io.Copy(s, s) })
	if err != nil {
		t.Fatal(err)
	}
	collector.Watch(srv)
	s := &scraped{t: t, srv: srv}
	if s.addr, err = srv.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s.url = page.URL
	t.Cleanup(func() {
		page.Close()
		now, cancel := context.WithCancel(context.Background())
		cancel()
		srv.Shutdown(now)
	})
	return s
}

// options of a client.
func options() polytls.ConnectOptions {
	o := polytls.ConnectOptions{ServerName: "localhost"}
	o.CA = [][]byte{ca.PEM()}
	return o
}

// connect makes a connection and waits for an echo, so that the server has counted it.
func (s *scraped) connect(o polytls.ConnectOptions) *polytls.Socket {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr.String())
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := polytls.Client(context.Background(), conn, o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, "x"); err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// scrape returns the samples, without the types and the buckets of histograms.
func (s *scraped) scrape() []string {
	s.t.Helper()
	response, err := http.Get(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %v\n%s", response.Status, err, body)
	}
	var samples []string
	for line := range strings.Lines(string(body)) {
		if line[0] != '#' && !strings.Contains(line, "_bucket{") && !strings.Contains(line, "_sum{") {
			samples = append(samples, strings.TrimSpace(line))
		}
	}
	return samples
}

// want waits until the samples are these: a handshake that fails is counted after the
// client knows.
func (s *scraped) want(samples ...string) {
	s.t.Helper()
	slices.Sort(samples)
	var got []string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if got = s.scrape(); slices.Equal(got, samples) {
			return
		}
	}
	s.t.Errorf("scraped\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(samples, "\n"))
}

// TestScrape counts handshakes of each kind.
func TestScrape(t *testing.T) {
	key := polytls.PSK{Identity: []byte("me"), Key: make([]byte, 32)}
	s := serve(t, func(o *polytls.ServerOptions, c *metrics.Collector) {
		o.RecordHandshake = true
		o.PSKCallback = func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
			if string(identity) == "me" {
				return &key, nil
			}
			return nil, &polytls.Error{Code: "ERR_MADE_UP_" + string(identity)}
		}
	})
	o := options()
	o.MaxVersion, o.Ciphers, o.ECDHCurve = "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"
	old := s.connect(o).Session()
	o.Session = old
	s.connect(o)
	o = options()
	o.ECDHCurve, o.Ciphers = "P-256", "TLS_AES_128_GCM_SHA256"
	o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{key}, nil }
	s.connect(o)
	o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
		return []polytls.PSK{{Identity: []byte("someone"), Key: make([]byte, 32)}}, nil
	}
	for range 2 {
		if _, err := s.tryConnect(o); err == nil {
			t.Fatal("an unknown key is accepted")
		}
	}
	o = options()
	o.CA = [][]byte{}
	var refused *polytls.Error
	if _, err := s.tryConnect(o); !errors.As(err, &refused) {
		t.Fatalf("a client that trusts nobody: %v", err)
	}
	keys := s.srv.TicketKeys()
	if err := s.srv.SetTicketKeys(make([]byte, len(keys))); err != nil {
		t.Fatal(err)
	}
	o = options() // whose ticket no key opens any more
	o.MaxVersion, o.Ciphers, o.ECDHCurve = "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"
	o.Session = old
	s.connect(o)
	s.want(
		`polytls_tickets_total{event="issued"} 3`,
		`polytls_tickets_total{event="opened"} 1`,
		`polytls_tickets_total{event="unknown"} 1`,
		"polytls_ticket_key_changes_total 1",
		"polytls_connections 4",
		`polytls_handshake_seconds_count{resumption="full"} 2`,
		`polytls_handshake_seconds_count{resumption="psk"} 1`,
		`polytls_handshake_seconds_count{resumption="session"} 1`,
		`polytls_handshakes_total{cipher="",code="ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",group="",resumption="",version=""} 1`,
		`polytls_handshakes_total{cipher="",code="other",group="",resumption="",version=""} 2`,
		`polytls_handshakes_total{cipher="TLS_AES_128_GCM_SHA256",code="",group="secp256r1",resumption="psk",version="TLSv1.3"} 1`,
		`polytls_handshakes_total{cipher="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",code="",group="secp256r1",resumption="full",version="TLSv1.2"} 2`,
		`polytls_handshakes_total{cipher="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",code="",group="",resumption="session",version="TLSv1.2"} 1`,
	)
}

// tryConnect makes a connection that may fail.
func (s *scraped) tryConnect(o polytls.ConnectOptions) (*polytls.Socket, error) {
	conn, err := net.Dial("tcp", s.addr.String())
	if err != nil {
		s.t.Fatal(err)
	}
	return polytls.Client(context.Background(), conn, o)
}

// failing is a store that fails for whoever looks for something.
type failing struct{ sessionstore.Store }

func (failing) Take(context.Context, []byte) ([]byte, error) { return nil, errors.New("down") }

// TestScrapeOfStore counts what a server does with its store.
func TestScrapeOfStore(t *testing.T) {
	for _, down := range []bool{false, true} {
		s := serve(t, func(o *polytls.ServerOptions, c *metrics.Collector) {
			var kept sessionstore.Store = sessionstore.NewMemory(sessionstore.MemoryOptions{})
			if down {
				kept = failing{kept}
			}
			o.SessionStore, o.SingleUseTickets, o.Tickets = c.Store(kept), true, 1
		})
		o := options()
		sessions := make(chan []byte, 9)
		o.OnSession = func(session []byte) { sessions <- session }
		s.connect(o)
		o.Session = <-sessions
		second := s.connect(o)
		samples := strings.Join(s.scrape(), "\n")
		for _, want := range []string{`polytls_session_store_total{operation="put",result="ok"} 2`, `polytls_session_store_seconds_count{operation="put"} 2`} {
			if !strings.Contains(samples, want) {
				t.Errorf("no %s in\n%s", want, samples)
			}
		}
		result := map[bool]string{false: "hit", true: "error"}[down]
		if !regexp.MustCompile(`polytls_session_store_total\{operation="take",result="` + result + `"\} 1`).MatchString(samples) {
			t.Errorf("no %s in\n%s", result, samples)
		}
		if second.SessionReused() == down {
			t.Errorf("resumed with a store that is down: %v", down)
		}
	}
}
