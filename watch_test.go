package polytls_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
)

// TestClientThatLeavesEndsTheCallback: a callback's context ends when the client
// leaves, not when the handshake's time is up, and the error says that it left.
func TestClientThatLeavesEndsTheCallback(t *testing.T) {
	for how, leave := range leaves {
		if how == "silent" {
			continue
		}
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			for callback, set := range waitingCallbacks {
				t.Run(how+"/"+version+"/"+callback, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { leavesInCallback(t, version, leave, set) })
				})
			}
		}
	}
}

// waitingCallbacks set a callback of a server that calls wait.
var waitingCallbacks = map[string]func(so *polytls.ServerOptions, wait func(context.Context) error){
	"SNICallback": func(so *polytls.ServerOptions, wait func(context.Context) error) {
		so.SNICallback = func(ctx context.Context, _ string) (*polytls.SecureContext, error) { return nil, wait(ctx) }
	},
	"Verify": func(so *polytls.ServerOptions, wait func(context.Context) error) {
		so.RequestCert, so.CA = true, [][]byte{sceneCA.PEM()}
		so.Verify = func(ctx context.Context, _ *polytls.PeerVerdict) error { return wait(ctx) }
	},
}

func leavesInCallback(t *testing.T, version string, leave leave, set func(*polytls.ServerOptions, func(context.Context) error)) {
	so, co := serving(sceneServer), trusting(sceneCA)
	only(&so.ContextOptions, version)
	id := identity(sceneClient)
	co.Cert, co.Key = id.Cert, id.Key
	called, ended := make(chan struct{}), make(chan time.Time, 1)
	set(&so, func(ctx context.Context) error {
		close(called)
		<-ctx.Done()
		ended <- time.Now()
		return ctx.Err()
	})
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	errs := clientErrors(srv)
	a, b := lines()
	srv.Inject(b)
	go polytls.Client(t.Context(), a, co)
	<-called
	time.Sleep(200 * time.Millisecond)
	left := time.Now()
	leave(a)
	if took := (<-ended).Sub(left); took > 0 {
		t.Errorf("the context ended %v after the client had left", took)
	}
	wantCode(t, "server", <-errs, "ECONNRESET")
	a.Close()
}

// TestWhatComesDuringACallbackIsRead: it is handed to the handshake, or to Read.
func TestWhatComesDuringACallbackIsRead(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				so, co := serving(sceneServer), trusting(sceneCA)
				only(&so.ContextOptions, version)
				only(&co.ContextOptions, version)
				so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) {
					time.Sleep(time.Second) // longer than what is not watched
					return nil, nil
				}
				server, client := handshakeOver(t, func(testing.TB) (net.Conn, net.Conn) {
					a, b := lines()
					return a, b
				}, so, co).must(t)
				exchange(t, client, server, "hello")
				exchange(t, server, client, "and back")
				server.Close()
				client.Close()
			})
		})
	}
}

// TestVerifyOfAClientThatHasLeft: a client that sends its last messages with data, and
// closes its side while Verify runs, is served.
func TestVerifyOfAClientThatHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		so, co := serving(sceneServer), trusting(sceneCA)
		only(&so.ContextOptions, polytls.TLS13)
		id := identity(sceneClient)
		co.Cert, co.Key = id.Cert, id.Key
		so.RequestCert, so.CA, so.AllowHalfOpen = true, [][]byte{sceneCA.PEM()}, true
		so.Verify = func(ctx context.Context, _ *polytls.PeerVerdict) error {
			time.Sleep(time.Second)
			return nil
		}
		got := make(chan string, 1)
		srv, err := polytls.NewServer(so, func(s *polytls.Socket) {
			defer s.Close()
			data, err := io.ReadAll(s)
			got <- fmt.Sprint(string(data), " ", err)
		})
		if err != nil {
			t.Fatal(err)
		}
		a, b := lines()
		srv.Inject(b)
		client, err := polytls.Client(t.Context(), a, co)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		a.finish()
		if s := <-got; s != "hello <nil>" {
			t.Errorf("read %q", s)
		}
		client.Close()
		a.Close()
	})
}
