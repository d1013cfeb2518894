package polytls_test

import (
	"context"
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
			t.Run(how+"/"+version, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { leavesInCallback(t, version, leave) })
			})
		}
	}
}

func leavesInCallback(t *testing.T, version string, leave leave) {
	so, co := serving(sceneServer), trusting(sceneCA)
	only(&so.ContextOptions, version)
	called, ended := make(chan struct{}), make(chan time.Time, 1)
	so.SNICallback = func(ctx context.Context, _ string) (*polytls.SecureContext, error) {
		close(called)
		<-ctx.Done()
		ended <- time.Now()
		return nil, ctx.Err()
	}
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
