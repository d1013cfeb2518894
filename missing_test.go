package polytls_test

import (
	"context"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// TestErrorNamesWhatIsMissing has servers that cannot serve a hello. OpenSSL has one
// code for several causes; the text tells them apart.
func TestErrorNamesWhatIsMissing(t *testing.T) {
	secret := make([]byte, 16)
	knowsNobody := func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return nil, nil }
	offersKey := func(context.Context, *string) ([]polytls.PSK, error) {
		return []polytls.PSK{{Identity: []byte("sensor\x1b7"), Key: secret}}, nil
	}
	rsaTemplate := testcert.ServerTemplate("localhost")
	rsaTemplate.Kind = testcert.RSA2048
	rsa := ca.Issue(rsaTemplate)
	const noCipher, noSigner, noIdentity = "ERR_SSL_NO_SHARED_CIPHER", "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM", "ERR_SSL_PSK_IDENTITY_NOT_FOUND"
	tests := []struct {
		name, version string
		server        polytls.ServerOptions
		change        func(*polytls.ConnectOptions)
		code, want    string
	}{
		{"no certificate", "TLSv1.2", polytls.ServerOptions{}, nil,
			noCipher, "needs a certificate, and none is configured"},
		{"no certificate", "TLSv1.3", polytls.ServerOptions{}, nil,
			noSigner, "no certificate is configured, and no pre-shared key is offered"},
		{"another key", "TLSv1.2", serving(localhost), func(o *polytls.ConnectOptions) { o.Ciphers = "ECDHE-RSA-AES128-GCM-SHA256" },
			noCipher, "no configured certificate fits its cipher suites (authentication by RSA)"},
		{"another key", "TLSv1.2", serving(rsa), func(o *polytls.ConnectOptions) { o.Ciphers, o.Sigalgs = "ECDHE+AES128", "ECDSA+SHA256" },
			noCipher, "no configured certificate fits its cipher suites (authentication by RSA or ECDSA)"},
		{"another key", "TLSv1.3", serving(localhost), func(o *polytls.ConnectOptions) { o.Sigalgs = "RSA-PSS+SHA256" },
			noSigner, "no configured certificate can sign with one of its signature algorithms"},
		{"another group", "TLSv1.2", withCurve(serving(rsa), "P-384"), func(o *polytls.ConnectOptions) {
			o.Ciphers, o.ECDHCurve = "ECDHE-RSA-AES128-GCM-SHA256", "P-256"
		}, noCipher, "none of its groups is enabled for the key exchange of ECDHE-RSA-AES128-GCM-SHA256"},
		{"DHE without a group", "TLSv1.2", serving(rsa), func(o *polytls.ConnectOptions) { o.Ciphers = "DHE-RSA-AES128-GCM-SHA256" },
			noCipher, "DHE-RSA-AES128-GCM-SHA256 needs DHParam"},
		{"other suites", "TLSv1.2", withCiphers(serving(localhost), "AES256"), func(o *polytls.ConnectOptions) { o.Ciphers = "AES128" },
			noCipher, "none of its cipher suites is enabled for TLSv1.2"},
		{"a key that nobody has", "TLSv1.2", withCiphers(serving(localhost), "kPSK:ECDHE"), func(o *polytls.ConnectOptions) {
			o.Ciphers, o.PSKCallback = "kPSK", offersKey
		}, noCipher, "needs a pre-shared key, and none is configured"},
		{"unknown identity", "TLSv1.2", polytls.ServerOptions{ContextOptions: polytls.ContextOptions{Ciphers: "PSK"}, PSKCallback: knowsNobody},
			func(o *polytls.ConnectOptions) { o.Ciphers, o.PSKCallback = "PSK", offersKey }, noIdentity, `PSK identity "sensor\x1b7" is unknown`},
		{"unknown identity", "TLSv1.3", polytls.ServerOptions{PSKCallback: knowsNobody},
			func(o *polytls.ConnectOptions) { o.PSKCallback = offersKey }, noSigner, `PSK identity "sensor\x1b7" is unknown`},
	}
	for _, test := range tests {
		t.Run(test.name+" at "+test.version, func(t *testing.T) {
			co := trusting(ca)
			if test.change != nil {
				test.change(&co)
			}
			only(&co.ContextOptions, test.version)
			only(&test.server.ContextOptions, test.version)
			err := handshake(t, test.server, co).serverErr
			wantCode(t, "server", err, test.code)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("server: %v, want %q", err, test.want)
			}
		})
	}
}

func withCurve(o polytls.ServerOptions, curve string) polytls.ServerOptions {
	o.ECDHCurve = curve
	return o
}

func withCiphers(o polytls.ServerOptions, list string) polytls.ServerOptions {
	o.Ciphers = list
	return o
}
