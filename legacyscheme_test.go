package polytls_test

import (
	"testing"

	"polytls/internal/testcert"
)

// TestLegacyScheme: rsa_pkcs1_sha256_legacy is off unless both ends name it, is signed
// with by clients of TLS 1.3 alone, and is not in a ClientHello.
func TestLegacyScheme(t *testing.T) {
	const legacy, modern = "rsa_pkcs1_sha256_legacy", "ecdsa_secp256r1_sha256"
	client := ca.Issue(testcert.Template{CommonName: "client", Kind: testcert.RSA2048})
	server := ca.Issue(testcert.Template{DNS: []string{"localhost"}, Kind: testcert.RSA2048})
	for name, tt := range map[string]struct {
		server                 *testcert.Cert
		serverList, clientList string
		version                string
		scheme, code           string // of the client's signature, and the server's error
	}{
		"both name it":       {server: localhost, serverList: modern + ":" + legacy, clientList: legacy + ":" + modern, scheme: legacy},
		"the server alone":   {server: localhost, serverList: modern + ":" + legacy, clientList: modern, code: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"},
		"the client alone":   {server: localhost, serverList: modern, clientList: legacy + ":" + modern, code: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"},
		"PSS is preferred":   {server: localhost, serverList: "", clientList: "", scheme: "rsa_pss_rsae_sha256"},
		"a server's own key": {server: server, serverList: legacy + ":" + modern, clientList: legacy + ":" + modern, code: "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM"},
		"TLS 1.2":            {server: localhost, version: "TLSv1.2", serverList: modern + ":" + legacy, clientList: legacy + ":" + modern, code: "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"},
	} {
		t.Run(name, func(t *testing.T) {
			so, co := serving(tt.server), trusting(ca)
			so.CA, so.RequestCert = [][]byte{ca.PEM()}, true
			id := identity(client)
			co.Cert, co.Key = id.Cert, id.Key
			so.Sigalgs, co.Sigalgs = tt.serverList, tt.clientList
			if tt.version != "" {
				only(&so.ContextOptions, tt.version)
			}
			o := handshakeOver(t, overTCP, so, co)
			wantCode(t, "server", o.serverErr, tt.code)
			if tt.code != "" {
				return
			}
			o.must(t)
			exchange(t, o.client, o.server, "hello")
			if got := o.server.Parameters().PeerSigalg; got != tt.scheme {
				t.Errorf("the client signed with %q, want %q", got, tt.scheme)
			}
		})
	}
}
