package polytls_test

import (
	"crypto"
	_ "embed"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"polytls"
	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// TestMaxRSABits: a key above the bound ends the handshake before anything is
// verified with it, at both ends, and wherever it is in the chain. What shows it
// could not even sign.
func TestMaxRSABits(t *testing.T) {
	for _, tt := range []struct {
		name string
		key  crypto.Signer
		most int
		good bool
	}{
		{"8,192 bits", testcert.NewKey(testcert.RSA8192), 0, true},
		{"8,193 bits", testcert.UnusableRSA(8193), 0, false},
		{"8,193 bits of RSASSA-PSS", testcert.UnusablePSS(8193), 0, false},
		{"16,385 bits", testcert.UnusableRSA(16385), 0, false},
		{"16,385 bits, allowed", testcert.UnusableRSA(16385), 1 << 20, false},
		{"3,072 bits, allowed", testcert.NewKey(testcert.RSA3072), 3072, true},
		{"3,072 bits, one too many", testcert.NewKey(testcert.RSA3072), 3071, false},
	} {
		leaf := ca.Issue(testcert.Template{CommonName: "large", DNS: []string{"localhost"}, Signer: tt.key})
		issuer := ca.Issue(testcert.Template{CommonName: "large authority", CA: true, Signer: tt.key})
		for place, chain := range map[string]*testcert.Cert{"leaf": leaf, "intermediate": issuer.Issue(testcert.Template{DNS: []string{"localhost"}})} {
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				what := tt.name + ", " + place + ", " + version
				so, co := serving(), trusting(ca)
				only(&so.ContextOptions, version)
				so.Cert, so.Key = shown(chain)
				co.MaxRSABits = tt.most
				o := handshake(t, so, co)
				checkCeiling(t, what+", server's", o, o.clientErr, tt.good)

				so, co = serving(localhost), trusting(ca)
				only(&so.ContextOptions, version)
				co.Cert, co.Key = shown(chain)
				so.RequestCert, so.CA, so.MaxRSABits = true, [][]byte{ca.PEM()}, tt.most
				o = handshake(t, so, co)
				checkCeiling(t, what+", client's", o, o.serverErr, tt.good)
			}
		}
	}
	co := trusting(ca)
	co.MaxRSABits = -1
	_, err := polytls.NewSecureContext(co.ContextOptions)
	wantCode(t, "negative", err, "ERR_OUT_OF_RANGE")
}

// shown is an identity whose key may be of any kind.
func shown(c *testcert.Cert) ([][]byte, []polytls.Key) {
	return [][]byte{c.ChainPEM()}, []polytls.Key{{Signer: c.Signer}}
}

func checkCeiling(t *testing.T, what string, o outcome, err error, good bool) {
	t.Helper()
	if good {
		if o.clientErr != nil || o.serverErr != nil {
			t.Errorf("%s: client %v, server %v", what, o.clientErr, o.serverErr)
		}
		return
	}
	wantCode(t, what, err, "ERR_SSL_MODULUS_TOO_LARGE")
	wantAlert(t, what, err, polytls.SideUs, failure.AlertBadCertificate)
}

//go:embed testdata/root16384.pem
var root16384 []byte

//go:embed testdata/leaf16384.pem
var leaf16384 []byte

// TestRootsMayBeLarger: MaxRSABits bounds what a peer shows, not the issuers that
// are known here.
func TestRootsMayBeLarger(t *testing.T) {
	so, co := serving(), trusting()
	so.Cert, so.Key = [][]byte{leaf16384}, []polytls.Key{{PEM: leaf16384}}
	co.CA = [][]byte{root16384}
	handshake(t, so, co).must(t)

	so.Cert = [][]byte{slices.Concat(leaf16384, root16384)}
	o := handshake(t, so, co)
	wantCode(t, "sent by the peer", o.clientErr, "ERR_SSL_MODULUS_TOO_LARGE")
	co.MaxRSABits = 16384
	handshake(t, so, co).must(t)
}

//go:embed testdata/prime8192.hex
var prime8192 string

// TestMaxDHSize: what is known to be a prime may have 8,192 bits, anything else
// half of that unless the option says more.
func TestMaxDHSize(t *testing.T) {
	known := func(p *kex.DHParams) []byte { return dhPEM(t, hex.EncodeToString(p.P)) }
	another := dhPEM(t, strings.Join(strings.Fields(prime8192), ""))
	for _, tt := range []struct {
		name    string
		dhparam []byte
		most    int
		code    string
	}{
		{"RFC 3526", known(kex.AutoDH(8192, 0)), 0, ""},
		{"RFC 7919", known(kex.NamedDH(suite.FFDHE8192)), 0, ""},
		{"RFC 7919, above the option", known(kex.NamedDH(suite.FFDHE8192)), 2048, ""},
		{"another", another, 0, "ERR_SSL_MODULUS_TOO_LARGE"},
		{"another, allowed", another, 8192, ""},
	} {
		so, co := serving(ca.Issue(testcert.Template{DNS: []string{"localhost"}, Kind: testcert.RSA2048})), trusting(ca)
		only(&so.ContextOptions, "TLSv1.2")
		so.Ciphers, so.DHParam = "DHE-RSA-AES128-GCM-SHA256", tt.dhparam
		co.Ciphers, co.MaxDHSize = so.Ciphers, tt.most
		o := handshake(t, so, co)
		wantCode(t, tt.name, o.clientErr, tt.code)
		if tt.code == "" {
			_, client := o.must(t)
			if key := client.EphemeralKeyInfo(); key.Type != "DH" || key.Size != 8192 {
				t.Errorf("%s: ephemeral key %+v", tt.name, key)
			}
		} else {
			wantAlert(t, tt.name, o.clientErr, polytls.SideUs, failure.AlertIllegalParameter)
		}
	}
}
