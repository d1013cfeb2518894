package cookbook

import (
	"errors"
	"net/http"
	"testing"

	"polytls"
	"polytls/polyhttp"
)

// # A client that trusts an authority of its own
//
// `CAFile`, or `CA` with the bytes, replaces Mozilla's roots, which a client trusts
// otherwise; `ExtraCA` adds to them, and `SystemRoots` trusts what the system trusts.
func clientWithOwnCA(caFile string) (*http.Client, error) {
	transport, err := polyhttp.NewTransport(polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CAFile: []string{caFile}},
	})
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: transport}, nil
}

// TestClientWithOwnCA: a client that trusts another authority is refused its answer;
// TestServeHTTPS has the one that trusts the right one.
func TestClientWithOwnCA(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	start(t, srv, err)
	client, err := clientWithOwnCA(file(t, "ca.pem", localhost.PEM()))
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(within(t), "GET", "https://"+srv.Address().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err == nil {
		response.Body.Close()
	}
	if refused, ok := errors.AsType[*polytls.Error](err); !ok || refused.Code != "UNABLE_TO_VERIFY_LEAF_SIGNATURE" {
		t.Errorf("a server of an authority that is not trusted: %v", err)
	}
}
