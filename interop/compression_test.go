package interop

import (
	"io"
	"sync/atomic"
	"testing"

	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
)

// TestNodeCompression compresses the certificates of both ends with every algorithm
// that Node supports, in either role.
func TestNodeCompression(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	server, client, root := certificate(t, "rsa"), certificate(t, "client"), string(ca(t).cert)
	for _, a := range []*certcompress.Algorithm{certcompress.Zlib, brotli.Algorithm, zstd.Algorithm} {
		for who, ends := range map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}} {
			t.Run(a.Name+"/"+who, func(t *testing.T) {
				counting, sent, received := counted(a)
				o := options{MinVersion: "TLSv1.3", Reject: true, CA: root, Compression: []string{a.Name}, algorithms: []*certcompress.Algorithm{counting}}
				so, co := o.with(server), o.with(client)
				so.RequestCert, co.ServerName = true, "localhost"
				got := play(t, ends[0], ends[1], so, co)
				crossCheck(t, got)
				if !got.client.Authorized || !got.server.Authorized || sent.Load() != 1 || received.Load() != 1 {
					t.Errorf("codes %q and %q, compressed %d, decompressed %d", got.clientCode, got.serverCode, sent.Load(), received.Load())
				}
			})
		}
	}
}

// counted counts the uses of an algorithm.
func counted(a *certcompress.Algorithm) (counting *certcompress.Algorithm, sent, received *atomic.Int32) {
	sent, received = new(atomic.Int32), new(atomic.Int32)
	return &certcompress.Algorithm{
		ID: a.ID, Name: a.Name,
		Compress: func(body []byte) ([]byte, error) {
			sent.Add(1)
			return a.Compress(body)
		},
		NewReader: func(compressed io.Reader) (io.ReadCloser, error) {
			received.Add(1)
			return a.NewReader(compressed)
		},
	}, sent, received
}
