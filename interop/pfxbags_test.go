package interop

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certtest"
)

// The identifiers of PKCS #12 (RFC 7292, section 4.2) and of what its bags say.
const (
	pkcs7Data          = "1.2.840.113549.1.7.1"
	pkcs7Enveloped     = "1.2.840.113549.1.7.3"
	keyBag             = "1.2.840.113549.1.12.10.1.1"
	certBag            = "1.2.840.113549.1.12.10.1.3"
	crlBag             = "1.2.840.113549.1.12.10.1.4"
	secretBag          = "1.2.840.113549.1.12.10.1.5"
	safeContentsBag    = "1.2.840.113549.1.12.10.1.6"
	x509Certificate    = "1.2.840.113549.1.9.22.1"
	sdsiCertificate    = "1.2.840.113549.1.9.22.2"
	x509CRL            = "1.2.840.113549.1.9.23.1"
	friendlyName       = "1.2.840.113549.1.9.20"
	localKeyID         = "1.2.840.113549.1.9.21"
	jdkTrustedKeyUsage = "2.16.840.1.113894.746875.1.1"
)

func element(tag asn1.Tag, contents ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(contents...)) })
	return b.BytesOrPanic()
}

func explicitly(contents ...[]byte) []byte {
	return element(asn1.Tag(0).ContextSpecific().Constructed(), contents...)
}

func identifier(id string) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(certtest.OID(id))
	return b.BytesOrPanic()
}

// bag is a SafeBag with attributes.
func bag(id string, value []byte, attributes ...[]byte) []byte {
	parts := [][]byte{identifier(id), explicitly(value)}
	if len(attributes) > 0 {
		parts = append(parts, element(asn1.SET, attributes...))
	}
	return certtest.Sequence(parts...)
}

// valued is a bag of a certificate or of a revocation list.
func valued(id, kind string, value []byte, attributes ...[]byte) []byte {
	tag := asn1.OCTET_STRING
	if kind == sdsiCertificate {
		tag = asn1.Tag(22) // IA5String
	}
	return bag(id, certtest.Sequence(identifier(kind), explicitly(element(tag, value))), attributes...)
}

func attribute(id string, value []byte) []byte {
	return certtest.Sequence(identifier(id), element(asn1.SET, value))
}

func content(kind string, value []byte) []byte {
	return certtest.Sequence(identifier(kind), explicitly(value))
}

// archive is a PFX without MAC and encryption that holds the bags, and perhaps
// more contents.
func archive(bags []byte, more ...[]byte) []byte {
	contents := append([][]byte{content(pkcs7Data, element(asn1.OCTET_STRING, element(asn1.SEQUENCE, bags)))}, more...)
	safe := element(asn1.OCTET_STRING, certtest.Sequence(contents...))
	return certtest.Sequence([]byte{2, 1, 3}, content(pkcs7Data, safe))
}

// TestPFXBags compares with Node the results for archives whose bags hold more than
// a key and its certificates: attributes, nested bags, unused kinds of bags.
func TestPFXBags(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	keyBlock, _ := pem.Decode(id.key)
	signer, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	withAttribute := cryptobyte.String(pkcs8) // PKCS #8's own, here a key usage of nothing
	var inside cryptobyte.String
	withAttribute.ReadASN1(&inside, asn1.SEQUENCE)
	restricted := certtest.Sequence(inside, explicitly(attribute("2.5.29.15", []byte{3, 2, 7, 0})))
	key, cert := bag(keyBag, pkcs8), valued(certBag, x509Certificate, leafOf(t, "rsa"))
	trusted := attribute(jdkTrustedKeyUsage, identifier("1.3.6.1.5.5.7.3.4")) // for mail
	unknown := attribute("1.2.3.4", []byte{5, 0})
	n := startNode(t, "node")
	for name, pfx := range map[string][]byte{
		"plain":                        archive(slices.Concat(key, cert)),
		"certificate first":            archive(slices.Concat(cert, key)),
		"names":                        archive(slices.Concat(bag(keyBag, pkcs8, attribute(friendlyName, element(30, []byte{0, 'a'}))), cert)),
		"a key's other identifier":     archive(slices.Concat(bag(keyBag, pkcs8, attribute(localKeyID, []byte{4, 1, 1})), valued(certBag, x509Certificate, leafOf(t, "rsa"), attribute(localKeyID, []byte{4, 1, 2})))),
		"an unknown attribute":         archive(slices.Concat(bag(keyBag, pkcs8, unknown), cert)),
		"trusted for mail":             archive(slices.Concat(key, valued(certBag, x509Certificate, leafOf(t, "rsa"), trusted))),
		"attributes of the key itself": archive(slices.Concat(bag(keyBag, restricted), cert)),
		"a nested certificate":         archive(slices.Concat(key, bag(safeContentsBag, element(asn1.SEQUENCE, cert)))),
		"all nested":                   archive(bag(safeContentsBag, certtest.Sequence(bag(safeContentsBag, certtest.Sequence(key, cert))))),
		"a revocation list":            archive(slices.Concat(valued(crlBag, x509CRL, []byte{0x30, 0}), key, cert)),
		"a secret":                     archive(slices.Concat(valued(secretBag, "1.2.3.4", []byte("secret")), key, cert)),
		"an unknown bag":               archive(slices.Concat(bag("1.2.3.4", []byte{5, 0}), key, cert)),
		"an SDSI certificate":          archive(slices.Concat(valued(certBag, sdsiCertificate, []byte("sdsi")), key, cert)),
		"an SDSI certificate alone":    archive(slices.Concat(valued(certBag, sdsiCertificate, []byte("sdsi")), key)),
		"a content for another":        archive(slices.Concat(key, cert), content(pkcs7Enveloped, certtest.Sequence([]byte{2, 1, 0}))),
		"nothing":                      archive(nil),
	} {
		t.Run(name, func(t *testing.T) {
			server := options{Files: map[string][]byte{"pfx": pfx}, HonorOrder: true}
			play := meet(server, options{CA: string(ca(t).cert), Reject: true, ServerName: "localhost"})
			want, got := play(t, n), play(t, nil)
			if (want == secure) != (got == secure) || name == "plain" && want != secure {
				t.Errorf("%s, Node has %s", got, strings.TrimSpace(want))
			}
		})
	}
}
