package keyfile

import (
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// openSSL is the installed command and the folder it works in.
type openSSL struct{ path, folder string }

func newOpenSSL(t *testing.T) openSSL {
	t.Helper()
	path := peertest.Path(t, "openssl")
	return openSSL{path, t.TempDir()}
}

func (o openSSL) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(o.folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// run returns the standard output of the command, whose words are args.
func (o openSSL) run(t *testing.T, args string) []byte {
	t.Helper()
	cmd := exec.Command(o.path, strings.Fields(args)...)
	cmd.Dir = o.folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", args, err, &stderr)
	}
	return out
}

// TestOpenSSLReadsOurKeys compares public keys, as openssl derives them from
// what we write.
func TestOpenSSLReadsOurKeys(t *testing.T) {
	o := newOpenSSL(t)
	for _, name := range []string{"rsa", "pss", "pss384", "p256", "p384", "p521", "bp384", "ed25519", "ed448"} {
		t.Run(name, func(t *testing.T) {
			original := file(t, name+"-key.pem")
			signer, err := ParsePrivateKey(original, nil)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := MarshalPrivateKey(signer)
			if err != nil {
				t.Fatal(err)
			}
			encrypted, err := MarshalEncryptedPrivateKey(rand.Reader, signer, []byte("secret"))
			if err != nil {
				t.Fatal(err)
			}
			o.write(t, "original", original)
			o.write(t, "plain", plain)
			o.write(t, "encrypted", encrypted)
			want := o.run(t, "pkey -in original -pubout")
			if got := o.run(t, "pkey -in plain -pubout"); !bytes.Equal(got, want) {
				t.Errorf("plain: got %s\nwant %s", got, want)
			}
			if got := o.run(t, "pkey -in encrypted -passin pass:secret -pubout"); !bytes.Equal(got, want) {
				t.Errorf("encrypted: got %s\nwant %s", got, want)
			}
		})
	}
}

// TestReadsWhatOpenSSLWrites lets openssl encrypt with fresh salts, and with its
// own iteration counts.
func TestReadsWhatOpenSSLWrites(t *testing.T) {
	o := newOpenSSL(t)
	o.write(t, "key", file(t, "p256-key.pem"))
	o.write(t, "cert", file(t, "p256-cert.pem"))
	o.write(t, "ca", file(t, "rsa-cert.pem"))
	leaf := certificate(t, "p256")
	for _, args := range []string{
		"ec -in key -aes256 -passout pass:secret",
		"ec -in key -des3 -passout pass:secret",
		"pkey -in key -aes192 -passout pass:secret",
		"pkcs8 -topk8 -in key -passout pass:secret",
		"pkcs8 -topk8 -in key -passout pass:secret -v2 des3 -v2prf hmacWithSHA1",
		"pkcs8 -topk8 -in key -passout pass:secret -iter 100000 -v2prf hmacWithSHA512",
		"pkcs8 -topk8 -in key -passout pass:secret -scrypt",
	} {
		signer, err := ParsePrivateKey(o.run(t, args), []byte("secret"))
		if err == nil {
			err = Matches(leaf, signer)
		}
		if err != nil {
			t.Errorf("openssl %s: %v", args, err)
		}
	}
	for _, options := range []string{
		"",
		"-macalg sha1",
		"-macalg sha512 -keypbe AES-128-CBC -certpbe AES-192-CBC",
		"-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
		"-keypbe AES-256-CBC -certpbe PBE-SHA1-3DES",
		"-keypbe PBE-SHA1-3DES -certpbe NONE",
		"-nomac",
		"-certfile ca",
	} {
		args := "pkcs12 -export -in cert -inkey key -passout pass:secret " + options
		signer, got, extra, err := ParsePFX(o.run(t, args), "secret")
		if err == nil {
			err = Matches(leaf, signer)
		}
		if err != nil || !bytes.Equal(got, leaf) || len(extra) != strings.Count(options, "-certfile") {
			t.Errorf("openssl %s: %v, %d extra certificates", args, err, len(extra))
		}
	}
}

func TestReadsEveryPRFOfOpenSSL(t *testing.T) {
	o := newOpenSSL(t)
	o.write(t, "key", file(t, "p256-key.pem"))
	for _, hash := range []string{"1", "224", "256", "384", "512", "512-224", "512-256"} {
		text := o.run(t, "pkcs8 -topk8 -in key -passout pass:secret -v2 aes-128-cbc -v2prf hmacWithSHA"+hash)
		if _, err := ParsePrivateKey(text, []byte("secret")); err != nil {
			t.Errorf("HMAC with SHA-%s: %v", hash, err)
		}
	}
}
