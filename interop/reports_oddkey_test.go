package interop

import (
	"crypto/x509"
	"encoding/asn1"

	"polytls/internal/trust/certtest"
)

// oddKeyReports are certificates whose keys are encoded as few readers expect.
func oddKeyReports() []report {
	return []report{
		{"Venafi/vcert#7", "an RSA key without the NULL of its parameters",
			chained(func(c *chain) {
				c.leaf.Key = oddKey("rsa2048-leaf", certtest.AlgorithmID("1.2.840.113549.1.1.1", false), nil)
			}), secure, "", ""},
		{"wbond/asn1crypto#254", "an RSA modulus that looks negative",
			chained(func(c *chain) {
				c.leaf.Key = oddKey("rsa2048-leaf", certtest.AlgorithmID("1.2.840.113549.1.1.1", true), func(key []byte) []byte {
					k := must(x509.ParsePKCS1PublicKey(key))
					e := must(asn1.Marshal(k.E))
					n := must(asn1.Marshal(asn1.RawValue{Tag: asn1.TagInteger, Bytes: k.N.Bytes()}))
					return certtest.Sequence(n, e)
				})
			}), secure, "", ""},
		{"golang/go#73142", "a root with a compressed EC key",
			chained(func(c *chain) {
				c.root.Key = oddKey("p256-root", nil, func(point []byte) []byte {
					x, y := point[1:33], point[33:]
					return append([]byte{2 + y[31]&1}, x...)
				})
			}), secure, "", ""},
		{"apple/cups#5506", "an RSA certificate for keyEncipherment alone",
			chained(func(c *chain) {
				c.leaf.Key = certtest.Keys("rsa2048-leaf")
				c.add(certtest.KeyUsage(certtest.KeyEncipherment))
			}), secure, "", ""},
		{"openssl/openssl#19263", "an EC certificate for keyEncipherment alone",
			chained(func(c *chain) { c.add(certtest.KeyUsage(certtest.KeyEncipherment)) }), secure, "", ""},
	}
}

// oddKey is a key of certtest's with another AlgorithmIdentifier, if it is not
// nil, and another form of the public key.
func oddKey(name string, algorithm []byte, form func(key []byte) []byte) *certtest.Key {
	plain := certtest.Keys(name)
	var spki struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	must(asn1.Unmarshal(plain.SPKI, &spki))
	if algorithm != nil {
		spki.Algorithm = asn1.RawValue{FullBytes: algorithm}
	}
	if form != nil {
		key := form(spki.Key.Bytes)
		spki.Key = asn1.BitString{Bytes: key, BitLength: 8 * len(key)}
	}
	odd := *plain
	odd.SPKI = must(asn1.Marshal(spki))
	return &odd
}
