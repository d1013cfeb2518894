package polytls_test

import (
	"strings"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// leafOf is a certificate for both ends with a key of a kind.
func leafOf(issuer *testcert.Cert, k testcert.Kind) *testcert.Cert {
	return issuer.Issue(testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}, Kind: k})
}

// caOf is a root with a key of a kind.
func caOf(k testcert.Kind) *testcert.Cert {
	return testcert.SelfSigned(testcert.Template{CommonName: "root of " + string(k), CA: true, Kind: k})
}

// TestPoliciesApplyToOurCertificates whatever the security level says.
func TestPoliciesApplyToOurCertificates(t *testing.T) {
	weak := caOf(testcert.RSA1024)
	middle := weak.Issue(testcert.Template{CommonName: "middle", CA: true, Kind: testcert.RSA1024})
	const tooSmall, noScheme, weakCA = "ERR_SSL_EE_KEY_TOO_SMALL", "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", "ERR_SSL_CA_KEY_TOO_SMALL"
	for _, test := range []struct {
		cert             *testcert.Cert
		none, fips, wpa3 string
		what             string
	}{
		{leafOf(ca, testcert.RSA1024), "", tooSmall, tooSmall, "RSA-1024"},
		{leafOf(ca, testcert.RSA2048), "", "", tooSmall, "RSA-2048"},
		{leafOf(ca, testcert.RSA3072), "", "", "", "RSA-3072"},
		{leafOf(ca, testcert.P256), "", "", noScheme, "P-256"},
		{leafOf(ca, testcert.P384), "", "", "", "P-384"},
		{leafOf(ca, testcert.P521), "", noScheme, noScheme, "P-521"},
		{leafOf(ca, testcert.Ed25519), "", noScheme, noScheme, "Ed25519"},
		{leafOf(ca, testcert.RSAPSS), "", noScheme, noScheme, "RSA-PSS"},
		{leafOf(middle, testcert.P384), "", weakCA, weakCA, "P-384 under RSA-1024"},
	} {
		for policy, code := range map[string]string{"": test.none, "cnsa-202407": test.none, "fips-202205": test.fips, "wpa3-192-202304": test.wpa3} {
			o := identity(test.cert)
			o.Ciphers, o.CompliancePolicy = "DEFAULT:@SECLEVEL=0", policy
			_, err := polytls.NewSecureContext(o)
			wantCode(t, test.what+" under "+policy, err, code)
			if code != "" && (!strings.Contains(err.Error(), "option Cert") || !strings.Contains(err.Error(), "CompliancePolicy "+policy)) {
				t.Errorf("the error names not both options: %v", err)
			}
		}
	}
	archive := polytls.ContextOptions{
		Ciphers: "DEFAULT:@SECLEVEL=0", CompliancePolicy: "fips-202205",
		PFX: []polytls.PFX{{Data: leafOf(ca, testcert.RSA1024).PFX("secret"), Passphrase: "secret"}},
	}
	_, err := polytls.NewSecureContext(archive)
	wantCode(t, "PFX", err, tooSmall)
}

// TestPoliciesApplyToThePeersChain at both ends, from leaf to root.
func TestPoliciesApplyToThePeersChain(t *testing.T) {
	weakRoot, p256Root, p384Root := caOf(testcert.RSA1024), caOf(testcert.P256), caOf(testcert.P384)
	middle := p384Root.Issue(testcert.Template{CommonName: "middle", CA: true, Kind: testcert.RSA1024})
	for _, test := range []struct {
		what, policy string
		root, leaf   *testcert.Cert
		refused      bool
	}{
		{"RSA-1024", "", ca, leafOf(ca, testcert.RSA1024), false},
		{"RSA-1024", "fips-202205", ca, leafOf(ca, testcert.RSA1024), true},
		{"RSA-2048", "fips-202205", ca, leafOf(ca, testcert.RSA2048), false},
		{"RSA-2048 under an RSA-1024 root", "fips-202205", weakRoot, leafOf(weakRoot, testcert.RSA2048), true},
		{"P-384 under RSA-1024", "fips-202205", p384Root, leafOf(middle, testcert.P384), true},
		{"RSA-2048", "wpa3-192-202304", p384Root, leafOf(p384Root, testcert.RSA2048), true},
		{"RSA-3072", "wpa3-192-202304", p384Root, leafOf(p384Root, testcert.RSA3072), false},
		{"P-384 under a P-256 root", "wpa3-192-202304", p256Root, leafOf(p256Root, testcert.P384), true},
		{"P-384 under a P-384 root", "wpa3-192-202304", p384Root, leafOf(p384Root, testcert.P384), false},
		{"RSA-1024", "cnsa-202407", ca, leafOf(ca, testcert.RSA1024), false},
	} {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			const ciphers = "DEFAULT:@SECLEVEL=1"
			what := version + ", " + test.policy + ", " + test.what
			so, co := serving(test.leaf), trusting(test.root)
			so.Ciphers, co.Ciphers, co.CompliancePolicy = ciphers, ciphers, test.policy
			only(&so.ContextOptions, version)
			wantVerdict(t, what+" of the server", handshake(t, so, co).clientErr, test.refused)

			own := leafOf(p384Root, testcert.P384)
			so, co = serving(own), trusting(p384Root)
			so.RequestCert, so.CA = true, [][]byte{test.root.PEM()}
			so.CompliancePolicy = test.policy
			id := identity(test.leaf)
			co.Cert, co.Key = id.Cert, id.Key
			so.Ciphers, co.Ciphers = ciphers, ciphers
			only(&so.ContextOptions, version)
			wantVerdict(t, what+" of the client", handshake(t, so, co).serverErr, test.refused)
		}
	}
}

func wantVerdict(t *testing.T, what string, err error, refused bool) {
	t.Helper()
	if !refused {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return
	}
	wantCode(t, what, err, "UNSPECIFIED") // Node's code of EE_KEY_TOO_SMALL and CA_KEY_TOO_SMALL
	wantAlert(t, what, err, polytls.SideUs, 42)
}

// TestPoliciesThatLeaveNothing name the option and the policy.
func TestPoliciesThatLeaveNothing(t *testing.T) {
	for code, o := range map[string]polytls.ContextOptions{
		"ERR_SSL_NO_PROTOCOLS_AVAILABLE":  {MinVersion: "TLSv1", MaxVersion: "TLSv1.1"},
		"ERR_SSL_NO_CIPHER_MATCH":         {Ciphers: "TLS_CHACHA20_POLY1305_SHA256"},
		"ERR_CRYPTO_OPERATION_FAILED":     {ECDHCurve: "X25519:P-521"},
		"ERR_SSL_PASSED_INVALID_ARGUMENT": {Sigalgs: "ed25519:ECDSA+SHA512"},
	} {
		if _, err := polytls.NewSecureContext(o); err != nil {
			t.Errorf("%s without a policy: %v", code, err)
		}
		o.CompliancePolicy = "FIPS-202205"
		_, err := polytls.NewSecureContext(o)
		wantCode(t, "fips-202205", err, code)
		if err != nil && !strings.Contains(err.Error(), "option CompliancePolicy: fips-202205") {
			t.Errorf("the error does not name option and policy: %v", err)
		}
	}
	// The suites that remain need the other version.
	_, err := polytls.NewSecureContext(polytls.ContextOptions{MaxVersion: "TLSv1.2", CompliancePolicy: "cnsa2-202603"})
	wantCode(t, "no version", err, "ERR_SSL_NO_PROTOCOLS_AVAILABLE")
	_, err = polytls.NewSecureContext(polytls.ContextOptions{ECDHCurve: "X25519:P-384", CompliancePolicy: "cnsa2-202603"})
	wantCode(t, "no group", err, "ERR_CRYPTO_OPERATION_FAILED")
	_, err = polytls.NewSecureContext(polytls.ContextOptions{Ciphers: "AES128-SHA", MaxVersion: "TLSv1.2", CompliancePolicy: "fips-202205"})
	wantCode(t, "no suite of TLS 1.2", err, "ERR_SSL_NO_CIPHER_MATCH")
	if _, err := polytls.NewSecureContext(polytls.ContextOptions{Ciphers: "AES128-SHA", CompliancePolicy: "fips-202205"}); err != nil {
		t.Errorf("with TLS 1.3: %v", err)
	}
}

// TestPoliciesHaveGroupsOfTheirOwn where ECDHCurve names none: both ends agree
// on them, and a server under cnsa1-202603 asks for ML-KEM-1024.
func TestPoliciesHaveGroupsOfTheirOwn(t *testing.T) {
	p384Root := caOf(testcert.P384)
	leaf := leafOf(p384Root, testcert.P384)
	for _, test := range []struct {
		server, client, curve, maxVersion string
		group                             string // "" for none in common
		retry                             bool
	}{
		{server: "cnsa2-202603", client: "cnsa2-202603", group: "MLKEM1024"},
		{server: "cnsa1-202603", client: "cnsa2-202603", group: "MLKEM1024"},
		{server: "cnsa1-202603", client: "cnsa1-202603", group: "MLKEM1024"},
		{server: "cnsa1-202603", client: "cnsa1-202603", maxVersion: "TLSv1.2", group: "secp384r1"},
		{server: "cnsa1-202603", curve: "*P-384:MLKEM1024", group: "MLKEM1024", retry: true},
		{server: "cnsa1-202603", curve: "P-384", group: "secp384r1"},
		{server: "cnsa1-202603", client: "wpa3-192-202304", group: "secp384r1"},
		{server: "cnsa1-202603", client: "fips-202205", group: "secp384r1", retry: true},
		{server: "cnsa2-202603", client: "wpa3-192-202304"},
		{server: "cnsa2-202603"},
	} {
		so, co := serving(leaf), trusting(p384Root)
		so.CompliancePolicy, co.CompliancePolicy = test.server, test.client
		co.ECDHCurve, co.MaxVersion = test.curve, test.maxVersion
		o := handshake(t, so, co)
		if test.group == "" {
			wantCode(t, test.server+" and "+test.client, o.serverErr, "ERR_SSL_NO_SUITABLE_KEY_SHARE")
			continue
		}
		if o.serverErr != nil || o.clientErr != nil {
			t.Errorf("%+v: %v, %v", test, o.serverErr, o.clientErr)
			continue
		}
		if got := o.server.ConnectionState(); o.server.Parameters().Group != test.group || got.HelloRetryRequest != test.retry {
			t.Errorf("%+v: group %s, retry %t", test, o.server.Parameters().Group, got.HelloRetryRequest)
		}
	}
}
