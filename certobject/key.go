package certobject

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// curve holds the object's fields of a named curve.
type curve struct {
	name, nist string
	bits       int // of the order
}

var curves = map[string]curve{
	"1.2.840.10045.3.1.1":   {"prime192v1", "P-192", 192},
	"1.3.132.0.33":          {"secp224r1", "P-224", 224},
	"1.2.840.10045.3.1.7":   {"prime256v1", "P-256", 256},
	"1.3.132.0.34":          {"secp384r1", "P-384", 384},
	"1.3.132.0.35":          {"secp521r1", "P-521", 521},
	"1.3.132.0.10":          {"secp256k1", "", 256},
	"1.3.36.3.3.2.8.1.1.7":  {"brainpoolP256r1", "", 256},
	"1.3.36.3.3.2.8.1.1.11": {"brainpoolP384r1", "", 384},
	"1.3.36.3.3.2.8.1.1.13": {"brainpoolP512r1", "", 512},
}

const (
	oidRSA    = "1.2.840.113549.1.1.1"
	oidRSAPSS = "1.2.840.113549.1.1.10"
	oidEC     = "1.2.840.10045.2.1"
)

// setKey fills in the fields of RSA and EC keys; other keys have none.
func (c *Certificate) setKey(spki []byte) {
	s := cryptobyte.String(spki)
	var info, algorithm, bits cryptobyte.String
	var id string
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!certder.ReadOID(&algorithm, &id) ||
		!info.ReadASN1(&bits, cbasn1.BIT_STRING) || len(bits) == 0 || bits[0] != 0 {
		return
	}
	switch key := bits[1:]; id {
	case oidRSA, oidRSAPSS:
		c.setRSA(spki, key)
	case oidEC:
		c.setEC(algorithm, key)
	}
}

func (c *Certificate) setRSA(spki []byte, key cryptobyte.String) {
	var seq cryptobyte.String
	n, e := new(big.Int), new(big.Int)
	if !key.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(n) || !seq.ReadASN1Integer(e) || !seq.Empty() {
		return
	}
	c.Modulus = upperHex(n)
	c.Exponent = "0xffffffffffffffff" // BN_get_word of what no word holds
	if e.IsUint64() {
		c.Exponent = fmt.Sprintf("%#x", e.Uint64())
	}
	c.PubKey = asRSA(spki)
	c.Bits = n.BitLen()
}

// asRSA is i2d_RSA_PUBKEY: it writes RSASSA-PSS keys as rsaEncryption, and their
// parameters without the NULLs of the hashes.
func asRSA(spki []byte) []byte {
	s := cryptobyte.String(spki)
	var info, algorithm cryptobyte.String
	var id string
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!certder.ReadOID(&algorithm, &id) || id == oidRSA {
		return spki
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1})
			addWithoutNULL(b, algorithm, maxPSSDepth)
		})
		b.AddBytes(info)
	})
	der, err := b.Bytes()
	if err != nil {
		return spki
	}
	return der
}

// maxPSSDepth is how deep RSASSA-PSS-params nest, the hash of MGF1 being the
// deepest.
const maxPSSDepth = 5

func addWithoutNULL(b *cryptobyte.Builder, s cryptobyte.String, depth int) {
	const constructed = 0x20
	for !s.Empty() {
		var value cryptobyte.String
		var tag cbasn1.Tag
		switch {
		case !s.ReadAnyASN1(&value, &tag):
			b.SetError(errors.New("public key: parameters: malformed"))
			return
		case tag == cbasn1.NULL:
		case tag&constructed != 0 && depth > 0:
			b.AddASN1(tag, func(b *cryptobyte.Builder) { addWithoutNULL(b, value, depth-1) })
		default:
			b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(value) })
		}
	}
}

func (c *Certificate) setEC(parameters, point cryptobyte.String) {
	var id string
	if !certder.ReadOID(&parameters, &id) {
		return
	}
	named, ok := curves[id]
	if !ok {
		return
	}
	c.Bits, c.PubKey = named.bits, point
	c.ASN1Curve, c.NISTCurve = named.name, named.nist
}
