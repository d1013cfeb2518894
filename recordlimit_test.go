package polytls_test

import (
	"fmt"
	"io"
	"testing"

	"polytls"
	"polytls/internal/wire"
)

// TestRecordSizeLimit counts what data costs on the wire, which is more in short
// records. A limit of the server reaches a client that offers one, and the other
// way round.
func TestRecordSizeLimit(t *testing.T) {
	const size, header = 20_000, 5
	for _, tt := range []struct {
		client, server, fragment int
		fromClient, fromServer   int // bytes of a record, near enough
	}{
		{fromClient: 16384, fromServer: 16384},
		{client: 512, fromClient: 16384, fromServer: 512},
		{client: 16385, server: 64, fromClient: 64, fromServer: 16384},
		{client: 64, server: 512, fromClient: 512, fromServer: 64},
		{fragment: 512, fromClient: 512, fromServer: 512},
		{server: 64, fromClient: 16384, fromServer: 16384}, // the client does not know
	} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			t.Run(fmt.Sprint(tt, version), func(t *testing.T) {
				so, co := serving(localhost), trusting(ca)
				co.MaxVersion, co.RecordSizeLimit, co.MaxFragmentLength = version, tt.client, tt.fragment
				so.RecordSizeLimit = tt.server
				server, client := pair(t, so, co)
				records(t, client, server, size, tt.fromClient, header)
				records(t, server, client, size, tt.fromServer, header)
			})
		}
	}
}

// records sends data and checks that it goes in records of at most most bytes.
func records(t *testing.T, from, to *polytls.Socket, size, most, header int) {
	t.Helper()
	send := func(n int) int {
		before, written := from.WireBytesWritten(), make(chan error, 1)
		go func() { _, err := from.Write(make([]byte, n)); written <- err }()
		if _, err := io.ReadFull(to, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		return int(from.WireBytesWritten() - before)
	}
	send(1)        // with the end of the handshake
	const tag = 16 // bytes, at least
	cost := send(size) - size
	fewest := (size + most - 1) / most
	if least := fewest * (header + tag); cost < least || cost > 2*least {
		t.Errorf("%d bytes in records of %d cost %d more, want about %d", size, most, cost, least)
	}
}

// TestRecordSizeLimitIsChecked where the options are read.
func TestRecordSizeLimitIsChecked(t *testing.T) {
	for n, code := range map[int]string{63: outside, 64: "", 16385: "", 16386: outside} {
		contextIs(code, func(o *polytls.ContextOptions) { o.RecordSizeLimit = n })(t)
	}
	for n, code := range map[int]string{511: outside, 512: "", 1024: "", 2048: "", 4096: "", 8192: outside} {
		clientIs(code, func(o *polytls.ConnectOptions) { o.MaxFragmentLength = n })(t)
	}
}

// TestRecordSizeLimitOfAnOldVersion is that of the version (RFC 8449, section 4).
func TestRecordSizeLimitOfAnOldVersion(t *testing.T) {
	for version, want := range map[string]uint16{polytls.TLS12: 16384, polytls.TLS13: 16385} {
		hello := helloOf(t, func(o *polytls.ConnectOptions) { o.MaxVersion, o.RecordSizeLimit = version, 16385 })
		got, err := wire.Find[wire.RecordSizeLimit](hello.Extensions)
		if err != nil || got == nil || got.Limit != want {
			t.Errorf("%s: %v, %v; want %d", version, got, err, want)
		}
	}
}
