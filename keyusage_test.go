package polytls_test

import (
	"testing"
	"time"

	"polytls"
	"polytls/internal/keyfile"
	"polytls/internal/trust/certtest"
)

// TestStrictKeyUsage meets servers whose certificates are for keyEncipherment
// alone, and sign.
func TestStrictKeyUsage(t *testing.T) {
	for _, test := range []struct {
		key, version string
		options      polytls.ContextOptions
		code         string
	}{
		{"rsa2048", "TLSv1.2", polytls.ContextOptions{}, ""},
		{"rsa2048", "TLSv1.3", polytls.ContextOptions{}, ""},
		{"p256", "TLSv1.2", polytls.ContextOptions{}, "ERR_SSL_KEY_USAGE_BIT_INCORRECT"},
		{"p256", "TLSv1.3", polytls.ContextOptions{}, ""},
		{"rsa2048", "TLSv1.2", polytls.ContextOptions{StrictKeyUsage: true}, "ERR_SSL_KEY_USAGE_BIT_INCORRECT"},
		{"rsa2048", "TLSv1.3", polytls.ContextOptions{StrictKeyUsage: true}, "ERR_SSL_KEY_USAGE_BIT_INCORRECT"},
		{"p256", "TLSv1.3", polytls.ContextOptions{StrictKeyUsage: true}, "ERR_SSL_KEY_USAGE_BIT_INCORRECT"},
		{"rsa2048", "TLSv1.2", polytls.ContextOptions{CompliancePolicy: "fips-202205"}, "ERR_SSL_KEY_USAGE_BIT_INCORRECT"},
	} {
		name := test.key + " " + test.version
		cert, key := forEncipherment(t, test.key)
		so, co := serving(localhost), polytls.ConnectOptions{ContextOptions: test.options, ServerName: "localhost"}
		so.Cert, so.Key = [][]byte{cert}, []polytls.Key{{PEM: key}}
		co.CA = [][]byte{cert}
		only(&so.ContextOptions, test.version)
		only(&co.ContextOptions, test.version)
		outcome := handshake(t, so, co)
		if test.code == "" {
			outcome.must(t)
			continue
		}
		wantCode(t, name, outcome.clientErr, test.code)
	}
}

// forEncipherment is a certificate for localhost that signed itself, and its key.
func forEncipherment(t *testing.T, kind string) (cert, keyPEM []byte) {
	t.Helper()
	key := certtest.Keys(kind)
	template := certtest.Template{
		Serial: 1, Subject: certtest.Name("CN=localhost"), Issuer: certtest.Name("CN=localhost"),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), Key: key, Signer: key,
		Extensions: [][]byte{certtest.KeyUsage(certtest.KeyEncipherment), certtest.AltNames(certtest.DNS("localhost"))},
	}
	secret, err := keyfile.MarshalPrivateKey(key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(certtest.PEM(template.Sign())), secret
}
