package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polytls"
)

// keyForms makes keys on a curve in forms that openssl writes, by their names.
func keyForms(t *testing.T, dir, curve string) map[string]string {
	t.Helper()
	forms := map[string]string{}
	for name, args := range map[string][]string{
		"named":                {},
		"compressed":           {"-conv_form", "compressed"},
		"explicit":             {"-param_enc", "explicit"},
		"explicit, compressed": {"-param_enc", "explicit", "-conv_form", "compressed"},
	} {
		sec1, pkcs8 := filepath.Join(dir, name+".sec1.pem"), filepath.Join(dir, name+".pem")
		run(t, "openssl", append([]string{"ecparam", "-name", curve, "-genkey", "-noout", "-out", sec1}, args...)...)
		run(t, "openssl", "pkcs8", "-topk8", "-nocrypt", "-in", sec1, "-out", pkcs8)
		forms[name+", SEC 1"], forms[name+", PKCS #8"] = sec1, pkcs8
	}
	return forms
}

// TestECKeyForms compares with Node the results for EC keys with explicit curve
// parameters and compressed points: our private keys, keys of leaves and keys of
// issuers.
func TestECKeyForms(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	seen := map[string]int{}
	for _, curve := range []string{"prime256v1", "secp384r1", "secp521r1"} {
		dir := t.TempDir()
		plain := filepath.Join(dir, "plain.pem")
		run(t, "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", plain)
		for form, key := range keyForms(t, dir, curve) {
			for chain, end := range map[string]options{
				"self-signed": selfSigned(t, dir, key),
				"leaf":        issued(t, dir, plain, key),
				"issuer":      issued(t, dir, key, plain),
			} {
				t.Run(curve+"/"+form+"/"+chain, func(t *testing.T) {
					client := options{CA: end.CA, Reject: true, ServerName: "localhost"}
					for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
						client.MinVersion, client.MaxVersion = version, version
						port, next := listenAs(t, nil, end)
						want := dialAs(t, n, port, client)
						seen[want]++
						next()
						port, next = listenAs(t, n, end)
						if got := dialAs(t, nil, port, client); got != want {
							t.Errorf("%s: our client has %q, Node's at our server %q", version, got, want)
						}
						next()
					}
				})
			}
		}
	}
	if seen[""] == 0 || seen["UNSPECIFIED"] == 0 { // X509_V_ERR_EC_KEY_EXPLICIT_PARAMS
		t.Errorf("Node's outcomes are %v, want some of each", seen)
	}
}

// selfSigned is a server whose certificate is its own issuer.
func selfSigned(t *testing.T, dir, key string) options {
	t.Helper()
	cert := filepath.Join(dir, "self.crt")
	run(t, "openssl", "req", "-x509", "-new", "-key", key, "-days", "30", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost", "-out", cert)
	text := read(t, cert)
	return options{Cert: text, Key: read(t, key), CA: text}
}

// issued is a server with a certificate of a CA.
func issued(t *testing.T, dir, caKey, key string) options {
	t.Helper()
	ca, request, cert, names := filepath.Join(dir, "ca.crt"), filepath.Join(dir, "csr"), filepath.Join(dir, "leaf.crt"), filepath.Join(dir, "names")
	run(t, "openssl", "req", "-x509", "-new", "-key", caKey, "-days", "30", "-subj", "/CN=a CA", "-out", ca)
	run(t, "openssl", "req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", request)
	writeFile(t, names, []byte("subjectAltName=DNS:localhost\n"))
	run(t, "openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-set_serial", "2", "-days", "30", "-extfile", names, "-out", cert)
	return options{Cert: read(t, cert), Key: read(t, key), CA: read(t, ca)}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestKeyCiphers compares with Node the results for keys that are encrypted with
// each cipher of openssl. Our error names the ciphers that are not supported.
func TestKeyCiphers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.pem")
	run(t, "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", plain)
	n := startNode(t, "node")
	for _, tt := range []struct {
		missing string // the cipher, "" if it is read
		args    []string
	}{
		{"", []string{"pkcs8", "-topk8", "-v2", "aes-128-cbc"}},
		{"", []string{"pkcs8", "-topk8", "-v2", "des3", "-v2prf", "hmacWithSHA512"}},
		{"", []string{"pkcs8", "-topk8", "-scrypt"}},
		{"", []string{"pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"}},
		{"", []string{"ec", "-aes256"}},
		{"", []string{"ec", "-des3"}},
		{"PBE-SHA1-2DES", []string{"pkcs8", "-topk8", "-v1", "PBE-SHA1-2DES"}},
		{"CAMELLIA-256-CBC", []string{"pkcs8", "-topk8", "-v2", "camellia-256-cbc"}},
		{"ARIA-192-CBC", []string{"pkcs8", "-topk8", "-v2", "aria-192-cbc"}},
		{"CAMELLIA-128-CBC", []string{"ec", "-camellia128"}},
		{"ARIA-256-CBC", []string{"ec", "-aria-256-cbc"}},
	} {
		key := filepath.Join(dir, "key.pem")
		run(t, "openssl", append(tt.args, "-in", plain, "-passout", "pass:sample", "-out", key)...)
		o := options{Passphrase: "sample", Files: map[string][]byte{"key": []byte(read(t, key))}}
		if failure := checkOptions(t, n, o); failure != "" {
			t.Errorf("%q: Node has %s", tt.args, failure)
		}
		_, err := polytls.NewSecureContext(o.context())
		if tt.missing == "" && err != nil || tt.missing != "" && (code(err) != "ERR_OSSL_EVP_UNSUPPORTED" || !strings.Contains(err.Error(), tt.missing)) {
			t.Errorf("%q: %v, want %q in the error", tt.args, err, tt.missing)
		}
	}
}
