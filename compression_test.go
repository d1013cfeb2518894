package polytls_test

import (
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
