package keyfile

import (
	"crypto/x509"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// labelCRL is the PEM label of a revocation list (RFC 7468, section 6).
const labelCRL = "X509 CRL"

// ParseCRLs returns the revocation lists of a PEM file, in its order, or the one of a
// file in DER. The error
// is failure.CryptoOperationFailed (ERR_CRYPTO_OPERATION_FAILED) when there is
// none, or a broken one.
func ParseCRLs(data []byte) ([]*x509.RevocationList, error) {
	var lists []*x509.RevocationList
	for block, err := range blocks(data, labelCRL) {
		if err != nil {
			return nil, failure.CryptoOperationFailed.About("crl", "Failed to parse CRL %d", len(lists)+1).Wrap(err)
		}
		list, err := parseCRL(block.Bytes)
		if err != nil {
			return nil, failure.CryptoOperationFailed.About("crl", "Failed to parse CRL %d", len(lists)+1).Wrap(err)
		}
		lists = append(lists, list)
	}
	if len(lists) == 0 {
		return nil, failure.CryptoOperationFailed.About("crl", "Failed to parse CRL: there is none in PEM, or one in DER")
	}
	return lists, nil
}

// parseCRL reads a list of version 1 as well, which crypto/x509 refuses: such a
// list has neither a version nor extensions (RFC 5280, section 5.1.2.1), and
// with a version put in front it is one of version 2. Raw and
// RawTBSRevocationList stay as they were signed.
func parseCRL(der []byte) (*x509.RevocationList, error) {
	var list, tbs, fields cryptobyte.String
	input := cryptobyte.String(der)
	if !input.ReadASN1(&list, cbasn1.SEQUENCE) || !list.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return x509.ParseRevocationList(der)
	}
	signed := tbs
	if !tbs.ReadASN1(&fields, cbasn1.SEQUENCE) || fields.PeekASN1Tag(cbasn1.INTEGER) {
		return x509.ParseRevocationList(der)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(1) // v2
			b.AddBytes(fields)
		})
		b.AddBytes(list)
	})
	versioned, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseRevocationList(versioned)
	if err != nil {
		return nil, err
	}
	parsed.Raw, parsed.RawTBSRevocationList = der[:len(der)-len(input)], signed
	return parsed, nil
}
