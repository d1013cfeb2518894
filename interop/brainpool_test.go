package interop

import (
	"os"
	"path/filepath"
	"testing"

	"polytls"
)

// TestBrainpool uses certificates with keys on Brainpool's curves, and certificates
// issued by such keys, made by OpenSSL, in TLS 1.3: Node's server with our client,
// and Node's client with our server.
func TestBrainpool(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, curve := range []string{"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"} {
		for _, own := range []string{"prime256v1", curve} {
			t.Run(curve+"/"+own, func(t *testing.T) { atBrainpool(t, n, curve, own) })
		}
	}
}

// atBrainpool connects both ways with a certificate with a key on a curve, issued
// by an authority with a key on another.
func atBrainpool(t *testing.T, n *node, curve, own string) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	ext := in("ext")
	if err := os.WriteFile(ext, []byte("subjectAltName=DNS:localhost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"ecparam", "-name", curve, "-genkey", "-noout", "-out", in("ca.key")},
		{"req", "-x509", "-new", "-key", in("ca.key"), "-subj", "/CN=authority", "-days", "30", "-out", in("ca.pem")},
		{"ecparam", "-name", own, "-genkey", "-noout", "-out", in("leaf.key")},
		{"req", "-new", "-key", in("leaf.key"), "-subj", "/CN=localhost", "-out", in("leaf.csr")},
		{"x509", "-req", "-in", in("leaf.csr"), "-CA", in("ca.pem"), "-CAkey", in("ca.key"), "-CAcreateserial",
			"-days", "30", "-extfile", ext, "-out", in("leaf.pem")},
	} {
		run(t, "openssl", args...)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	theirs := options{Cert: string(read("leaf.pem")), Key: string(read("leaf.key")), CA: string(read("ca.pem")), ServerName: "localhost", Reject: true}
	s := connect(t, n.listen(t, theirs).port, polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CA: [][]byte{read("ca.pem")}}})
	exchange(t, s, "hello\n", "hello\n")

	ours := polytls.ServerOptions{RequestCert: true}
	localhost := certificate(t, "p256")
	ours.Cert, ours.Key, ours.CA = [][]byte{localhost.cert}, []polytls.Key{{PEM: localhost.key}}, [][]byte{read("ca.pem")}
	theirs.CA = string(ca(t).cert)
	srv := serve(t, ours, nil)
	if reply := n.connect(t, srv.port, theirs, hello, 0); reply.Code != "" {
		t.Errorf("Node as a client: %s %s", reply.Code, reply.Message)
	}
	if f := srv.next(t); !f.Authorized {
		t.Errorf("our server: %s", f.AuthError)
	}
}
