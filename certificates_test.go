package polytls_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"errors"
	"io"
	"slices"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// ofTLS returns a certificate as programs of crypto/tls have it.
func ofTLS(t *testing.T, c *testcert.Cert) tls.Certificate {
	t.Helper()
	pair, err := tls.X509KeyPair(c.ChainPEM(), c.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// onlySigns is a key that can do nothing else, as one in hardware.
type onlySigns struct{ key crypto.Signer }

func (s onlySigns) Public() crypto.PublicKey { return s.key.Public() }

func (s onlySigns) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return s.key.Sign(random, digest, o)
}

// TestCertificatesOfTLS are those of both ends, with what hangs on them.
func TestCertificatesOfTLS(t *testing.T) {
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		t.Run(version, func(t *testing.T) {
			server := ofTLS(t, localhost)
			server.OCSPStaple = localhost.OCSPResponse()
			server.SignedCertificateTimestamps = [][]byte{{1, 2, 3}, {4}}
			client := ofTLS(t, ca.Client("somebody"))
			client.PrivateKey = onlySigns{client.PrivateKey.(crypto.Signer)}

			so := polytls.ServerOptions{RequestCert: true}
			so.Certificates, so.CA, so.MinVersion, so.MaxVersion = []tls.Certificate{server}, [][]byte{ca.PEM()}, version, version
			co := trusting(ca)
			co.RequestOCSP, co.RequestSCT, co.Certificates = true, true, []tls.Certificate{client}

			s, c := pair(t, so, co)
			if got := s.PeerCertificate(false); got == nil || !bytes.Equal(got.Raw, client.Certificate[0]) {
				t.Errorf("the client's certificate is %v", got)
			}
			state := c.ConnectionState()
			if !bytes.Equal(state.OCSPResponse, server.OCSPStaple) {
				t.Errorf("the client has the OCSP response %x", state.OCSPResponse)
			}
			if !slices.EqualFunc(state.SignedCertificateTimestamps, server.SignedCertificateTimestamps, bytes.Equal) {
				t.Errorf("the client has the timestamps %x", state.SignedCertificateTimestamps)
			}
		})
	}
}

// TestSchemesOfACertificate: SupportedSignatureAlgorithms restrict those of the context.
func TestSchemesOfACertificate(t *testing.T) {
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	own := ofTLS(t, ca.Issue(template))
	own.SupportedSignatureAlgorithms = []tls.SignatureScheme{tls.PSSWithSHA512}
	so, co := polytls.ServerOptions{}, trusting(ca)
	so.Certificates = []tls.Certificate{own}
	_, c := pair(t, so, co)
	if got := c.Parameters().PeerSigalg; got != "rsa_pss_rsae_sha512" {
		t.Errorf("the server has signed by %s", got)
	}
}

// TestWrongCertificatesOfTLS: the error names the one at fault.
func TestWrongCertificatesOfTLS(t *testing.T) {
	good, other := ofTLS(t, localhost), ofTLS(t, ca.Server("other.example"))
	wrongKey, noKey, noChain, empty := good, good, good, good
	wrongKey.PrivateKey = other.PrivateKey
	noKey.PrivateKey = nil
	noChain.Certificate = nil
	empty.SignedCertificateTimestamps = [][]byte{{}}
	for name, tt := range map[string]struct {
		certificate tls.Certificate
		code        string
	}{
		"another key":      {wrongKey, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		"no key":           {noKey, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		"no chain":         {noChain, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		"an SCT of 0 byte": {empty, "ERR_INVALID_ARG_VALUE"},
	} {
		_, err := polytls.NewSecureContext(polytls.ContextOptions{Certificates: []tls.Certificate{good, tt.certificate}})
		wantCode(t, name, err, tt.code)
		var e *polytls.Error
		if errors.As(err, &e) && (e.Option != "Certificates" || e.Index != 1) {
			t.Errorf("%s: the error names %s[%d]", name, e.Option, e.Index)
		}
	}
}
