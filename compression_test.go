package polytls_test

import (
	"slices"
	"testing"

	"polytls"
)

// TestCertificateCompression compresses a server's chain and a client's where
// both ends know an algorithm, and neither otherwise.
func TestCertificateCompression(t *testing.T) {
	client := ca.Client("client")
	for name, tt := range map[string]struct {
		server, client []string
		want           bool
	}{
		"zlib":                  {[]string{"zlib"}, []string{"zlib"}, true},
		"zstd":                  {[]string{"zstd"}, []string{"zlib", "zstd"}, true},
		"brotli is passed over": {[]string{"brotli", "zlib"}, []string{"zlib", "brotli"}, true},
		"nothing in common":     {[]string{"zlib"}, []string{"zstd"}, false},
		"server alone":          {[]string{"zlib"}, nil, false},
		"client alone":          {nil, []string{"zlib"}, false},
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
		"all":          {polytls.ContextOptions{CertificateCompression: polytls.CertificateCompressionAlgorithms()}, ""},
		"none":         {polytls.ContextOptions{CertificateCompression: []string{}}, ""},
		"unknown":      {polytls.ContextOptions{CertificateCompression: []string{"zlib", "nope"}}, "ERR_INVALID_ARG_VALUE"},
		"twice":        {polytls.ContextOptions{CertificateCompression: []string{"zlib", "zlib"}}, "ERR_CRYPTO_OPERATION_FAILED"},
		"brotli alone": {polytls.ContextOptions{CertificateCompression: []string{"brotli"}}, "ERR_INVALID_ARG_VALUE"},
		"no TLS 1.3":   {polytls.ContextOptions{CertificateCompression: []string{"zlib"}, MaxVersion: "TLSv1.2"}, "ERR_INVALID_ARG_VALUE"},
	} {
		_, err := polytls.NewSecureContext(tt.options)
		wantCode(t, name, err, tt.code)
	}
	if got := polytls.CertificateCompressionAlgorithms(); !slices.Equal(got, []string{"zlib", "zstd"}) {
		t.Errorf("algorithms %q", got)
	}
}
