package keyfile

import (
	"encoding/pem"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// derBlock returns data as the only block of a PEM file if it is in DER: one SEQUENCE
// and nothing else, as certificates, keys and revocation lists are. The label is the
// first of labels, for a private key the one of its form.
func derBlock(data []byte, labels []string) (*pem.Block, bool) {
	var whole cryptobyte.String
	input := cryptobyte.String(data)
	if !input.ReadASN1(&whole, cbasn1.SEQUENCE) || !input.Empty() {
		return nil, false
	}
	label := labels[0]
	if label == labelPKCS8 {
		label = keyLabel(whole)
	}
	return &pem.Block{Type: label, Bytes: data}, true
}

// keyLabel returns the label of a private key with these fields: OneAsymmetricKey (RFC
// 5958, section 2), EncryptedPrivateKeyInfo (section 3), ECPrivateKey (RFC 5915,
// section 3) or RSAPrivateKey (RFC 8017, appendix A.1.2).
func keyLabel(fields cryptobyte.String) string {
	var first cryptobyte.String // the algorithm of an encrypted key, else the version
	var tag cbasn1.Tag
	fields.ReadAnyASN1(&first, &tag)
	switch {
	case tag == cbasn1.SEQUENCE && fields.PeekASN1Tag(cbasn1.OCTET_STRING):
		return labelEncrypted
	case tag == cbasn1.INTEGER && fields.PeekASN1Tag(cbasn1.OCTET_STRING):
		return labelSEC1
	case tag == cbasn1.INTEGER && fields.PeekASN1Tag(cbasn1.INTEGER):
		return labelPKCS1
	}
	return labelPKCS8
}
