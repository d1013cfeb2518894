package polytls_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/sessionstore"
)

// recordedPair has a handshake recorded at both ends.
func recordedPair(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) (server, client *polytls.Socket) {
	t.Helper()
	so.RecordHandshake, co.RecordHandshake = true, true
	return pair(t, so, co)
}

// TestHandshakeInfoCountsRoundTrips counts them at both ends, which agree on what the
// hellos look like, too.
func TestHandshakeInfoCountsRoundTrips(t *testing.T) {
	resumed := func(version string, change func(*polytls.ServerOptions)) (polytls.ServerOptions, polytls.ConnectOptions) {
		so, co := resumable(version)
		var err error
		change(&so)
		if so.SecureContext, err = polytls.NewSecureContext(so.ContextOptions); err != nil {
			t.Fatal(err)
		}
		so.ContextOptions = polytls.ContextOptions{}
		co.Session = sessionOf(t, so, co)
		return so, co
	}
	nothing := func(*polytls.ServerOptions) {}
	for _, tt := range []struct {
		name       string
		options    func() (polytls.ServerOptions, polytls.ConnectOptions)
		roundTrips int
		resumption string
	}{
		{"1.2", func() (polytls.ServerOptions, polytls.ConnectOptions) { return resumable("TLSv1.2") }, 2, ""},
		{"1.2, ticket", func() (polytls.ServerOptions, polytls.ConnectOptions) { return resumed("TLSv1.2", nothing) }, 1, "ticket"},
		{"1.3", func() (polytls.ServerOptions, polytls.ConnectOptions) { return resumable("TLSv1.3") }, 1, ""},
		{"1.3, a clock that stands still", func() (polytls.ServerOptions, polytls.ConnectOptions) {
			so, co := resumable("TLSv1.3")
			now := time.Now()
			so.Time, co.Time = func() time.Time { return now }, func() time.Time { return now }
			return so, co
		}, 1, ""},
		{"1.3, ticket", func() (polytls.ServerOptions, polytls.ConnectOptions) { return resumed("TLSv1.3", nothing) }, 1, "ticket"},
		{"1.3, HelloRetryRequest", func() (polytls.ServerOptions, polytls.ConnectOptions) {
			so, co := resumable("TLSv1.3")
			so.ECDHCurve = "P-384"
			return so, co
		}, 2, ""},
		{"1.3, external key", func() (polytls.ServerOptions, polytls.ConnectOptions) {
			so, co := resumable("TLSv1.3")
			key := polytls.PSK{Identity: []byte("me"), Key: make([]byte, 32)}
			so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return &key, nil }
			co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) { return []polytls.PSK{key}, nil }
			return so, co
		}, 1, "external key"},
	} {
		so, co := tt.options()
		server, client := recordedPair(t, so, co)
		atServer, atClient := server.HandshakeInfo(), client.HandshakeInfo()
		for end, i := range map[string]*polytls.HandshakeInfo{"server": atServer, "client": atClient} {
			if i.RoundTrips != tt.roundTrips || i.Resumption != tt.resumption {
				t.Errorf("%s, %s: %d round trips, resumption %q; want %d, %q", tt.name, end, i.RoundTrips, i.Resumption, tt.roundTrips, tt.resumption)
			}
			if i.Failure != nil || i.Took <= 0 || i.Waited > i.Took || i.Took != i.Steps[len(i.Steps)-1].At {
				t.Errorf("%s, %s: failure %v, waited %v of %v", tt.name, end, i.Failure, i.Waited, i.Took)
			}
			if tt.name == "1.3" && i.Client != "" { // it offers one version only
				t.Errorf("%s: the client is taken for %s", end, i.Client)
			}
			if len(i.JA3) != 32 || len(i.JA3S) != 32 || !strings.HasPrefix(i.JA4, "t1") || !strings.HasPrefix(i.JA4S, "t1") {
				t.Errorf("%s, %s: fingerprints %q %q %q %q", tt.name, end, i.JA3, i.JA4, i.JA3S, i.JA4S)
			}
		}
		if atServer.JA3 != atClient.JA3 || atServer.JA4 != atClient.JA4 || atServer.JA3S != atClient.JA3S || atServer.JA4S != atClient.JA4S {
			t.Errorf("%s: the ends compute other fingerprints", tt.name)
		}
	}
}

// TestHandshakeInfoNamesTheClient has a client with the defaults.
func TestHandshakeInfoNamesTheClient(t *testing.T) {
	server, client := recordedPair(t, serving(localhost), trusting(ca))
	for end, s := range map[string]*polytls.Socket{"server": server, "client": client} {
		if got := s.HandshakeInfo().Client; got != "polytls" {
			t.Errorf("%s: the client is taken for %q", end, got)
		}
	}
}

func TestHandshakeInfoOfIdentifier(t *testing.T) {
	so, co := resumable("TLSv1.2")
	so.SecureOptions, so.RecordHandshake = secureOption(t, "SSL_OP_NO_TICKET"), true
	so.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	connect := socketsOf(t, srv)
	first, _ := connect(t, co)
	co.Session = first.Session()
	if _, server := connect(t, co); server.HandshakeInfo().Resumption != "identifier" {
		t.Errorf("resumption %q", server.HandshakeInfo().Resumption)
	}
}

// TestHandshakeInfoTellsWhoseTimeItIs has the server take a second for its callback.
func TestHandshakeInfoTellsWhoseTimeItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		so, co := serving(localhost), trusting(ca)
		so.RecordHandshake, co.RecordHandshake = true, true
		co.AllowUnauthorized = true // the bubble's clock is before the certificate's dates
		so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) {
			time.Sleep(time.Second)
			return nil, nil
		}
		server, client := handshakeOver(t, overPipe, so, co).must(t)
		atServer, atClient := server.HandshakeInfo(), client.HandshakeInfo()
		if atServer.Took != time.Second || atServer.Waited != 0 {
			t.Errorf("the server: %v of %v waited", atServer.Waited, atServer.Took)
		}
		if atClient.Took != time.Second || atClient.Waited != time.Second {
			t.Errorf("the client: %v of %v waited", atClient.Waited, atClient.Took)
		}
		client.Close()
		server.Close()
	})
}

// TestHandshakeInfoExplainsFailure has the server refuse the client's version.
func TestHandshakeInfoExplainsFailure(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.RecordHandshake = true
	only(&so.ContextOptions, "TLSv1.3")
	only(&co.ContextOptions, "TLSv1.2")
	srv, co2 := listening(t, so, echo)
	co.Port = co2.Port
	failed := make(chan *polytls.HandshakeInfo, 1)
	srv.OnTLSClientError(func(_ error, s *polytls.Socket) { failed <- s.HandshakeInfo() })
	if _, err := polytls.Connect(t.Context(), co); err == nil {
		t.Fatal("the handshake succeeded")
	}
	x := (<-failed).Failure
	if x == nil || x.Code != "ERR_SSL_UNSUPPORTED_PROTOCOL" || x.What == "" || !strings.HasPrefix(x.Fault, "this end refused") || x.Remedy == "" {
		t.Errorf("%+v", x)
	}
}

// TestHandshakeInfoIsOfTheFirstHandshake renegotiates.
func TestHandshakeInfoIsOfTheFirstHandshake(t *testing.T) {
	so, co := resumable("TLSv1.2")
	server, client := recordedPair(t, so, co)
	before := len(client.HandshakeInfo().Steps)
	end := drain(client)
	if err := server.Renegotiate(t.Context(), polytls.RenegotiateOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*polytls.Socket{"server": server, "client": client} {
		if i := s.HandshakeInfo(); len(i.Steps) != before || i.HelloRetry {
			t.Errorf("%s: %d steps, HelloRetryRequest %v; want %d steps", name, len(i.Steps), i.HelloRetry, before)
		}
	}
	server.Close()
	<-end
}

// recordable are options with ready contexts.
func recordable(t testing.TB) (polytls.ServerOptions, polytls.ConnectOptions) {
	so, co := serving(localhost), trusting(ca)
	so.Tickets = -1 // nobody reads them
	for _, c := range []struct {
		ready **polytls.SecureContext
		from  *polytls.ContextOptions
	}{{&so.SecureContext, &so.ContextOptions}, {&co.SecureContext, &co.ContextOptions}} {
		var err error
		if *c.ready, err = polytls.NewSecureContext(*c.from); err != nil {
			t.Fatal(err)
		}
		*c.from = polytls.ContextOptions{}
	}
	return so, co
}

// closedPair makes a connection and closes it.
func closedPair(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) {
	server, client := pair(t, so, co)
	client.Close()
	server.Close()
}

// TestRecordAllocatesLittle compares handshakes with and without records.
func TestRecordAllocatesLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	so, co := recordable(t)
	var counts [2]float64
	for i := range counts {
		so.RecordHandshake, co.RecordHandshake = i == 1, i == 1
		var runs []float64
		for range 5 { // other goroutines allocate, too
			runs = append(runs, testing.AllocsPerRun(10, func() { closedPair(t, so, co) }))
		}
		counts[i] = slices.Min(runs)
	}
	const most = 10 // at both ends together
	if more := counts[1] - counts[0]; more > most {
		t.Errorf("records allocate %v times at both ends, want at most %d", more, most)
	}
}

// BenchmarkRecord compares handshakes without records, with them, and with what they
// say computed.
func BenchmarkRecord(b *testing.B) {
	for _, name := range []string{"without", "with", "computed"} {
		b.Run(name, func(b *testing.B) {
			so, co := recordable(b)
			so.RecordHandshake, co.RecordHandshake = name != "without", name != "without"
			b.ReportAllocs()
			for b.Loop() {
				server, client := pair(b, so, co)
				if name == "computed" {
					server.HandshakeInfo()
				}
				client.Close()
				server.Close()
			}
		})
	}
}

// TestHandshakeInfoHasMessages reads the messages at a client, and at a server during
// the functions of OnHandshake.
func TestHandshakeInfoHasMessages(t *testing.T) {
	missing := func(s *polytls.Socket) (names []string) {
		for _, step := range s.HandshakeInfo().Steps {
			if len(step.Raw) != step.Size {
				names = append(names, step.Name)
			}
		}
		return names
	}
	so, co := serving(localhost), trusting(ca)
	so.RecordHandshake, co.RecordHandshake = true, true
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	srv.OnHandshake(func(s *polytls.Socket, err error) {
		calls++
		if lost := missing(s); len(lost) > 0 {
			t.Errorf("no bytes of %q", lost)
		}
	})
	client, server := socketsOf(t, srv)(t, co)
	if lost := missing(client); calls != 1 || len(lost) > 0 {
		t.Errorf("%d calls; at the client no bytes of %q", calls, lost)
	}
	if kept := missing(server); len(kept) != len(server.HandshakeInfo().Steps) {
		t.Errorf("an open connection keeps all messages but %q", kept)
	}
}
