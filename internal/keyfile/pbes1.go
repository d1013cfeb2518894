package keyfile

import (
	"encoding/asn1"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"
)

// isPBES1 reports whether an EncryptedPrivateKeyInfo is under
// pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292, appendix C), the only one of
// PKCS#12's own encryptions that OpenSSL 3 still reads and go-pkcs12 supports.
func isPBES1(der []byte) bool {
	var info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	input := cryptobyte.String(der)
	return input.ReadASN1(&info, cbasn1.SEQUENCE) && info.ReadASN1(&algorithm, cbasn1.SEQUENCE) &&
		algorithm.ReadASN1ObjectIdentifier(&oid) && oid.Equal(oidPBE3DES)
}

// decryptPBES1 opens such a key. go-pkcs12 alone has the key derivation: it is
// given an archive that holds nothing but the key, and returns it in PKCS#1 or
// SEC 1.
func decryptPBES1(der, passphrase []byte) (label string, plain []byte, err error) {
	if err := checkPBES1(der); err != nil {
		return "", nil, err
	}
	archive, err := (&safe{contents: keyAlone(der)}).authenticated(string(passphrase))
	if err != nil {
		return "", nil, err
	}
	//lint:ignore SA1019 of its functions this one alone does without a certificate
	blocks, err := pkcs12.ToPEM(archive, string(passphrase))
	switch {
	case err != nil && strings.Contains(err.Error(), pkcs12.ErrDecryption.Error()):
		return "", nil, wrongPassphrase()
	case err != nil:
		return "", nil, unsupported("PBES1: neither an RSA nor an EC key").Wrap(err)
	}
	label, plain = labelPKCS1, blocks[0].Bytes
	if _, err := parseKey(labelSEC1, plain); err == nil {
		label = labelSEC1
	}
	return label, plain, nil
}

// checkPBES1 bounds the work of opening the key.
func checkPBES1(der []byte) error {
	var info, algorithm, params, salt cryptobyte.String
	var oid asn1.ObjectIdentifier
	var iterations int
	input := cryptobyte.String(der)
	switch {
	case !input.ReadASN1(&info, cbasn1.SEQUENCE), !input.Empty(), !info.ReadASN1(&algorithm, cbasn1.SEQUENCE),
		!algorithm.ReadASN1ObjectIdentifier(&oid), !algorithm.ReadASN1(&params, cbasn1.SEQUENCE),
		!params.ReadASN1(&salt, cbasn1.OCTET_STRING):
		return unsupported("PBES1: parameters")
	case !params.ReadASN1Integer(&iterations), iterations < 1, iterations > maxIterations:
		return unsupported("PBES1: iterations, want 1 to %d", maxIterations)
	}
	return nil
}

// keyAlone is an AuthenticatedSafe of the encrypted key, and of as many contents
// as go-pkcs12 wants.
func keyAlone(encrypted []byte) []byte {
	var bags, contents cryptobyte.Builder
	bags.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // SafeContents
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // SafeBag
			b.AddASN1ObjectIdentifier(oidShroudedBag)
			b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddBytes(encrypted) })
		})
	})
	none := []byte{0x30, 0}
	contents.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // AuthenticatedSafe
		for _, safe := range [][]byte{bags.BytesOrPanic(), none} {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // ContentInfo
				b.AddASN1ObjectIdentifier(oidData)
				b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(safe) })
			})
		}
	})
	return contents.BytesOrPanic()
}
