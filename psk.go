package polytls

import (
	"crypto"

	"polytls/internal/handshake"
	"polytls/internal/keys"
	"polytls/internal/suite"
)

// PSK is an external pre-shared key (RFC 4279; RFC 8446, section 4.2.11).
type PSK = handshake.PSK

// ImportPSK makes of one external key the keys to use with TLS 1.3 and each of
// its hashes, so that none is used with two (RFC 9258). Both ends import with
// the same context, which says what the key is for; a server finds the key by
// the imported identity, which holds identity and context.
func ImportPSK(identity, context, key []byte) ([]PSK, error) {
	var imported []PSK
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
		name, k, err := keys.ImportPSK(identity, context, key, suite.TLS13, h)
		if err != nil {
			return nil, err
		}
		imported = append(imported, PSK{Identity: name, Key: k, Hash: h, Imported: true})
	}
	return imported, nil
}
