package polytls_test

import (
	"io"
	"testing"

	"filippo.io/mldsa"

	"polytls"
	"polytls/internal/testcert"
)

// TestMLDSASigners has keys of filippo.io/mldsa, which are another module's, at both
// ends: the client's is asked for after the handshake. Certificates have their public
// keys as crypto/x509 has those that it knows.
func TestMLDSASigners(t *testing.T) {
	for _, parameters := range []mldsa.Parameters{mldsa.MLDSA44(), mldsa.MLDSA65(), mldsa.MLDSA87()} {
		key, err := mldsa.GenerateKey(parameters)
		if err != nil {
			t.Fatal(err)
		}
		own := ca.Issue(testcert.Template{CommonName: "own", DNS: []string{"localhost"}, Signer: key})
		so, co := serving(), trusting(ca)
		for _, o := range []*polytls.ContextOptions{&so.ContextOptions, &co.ContextOptions} {
			o.Cert, o.Key, o.CA = [][]byte{own.PEM()}, []polytls.Key{{Signer: key}}, [][]byte{ca.PEM()}
		}
		so.AllowPostHandshakeAuth, co.AllowPostHandshakeAuth = true, true
		server, client := pair(t, so, co)
		go io.Copy(io.Discard, client) // answers the request
		if err := server.RequestClientCertificate(within(t)); err != nil {
			t.Fatalf("%v: %v", parameters, err)
		}
		for end, s := range map[string]*polytls.Socket{"server": server, "client": client} {
			if certs := s.X509Certificates(); len(certs) == 0 || !key.PublicKey().Equal(certs[0].PublicKey) || !s.Authorized() {
				t.Errorf("%v, the %s has %d certificates of its peer, or another key; authorized %t", parameters, end, len(certs), s.Authorized())
			}
		}
	}
}
