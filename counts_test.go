package polytls_test

import (
	"net"
	"testing"
	"time"

	"polytls"
)

func TestHandshakeCounts(t *testing.T) {
	srv := storeServer(t, polytls.ServerOptions{})
	failed := make(chan struct{})
	srv.OnTLSClientError(func(error, *polytls.Socket) { close(failed) })
	if !dialTwice(t, srv, "TLSv1.3") {
		t.Fatal("not resumed")
	}
	raw, err := net.Dial("tcp", srv.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	raw.Close()
	select {
	case <-failed:
	case <-time.After(20 * time.Second):
		t.Fatal("a connection that was closed at once is not reported")
	}
	if got, want := srv.HandshakeCounts(), (polytls.HandshakeCounts{Full: 1, Resumed: 1, Failed: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
