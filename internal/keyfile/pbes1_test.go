package keyfile

import (
	"encoding/pem"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// TestBoundsIterationsOfPBES1 asks for 2^62 iterations; were the bound missing,
// the test would not end.
func TestBoundsIterationsOfPBES1(t *testing.T) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPBE3DES)
			b.AddBytes(sequence(1 << 62))
		})
		b.AddASN1OctetString(make([]byte, 8))
	})
	text := pem.EncodeToMemory(&pem.Block{Type: labelEncrypted, Bytes: b.BytesOrPanic()})
	_, err := ParsePrivateKey(text, []byte("secret"))
	wantError(t, err, failure.UnsupportedKey)
}
