package cookbook

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"polytls"
)

// # Certificates from an ACME authority
//
// The manager gets a certificate when a client asks for its name for the first time, and
// renews it. The authority connects to port 443 with the protocol "acme-tls/1" to see
// who answers there (RFC 8737).
func acmeOptions(manager *autocert.Manager) polytls.ServerOptions {
	return polytls.ServerOptions{
		ALPNProtocols: []string{"h2", "http/1.1", acme.ALPNProto},
		OnClientHello: func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
			cert, err := manager.GetCertificate(&hello.ClientHelloInfo)
			return &polytls.ServerChoice{Certificate: cert}, err
		},
	}
}

// TestACME takes the certificate from the manager's cache, where it is after the first
// order.
func TestACME(t *testing.T) {
	leaf := ca.Server("shop.example")
	key, err := x509.MarshalECPrivateKey(leaf.Signer.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	var cached bytes.Buffer
	pem.Encode(&cached, &pem.Block{Type: "EC PRIVATE KEY", Bytes: key})
	pem.Encode(&cached, &pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
	cache := autocert.DirCache(t.TempDir())
	if err := cache.Put(within(t), "shop.example", cached.Bytes()); err != nil {
		t.Fatal(err)
	}
	srv, err := polytls.NewServer(acmeOptions(&autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: cache, HostPolicy: autocert.HostWhitelist("shop.example"),
	}), echo)
	o := trusting(start(t, srv, err))
	o.ServerName = "shop.example"
	if _, err := talk(t, o); err != nil {
		t.Error(err)
	}
	o.ServerName = "other.example"
	if _, err := talk(t, o); err == nil {
		t.Error("a name that the policy does not have was served")
	}
}
