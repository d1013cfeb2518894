package credentials

import (
	"crypto"
	"errors"
	"os"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/testcert"
	"polytls/internal/trust"
)

var ca = testcert.CA("ca")

// parse returns a certificate of ours, still without its key.
func parse(t *testing.T, c *testcert.Cert) *handshake.Certificate {
	t.Helper()
	own, err := Rules{Level: suite.DefaultLevel}.ParseCertificate(c.PEM())
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// TestPair: every key needs a certificate, and the last certificate of a type its
// key.
func TestPair(t *testing.T) {
	a, b := ca.Server("a.test"), ca.Server("b.test")
	for _, tt := range []struct {
		name             string
		certificates     []*testcert.Cert
		keys             []crypto.Signer
		key, certificate int
		ok               bool
	}{
		{"both", []*testcert.Cert{a, b}, []crypto.Signer{b.Signer, a.Signer}, 0, 0, true},
		{"the first has no key", []*testcert.Cert{a, b}, []crypto.Signer{b.Signer}, 0, 0, true},
		{"the last has no key", []*testcert.Cert{a, b}, []crypto.Signer{a.Signer}, 0, 1, false},
		{"a key of neither", []*testcert.Cert{a}, []crypto.Signer{a.Signer, b.Signer}, 1, 0, false},
		{"a key alone", nil, []crypto.Signer{a.Signer}, 0, 0, true},
	} {
		var own []*handshake.Certificate
		for _, c := range tt.certificates {
			own = append(own, parse(t, c))
		}
		if key, certificate, ok := Pair(own, tt.keys); key != tt.key || certificate != tt.certificate || ok != tt.ok {
			t.Errorf("%s: key %d, certificate %d, %v", tt.name, key, certificate, ok)
		}
	}
}

// TestSort checks the order: certificates that sign with the first scheme come
// first, of those with the same key the last one comes first, and those without a
// key come last.
func TestSort(t *testing.T) {
	template := testcert.ServerTemplate("rsa.test")
	template.Kind = testcert.RSA2048
	rsa, bare := ca.Issue(template), parse(t, ca.Server("bare.test"))
	first, second := parse(t, rsa), parse(t, rsa)
	if _, _, ok := Pair([]*handshake.Certificate{first, second}, []crypto.Signer{rsa.Signer}); !ok {
		t.Fatal("the key of an RSA certificate does not match it")
	}
	ecKey := ca.Server("key.test")
	ec := parse(t, ecKey)
	Pair([]*handshake.Certificate{ec}, []crypto.Signer{ecKey.Signer})
	got := Sort([]*handshake.Certificate{bare, first, ec, second}, []suite.Scheme{suite.ECDSAP256SHA256, suite.RSAPSSRSAESHA256})
	for i, want := range []*handshake.Certificate{ec, second, first, bare} {
		if got[i] != want {
			t.Errorf("%d: %s", i, got[i].Leaf.Subject)
		}
	}
}

// TestCompleteChains appends issuers to a leaf without a chain.
func TestCompleteChains(t *testing.T) {
	alone, followed := parse(t, ca.Server("a.test")), parse(t, ca.Server("b.test"))
	followed.Chain = append(followed.Chain, followed.Chain[0])
	CompleteChains([]*handshake.Certificate{alone, followed}, trust.NewPool(ca.Raw))
	if len(alone.Chain) != 2 || len(followed.Chain) != 2 {
		t.Errorf("chains of %d and %d certificates, want 2 and 2", len(alone.Chain), len(followed.Chain))
	}
}

// TestRules refuses keys that a level or a policy does not allow.
func TestRules(t *testing.T) {
	policy, err := suite.ParsePolicy("cnsa-202407")
	if err != nil {
		t.Fatal(err)
	}
	strict, err := suite.ParsePolicy("cnsa2-202603")
	if err != nil {
		t.Fatal(err)
	}
	leaf := ca.Server("a.test").PEM() // P-256
	for _, tt := range []struct {
		name  string
		rules Rules
		want  error
	}{
		{"the default level", Rules{Level: suite.DefaultLevel}, nil},
		{"level 5", Rules{Level: 5}, failure.EEKeyTooSmall},
		{"a policy of preferences", Rules{Level: suite.DefaultLevel, Policy: policy}, nil},
		{"a policy of larger keys", Rules{Level: suite.DefaultLevel, Policy: strict}, failure.NoSuitableSignatureAlgorithm},
	} {
		if _, err := tt.rules.ParseCertificate(leaf); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestNamesThePackageOfACurve: a certificate with a key that the program cannot read
// says what is missing.
func TestNamesThePackageOfACurve(t *testing.T) {
	text, err := os.ReadFile("testdata/secp256k1.pem")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Rules{}.ParseCertificate(text)
	if !errors.Is(err, failure.UnknownCertificateType) || !strings.Contains(err.Error(), "package polytls/secp256k1") {
		t.Errorf("%v", err)
	}
}
