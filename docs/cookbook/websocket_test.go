package cookbook

import (
	"context"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"polytls"
	"polytls/polyhttp"
)

// # WebSockets with coder/websocket, both ends
//
// WebSockets need HTTP/1.1: a client offers that alone. A server of `polyhttp` serves
// them beside HTTP/2. Run with both ends over polytls.
func dialWebSocket(ctx context.Context, url string, o polytls.ConnectOptions) (*websocket.Conn, error) {
	o.ALPNProtocols = []string{"http/1.1"}
	transport, err := polyhttp.NewTransport(o)
	if err != nil {
		return nil, err
	}
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	return conn, err
}

func serveWebSocket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // the response has been sent
	}
	defer conn.CloseNow()
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if err := conn.Write(r.Context(), kind, message); err != nil {
			return
		}
	}
}

func TestWebSocket(t *testing.T) {
	url := webSocketServer(t)
	ctx := within(t)
	conn, err := dialWebSocket(ctx, url, trusting(0))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, message, err := conn.Read(ctx); err != nil || string(message) != "hello" {
		t.Errorf("%q, %v", message, err)
	}
}

// webSocketServer starts a server of serveWebSocket and returns its URL.
func webSocketServer(t *testing.T) (url string) {
	t.Helper()
	srv, err := polyhttp.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, http.HandlerFunc(serveWebSocket))
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "wss://" + l.Addr().String() + "/"
}
