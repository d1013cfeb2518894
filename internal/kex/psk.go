package kex

import "golang.org/x/crypto/cryptobyte"

// PSKPremaster mixes a pre-shared key into a premaster secret (RFC 4279,
// section 2): other is DHE's, ECDHE's or RSA's, nil in plain PSK, where it is
// replaced by as many zeros as psk has bytes. Both are at most 65,535 bytes long.
func PSKPremaster(other, psk []byte) []byte {
	if other == nil {
		other = make([]byte, len(psk))
	}
	b := cryptobyte.NewBuilder(make([]byte, 0, 4+len(other)+len(psk)))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(other) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(psk) })
	return b.BytesOrPanic()
}
