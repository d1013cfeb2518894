package polytls_test

import (
	"slices"
	"testing"

	"polytls"
	"polytls/internal/wire"
)

// TestHandshakeInfoOfMalformedHello tells what could be read of a hello that is
// refused: its operator has to find out who sent it.
func TestHandshakeInfoOfMalformedHello(t *testing.T) {
	var h wire.ClientHello
	if err := wire.Parse(smallHello(t, "TLSv1.3")[5:], &h); err != nil {
		t.Fatal(err)
	}
	h.Extensions = append(h.Extensions, wire.Extension{Type: wire.ExtALPN, Body: []byte{0, 9, 2, 'h', '2', 8, 'h'}})
	raw, err := wire.Marshal(&h)
	if err != nil {
		t.Fatal(err)
	}
	o := serving(localhost)
	o.RecordHandshake = true
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan *polytls.HandshakeInfo, 1)
	srv.OnTLSClientError(func(_ error, s *polytls.Socket) { failed <- s.HandshakeInfo() })
	client, server := overTCP(t)
	defer client.Close()
	srv.Inject(server)
	if _, err := client.Write(inRecords(raw)); err != nil {
		t.Fatal(err)
	}
	info := <-failed
	if info.ServerName != "localhost" || !slices.Equal(info.Versions, []string{"TLSv1.3"}) || !slices.Contains(info.Groups, "x25519") ||
		len(info.Ciphers) == 0 || !slices.Contains(info.Extensions, "application_layer_protocol_negotiation") {
		t.Errorf("the record: %+v", info)
	}
}
