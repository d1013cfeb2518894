package interop

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/testcert"
)

// rawKey is a key without a certificate: the files of its halves, and its pin.
type rawKey struct {
	signer          crypto.Signer
	private, public string
	pins            [][]byte
}

func newRawKey(t *testing.T, kind testcert.Kind) rawKey {
	t.Helper()
	k := rawKey{signer: testcert.NewKey(kind), private: filepath.Join(t.TempDir(), "private"), public: filepath.Join(t.TempDir(), "public")}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k.signer)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(k.signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, k.private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	writeFile(t, k.public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	sum := sha256.Sum256(spki)
	k.pins = [][]byte{sum[:]}
	return k
}

// TestRawPublicKeysWithGnuTLS: both ends have a raw public key (RFC 7250) and no
// certificate, with GnuTLS at either end.
func TestRawPublicKeysWithGnuTLS(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "gnutls-serv")
	peertest.Path(t, "gnutls-cli")
	for _, kind := range []testcert.Kind{testcert.P256, testcert.RSA2048} {
		for _, v := range []struct{ name, gnu string }{{polytls.TLS12, "VERS-TLS1.2"}, {polytls.TLS13, "VERS-TLS1.3"}} {
			ours, theirs := newRawKey(t, kind), newRawKey(t, kind)
			priority := "NORMAL:-VERS-ALL:+" + v.gnu + ":-CTYPE-ALL:+CTYPE-RAWPK"
			context := only(polytls.ContextOptions{Key: []polytls.Key{{Signer: ours.signer}}, RawPublicKeys: true, PinnedKeys: theirs.pins}, v.name)
			t.Run(fmt.Sprint(kind, " ", v.name, " our client"), func(t *testing.T) {
				port := freePort(t)
				start(t, "gnutls-serv", "--echo", "--require-client-cert", "-p", fmt.Sprint(port), "--priority", priority,
					"--rawpkkeyfile", theirs.private, "--rawpkfile", theirs.public).awaitPort(t, port)
				s := connect(t, port, polytls.ConnectOptions{ContextOptions: context})
				if s.PeerRawPublicKey() == nil || !s.Authorized() {
					t.Errorf("authorized %v: %v", s.Authorized(), s.AuthorizationError())
				}
				exchange(t, s, "hello\n", "hello\n")
				other := context
				other.PinnedKeys = [][]byte{make([]byte, sha256.Size)}
				if e := refused(t, port, polytls.ConnectOptions{ContextOptions: other}); e.Code != "ERR_TLS_PINNED_KEY_MISMATCH" {
					t.Errorf("another key is pinned: %v", e)
				}
			})
			t.Run(fmt.Sprint(kind, " ", v.name, " our server"), func(t *testing.T) {
				srv := serve(t, polytls.ServerOptions{ContextOptions: context, RequestCert: true}, nil)
				c := start(t, "gnutls-cli", "-p", fmt.Sprint(srv.port), "127.0.0.1", "--priority", priority, "--insecure",
					"--logfile", "/dev/null", "--rawpkkeyfile", theirs.private, "--rawpkfile", theirs.public)
				c.Write(t, "hello\n")
				c.await(t, []byte("hello\n"))
				if f := srv.next(t); !f.Authorized {
					t.Error("the client is not authorized")
				}
			})
		}
	}
}
