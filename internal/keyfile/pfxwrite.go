package keyfile

import (
	"crypto"
	"crypto/sha1"
	"encoding/asn1"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// oidLocalKeyID is the attribute that a key and its certificate share (RFC 2985,
// section 5.5.2).
var oidLocalKeyID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}

// MarshalPFX returns a PKCS#12 file with a key, encrypted as MarshalEncryptedPrivateKey
// does it, and its chain in DER, the leaf first, which is not. The MAC is PBMAC1 (RFC
// 9579), which OpenSSL reads from 3.4 on: the function is for keys that older programs
// do not read anyway. The signer must hold its key: one of the types that
// ParsePrivateKey returns.
func MarshalPFX(random io.Reader, signer crypto.Signer, chain [][]byte, passphrase string) ([]byte, error) {
	if len(passphrase) > maxPassphrase {
		return nil, fmt.Errorf("tls: passphrase: %d bytes, want at most %d", len(passphrase), maxPassphrase)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("tls: a PFX needs a certificate")
	}
	der, err := marshalPKCS8(signer)
	if err != nil {
		return nil, err
	}
	shrouded, err := encryptPKCS8(random, der, []byte(passphrase))
	if err != nil {
		return nil, err
	}
	salt := make([]byte, encryptSalt)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, err
	}
	id := sha1.Sum(chain[0])
	var safe cryptobyte.Builder
	safe.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // AuthenticatedSafe
		addSafeContents(b, func(b *cryptobyte.Builder) {
			for i, certificate := range chain {
				own := id[:]
				if i > 0 {
					own = nil
				}
				addBag(b, oidCertBag, own, func(b *cryptobyte.Builder) { addCertificate(b, certificate) })
			}
		})
		addSafeContents(b, func(b *cryptobyte.Builder) {
			addBag(b, oidShroudedBag, id[:], func(b *cryptobyte.Builder) { b.AddBytes(shrouded) })
		})
	})
	contents, err := safe.Bytes()
	if err != nil {
		return nil, err
	}
	return sealPFX(contents, passphrase, salt, encryptIterations)
}

// addSafeContents adds a ContentInfo that is not encrypted.
func addSafeContents(b *cryptobyte.Builder, bags cryptobyte.BuilderContinuation) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, bags) })
		})
	})
}

// addBag adds a SafeBag, with a localKeyID if there is one.
func addBag(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, id []byte, value cryptobyte.BuilderContinuation) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(context0, value)
		if id == nil {
			return
		}
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidLocalKeyID)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddASN1OctetString(id) })
			})
		})
	})
}

// addCertificate adds a CertBag (RFC 7292, section 4.2.3).
func addCertificate(b *cryptobyte.Builder, der []byte) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidX509)
		b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(der) })
	})
}
