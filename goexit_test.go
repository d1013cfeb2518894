package polytls_test

import (
	"context"
	"runtime"
	"testing"

	"polytls"
)

// TestCallbacksThatEndTheirGoroutine: runtime.Goexit, which FailNow of a test calls,
// in a callback fails the handshake at both ends, and nothing waits.
func TestCallbacksThatEndTheirGoroutine(t *testing.T) {
	for name, set := range map[string]func(*polytls.ServerOptions, *polytls.ConnectOptions){
		"SNICallback": func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) {
			so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) {
				runtime.Goexit()
				return nil, nil
			}
		},
		"ALPNCallback": func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.ALPNProtocols = []string{"a"}
			so.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) {
				runtime.Goexit()
				return "", nil
			}
		},
		"CheckServerIdentity": func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			only(&so.ContextOptions, polytls.TLS12) // whose server waits for the client
			co.CheckServerIdentity = func(context.Context, string, *polytls.Certificate) error {
				runtime.Goexit()
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			so, co := polytls.ServerOptions{ContextOptions: identity(localhost)}, trusting(ca)
			set(&so, &co)
			o := handshake(t, so, co)
			if o.clientErr == nil || o.serverErr == nil {
				t.Errorf("client: %v, server: %v", o.clientErr, o.serverErr)
			}
			ours := o.serverErr
			if name == "CheckServerIdentity" {
				ours = o.clientErr
			}
			wantCode(t, name, ours, "ERR_SSL_CALLBACK_FAILED")
		})
	}
}
