package polytls_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/keyfile"
	"polytls/internal/testcert"
)

// onBrainpool returns a certificate for both ends with a key on a Brainpool curve.
func onBrainpool(kind testcert.Kind) *testcert.Cert {
	return ca.Issue(testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}, Kind: kind})
}

// TestVariableTimeKeys: a private key of this process with which signing is not in
// constant time needs AllowVariableTimeKeys wherever it is given; a signer that has its
// key elsewhere does not.
func TestVariableTimeKeys(t *testing.T) {
	own := onBrainpool(testcert.BrainpoolP256)
	pfx, err := keyfile.MarshalPFX(rand.Reader, own.Signer, [][]byte{own.Raw}, "secret")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := struct{ crypto.Signer }{own.Signer}
	inTLS := func(key crypto.Signer) []tls.Certificate {
		return []tls.Certificate{{Certificate: [][]byte{own.Raw}, PrivateKey: key}}
	}
	for name, tt := range map[string]struct {
		set   func(*polytls.ContextOptions)
		item  string // with the key, which is refused
		needs bool
	}{
		"PEM": {func(o *polytls.ContextOptions) { o.Cert, o.Key = [][]byte{own.PEM()}, keys(own.KeyPEM()) }, "Key[0]", true},
		"Signer": {func(o *polytls.ContextOptions) {
			o.Cert, o.Key = [][]byte{own.PEM()}, []polytls.Key{{Signer: own.Signer}}
		}, "Key[0]", true},
		"PFX":          {func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{{Data: pfx, Passphrase: "secret"}} }, "PFX[0]", true},
		"Certificates": {func(o *polytls.ContextOptions) { o.Certificates = inTLS(own.Signer) }, "Certificates[0]", true},
		"Signer elsewhere": {func(o *polytls.ContextOptions) {
			o.Cert, o.Key = [][]byte{own.PEM()}, []polytls.Key{{Signer: elsewhere}}
		}, "", false},
		"Certificates with a signer elsewhere": {func(o *polytls.ContextOptions) { o.Certificates = inTLS(elsewhere) }, "", false},
	} {
		var so polytls.ServerOptions
		tt.set(&so.ContextOptions)
		_, err := polytls.NewSecureContext(so.ContextOptions)
		if tt.needs {
			wantCode(t, name, err, "ERR_OSSL_UNSUPPORTED")
			for _, words := range []string{"option " + tt.item, "AllowVariableTimeKeys", "brainpoolP256r1"} {
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("%s: the error does not say %q: %v", name, words, err)
				}
			}
			so.AllowVariableTimeKeys = true
		}
		if _, client := pair(t, so, trusting(ca)); client.PeerCertificate(false).ASN1Curve != "brainpoolP256r1" {
			t.Errorf("%s: another certificate", name)
		}
	}
}

// TestVariableTimeKeysOfCallbacks: the context of a callback decides.
func TestVariableTimeKeysOfCallbacks(t *testing.T) {
	own := onBrainpool(testcert.BrainpoolP384)
	given := &tls.Certificate{Certificate: [][]byte{own.Raw}, PrivateKey: own.Signer}
	for _, allowed := range []bool{false, true} {
		want := "ERR_OSSL_UNSUPPORTED"
		if allowed {
			want = ""
		}
		so, co := serving(localhost), trusting(ca)
		so.AllowVariableTimeKeys = allowed
		so.OnClientHello = func(context.Context, *polytls.ClientHello) (*polytls.ServerChoice, error) {
			return &polytls.ServerChoice{Certificate: given}, nil
		}
		wantCode(t, "OnClientHello", handshake(t, so, co).serverErr, want)
		so.OnClientHello, so.RequestCert, so.AllowUnauthorized = nil, true, true
		co.AllowVariableTimeKeys = allowed
		co.OnCertificateRequest = func(context.Context, *tls.CertificateRequestInfo) (*tls.Certificate, error) { return given, nil }
		wantCode(t, "OnCertificateRequest", handshake(t, so, co).clientErr, want)
	}
}

// TestCurvesOfCertificates: up to TLS 1.2 the curve of a certificate must be among the
// groups of the peer (RFC 8422, section 5.1.1), in TLS 1.3 its signature scheme counts.
func TestCurvesOfCertificates(t *testing.T) {
	const named = "X25519:P-256:brainpoolP512r1"
	own := onBrainpool(testcert.BrainpoolP512)
	for _, tt := range []struct {
		version, server, client string // groups
		serverCode, clientCode  string
	}{
		{"TLSv1.2", "", "", "ERR_SSL_NO_SHARED_CIPHER", "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{"TLSv1.2", named, "", "ERR_SSL_NO_SHARED_CIPHER", "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"},
		{"TLSv1.2", "", named, "ERR_SSL_WRONG_CURVE", ""}, // the client's certificate
		{"TLSv1.2", named, named, "", ""},
		{"TLSv1.3", "", "", "", ""},
	} {
		so, co := serving(own), trusting(ca)
		co.ContextOptions = identity(own)
		co.CA = [][]byte{ca.PEM()}
		so.CA, so.RequestCert = co.CA, true
		so.ECDHCurve, co.ECDHCurve = tt.server, tt.client
		so.AllowVariableTimeKeys, co.AllowVariableTimeKeys = true, true
		only(&so.ContextOptions, tt.version)
		only(&co.ContextOptions, tt.version)
		o := handshake(t, so, co)
		wantCode(t, tt.version+", the server", o.serverErr, tt.serverCode)
		if tt.serverCode == "" || tt.clientCode != "" {
			wantCode(t, tt.version+", the client", o.clientErr, tt.clientCode)
		}
	}
}

// TestPoliciesOnBrainpool: BSI TR-02102-2 and PCI DSS allow the curves for our own
// certificate, too, in both versions; the documents of NIST do not.
func TestPoliciesOnBrainpool(t *testing.T) {
	own := onBrainpool(testcert.BrainpoolP256)
	for policy, allowed := range map[string]bool{
		"bsi-tr-02102-2": true, "pci-dss-4": true,
		"sp800-52r2": false, "fips-202205": false, "cnsa1-202603": false, "mozilla-intermediate": false,
	} {
		o := identity(own)
		o.AllowVariableTimeKeys, o.CompliancePolicy = true, policy
		_, err := polytls.NewSecureContext(o)
		if allowed != (err == nil) || err != nil && !strings.Contains(err.Error(), "CompliancePolicy "+policy) {
			t.Errorf("%s: %v", policy, err)
		}
		if !allowed {
			continue
		}
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			so, co := polytls.ServerOptions{ContextOptions: o}, trusting(ca)
			co.CompliancePolicy, co.ECDHCurve = policy, "P-256:brainpoolP256r1"
			only(&so.ContextOptions, version)
			_, client := pair(t, so, co)
			if curve := client.PeerCertificate(false).ASN1Curve; curve != "brainpoolP256r1" {
				t.Errorf("%s in %s: a certificate on %s", policy, version, curve)
			}
		}
	}
}
