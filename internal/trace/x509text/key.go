package x509text

import (
	"crypto/ecdh"
	_ "embed"
	"math/big"
	"strings"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// spki is a SubjectPublicKeyInfo.
type spki struct {
	algorithm  string
	parameters cryptobyte.String // what follows the OID
	key        []byte
}

func parseSPKI(der []byte) (k spki, ok bool) {
	s := cryptobyte.String(der)
	var info, algorithm, bits cryptobyte.String
	ok = s.ReadASN1(&info, cbasn1.SEQUENCE) && info.ReadASN1(&algorithm, cbasn1.SEQUENCE) &&
		certder.ReadOID(&algorithm, &k.algorithm) &&
		info.ReadASN1(&bits, cbasn1.BIT_STRING) && len(bits) > 0
	if ok {
		k.parameters, k.key = algorithm, bits[1:]
	}
	return k, ok
}

// AppendPublicKey appends the text of a SubjectPublicKeyInfo indented by indent
// blanks, as EVP_PKEY_print_public does; false if the release cannot load it.
func AppendPublicKey(b, der []byte, indent int, r release.Release) ([]byte, bool) {
	p := printer{text: b, release: r}
	k, ok := parseSPKI(der)
	ok = ok && p.key(indent, k)
	return p.text, ok
}

func (p *printer) key(n int, k spki) bool {
	name := p.longName(k.algorithm)
	switch name {
	case "rsaEncryption":
		return p.rsaKey(n, "RSA ", k.key)
	case "rsassaPss":
		return p.rsaKey(n, "RSA-PSS ", k.key) && p.pssKey(n, k.parameters)
	case "id-ecPublicKey":
		return p.ecKey(n, k)
	case "dsaEncryption":
		return p.dsaKey(n, k)
	default:
		if keySizes[name] != len(k.key) || len(k.key) == 0 || !k.parameters.Empty() {
			return false
		}
		p.line(n, "%s Public-Key:", name)
		label := "pub:"
		if strings.HasPrefix(name, "ML-KEM") {
			label = "ek:"
		}
		p.line(n, "%s", label)
		p.bytes(n+4, k.key)
		return true
	}
}

// keySizes are the lengths in bytes of the keys without an inner structure.
var keySizes = map[string]int{
	"ED25519": 32, "ED448": 57, "X25519": 32, "X448": 56,
	"ML-DSA-44": 1312, "ML-DSA-65": 1952, "ML-DSA-87": 2592,
	"ML-KEM-512": 800, "ML-KEM-768": 1184, "ML-KEM-1024": 1568,
	"SLH-DSA-SHA2-128s":  32,
	"SLH-DSA-SHA2-128f":  32,
	"SLH-DSA-SHA2-192s":  48,
	"SLH-DSA-SHA2-192f":  48,
	"SLH-DSA-SHA2-256s":  64,
	"SLH-DSA-SHA2-256f":  64,
	"SLH-DSA-SHAKE-128s": 32,
	"SLH-DSA-SHAKE-128f": 32,
	"SLH-DSA-SHAKE-192s": 48,
	"SLH-DSA-SHAKE-192f": 48,
	"SLH-DSA-SHAKE-256s": 64,
	"SLH-DSA-SHAKE-256f": 64,
}

func (p *printer) rsaKey(n int, kind string, der cryptobyte.String) bool {
	var seq cryptobyte.String
	modulus, exponent := new(big.Int), new(big.Int)
	if !der.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(modulus) || !seq.ReadASN1Integer(exponent) {
		return false
	}
	if p.release >= release.OpenSSL30 {
		kind = ""
	}
	p.line(n, "%sPublic-Key: (%d bit)", kind, modulus.BitLen())
	p.number(n, "Modulus:", modulus)
	p.number(n, "Exponent:", exponent)
	return true
}

// number prints a labelled number, on the line of the label if it is small.
func (p *printer) number(n int, label string, v *big.Int) {
	if v.Sign() == 0 {
		p.line(n, "%s 0", label)
		return
	}
	if v.IsUint64() {
		p.line(n, "%s %d (0x%x)", label, v, v)
		return
	}
	p.line(n, "%s", label)
	b := v.Bytes()
	if len(b) > 0 && b[0]&0x80 != 0 {
		b = append([]byte{0}, b...)
	}
	p.bytes(n+4, b)
}

func (p *printer) ecKey(n int, k spki) bool {
	var id string
	if !certder.ReadOID(&k.parameters, &id) {
		return false
	}
	c, ok := curves()[id]
	if !ok || !onCurve(c, k.key) {
		return false
	}
	p.line(n, "Public-Key: (%s bit)", c.bits)
	p.line(n, "pub:")
	p.bytes(n+4, k.key)
	p.line(n, "ASN1 OID: %s", c.name)
	if c.nist != "" {
		p.line(n, "NIST CURVE: %s", c.nist)
	}
	return true
}

// onCurve reports whether a point can be on the curve. It checks uncompressed
// points of the curves that TLS uses.
func onCurve(c curve, point []byte) bool {
	if len(point) > 0 && point[0] != 4 {
		return len(point) > 1
	}
	var err error
	switch c.nist {
	case "P-256":
		_, err = ecdh.P256().NewPublicKey(point)
	case "P-384":
		_, err = ecdh.P384().NewPublicKey(point)
	case "P-521":
		_, err = ecdh.P521().NewPublicKey(point)
	}
	return err == nil
}

// curve is a named curve: the bits of its order, and its names.
type curve struct{ bits, name, nist string }

//go:embed curves.txt
var curvesText string

// curves holds the curves by their object identifiers.
var curves = sync.OnceValue(func() map[string]curve {
	all := map[string]curve{}
	for _, row := range release.Rows(curvesText) {
		var c curve
		c.bits, c.name, _ = strings.Cut(row.Name, " ")
		c.name, c.nist, _ = strings.Cut(c.name, " ")
		all[row.Key] = c
	}
	return all
})

func (p *printer) dsaKey(n int, k spki) bool {
	var seq cryptobyte.String
	key := cryptobyte.String(k.key)
	var prime, order, generator, public big.Int
	if !key.ReadASN1Integer(&public) || !k.parameters.ReadASN1(&seq, cbasn1.SEQUENCE) ||
		!seq.ReadASN1Integer(&prime) || !seq.ReadASN1Integer(&order) || !seq.ReadASN1Integer(&generator) {
		return false
	}
	if p.release >= release.OpenSSL30 {
		p.line(n, "Public-Key: (%d bit)", prime.BitLen())
	}
	p.number(n, "pub: ", &public)
	p.number(n, "P:   ", &prime)
	p.number(n, "Q:   ", &order)
	p.number(n, "G:   ", &generator)
	return true
}
