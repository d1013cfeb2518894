package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"iter"

	"filippo.io/mldsa"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/trust/certder"
)

// The PEM labels of certificates (RFC 7468, section 5; OpenSSL's pem.h).
const (
	labelCertificate = "CERTIFICATE"
	labelOld         = "X509 CERTIFICATE"
	labelTrusted     = "TRUSTED CERTIFICATE"
)

// ParseCertificates returns the certificates of a PEM file in DER, in the order of the
// file: the leaf first. A file in DER has one. Text between them, and blocks of other
// kinds, are ignored; OpenSSL's additions in TRUSTED CERTIFICATE are cut off. Of the
// DER only the outer form of a certificate is checked.
//
// Its errors are failure.PEMNoStartLine when there is no certificate, and
// failure.PEMBadEndLine, failure.PEMBadBase64 or failure.ASN1WrongTag for a broken
// one (ERR_OSSL_PEM_NO_START_LINE, ..._BAD_END_LINE, ..._BAD_BASE64_DECODE,
// ERR_OSSL_ASN1_WRONG_TAG).
func ParseCertificates(data []byte) ([][]byte, error) {
	var chain [][]byte
	for block, err := range certificateBlocks(data) {
		if err != nil {
			return nil, err
		}
		der, ok := certificateOf(block)
		if !ok {
			return nil, failure.ASN1WrongTag.About("cert", "block %d is no certificate, or more than one", len(chain)+1)
		}
		chain = append(chain, der)
	}
	if len(chain) == 0 {
		return nil, failure.PEMNoStartLine.About("cert", "there is no certificate in PEM, or one in DER")
	}
	return chain, nil
}

// ParseCAs returns the certificates of a PEM file of trust anchors, or the one of a
// file in DER, in DER, as Node reads its option `ca`: up to the first broken one, and
// none if there is none. OpenSSL's trust settings (certder.Auxiliary) follow their
// certificates, whatever the label of the block.
func ParseCAs(data []byte) [][]byte {
	var anchors [][]byte
	for block, err := range certificateBlocks(data) {
		if err != nil {
			break
		}
		if _, _, ok := certificateAndSettings(block.Bytes); !ok {
			break
		}
		anchors = append(anchors, block.Bytes)
	}
	return anchors
}

func certificateBlocks(data []byte) iter.Seq2[*pem.Block, error] {
	return blocks(data, labelCertificate, labelOld, labelTrusted)
}

// certificateOf returns the certificate of a block, which holds nothing else: in
// TRUSTED CERTIFICATE alone trust settings follow it, and are cut off.
func certificateOf(block *pem.Block) ([]byte, bool) {
	der, settings, ok := certificateAndSettings(block.Bytes)
	return der, ok && (len(settings) == 0 || block.Type == labelTrusted)
}

func certificateAndSettings(data []byte) (der, settings []byte, ok bool) {
	if der, settings, ok = certificateDER(data); ok && len(settings) > 0 {
		_, ok = certder.ParseAuxiliary(settings)
	}
	return der, settings, ok
}

// certificateDER checks a certificate's outer form (RFC 5280, section 4.1) and
// returns what follows it.
func certificateDER(data []byte) (whole, rest []byte, ok bool) {
	var der, certificate, inner cryptobyte.String
	input := cryptobyte.String(data)
	if !input.ReadASN1Element(&der, cbasn1.SEQUENCE) {
		return nil, nil, false
	}
	whole = der
	ok = der.ReadASN1(&certificate, cbasn1.SEQUENCE) &&
		certificate.ReadASN1(&inner, cbasn1.SEQUENCE) &&
		certificate.ReadASN1(&inner, cbasn1.SEQUENCE) &&
		certificate.ReadASN1(&inner, cbasn1.BIT_STRING) && certificate.Empty()
	return whole, input, ok
}

// PublicKey returns the key of a DER certificate, as sign.ParsePublicKey does.
func PublicKey(certificate []byte) (crypto.PublicKey, error) {
	var cert, tbs, field, spki cryptobyte.String
	input := cryptobyte.String(certificate)
	ok := input.ReadASN1(&cert, cbasn1.SEQUENCE) && cert.ReadASN1(&tbs, cbasn1.SEQUENCE) &&
		tbs.SkipOptionalASN1(cbasn1.Tag(0).Constructed().ContextSpecific()) && // version
		tbs.ReadASN1(&field, cbasn1.INTEGER) && // serialNumber
		tbs.ReadASN1(&field, cbasn1.SEQUENCE) && // signature
		tbs.ReadASN1(&field, cbasn1.SEQUENCE) && // issuer
		tbs.ReadASN1(&field, cbasn1.SEQUENCE) && // validity
		tbs.ReadASN1(&field, cbasn1.SEQUENCE) && // subject
		tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE)
	if !ok {
		return nil, failure.UnknownCertificateType.Local("certificate: subjectPublicKeyInfo not found")
	}
	return sign.ParsePublicKey(spki)
}

// Matches reports whether the signer's key is that of the DER certificate. Its
// errors are failure.KeyValuesMismatch (ERR_OSSL_X509_KEY_VALUES_MISMATCH) for
// another key of the same type, and failure.KeyTypeMismatch for a key of another
// type, which in Node belongs to another certificate. A signer may call
// the key of an id-RSASSA-PSS certificate a plain RSA key, as key stores do.
func Matches(certificate []byte, signer crypto.Signer) error {
	want, err := PublicKey(certificate)
	if err != nil {
		return err
	}
	got := signer.Public()
	if pss, ok := want.(*sign.PSSPublicKey); ok && pss.Key.Equal(modulus(got)) {
		return nil
	}
	if wantType, gotType := keyType(want), keyType(got); wantType != gotType {
		return failure.KeyTypeMismatch.Local("key type mismatch: the certificate's key is %s, the private key %s", wantType, gotType)
	}
	if !equalKeys(got, want) {
		return failure.KeyValuesMismatch.Local("key values mismatch: the private key does not belong to the certificate")
	}
	return nil
}

// equalKeys compares two keys of a type. The first may be a signer's, which may have an
// implementation of a curve of its own.
func equalKeys(a, b crypto.PublicKey) bool {
	own, ok := a.(*ecdsa.PublicKey)
	other, both := b.(*ecdsa.PublicKey)
	if ok && both && own.Curve != other.Curve {
		//lint:ignore SA1019 crypto/ecdsa does not encode keys on curves of other modules
		x, y := own.X, own.Y
		//lint:ignore SA1019 the same
		return sign.CurveOf(own.Curve) == sign.CurveOf(other.Curve) && x != nil && y != nil && x.Cmp(other.X) == 0 && y.Cmp(other.Y) == 0
	}
	comparable, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && comparable.Equal(b)
}

// modulus returns the RSA key of a key of either type: the parameters of an
// RSASSA-PSS key may differ between certificate and private key.
func modulus(pub crypto.PublicKey) crypto.PublicKey {
	if pss, ok := pub.(*sign.PSSPublicKey); ok {
		return pss.Key
	}
	return pub
}

// keyType names the slot of a key: OpenSSL has one for each algorithm, and one
// for all curves.
func keyType(pub crypto.PublicKey) string {
	switch pub := pub.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *sign.PSSPublicKey:
		return "RSASSA-PSS"
	case *ecdsa.PublicKey:
		return "ECDSA"
	case *mldsa.PublicKey:
		return pub.Parameters().String()
	}
	return fmt.Sprintf("%T", pub)
}
