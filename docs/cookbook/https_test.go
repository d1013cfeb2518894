package cookbook

import (
	"io"
	"net"
	"net/http"
	"testing"

	"polytls"
	"polytls/polyhttp"
)

// # An HTTPS server with HTTP/2 and HTTP/1.1
//
// `polyhttp.Serve` is `http.ServeTLS`, and `polyhttp.ListenAndServe` takes an address in
// place of the listener. The client's ALPN list selects HTTP/2 or HTTP/1.1.
// `polyhttp.NewServer` returns an `http.Server` with `Shutdown` and `ErrorLog`.
func serveHTTPS(l net.Listener, certFile, keyFile string, handler http.Handler) error {
	return polyhttp.Serve(l, polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{certFile}, KeyFile: []string{keyFile}},
	}, handler)
}

func TestServeHTTPS(t *testing.T) {
	l := listen(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })
	go serveHTTPS(l, file(t, "cert.pem", localhost.PEM()), file(t, "key.pem", localhost.KeyPEM()), handler)
	client, err := clientWithOwnCA(file(t, "ca.pem", ca.PEM()))
	if err != nil {
		t.Fatal(err)
	}
	client.Timeout = 0
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(within(t), "GET", "https://"+l.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "HTTP/2.0" {
		t.Errorf("%q, %v", body, err)
	}
}
