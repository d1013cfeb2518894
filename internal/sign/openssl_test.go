package sign_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polytls/internal/keyfile"
	"polytls/internal/peertest"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// TestOpenSSLAgrees lets openssl make keys, verify our signatures and sign what we
// verify, with every scheme of the registry.
func TestOpenSSLAgrees(t *testing.T) {
	o := newOpenSSL(t)
	signed := map[suite.Scheme]bool{}
	for _, genpkey := range []string{
		"-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
		"-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
		"-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:32",
		"-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
		"-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
		"-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
		"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
		"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1",
		"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP512r1",
		"-algorithm ED25519",
		"-algorithm ED448",
	} {
		t.Run(genpkey, func(t *testing.T) {
			o := o.in(t)
			text := o.run(t, "genpkey "+genpkey, "")
			o.write(t, "key", text)
			key, err := keyfile.ParsePrivateKey(text, nil)
			if err != nil {
				t.Fatal(err)
			}
			spki := o.run(t, "pkey -in key -pubout", "")
			block, _ := pem.Decode(spki)
			o.write(t, "public", spki)
			pub, err := sign.ParsePublicKey(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			again, err := sign.MarshalPublicKey(key.Public())
			if err != nil || !bytes.Equal(again, block.Bytes) {
				t.Errorf("the public key is %x, %v; want %x", again, err, block.Bytes)
			}
			schemes := slices.Concat(sign.Schemes(pub, suite.TLS13), sign.Schemes(pub, suite.TLS12), sign.Schemes(pub, suite.TLS10))
			slices.Sort(schemes)
			for _, scheme := range slices.Compact(schemes) {
				signed[scheme] = true
				o.compare(t, key, pub, scheme)
			}
		})
	}
	for info := range suite.Schemes() {
		if !signed[info.ID] && info.Kind != suite.MLDSA { // see TestNodeAgreesOnMLDSA
			t.Errorf("%s was not compared", info.Name)
		}
	}
}

// openSSL is the installed command and the folder it works in.
type openSSL struct{ path, folder string }

func newOpenSSL(t *testing.T) openSSL {
	t.Helper()
	path := peertest.Path(t, "openssl")
	return openSSL{path: path}
}

func (o openSSL) in(t *testing.T) openSSL { return openSSL{o.path, t.TempDir()} }

func (o openSSL) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(o.folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// run returns the standard output of the command, whose words are args and
// options.
func (o openSSL) run(t *testing.T, args, options string) []byte {
	t.Helper()
	cmd := exec.Command(o.path, strings.Fields(args+" "+options)...)
	cmd.Dir = o.folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %s %s: %v\n%s", args, options, err, &stderr)
	}
	return out
}

func (o openSSL) compare(t *testing.T, key crypto.Signer, pub crypto.PublicKey, scheme suite.Scheme) {
	t.Helper()
	message := []byte("message of " + scheme.String())
	o.write(t, "message", message)
	ours, err := sign.Sign(context.Background(), key, scheme, message)
	if err != nil {
		t.Error(err)
		return
	}
	o.write(t, "ours", ours)
	options := pkeyutlOptions(scheme)
	o.run(t, "pkeyutl -verify -rawin -in message -pubin -inkey public -sigfile ours", options)
	theirs := o.run(t, "pkeyutl -sign -rawin -in message -inkey key", options)
	if err := sign.Verify(pub, scheme, message, theirs); err != nil {
		t.Errorf("%v made by openssl: %v", scheme, err)
	}
}

func pkeyutlOptions(scheme suite.Scheme) string {
	info := scheme.Info()
	digest := map[crypto.Hash]string{
		crypto.MD5SHA1: "md5-sha1", crypto.SHA1: "sha1", crypto.SHA224: "sha224",
		crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512",
	}
	switch info.Kind {
	case suite.EdDSA:
		return ""
	case suite.PSSRSAE, suite.PSSPSS:
		return "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest -digest " + digest[info.Hash]
	}
	return "-digest " + digest[info.Hash]
}
