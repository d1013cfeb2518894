package recordlayer_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
)

func TestAwaitRecord(t *testing.T) {
	message := []byte{1, 0, 0, 3, 'a', 'b', 'c'}
	record := append([]byte{22, 3, 1, 0, 7}, message...)
	for _, tt := range []struct {
		name  string
		sent  []byte
		await error // of AwaitRecord
		read  error // of ReadMessage, once AwaitRecord had none
	}{
		{"whole record", record, nil, nil},
		{"nothing", nil, io.ErrUnexpectedEOF, nil},
		{"half a header", record[:3], io.ErrUnexpectedEOF, nil},
		{"half a record", record[:8], io.ErrUnexpectedEOF, nil},
		{"no TLS", []byte("GET / HTTP/1.0\r\n"), nil, failure.HTTPRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, server, err := recordlayertest.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			server.Trickle = true
			defer server.Close()
			client.Write(tt.sent)
			client.Close()
			l := recordlayer.New(server, recordlayer.Server)
			x := begin(l)
			defer x.End()
			if err := x.AwaitRecord(); !errors.Is(err, tt.await) {
				t.Fatalf("AwaitRecord: %v, want %v", err, tt.await)
			}
			if tt.await != nil {
				return
			}
			raw, err := x.ReadMessage()
			if !errors.Is(err, tt.read) || tt.read == nil && !bytes.Equal(raw, message) {
				t.Errorf("ReadMessage: %x, %v", raw, err)
			}
		})
	}
}
