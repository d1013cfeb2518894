package cookbook

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"testing"

	"polytls"
)

// # Pinned keys
//
// The verified path must contain one of these keys: that of the server, or that of its
// authority. Pin a spare key, too, which is not in use yet. `polytls connect` prints the
// hash of a server's key.
func pinning(o polytls.ConnectOptions, certFiles ...string) (polytls.ConnectOptions, error) {
	for _, name := range certFiles {
		data, err := os.ReadFile(name)
		if err != nil {
			return o, err
		}
		block, _ := pem.Decode(data)
		if block == nil {
			return o, errors.New(name + ": not PEM")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return o, err
		}
		hash := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
		o.PinnedKeys = append(o.PinnedKeys, hash[:])
	}
	return o, nil
}

func TestPinning(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	port := start(t, srv, err)
	for _, pin := range []struct {
		cert []byte
		ok   bool
	}{{localhost.PEM(), true}, {ca.PEM(), true}, {ca.Server("localhost").PEM(), false}} {
		o, err := pinning(trusting(port), file(t, "cert.pem", pin.cert))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := talk(t, o); (err == nil) != pin.ok {
			t.Errorf("accepted: %v, %v", err == nil, err)
		}
	}
}
