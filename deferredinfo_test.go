package polytls_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"
	"weak"

	"polytls"
)

// TestDeferredInfoHoldsNoSocket: what is kept of a handshake does not keep its connection
// in memory, although callbacks of the connection were called.
func TestDeferredInfoHoldsNoSocket(t *testing.T) {
	nothing := func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) { return nil, nil }
	for name, change := range map[string]func(*polytls.ServerOptions){
		"plain":         func(*polytls.ServerOptions) {},
		"OnClientHello": func(o *polytls.ServerOptions) { o.OnClientHello = nothing },
		"a choice": func(o *polytls.ServerOptions) {
			o.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
				return &polytls.ServerChoice{ALPNProtocols: []string{"h2"}}, nil
			}
		},
		"ALPNCallback": func(o *polytls.ServerOptions) {
			o.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) { return "h2", nil }
		},
		"SNICallback": func(o *polytls.ServerOptions) {
			own, err := polytls.NewSecureContext(o.ContextOptions)
			o.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) { return own, err }
		},
	} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			t.Run(name+" "+version, func(t *testing.T) {
				so, co := serving(localhost), trusting(ca)
				so.RecordHandshake, co.RecordHandshake = true, true
				only(&so.ContextOptions, version)
				co.ALPNProtocols = []string{"h2"}
				change(&so)
				deferred, sockets := deferredOfClosed(t, so, co)
				for began := time.Now(); reachable(sockets) > 0 && time.Since(began) < time.Minute; {
					runtime.GC()
				}
				if n := reachable(sockets); n > 0 {
					t.Errorf("%d of %d sockets are in memory", n, len(sockets))
				}
				for _, d := range deferred {
					if i := d.Info(); i.Protocol != version || len(i.Choices) == 0 || d.Summary().Took != i.Took {
						t.Errorf("%+v", i)
					}
				}
			})
		}
	}
}

// deferredOfClosed returns what is kept of a handshake at both ends, and their Sockets,
// which are closed. It does without pair, which keeps them until the end of the test.
func deferredOfClosed(t *testing.T, so polytls.ServerOptions, co polytls.ConnectOptions) (all []*polytls.DeferredInfo, sockets []weak.Pointer[polytls.Socket]) {
	t.Helper()
	a, b := overTCP(t)
	ended := make(chan *polytls.Socket)
	go func() {
		server, err := polytls.ServerSocket(t.Context(), b, so)
		if err != nil {
			t.Error(err)
		}
		ended <- server
	}()
	client, err := polytls.Client(t.Context(), a, co)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*polytls.Socket{client, <-ended} {
		if s == nil {
			t.FailNow()
		}
		all, sockets = append(all, s.DeferHandshakeInfo()), append(sockets, weak.Make(s))
		s.Close()
	}
	return all, sockets
}

// reachable returns how many values are in memory.
func reachable[T any](all []weak.Pointer[T]) (n int) {
	for _, p := range all {
		if p.Value() != nil {
			n++
		}
	}
	return n
}

// TestDeferredInfoInOtherGoroutines: facts are computed during a renegotiation and after
// Close, by several goroutines.
func TestDeferredInfoInOtherGoroutines(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.RequestCert, so.AllowUnauthorized = true, true
	only(&so.ContextOptions, polytls.TLS12)
	server, client := recordedPair(t, so, co)
	var all sync.WaitGroup
	over := make(chan struct{})
	for _, s := range []*polytls.Socket{server, client} {
		first := s.DeferHandshakeInfo()
		all.Go(func() { io.Copy(io.Discard, s) })
		for range 2 {
			all.Go(func() {
				for {
					for _, d := range []*polytls.DeferredInfo{first, s.DeferHandshakeInfo()} {
						if i := d.Info(); i.Protocol != polytls.TLS12 || d.Summary().JA4 != i.JA4 || d.Size() == 0 || d.LogValue().Kind() != slog.KindGroup {
							t.Errorf("%+v", i)
						}
					}
					select {
					case <-over:
						return
					default:
					}
				}
			})
		}
	}
	if err := client.Renegotiate(within(t), polytls.RenegotiateOptions{}); err != nil {
		t.Error(err)
	}
	client.Close()
	server.Close()
	close(over)
	all.Wait()
}
