package polytls_test

import (
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// writeFile writes a file in the test's folder and returns its name.
func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func derOf(t *testing.T, text []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM")
	}
	return block.Bytes
}

// TestFiles serves and trusts what files hold, and what the options hold in DER.
func TestFiles(t *testing.T) {
	client := ca.Client("client")
	crl := ca.CRL(time.Now().Add(time.Hour))
	for name, how := range map[string]struct {
		server func(*polytls.ContextOptions)
		client func(*polytls.ContextOptions)
	}{
		"PEM files": {
			func(o *polytls.ContextOptions) {
				o.CertFile = []string{writeFile(t, "cert.pem", localhost.PEM())}
				o.KeyFile = []string{writeFile(t, "key.pem", localhost.EncryptedKeyPEM("secret"))}
				o.CAFile, o.Passphrase = []string{writeFile(t, "ca.pem", ca.PEM())}, "secret"
			},
			func(o *polytls.ContextOptions) {
				o.PFXFile, o.Passphrase = []string{writeFile(t, "client.pfx", client.PFX("other"))}, "other"
				o.CAFile, o.CRLFile = []string{writeFile(t, "ca.pem", ca.PEM())}, []string{writeFile(t, "crl.pem", crl)}
			},
		},
		"DER files": {
			func(o *polytls.ContextOptions) {
				o.CertFile = []string{writeFile(t, "cert.der", localhost.Raw)}
				o.KeyFile = []string{writeFile(t, "key.der", derOf(t, localhost.KeyPEM()))}
				o.CAFile = []string{writeFile(t, "ca.der", ca.Raw)}
			},
			func(o *polytls.ContextOptions) {
				o.CertFile = []string{writeFile(t, "cert.der", client.Raw)}
				o.KeyFile = []string{writeFile(t, "key.der", derOf(t, client.KeyPEM()))}
				o.CAFile, o.CRLFile = []string{writeFile(t, "ca.der", ca.Raw)}, []string{writeFile(t, "crl.der", derOf(t, crl))}
			},
		},
		"DER in the options": {
			func(o *polytls.ContextOptions) {
				o.Cert, o.CA = [][]byte{localhost.Raw}, [][]byte{ca.Raw}
				o.Key = keys(derOf(t, localhost.KeyPEM()))
			},
			func(o *polytls.ContextOptions) {
				o.Cert, o.CA = [][]byte{client.Raw}, [][]byte{ca.Raw}
				o.Key, o.CRL = keys(derOf(t, client.KeyPEM())), [][]byte{derOf(t, crl)}
			},
		},
		"files beside options": {
			func(o *polytls.ContextOptions) {
				o.Cert, o.Key = [][]byte{localhost.PEM()}, keys(localhost.KeyPEM())
				other := ca.Server("other.test")
				o.CertFile, o.KeyFile = []string{writeFile(t, "cert.pem", other.PEM())}, []string{writeFile(t, "key.pem", other.KeyPEM())}
				o.CA, o.CAFile = [][]byte{}, []string{writeFile(t, "ca.pem", ca.PEM())}
			},
			func(o *polytls.ContextOptions) {
				*o = identity(client)
				o.CA = [][]byte{ca.PEM()}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			so, co := polytls.ServerOptions{RequestCert: true}, polytls.ConnectOptions{Host: "localhost"}
			how.server(&so.ContextOptions)
			how.client(&co.ContextOptions)
			server, _ := pair(t, so, co)
			if got := server.PeerCertificate(false); got == nil || !server.Authorized() {
				t.Errorf("the client's certificate is %v: %v", got, server.AuthorizationError())
			}
		})
	}
}

// TestFileErrors name option, element and file.
func TestFileErrors(t *testing.T) {
	cert, key := writeFile(t, "cert.pem", localhost.PEM()), writeFile(t, "key.pem", localhost.KeyPEM())
	text := writeFile(t, "text", []byte("text"))
	missing := filepath.Join(t.TempDir(), "missing")
	for _, tt := range []struct {
		name string
		o    polytls.ContextOptions
		code string
		item string
		file string
	}{
		{"a chain that is missing", polytls.ContextOptions{CertFile: []string{cert, missing}}, "ENOENT", "CertFile[1]", missing},
		{"no chain", polytls.ContextOptions{CertFile: []string{text}}, "ERR_OSSL_PEM_NO_START_LINE", "CertFile[0]", text},
		{"no key", polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key, text}}, "ERR_OSSL_UNSUPPORTED", "KeyFile[1]", text},
		{"no archive", polytls.ContextOptions{PFXFile: []string{text}}, "-", "PFXFile[0]", text},
		{"no certificate", polytls.ContextOptions{CAFile: []string{text}}, "ERR_OSSL_PEM_NO_START_LINE", "CAFile[0]", text},
		{"no list", polytls.ContextOptions{CRLFile: []string{text}}, "ERR_CRYPTO_OPERATION_FAILED", "CRLFile[0]", text},
		{"a key of another", polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{writeFile(t, "other.pem", ca.Server("localhost").KeyPEM())}},
			"ERR_OSSL_X509_KEY_VALUES_MISMATCH", "KeyFile[0]", "CertFile[0]"},
	} {
		_, err := polytls.NewSecureContext(tt.o)
		if tt.code != "-" { // OpenSSL has none
			wantCode(t, tt.name, err, tt.code)
		}
		var own *polytls.Error
		if !errors.As(err, &own) || !strings.HasPrefix(own.Reason, "option "+tt.item) || strings.Count(own.Message(), tt.file) != 1 {
			t.Errorf("%s: %v, want %s and %s, once", tt.name, err, tt.item, tt.file)
		}
		if own != nil && own.Option != strings.TrimRight(tt.item, "[]0123456789") {
			t.Errorf("%s: option %q", tt.name, own.Option)
		}
	}
	if _, err := polytls.NewSecureContext(polytls.ContextOptions{CAFile: []string{missing}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is not os.ErrNotExist", err)
	}
}

// TestFilesAreReadOnce: a renewed certificate needs a new context, which a running
// server takes.
func TestFilesAreReadOnce(t *testing.T) {
	o := polytls.ContextOptions{}
	write := func(c *testcert.Cert) {
		o.CertFile, o.KeyFile = []string{writeFile(t, "cert.pem", c.PEM())}, []string{writeFile(t, "key.pem", c.KeyPEM())}
	}
	write(localhost)
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: o}, func(s *polytls.Socket) { s.Close() })
	if err != nil {
		t.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	serial := func() string {
		co := trusting(ca)
		co.Port = addr.(*net.TCPAddr).Port
		s, err := polytls.Connect(t.Context(), co)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.PeerCertificate(false).SerialNumber
	}
	first := serial()
	renewed := ca.Server("localhost")
	for name, data := range map[string][]byte{o.CertFile[0]: renewed.PEM(), o.KeyFile[0]: renewed.KeyPEM()} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := serial(); got != first {
		t.Errorf("certificate %s, want %s until there is a new context", got, first)
	}
	c, err := polytls.NewSecureContext(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.SetSecureContext(c); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got == first {
		t.Error("the renewed certificate is not served")
	}
}
