package secp256k1_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/failure"
	_ "polytls/secp256k1"
)

// read returns a file of testdata, which OpenSSL has made.
func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestCertificates connects two ends that authenticate each other by a certificate on
// the curve. Peers of other implementations are in package interop.
func TestCertificates(t *testing.T) {
	for _, tt := range []struct {
		version, groups string
		want            error // of the server
	}{
		{polytls.TLS12, "X25519:secp256k1", nil},
		{polytls.TLS12, "X25519", failure.NoSharedCipher},
		{polytls.TLS13, "X25519:secp256k1", failure.NoSuitableSignatureAlgorithm},
	} {
		o := polytls.ContextOptions{
			Cert: [][]byte{read(t, "cert.pem")}, Key: []polytls.Key{{PEM: read(t, "key.pem")}}, CA: [][]byte{read(t, "cert.pem")},
			MinVersion: tt.version, MaxVersion: tt.version, ECDHCurve: tt.groups,
		}
		if _, err := polytls.NewSecureContext(o); !errors.Is(err, failure.UnsupportedKey) {
			t.Errorf("without AllowVariableTimeKeys: %v", err)
		}
		o.AllowVariableTimeKeys = true
		ours, theirs := net.Pipe()
		done := make(chan error, 1)
		go func() {
			s, err := polytls.Client(t.Context(), theirs, polytls.ConnectOptions{ContextOptions: o, ServerName: "localhost"})
			if err == nil {
				_, err = s.Read(make([]byte, 1))
			}
			theirs.Close() // not s, whose close_notify nobody reads
			done <- err
		}()
		s, err := polytls.ServerSocket(t.Context(), ours, polytls.ServerOptions{ContextOptions: o, RequestCert: true})
		if tt.want != nil {
			if !errors.Is(err, tt.want) {
				t.Errorf("%s with %s: %v, want %v", tt.version, tt.groups, err, tt.want)
			}
			<-done
			continue
		}
		if err != nil {
			t.Fatalf("%s with %s: %v", tt.version, tt.groups, err)
		}
		if !s.Authorized() || s.PeerCertificate(false).ASN1Curve != "secp256k1" {
			t.Errorf("%s with %s: the client is not authenticated", tt.version, tt.groups)
		}
		if _, err := s.Write([]byte{1}); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Errorf("the client: %v", err)
		}
		ours.Close()
	}
}
