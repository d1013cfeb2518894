package testcert

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	_ "embed"
	"strings"
	"sync"

	"polytls/internal/keyfile"
	"polytls/internal/sign"
	"polytls/internal/trust/certtest"
)

// Kind is a type of key.
type Kind string

// The types of keys. RSA keys of a size are made once for a process, since
// they take long; all others, and FreshRSA, are new each time.
const (
	P256 Kind = "P-256"
	P384 Kind = "P-384"
	P521 Kind = "P-521"
	// Those on Brainpool curves need AllowVariableTimeKeys.
	BrainpoolP256 Kind = "brainpoolP256r1"
	BrainpoolP384 Kind = "brainpoolP384r1"
	BrainpoolP512 Kind = "brainpoolP512r1"
	Ed25519       Kind = "Ed25519"
	Ed448         Kind = "Ed448"
	MLDSA44       Kind = "ML-DSA-44" // TLS 1.3 alone
	MLDSA65       Kind = "ML-DSA-65"
	MLDSA87       Kind = "ML-DSA-87"
	RSA1024       Kind = "RSA-1024"
	RSA2048       Kind = "RSA-2048"
	RSA3072       Kind = "RSA-3072"
	RSA8192       Kind = "RSA-8192" // always the same, by openssl genrsa
	RSAPSS        Kind = "RSA-PSS"  // of 2048 bits, without restrictions
	FreshRSA      Kind = "RSA-2048, fresh"
)

// Kinds are the types of keys that serve at security level 2.
func Kinds() []Kind {
	return []Kind{P256, P384, P521, Ed25519, Ed448, RSA2048, RSA3072, RSAPSS}
}

// NewKey returns a key; "" is P256.
func NewKey(k Kind) crypto.Signer {
	switch k {
	case RSA1024, RSA2048, RSA3072:
		return certtest.Keys(k.name()).Signer
	case RSA8192:
		return rsa8192()
	case RSAPSS:
		return &sign.PSSPrivateKey{Key: NewKey(RSA2048).(*rsa.PrivateKey)}
	case FreshRSA:
		k = RSA2048
	}
	return certtest.NewSigner(cmp.Or(k, P256).name())
}

// name is what certtest calls the kind.
func (k Kind) name() string { return strings.ToLower(strings.ReplaceAll(string(k), "-", "")) }

//go:embed rsa8192.pem
var rsa8192PEM []byte

var rsa8192 = sync.OnceValue(func() crypto.Signer { return must(keyfile.ParsePrivateKey(rsa8192PEM, nil)) })
