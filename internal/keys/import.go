package keys

import (
	"crypto"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// ImportPSK turns an external key into one for a version and a hash (RFC 9258,
// sections 3 and 4). The imported identity is sent in place of identity,
// with an ImportedBinder. source is the hash that the external key was
// provisioned for, target that of the suites; each is SHA-256 or SHA-384.
// identity has 1 byte or more; it and context have at most 65,535 bytes
// together, less the 8 of their framing.
func ImportPSK(identity, context, epsk []byte, source crypto.Hash, v suite.Version, target crypto.Hash) (imported, ipsk []byte, err error) {
	if len(identity) == 0 || len(identity)+len(context) > 0xFFFF-ImportFraming {
		return nil, nil, fmt.Errorf("imported PSK: external identity of %d bytes and context of %d do not fit an identity", len(identity), len(context))
	}
	if _, ok := kdfs[source]; !ok {
		return nil, nil, fmt.Errorf("imported PSK: no external key goes with %v", source)
	}
	kdf, ok := kdfs[target]
	if !ok {
		return nil, nil, fmt.Errorf("imported PSK: no target KDF for %v", target)
	}
	var b cryptobyte.Builder
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(identity) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(context) })
	b.AddUint16(uint16(v))
	b.AddUint16(kdf)
	imported = b.BytesOrPanic()

	hash := source.New()
	hash.Write(imported)
	return imported, expandLabel(source, extract(source, nil, epsk), "derived psk", hash.Sum(nil), target.Size()), nil
}

// ImportFraming is how many bytes an imported identity has beside the external
// identity and the context.
const ImportFraming = 2 + 2 + 2 + 2

// kdfs is the registry "TLS KDF Identifiers" (RFC 9258, section 10).
var kdfs = map[crypto.Hash]uint16{
	crypto.SHA256: 0x0001,
	crypto.SHA384: 0x0002,
}
