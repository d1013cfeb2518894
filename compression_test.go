package polytls_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"polytls"
	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
)

type algorithms = []*certcompress.Algorithm

// TestCertificateCompression compresses a server's chain and a client's where
// both ends know an algorithm, and neither otherwise.
func TestCertificateCompression(t *testing.T) {
	client := ca.Client("client")
	for name, tt := range map[string]struct {
		server, client algorithms
		want           bool
	}{
		"zlib":              {algorithms{certcompress.Zlib}, algorithms{certcompress.Zlib}, true},
		"zstd":              {algorithms{zstd.Algorithm}, algorithms{certcompress.Zlib, zstd.Algorithm}, true},
		"brotli":            {algorithms{brotli.Algorithm, certcompress.Zlib}, algorithms{certcompress.Zlib, brotli.Algorithm}, true},
		"nothing in common": {algorithms{certcompress.Zlib}, algorithms{zstd.Algorithm}, false},
		"server alone":      {algorithms{certcompress.Zlib}, nil, false},
		"client alone":      {nil, algorithms{certcompress.Zlib}, false},
	} {
		t.Run(name, func(t *testing.T) {
			so, co := serving(localhost), trusting(ca)
			so.CA, so.RequestCert = [][]byte{ca.PEM()}, true
			id := identity(client)
			co.Cert, co.Key, co.RecordHandshake = id.Cert, id.Key, true
			so.CertificateCompression, co.CertificateCompression = tt.server, tt.client
			_, c := pair(t, so, co)
			sent := map[bool]int{}
			for _, step := range c.HandshakeInfo().Steps {
				if step.Name == "CompressedCertificate" {
					sent[step.Sent]++
				}
			}
			if want := map[bool]int{true: 1}[tt.want]; sent[true] != want || sent[false] != want {
				t.Errorf("compressed: sent %d, received %d, want %d of each", sent[true], sent[false], want)
			}
		})
	}
}

// TestCertificateCompressionErrors holds what a context refuses to Node 26's
// codes.
func TestCertificateCompressionErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		options polytls.ContextOptions
		code    string
	}{
		"all":         {polytls.ContextOptions{CertificateCompression: algorithms{certcompress.Zlib, brotli.Algorithm, zstd.Algorithm}}, ""},
		"none":        {polytls.ContextOptions{CertificateCompression: algorithms{}}, ""},
		"nil":         {polytls.ContextOptions{CertificateCompression: algorithms{certcompress.Zlib, nil}}, "ERR_INVALID_ARG_VALUE"},
		"no function": {polytls.ContextOptions{CertificateCompression: algorithms{{ID: 4}}}, "ERR_INVALID_ARG_VALUE"},
		"twice":       {polytls.ContextOptions{CertificateCompression: algorithms{certcompress.Zlib, certcompress.Zlib}}, "ERR_CRYPTO_OPERATION_FAILED"},
		"no TLS 1.3":  {polytls.ContextOptions{CertificateCompression: algorithms{certcompress.Zlib}, MaxVersion: "TLSv1.2"}, "ERR_INVALID_ARG_VALUE"},
	} {
		_, err := polytls.NewSecureContext(tt.options)
		wantCode(t, name, err, tt.code)
	}
}

// TestCertificateIsCompressedOnce, not in each handshake.
func TestCertificateIsCompressedOnce(t *testing.T) {
	var calls atomic.Int32
	counting := *certcompress.Zlib
	counting.Compress = func(body []byte) ([]byte, error) {
		calls.Add(1)
		return certcompress.Zlib.Compress(body)
	}
	so, co := serving(localhost), trusting(ca)
	c, err := polytls.NewSecureContext(with(so.ContextOptions, func(o *polytls.ContextOptions) {
		o.CertificateCompression = algorithms{&counting}
	}))
	if err != nil {
		t.Fatal(err)
	}
	so.ContextOptions, so.SecureContext = polytls.ContextOptions{}, c
	co.CertificateCompression, co.RecordHandshake = algorithms{certcompress.Zlib}, true
	for range 3 {
		_, client := pair(t, so, co)
		if !slices.ContainsFunc(client.HandshakeInfo().Steps, func(s polytls.HandshakeStep) bool { return s.Name == "CompressedCertificate" }) {
			t.Error("the certificate is not compressed")
		}
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("compressed %d times, want once", n)
	}
}

// BenchmarkCompressedHandshake is a handshake whose certificate is compressed by the
// slowest algorithm.
func BenchmarkCompressedHandshake(b *testing.B) {
	so, co := serving(localhost), trusting(ca)
	so.CertificateCompression, co.CertificateCompression = algorithms{brotli.Algorithm}, algorithms{brotli.Algorithm}
	srv, reach := listening(b, so, func(s *polytls.Socket) { s.Close() })
	defer srv.Close()
	co.Host, co.Port = reach.Host, reach.Port
	for b.Loop() {
		s, err := polytls.Connect(b.Context(), co)
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
