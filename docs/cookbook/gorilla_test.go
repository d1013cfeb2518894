package cookbook

import (
	"context"
	"testing"

	"github.com/gorilla/websocket"

	"polytls"
)

// # WebSockets with gorilla/websocket
//
// A client; a server is an HTTP handler, as above. Run with both ends over polytls.
func dialGorilla(ctx context.Context, url string, dialer *polytls.Dialer) (*websocket.Conn, error) {
	d := websocket.Dialer{NetDialTLSContext: dialer.DialContext}
	conn, _, err := d.DialContext(ctx, url, nil)
	return conn, err
}

func TestGorilla(t *testing.T) {
	url := webSocketServer(t)
	dialer, err := polytls.NewDialer(trusting(0))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := dialGorilla(within(t), url, dialer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, message, err := conn.ReadMessage(); err != nil || string(message) != "hello" {
		t.Errorf("%q, %v", message, err)
	}
}
