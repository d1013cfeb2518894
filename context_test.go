package polytls_test

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// oakley are the primes of RFC 2409, sections 6.1 and 6.2, without their ends.
const (
	oakleyStart = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9"
	oakley768   = oakleyStart + "A63A3620FFFFFFFFFFFFFFFF"
	oakley1024  = oakleyStart + "A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)

// dhPEM is a group with the generator 2, and with short exponents.
func dhPEM(t testing.TB, prime string) []byte {
	t.Helper()
	p, ok := new(big.Int).SetString(prime, 16)
	if !ok {
		t.Fatal("no number")
	}
	der, err := asn1.Marshal(struct {
		P, G *big.Int
		L    int
	}{p, big.NewInt(2), 400})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der})
}

func keys(pems ...[]byte) []polytls.Key {
	var out []polytls.Key
	for _, b := range pems {
		out = append(out, polytls.Key{PEM: b})
	}
	return out
}

// TestContextErrors holds each refusal of a context to Node 26's code, and to
// naming the option. "-" is an error without a code, "*" one with any.
func TestContextErrors(t *testing.T) {
	other := ca.Server("other")
	fresh := ca.Issue(testcert.Template{Kind: testcert.FreshRSA})
	rsa := ca.Issue(testcert.Template{Kind: testcert.RSA2048})
	weak := ca.Issue(testcert.Template{Kind: testcert.RSA1024})
	locked := localhost.EncryptedKeyPEM("open sesame")
	certs := func(pems ...[]byte) [][]byte { return pems }
	tests := []struct {
		name    string
		option  string
		options polytls.ContextOptions
		code    string
	}{
		{"nothing", "", polytls.ContextOptions{}, ""},
		{"certificate without key", "", polytls.ContextOptions{Cert: certs(localhost.PEM())}, ""},
		{"key without certificate", "", polytls.ContextOptions{Key: keys(localhost.KeyPEM())}, ""},
		{"certificate is garbage", "Cert[0]", polytls.ContextOptions{Cert: certs([]byte("garbage"))}, "ERR_OSSL_PEM_NO_START_LINE"},
		{"certificate is a key", "Cert", polytls.ContextOptions{Cert: certs(localhost.KeyPEM())}, "ERR_OSSL_PEM_NO_START_LINE"},
		{"text around certificates", "", polytls.ContextOptions{Cert: certs(slices.Concat([]byte("text\n"), localhost.PEM(), []byte("more\n"), ca.PEM(), []byte("junk")))}, ""},
		{"key is garbage", "Key", polytls.ContextOptions{Key: keys([]byte("garbage"))}, "ERR_OSSL_UNSUPPORTED"},
		{"key is a certificate", "Key", polytls.ContextOptions{Key: keys(localhost.PEM())}, "ERR_OSSL_UNSUPPORTED"},
		{"key of another EC certificate", "Key[0]", polytls.ContextOptions{Cert: certs(localhost.PEM()), Key: keys(other.KeyPEM())}, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		{"key of another RSA certificate", "Key", polytls.ContextOptions{Cert: certs(rsa.PEM()), Key: keys(fresh.KeyPEM())}, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		{"key of another type", "", polytls.ContextOptions{Cert: certs(localhost.PEM()), Key: keys(rsa.KeyPEM())}, ""},
		{"keys in another order", "", polytls.ContextOptions{Cert: certs(localhost.PEM(), rsa.PEM()), Key: keys(rsa.KeyPEM(), localhost.KeyPEM())}, ""},
		{"second certificate is garbage", "Cert[1]", polytls.ContextOptions{Cert: certs(localhost.PEM(), []byte("garbage"))}, "ERR_OSSL_PEM_NO_START_LINE"},
		{"second key is garbage", "Key[1]", polytls.ContextOptions{Key: keys(localhost.KeyPEM(), []byte("garbage"))}, "ERR_OSSL_UNSUPPORTED"},
		{"no key of the second certificate", "Cert[1]", polytls.ContextOptions{Cert: certs(localhost.PEM(), other.PEM()), Key: keys(localhost.KeyPEM(), fresh.KeyPEM())}, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"},
		{"second PFX is garbage", "PFX[1]", polytls.ContextOptions{PFX: []polytls.PFX{{Data: localhost.PFX("")}, {Data: []byte("garbage")}}}, "-"},
		{"second CRL is garbage", "CRL[1]", polytls.ContextOptions{CRL: certs(ca.CRL(time.Time{}), []byte("garbage"))}, "ERR_CRYPTO_OPERATION_FAILED"},
		{"locked key", "", polytls.ContextOptions{Key: keys(locked), Passphrase: "open sesame"}, ""},
		{"locked key with its own passphrase", "", polytls.ContextOptions{Key: []polytls.Key{{PEM: locked, Passphrase: "open sesame"}}, Passphrase: "other"}, ""},
		{"locked key, wrong passphrase", "Key", polytls.ContextOptions{Key: keys(locked), Passphrase: "other"}, "ERR_OSSL_BAD_DECRYPT"},
		{"locked key, wrong passphrase of its own", "Key", polytls.ContextOptions{Key: []polytls.Key{{PEM: locked, Passphrase: "other"}}, Passphrase: "open sesame"}, "ERR_OSSL_BAD_DECRYPT"},
		{"locked key, no passphrase", "Key", polytls.ContextOptions{Key: keys(locked)}, "ERR_OSSL_BAD_DECRYPT"},
		{"locked key, endless passphrase", "Key", polytls.ContextOptions{Key: keys(locked), Passphrase: strings.Repeat("x", 2000)}, "ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED"},
		{"passphrase for an open key", "", polytls.ContextOptions{Key: keys(localhost.KeyPEM()), Passphrase: "x"}, ""},
		{"RSA key too small", "Cert", identity(weak), "ERR_SSL_EE_KEY_TOO_SMALL"},
		{"small RSA key at level 0", "", with(identity(weak), func(o *polytls.ContextOptions) { o.Ciphers = "DEFAULT@SECLEVEL=0" }), ""},
		{"PFX", "", polytls.ContextOptions{PFX: []polytls.PFX{{Data: localhost.PFX("open"), Passphrase: "open"}}}, ""},
		{"PFX, passphrase of the context", "", polytls.ContextOptions{PFX: []polytls.PFX{{Data: localhost.PFX("open")}}, Passphrase: "open"}, ""},
		{"PFX, wrong passphrase", "PFX", polytls.ContextOptions{PFX: []polytls.PFX{{Data: localhost.PFX("open"), Passphrase: "shut"}}}, "-"},
		{"PFX is garbage", "PFX[0]", polytls.ContextOptions{PFX: []polytls.PFX{{Data: []byte("garbage")}}}, "-"},
		{"CA is garbage", "", polytls.ContextOptions{CA: certs([]byte("garbage"))}, ""},
		{"CA is empty", "", polytls.ContextOptions{CA: certs()}, ""},
		{"CRL", "", polytls.ContextOptions{CRL: certs(ca.CRL(time.Time{}))}, ""},
		{"CRL is garbage", "CRL[0]", polytls.ContextOptions{CRL: certs([]byte("garbage"))}, "ERR_CRYPTO_OPERATION_FAILED"},
		{"minimum version", "", polytls.ContextOptions{MinVersion: "TLSv1.0"}, "ERR_TLS_INVALID_PROTOCOL_VERSION"},
		{"maximum version", "", polytls.ContextOptions{MaxVersion: "tlsv1.2"}, "ERR_TLS_INVALID_PROTOCOL_VERSION"},
		{"minimum above maximum", "", polytls.ContextOptions{MinVersion: "TLSv1.3", MaxVersion: "TLSv1.2"}, ""},
		{"minimum and method", "", polytls.ContextOptions{MinVersion: "TLSv1", SecureProtocol: "TLSv1_method"}, "ERR_TLS_PROTOCOL_VERSION_CONFLICT"},
		{"maximum and method", "", polytls.ContextOptions{MaxVersion: "TLSv1", SecureProtocol: "TLSv1_method"}, "ERR_TLS_PROTOCOL_VERSION_CONFLICT"},
		{"SSL 2.0", "", polytls.ContextOptions{SecureProtocol: "SSLv2_method"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"},
		{"SSL 3.0", "", polytls.ContextOptions{SecureProtocol: "SSLv3_client_method"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"},
		{"no method of 1.3", "", polytls.ContextOptions{SecureProtocol: "TLSv1_3_method"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"},
		{"method in lower case", "", polytls.ContextOptions{SecureProtocol: "tls_method"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"},
		{"method without its end", "", polytls.ContextOptions{SecureProtocol: "TLS"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"},
		{"empty words of ciphers", "Ciphers", polytls.ContextOptions{Ciphers: ":"}, "ERR_INVALID_ARG_VALUE"},
		{"unknown cipher", "Ciphers", polytls.ContextOptions{Ciphers: "NOPE"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"cipher in lower case", "Ciphers", polytls.ContextOptions{Ciphers: "aes128-sha"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"no cipher is left", "Ciphers", polytls.ContextOptions{Ciphers: "!ALL"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"unknown cipher of 1.3", "Ciphers", polytls.ContextOptions{Ciphers: "HIGH:TLS_NOPE"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"unknown cipher beside one of 1.3", "Ciphers", polytls.ContextOptions{Ciphers: "NOPE:TLS_AES_128_GCM_SHA256"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"unknown cipher beside a known one", "", polytls.ContextOptions{Ciphers: "NOPE:AES128-SHA"}, ""},
		{"cipher of 1.3 excluded", "Ciphers", polytls.ContextOptions{Ciphers: "HIGH:!TLS_AES_128_GCM_SHA256"}, "ERR_SSL_NO_CIPHER_MATCH"},
		{"security level 9", "Ciphers", polytls.ContextOptions{Ciphers: "HIGH:@SECLEVEL=9"}, "ERR_SSL_INVALID_COMMAND"},
		{"unknown curve", "ECDHCurve", polytls.ContextOptions{ECDHCurve: "P-256:nope"}, "ERR_CRYPTO_OPERATION_FAILED"},
		{"auto in a list of curves", "ECDHCurve", polytls.ContextOptions{ECDHCurve: "P-256:auto"}, "ERR_CRYPTO_OPERATION_FAILED"},
		{"curve without code beside one with", "", polytls.ContextOptions{ECDHCurve: "secp256k1:P-256"}, ""},
		{"curve twice", "", polytls.ContextOptions{ECDHCurve: "P-256:P-256"}, ""},
		{"unknown signature algorithm", "Sigalgs", polytls.ContextOptions{Sigalgs: "RSA+SHA256:nope"}, "-"},
		{"signature algorithms in both spellings", "", polytls.ContextOptions{Sigalgs: "RSA-PSS+SHA384:ecdsa_secp256r1_sha256"}, ""},
		{"DH parameters of 768 bits", "DHParam", polytls.ContextOptions{DHParam: dhPEM(t, oakley768)}, "ERR_INVALID_ARG_VALUE"},
		{"DH parameters of 1,024 bits at level 2", "DHParam", polytls.ContextOptions{DHParam: dhPEM(t, oakley1024)}, "ERR_SSL_DH_KEY_TOO_SMALL"},
		{"DH parameters of 1,024 bits at level 1", "", polytls.ContextOptions{DHParam: dhPEM(t, oakley1024), Ciphers: "DEFAULT@SECLEVEL=1"}, ""},
		{"DH parameters of a composite number", "DHParam", polytls.ContextOptions{DHParam: dhPEM(t, strings.Repeat("F", 512))}, "ERR_SSL_BAD_DH_VALUE"},
		{"DH parameters are garbage", "DHParam", polytls.ContextOptions{DHParam: []byte("garbage")}, "ERR_INVALID_ARG_VALUE"},
		{"long session id context", "SessionIDContext", polytls.ContextOptions{SessionIDContext: strings.Repeat("x", 33)}, "*"},
		{"longest session id context", "", polytls.ContextOptions{SessionIDContext: strings.Repeat("x", 32)}, ""},
		{"negative session timeout", "SessionTimeout", polytls.ContextOptions{SessionTimeout: -time.Second}, "ERR_OUT_OF_RANGE"},
		{"session timeout without its unit", "SessionTimeout", polytls.ContextOptions{SessionTimeout: 300}, "ERR_OUT_OF_RANGE"},
		{"session timeout with a fraction", "SessionTimeout", polytls.ContextOptions{SessionTimeout: 1500 * time.Millisecond}, "ERR_OUT_OF_RANGE"},
		{"longest session timeout", "", polytls.ContextOptions{SessionTimeout: math.MaxInt32 * time.Second}, ""},
		{"longer session timeout", "SessionTimeout", polytls.ContextOptions{SessionTimeout: (math.MaxInt32 + 1) * time.Second}, "ERR_OUT_OF_RANGE"},
		{"unknown policy", "CompliancePolicy", polytls.ContextOptions{CompliancePolicy: "nope"}, "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := polytls.NewSecureContext(tt.options)
			switch {
			case tt.code == "" || err == nil:
				wantCode(t, "NewSecureContext", err, strings.TrimLeft(tt.code, "-*"))
				if tt.code != "" && err == nil {
					t.Error("no error")
				}
				return
			case tt.code == "-":
				if code := codeOf(err); code != "" {
					t.Errorf("code %s, want none: %v", code, err)
				}
			case tt.code != "*":
				wantCode(t, "NewSecureContext", err, tt.code)
			}
			var other failure.Item // that the failure concerns, too
			named := strings.HasPrefix(optionOf(t, err).String(), tt.option) ||
				errors.As(err, &other) && strings.HasPrefix(other.String(), tt.option)
			if !named || !strings.Contains(err.Error(), tt.option) {
				t.Errorf("%v does not name the option %s", err, tt.option)
			}
		})
	}
}

// optionOf is the option that an error has in its fields, as it must.
func optionOf(t *testing.T, err error) failure.Item {
	t.Helper()
	var e *polytls.Error
	if !errors.As(err, &e) || e.Option == "" {
		t.Errorf("%v has no option in its fields", err)
		return failure.Item{}
	}
	return failure.Item{Option: e.Option, Index: e.Index}
}

func with[O any](o O, change func(*O)) O {
	change(&o)
	return o
}

// TestServesEveryKindOfKey makes a handshake with each kind, given as PEM and
// as a signer that keeps its key.
func TestServesEveryKindOfKey(t *testing.T) {
	for _, kind := range testcert.Kinds() {
		template := testcert.ServerTemplate("localhost")
		template.Kind = kind
		cert := ca.Issue(template)
		signer := polytls.Key{Signer: keeper{cert.Signer}}
		if _, ok := cert.Signer.(crypto.Decrypter); ok {
			signer.Signer = cert.Signer
		}
		for name, key := range map[string]polytls.Key{"PEM": {PEM: cert.KeyPEM()}, "signer": signer} {
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				t.Run(string(kind)+"/"+name+"/"+version, func(t *testing.T) {
					so, co := serving(), trusting(ca)
					so.Cert, so.Key = [][]byte{cert.PEM()}, []polytls.Key{key}
					only(&so.ContextOptions, version)
					server, client := pair(t, so, co)
					exchange(t, client, server, "ping")
					if got := client.X509Certificates(); len(got) == 0 || !bytes.Equal(got[0].Raw, cert.Raw) {
						t.Error("the client saw another certificate")
					}
				})
			}
		}
	}
}

// keeper hides everything of a key but that it signs.
type keeper struct{ crypto.Signer }

// TestPFXServes makes a handshake with a PFX, whose issuers are sent as chain.
func TestPFXServes(t *testing.T) {
	leaf := ca.Issue(testcert.Template{CommonName: "middle", CA: true}).Server("localhost")
	so := polytls.ServerOptions{}
	so.PFX = []polytls.PFX{{Data: leaf.PFX("open"), Passphrase: "open"}}
	_, client := pair(t, so, trusting(ca))
	if n := len(client.X509Certificates()); n != 2 {
		t.Errorf("the server sent %d certificates, want leaf and issuer", n)
	}
}

// TestServesIssuerFromCA completes a chain from the server's own CA list.
func TestServesIssuerFromCA(t *testing.T) {
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	leaf := middle.Server("localhost")
	so := polytls.ServerOptions{}
	so.Cert, so.Key = [][]byte{leaf.PEM()}, keys(leaf.KeyPEM())
	so.CA = [][]byte{middle.PEM()}
	_, client := pair(t, so, trusting(ca))
	if sent := client.X509Certificates(); len(sent) != 2 || !bytes.Equal(sent[1].Raw, middle.Raw) {
		t.Errorf("the server sent %d certificates, want leaf and issuer", len(sent))
	}
}

// TestDefaultsAreReadWhenAContextIsMade changes each process-wide default.
func TestDefaultsAreReadWhenAContextIsMade(t *testing.T) {
	early, err := polytls.NewSecureContext(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	if err := polytls.SetDefaultMaxVersion("TLSv1.2"); err != nil {
		t.Fatal(err)
	}
	_, client := pair(t, serving(localhost), trusting(ca))
	if err := polytls.SetDefaultMaxVersion("TLSv1.3"); err != nil {
		t.Fatal(err)
	}
	if client.Protocol() != "TLSv1.2" {
		t.Errorf("got %s under a default maximum of TLSv1.2", client.Protocol())
	}
	_, client = pair(t, polytls.ServerOptions{SecureContext: early}, trusting(ca))
	if client.Protocol() != "TLSv1.3" {
		t.Errorf("an earlier context negotiates %s, want TLSv1.3", client.Protocol())
	}
	wantCode(t, "SetDefaultMinVersion", polytls.SetDefaultMinVersion("nope"), "ERR_TLS_INVALID_PROTOCOL_VERSION")
	wantCode(t, "SetDefaultMaxVersion", polytls.SetDefaultMaxVersion("nope"), "ERR_TLS_INVALID_PROTOCOL_VERSION")
	wantCode(t, "SetDefaultCiphers", polytls.SetDefaultCiphers("nope"), "ERR_SSL_NO_CIPHER_MATCH")
	wantCode(t, "SetDefaultECDHCurve", polytls.SetDefaultECDHCurve("nope"), "ERR_CRYPTO_OPERATION_FAILED")
	if got := polytls.DefaultMinVersion() + " " + polytls.DefaultMaxVersion() + " " + polytls.DefaultECDHCurve(); got != "TLSv1.2 TLSv1.3 auto" {
		t.Errorf("defaults are %q after refused changes", got)
	}
}

// TestListings holds the listing functions to Node's counts.
func TestListings(t *testing.T) {
	ciphers := polytls.Ciphers()
	if !slices.Equal(ciphers, suite.NodeCiphers()) {
		t.Errorf("Ciphers: %q", ciphers)
	}
	ciphers[0] = "changed"
	if polytls.Ciphers()[0] == "changed" {
		t.Error("Ciphers returns the same slice twice")
	}
	groups := polytls.Groups()
	for _, name := range append(groups, strings.Join(groups, ":")) {
		if _, err := polytls.NewSecureContext(polytls.ContextOptions{ECDHCurve: name, Ciphers: "DEFAULT@SECLEVEL=0"}); err != nil {
			t.Errorf("Groups: %v", err)
		}
	}
	for _, root := range polytls.RootCertificates() {
		if block, rest := pem.Decode([]byte(root)); block == nil || len(rest) > 0 || strings.HasSuffix(root, "\n") {
			t.Errorf("not one PEM block without a trailing newline: %q", root)
		}
	}
	if got, err := polytls.ParseSecureOptions("SSL_OP_NO_TICKET,SSL_OP_NO_TLSv1_3"); err != nil || got != 1<<14|1<<29 {
		t.Errorf("ParseSecureOptions: %#x, %v", got, err)
	}
	if _, err := polytls.ParseSecureOptions("SSL_OP_NOPE"); err == nil {
		t.Error("ParseSecureOptions: no error for an unknown name")
	}
}
