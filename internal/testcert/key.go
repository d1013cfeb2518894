package testcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/asn1"
	"sync"

	"github.com/cloudflare/circl/sign/ed448"

	"polytls/internal/keyfile"
	"polytls/internal/sign"
)

// Kind is a type of key.
type Kind string

// The types of keys. RSA keys of a size are made once for a process, since
// they take long; all others, and FreshRSA, are new each time.
const (
	P256     Kind = "P-256"
	P384     Kind = "P-384"
	P521     Kind = "P-521"
	Ed25519  Kind = "Ed25519"
	Ed448    Kind = "Ed448"
	RSA1024  Kind = "RSA-1024"
	RSA2048  Kind = "RSA-2048"
	RSA3072  Kind = "RSA-3072"
	RSA8192  Kind = "RSA-8192" // always the same, by openssl genrsa
	RSAPSS   Kind = "RSA-PSS"  // of 2048 bits, without restrictions
	FreshRSA Kind = "RSA-2048, fresh"
)

// Kinds are the types of keys that serve at security level 2.
func Kinds() []Kind {
	return []Kind{P256, P384, P521, Ed25519, Ed448, RSA2048, RSA3072, RSAPSS}
}

// NewKey returns a key; "" is P256.
func NewKey(k Kind) crypto.Signer {
	switch k {
	case P256, "":
		return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case P384:
		return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	case P521:
		return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return must(key, err)
	case Ed448:
		_, key, err := ed448.GenerateKey(rand.Reader)
		return must(key, err)
	case RSA1024:
		return rsa1024()
	case RSA2048:
		return rsa2048()
	case RSA3072:
		return rsa3072()
	case RSA8192:
		return rsa8192()
	case RSAPSS:
		return &sign.PSSPrivateKey{Key: rsa2048()}
	case FreshRSA:
		return must(rsa.GenerateKey(rand.Reader, 2048))
	}
	panic("testcert: no kind of key " + string(k))
}

//go:embed rsa8192.pem
var rsa8192PEM []byte

var (
	rsa1024 = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
	rsa2048 = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	rsa3072 = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 3072)) })
	rsa8192 = sync.OnceValue(func() crypto.Signer { return must(keyfile.ParsePrivateKey(rsa8192PEM, nil)) })
)

// certificate and tbsCertificate are RFC 5280, section 4.1, as far as it has to
// be taken apart.
type certificate struct {
	TBS       asn1.RawValue
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

type tbsCertificate struct {
	Version    asn1.RawValue
	Serial     asn1.RawValue
	Algorithm  asn1.RawValue
	Issuer     asn1.RawValue
	Validity   asn1.RawValue
	Subject    asn1.RawValue
	PublicKey  asn1.RawValue
	Extensions asn1.RawValue
}

// resign puts a SubjectPublicKeyInfo into a certificate and signs it anew.
func resign(der, spki []byte, key crypto.Signer, weak bool) []byte {
	var cert certificate
	must(asn1.Unmarshal(der, &cert))
	var tbs tbsCertificate
	must(asn1.Unmarshal(cert.TBS.FullBytes, &tbs))
	algorithm := signatureAlgorithm(key, weak)
	tbs.Algorithm = asn1.RawValue{FullBytes: algorithm}
	tbs.PublicKey = asn1.RawValue{FullBytes: spki}
	signed := must(asn1.Marshal(tbs))
	signature := signatureOf(key, signed, weak)
	return must(asn1.Marshal(certificate{
		TBS:       asn1.RawValue{FullBytes: signed},
		Algorithm: asn1.RawValue{FullBytes: algorithm},
		Signature: asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	}))
}

var (
	oidSHA1WithRSA     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}
	oidSHA256WithRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidECDSAWithSHA1   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}
	oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidEd25519         = asn1.ObjectIdentifier{1, 3, 101, 112}
)

// signatureAlgorithm is the AlgorithmIdentifier of what signatureOf makes.
func signatureAlgorithm(key crypto.Signer, weak bool) []byte {
	id := pkix.AlgorithmIdentifier{}
	switch key.Public().(type) {
	case *sign.PSSPublicKey:
		p := sign.PSSPrivateKey{PSSParameters: sign.PSSParameters{Hash: crypto.SHA256, MGFHash: crypto.SHA256, SaltLength: crypto.SHA256.Size()}}
		return must(p.AlgorithmIdentifier())
	case ed448.PublicKey:
		return []byte(sign.Ed448AlgorithmIdentifier)
	case ed25519.PublicKey:
		id.Algorithm = oidEd25519
	case *rsa.PublicKey:
		id.Algorithm, id.Parameters = pick(weak, oidSHA1WithRSA, oidSHA256WithRSA), asn1.NullRawValue
	case *ecdsa.PublicKey:
		id.Algorithm = pick(weak, oidECDSAWithSHA1, oidECDSAWithSHA256)
	}
	return must(asn1.Marshal(id))
}

func signatureOf(key crypto.Signer, message []byte, weak bool) []byte {
	hash := pick(weak, crypto.SHA1, crypto.SHA256)
	var opts crypto.SignerOpts = hash
	switch key.Public().(type) {
	case ed25519.PublicKey, ed448.PublicKey:
		return must(key.Sign(rand.Reader, message, crypto.Hash(0)))
	case *sign.PSSPublicKey:
		hash = crypto.SHA256
		opts = &rsa.PSSOptions{Hash: hash, SaltLength: rsa.PSSSaltLengthEqualsHash}
	}
	h := hash.New()
	h.Write(message)
	return must(key.Sign(rand.Reader, h.Sum(nil), opts))
}

func pick[T any](weak bool, ifWeak, otherwise T) T {
	if weak {
		return ifWeak
	}
	return otherwise
}
