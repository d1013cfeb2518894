package polytls_test

import (
	"fmt"
	"strings"
	"testing"

	"polytls"
)

// choicesText prints choices, a line each, with their obstacles below.
func choicesText(list []polytls.Choice) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s: %s: %s\n", c.What, c.Chosen, c.Rule)
		for _, o := range c.Obstacles {
			fmt.Fprintf(&b, "  %s: %s (%s)\n", o.Better, o.Reason, o.End)
		}
	}
	return b.String()
}

// TestHandshakeInfoTellsChoices compares what both ends tell of a handshake.
func TestHandshakeInfoTellsChoices(t *testing.T) {
	so, co := resumable("TLSv1.2")
	so.ECDHCurve, co.ECDHCurve = "X25519:P-256", "P-256"
	server, client := recordedPair(t, so, co)
	for end, tt := range map[string]struct {
		socket *polytls.Socket
		want   string
	}{
		"server": {server, `
version: TLSv1.2: the highest version that both ends enable
  TLSv1.3: the client does not offer it, and the server does not enable it: MaxVersion is TLSv1.2 (both)
cipher suite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the first of the server's list that the client offers and that can be used
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: no certificate of the server fits it: none has a key of its kind (server)
group: secp256r1: the first of the server's list that the client offers
  x25519: the client does not offer it (client)
certificate: ECDSA P-256: the only one
signature scheme: ecdsa_secp256r1_sha256: the first of the server's list for the key that the client offers
resumption: : a full handshake
  session: the client offers none (client)
`},
		"client": {client, `
version: TLSv1.2: the only one that the client offers
  TLSv1.3: the client does not offer it: MaxVersion is TLSv1.2 (client)
cipher suite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: the server's choice: number 2 of the client's list
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: the server prefers another or does not enable it (server)
group: secp256r1: the only one that the client offers
certificate: ECDSA P-256: the server's choice
signature scheme: ecdsa_secp256r1_sha256: the server's choice: the first of the client's list for the key
resumption: : a full handshake
  session: the client offers none (client)
`},
	} {
		if got := choicesText(tt.socket.HandshakeInfo().Choices); got != strings.TrimPrefix(tt.want, "\n") {
			t.Errorf("%s:\n%s", end, got)
		}
	}
}
