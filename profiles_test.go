package polytls_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/kex"
	"polytls/internal/suite"
	"polytls/internal/suite/policytest"
	"polytls/internal/testcert"
)

// anyDocument allows everything: that of no policy.
var anyDocument = policytest.Document{
	Low: "TLSv1", High: "TLSv1.3", Suites: policytest.Any, Groups: policytest.Any, Schemes: policytest.Any,
	Keys: policytest.Any, LeafKeys: policytest.Any, Signatures: policytest.Any, LeafSignatures: policytest.Any,
}

// TestEveryPolicyAtEveryOther: two ends with policies agree on what both documents
// allow, or both fail.
func TestEveryPolicyAtEveryOther(t *testing.T) {
	documents := append(policytest.Documents[:], anyDocument)
	for _, kind := range []testcert.Kind{testcert.P384, testcert.P256, testcert.RSA3072} {
		root := caOf(kind)
		leaf := leafOf(root, kind)
		name := string(kind)
		for _, sd := range documents {
			for _, cd := range documents {
				t.Run(name+"/"+sd.Policy+"/"+cd.Policy, func(t *testing.T) {
					so, co := serving(leaf), trusting(root)
					so.RequestCert, so.CA = true, [][]byte{root.PEM()}
					co.Cert, co.Key = so.Cert, so.Key
					so.CompliancePolicy, co.CompliancePolicy = sd.Policy, cd.Policy
					contextsAllow := allowsOwn(t, so.ContextOptions, sd, name) && allowsOwn(t, co.ContextOptions, cd, name)
					if !contextsAllow {
						return
					}
					o := handshake(t, so, co)
					if o.serverErr == nil && o.clientErr == nil {
						for _, d := range []policytest.Document{sd, cd} {
							wantWithin(t, o.client, d)
							wantWithin(t, o.server, d)
						}
						return
					}
					if sd.Policy == cd.Policy {
						t.Errorf("server: %v; client: %v", o.serverErr, o.clientErr)
					}
					for end, err := range map[string]error{"server": o.serverErr, "client": o.afterwards()} {
						var e *polytls.Error
						if !errors.As(err, &e) || e.AlertFrom == polytls.SideNone {
							t.Errorf("%s: %v, want an alert", end, err)
						}
					}
				})
			}
		}
	}
}

// allowsOwn says whether a context has a certificate of a kind that its document
// allows, and fails unless the context is made then and only then. All certificates
// are signed with the key of their issuer, of the same kind, and SHA-256.
func allowsOwn(t *testing.T, o polytls.ContextOptions, d policytest.Document, kind string) bool {
	t.Helper()
	signature, signs := "ecdsa_secp256r1_sha256", map[string]string{
		"P-256": "ecdsa_secp256r1_sha256", "P-384": "ecdsa_secp384r1_sha384", "RSA-3072": "rsa_pss_rsae_sha384",
	}[kind]
	if kind == "RSA-3072" {
		signature = "rsa_pkcs1_sha256"
	}
	allowed := policytest.Allows(d.Keys, kind) && policytest.Allows(d.LeafKeys, kind) && policytest.Allows(d.Schemes, signs) &&
		policytest.Allows(d.Signatures, signature) && policytest.Allows(d.LeafSignatures, signature)
	_, err := polytls.NewSecureContext(o)
	if allowed != (err == nil) {
		t.Fatalf("%s with %s: %v", d.Policy, kind, err)
	}
	if err != nil && !strings.Contains(err.Error(), "CompliancePolicy "+d.Policy) {
		t.Errorf("the error does not name the policy: %v", err)
	}
	return allowed
}

// wantWithin fails if a connection has what a document does not allow.
func wantWithin(t *testing.T, s *polytls.Socket, d policytest.Document) {
	t.Helper()
	p := s.Parameters()
	for _, fact := range []struct{ what, name, list string }{
		{"suite", s.Cipher().StandardName, d.Suites}, {"group", p.Group, d.Groups},
		{"signature", p.Sigalg, d.Schemes}, {"signature", p.PeerSigalg, d.Schemes},
	} {
		if !policytest.Allows(fact.list, fact.name) {
			t.Errorf("%s does not allow the %s %q", d.Policy, fact.what, fact.name)
		}
	}
	if v := s.Protocol(); v < d.Low || v > d.High {
		t.Errorf("%s does not allow %s", d.Policy, v)
	}
}

// TestPoliciesRestrictSignaturesOfCertificates, of ours and of the peer's.
func TestPoliciesRestrictSignaturesOfCertificates(t *testing.T) {
	ecRoot, rsaRoot := caOf(testcert.P384), caOf(testcert.RSA3072)
	rsaMiddle := rsaRoot.Issue(testcert.Template{CommonName: "middle", CA: true, Kind: testcert.P384})
	const tooWeak, noKey, noScheme = "ERR_SSL_CA_MD_TOO_WEAK", "ERR_SSL_EE_KEY_TOO_SMALL", "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM"
	for _, test := range []struct {
		what, policy string
		root, leaf   *testcert.Cert
		own          string // the code of a context with it, "" if it is allowed
		trusted      bool   // by a peer
	}{
		{"ECDSA", "bsi-tr-02102-2", ecRoot, leafOf(ecRoot, testcert.P256), "", true},
		{"RSASSA-PKCS1-v1_5", "bsi-tr-02102-2", rsaRoot, leafOf(rsaRoot, testcert.P256), tooWeak, false},
		{"RSASSA-PKCS1-v1_5 of an issuer", "bsi-tr-02102-2", rsaRoot, leafOf(rsaMiddle, testcert.P256), tooWeak, false},
		{"a small RSA key", "bsi-tr-02102-2", ecRoot, leafOf(ecRoot, testcert.RSA2048), noKey, false},
		{"Ed25519", "bsi-tr-02102-2", ecRoot, leafOf(ecRoot, testcert.Ed25519), noScheme, false},
		{"RSASSA-PKCS1-v1_5", "sp800-52r2", rsaRoot, leafOf(rsaRoot, testcert.P256), "", true},
		{"Ed25519", "sp800-52r2", ecRoot, leafOf(ecRoot, testcert.Ed25519), noScheme, false},
		{"RSASSA-PKCS1-v1_5", "mozilla-modern", rsaRoot, leafOf(rsaRoot, testcert.P256), tooWeak, false},
		{"RSASSA-PKCS1-v1_5 of an issuer", "mozilla-modern", rsaRoot, leafOf(rsaMiddle, testcert.P256), "", true},
		{"RSA", "mozilla-modern", ecRoot, leafOf(ecRoot, testcert.RSA3072), noKey, false},
		{"P-521", "mozilla-modern", ecRoot, leafOf(ecRoot, testcert.P521), noKey, false},
		{"RSA", "mozilla-intermediate", rsaRoot, leafOf(rsaRoot, testcert.RSA2048), "", true},
		{"RSA-PSS", "mozilla-intermediate", ecRoot, leafOf(ecRoot, testcert.RSAPSS), noKey, false},
		{"Ed25519", "mozilla-intermediate", ecRoot, leafOf(ecRoot, testcert.Ed25519), noKey, false},
		{"Ed25519", "pci-dss-4", ecRoot, leafOf(ecRoot, testcert.Ed25519), "", true},
		{"SHA-1", "pci-dss-4", ecRoot, withSHA1(ecRoot), tooWeak, false},
		{"SHA-1", "sp800-52r2", ecRoot, withSHA1(ecRoot), tooWeak, false},
		{"RSA-1024", "pci-dss-4", ecRoot, leafOf(ecRoot, testcert.RSA1024), noKey, false},
		{"RSA-2048", "pci-dss-4", rsaRoot, leafOf(rsaRoot, testcert.RSA2048), "", true},
	} {
		const ciphers = "DEFAULT:@SECLEVEL=0" // the policy alone decides
		what := test.policy + ", " + test.what
		own := identity(test.leaf)
		own.Ciphers, own.CompliancePolicy = ciphers, test.policy
		_, err := polytls.NewSecureContext(own)
		wantCode(t, what, err, test.own)
		if err != nil && !strings.Contains(err.Error(), "CompliancePolicy "+test.policy) {
			t.Errorf("%s: the error does not name the policy: %v", what, err)
		}

		so, co := serving(test.leaf), trusting(test.root)
		so.Ciphers, co.Ciphers, co.CompliancePolicy = ciphers, ciphers, test.policy
		wantRefusal(t, what+" of the server", handshake(t, so, co).clientErr, !test.trusted)

		own = identity(test.leaf)
		so, co = serving(leafOf(ecRoot, testcert.P384)), trusting(ecRoot)
		so.RequestCert, so.CA, so.CompliancePolicy = true, [][]byte{test.root.PEM()}, test.policy
		co.Cert, co.Key, so.Ciphers, co.Ciphers = own.Cert, own.Key, ciphers, ciphers
		wantRefusal(t, what+" of the client", handshake(t, so, co).serverErr, !test.trusted)
	}
}

func withSHA1(issuer *testcert.Cert) *testcert.Cert {
	return issuer.Issue(testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}, Kind: testcert.P256, SHA1: true})
}

// wantRefusal wants a typed error with an alert of ours, or of the peer that has no
// certificate that we would take.
func wantRefusal(t *testing.T, what string, err error, refused bool) {
	t.Helper()
	var e *polytls.Error
	switch {
	case !refused && err != nil:
		t.Errorf("%s: %v", what, err)
	case refused && (!errors.As(err, &e) || e.AlertFrom == polytls.SideNone):
		t.Errorf("%s: %v, want an alert", what, err)
	}
}

// TestPoliciesRestrictDHE up to TLS 1.2: the server's group, the one that it chooses,
// and what a client takes.
func TestPoliciesRestrictDHE(t *testing.T) {
	root := caOf(testcert.P384)
	leaf := leafOf(root, testcert.RSA3072)
	dhe := func(o *polytls.ContextOptions) {
		only(o, "TLSv1.2")
		o.Ciphers = "DHE-RSA-AES128-GCM-SHA256"
	}
	group := kex.NamedDH(suite.FFDHE2048)
	small := dhPEM(t, hex.EncodeToString(group.P))
	so, co := serving(leaf), trusting(root)
	dhe(&so.ContextOptions)
	dhe(&co.ContextOptions)

	so.CompliancePolicy, so.DHParam = "bsi-tr-02102-2", small
	_, err := polytls.NewSecureContext(so.ContextOptions)
	wantCode(t, "a server with a small group", err, "ERR_SSL_DH_KEY_TOO_SMALL")
	so.DHParam = []byte("auto")
	_, client := pair(t, so, co)
	if bits := client.EphemeralKeyInfo().Size; bits < 3000 {
		t.Errorf("auto is %d bits", bits)
	}
	so.CompliancePolicy, so.DHParam, co.CompliancePolicy = "", small, "bsi-tr-02102-2"
	err = handshake(t, so, co).clientErr
	wantCode(t, "a client of a small group", err, "ERR_TLS_DH_PARAM_SIZE")
	wantAlert(t, "a client of a small group", err, polytls.SideUs, 71)
	co.CompliancePolicy = "sp800-52r2"
	pair(t, so, co)
}
