package keyfile

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// authenticated returns the PFX as go-pkcs12 reads it: contents in DER under a
// MAC of ours (PBMAC1, RFC 9579), which says that the passphrase was given and
// nothing else. The MAC that the file has must have been checked before.
func (s *safe) authenticated(passphrase string) ([]byte, error) {
	return sealPFX(s.contents, passphrase, make([]byte, sha256.Size), 1)
}

// sealPFX makes a PFX (RFC 7292, section 4) of an AuthenticatedSafe, under PBMAC1.
func sealPFX(contents []byte, passphrase string, salt []byte, iterations int) ([]byte, error) {
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, iterations, sha256.Size)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(contents)

	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // PFX
		b.AddASN1Int64(3)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // authSafe
			b.AddASN1ObjectIdentifier(oidData)
			b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(contents) })
		})
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // macData
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { addPBMAC1(b, salt, int64(iterations)) })
				b.AddASN1OctetString(mac.Sum(nil))
			})
			b.AddASN1OctetString(salt) // PBMAC1 has its own
		})
	})
	return b.Bytes()
}

// addPBMAC1 adds the inside of an AlgorithmIdentifier (RFC 8018, appendix A.5).
func addPBMAC1(b *cryptobyte.Builder, salt []byte, iterations int64) {
	hmacSHA256 := func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidHMACSHA256)
		b.AddASN1NULL()
	}
	b.AddASN1ObjectIdentifier(oidPBMAC1)
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPBKDF2)
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(salt)
				b.AddASN1Int64(iterations)
				b.AddASN1Int64(sha256.Size)
				b.AddASN1(cbasn1.SEQUENCE, hmacSHA256)
			})
		})
		b.AddASN1(cbasn1.SEQUENCE, hmacSHA256)
	})
}
