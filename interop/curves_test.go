package interop

import (
	"crypto"
	"os"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/internal/keyfile"
	_ "polytls/secp256k1"
)

// curvePKI is an authority and a certificate for localhost which it has issued, made by
// OpenSSL in a folder.
type curvePKI struct {
	folder string
	t      *testing.T
}

// newCurvePKI makes keys on two curves.
func newCurvePKI(t *testing.T, authority, leaf string) curvePKI {
	t.Helper()
	p := curvePKI{t.TempDir(), t}
	in := func(name string) string { return filepath.Join(p.folder, name) }
	if err := os.WriteFile(in("ext"), []byte("subjectAltName=DNS:localhost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"ecparam", "-name", authority, "-genkey", "-noout", "-out", in("ca.key")},
		{"req", "-x509", "-new", "-key", in("ca.key"), "-subj", "/CN=authority", "-days", "30", "-out", in("ca.pem")},
		{"ecparam", "-name", leaf, "-genkey", "-noout", "-out", in("leaf.key")},
		{"pkcs8", "-topk8", "-in", in("leaf.key"), "-passout", "pass:secret", "-out", in("leaf.pkcs8")},
		{"req", "-new", "-key", in("leaf.key"), "-subj", "/CN=localhost", "-out", in("leaf.csr")},
		{"x509", "-req", "-in", in("leaf.csr"), "-CA", in("ca.pem"), "-CAkey", in("ca.key"), "-CAcreateserial",
			"-days", "30", "-extfile", in("ext"), "-out", in("leaf.pem")},
		{"pkcs12", "-export", "-in", in("leaf.pem"), "-inkey", in("leaf.key"), "-passout", "pass:secret", "-out", in("leaf.pfx")},
	} {
		run(t, "openssl", args...)
	}
	return p
}

func (p curvePKI) read(name string) []byte {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.folder, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// identities are the ways in which our ends get the certificate and its key.
func (p curvePKI) identities() map[string]polytls.ContextOptions {
	key, err := keyfile.ParsePrivateKey(p.read("leaf.key"), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	cert := [][]byte{p.read("leaf.pem")}
	return map[string]polytls.ContextOptions{
		"SEC 1":            {Cert: cert, Key: []polytls.Key{{PEM: p.read("leaf.key")}}, AllowVariableTimeKeys: true},
		"PKCS 8":           {Cert: cert, Key: []polytls.Key{{PEM: p.read("leaf.pkcs8"), Passphrase: "secret"}}, AllowVariableTimeKeys: true},
		"PFX":              {PFX: []polytls.PFX{{Data: p.read("leaf.pfx"), Passphrase: "secret"}}, AllowVariableTimeKeys: true},
		"signer elsewhere": {Cert: cert, Key: []polytls.Key{{Signer: struct{ crypto.Signer }{key}}}},
	}
}

// curveCases are the curves that only certificates have, with the versions in which a
// leaf can be on them.
var curveCases = []struct {
	curve    string
	versions []string
}{
	{"brainpoolP256r1", []string{"TLSv1.2", "TLSv1.3"}},
	{"brainpoolP384r1", []string{"TLSv1.2", "TLSv1.3"}},
	{"brainpoolP512r1", []string{"TLSv1.2", "TLSv1.3"}},
	{"secp256k1", []string{"TLSv1.2"}}, // TLS 1.3 has no scheme for it
}

// TestCurvesOfCertificates uses certificates with keys on curves that only certificates
// have, and those that such keys have issued: Node's ends and ours authenticate each
// other, in both roles.
func TestCurvesOfCertificates(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, tt := range curveCases {
		t.Run(tt.curve+"/authority", func(t *testing.T) {
			p := newCurvePKI(t, tt.curve, "prime256v1")
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				atCurve(t, n, p, p.identities()["SEC 1"], version, "auto")
			}
		})
		t.Run(tt.curve+"/leaf", func(t *testing.T) {
			p := newCurvePKI(t, "prime256v1", tt.curve)
			for name, own := range p.identities() {
				for _, version := range tt.versions {
					t.Run(version+"/"+name, func(t *testing.T) {
						atCurve(t, n, p, own, version, "X25519:P-256:"+tt.curve)
					})
				}
			}
		})
	}
}

// atCurve authenticates Node and us by the same certificate, in both roles.
func atCurve(t *testing.T, n *node, p curvePKI, own polytls.ContextOptions, version, groups string) {
	t.Helper()
	theirs := options{
		Cert: string(p.read("leaf.pem")), Key: string(p.read("leaf.key")), CA: string(p.read("ca.pem")), ServerName: "localhost",
		RequestCert: true, Reject: true, MaxVersion: version, ECDHCurve: groups,
	}
	own.CA, own.MaxVersion, own.ECDHCurve = [][]byte{p.read("ca.pem")}, version, groups
	s := connect(t, n.listen(t, theirs).port, polytls.ConnectOptions{ContextOptions: own})
	exchange(t, s, "hello\n", "hello\n")
	srv := serve(t, polytls.ServerOptions{ContextOptions: own, RequestCert: true}, nil)
	if reply := n.connect(t, srv.port, theirs, hello, 0); reply.Code != "" {
		t.Errorf("Node as a client: %s %s", reply.Code, reply.Message)
	}
	if f := srv.next(t); !f.Authorized || f.Protocol != version {
		t.Errorf("our server: %s, %s", f.Protocol, f.AuthError)
	}
}
