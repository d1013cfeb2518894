// Package certtest makes keys, certificates and CRLs for tests, octet by octet, so
// that tests can make malformed and unusual ones.
package certtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"time"

	"filippo.io/mldsa"
	"github.com/ProtonMail/go-crypto/brainpool"
	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/sign"
	"polytls/internal/suite"
)

// Key is a private key with its SubjectPublicKeyInfo.
type Key struct {
	Signer crypto.Signer
	SPKI   []byte
}

// Keys returns the key of a name, which is made once for a test binary: "p256", "p384",
// "p521", "brainpoolp256r1" and its like, "ed25519", "ed448", "mldsa44", "mldsa65",
// "mldsa87", "rsa1024", "rsa2048", "rsa3072", "pss" with anything after a dash
// ("p256-b") for another one of the kind.
func Keys(name string) *Key {
	made.Lock()
	defer made.Unlock()
	if made.keys[name] == nil {
		made.keys[name] = newKey(name)
	}
	return made.keys[name]
}

var made = struct {
	sync.Mutex
	keys map[string]*Key
}{keys: make(map[string]*Key)}

func newKey(name string) *Key {
	kind, _, _ := strings.Cut(name, "-")
	if kind == "pss" {
		return KeyOf(&sign.PSSPrivateKey{Key: NewSigner("rsa2048").(*rsa.PrivateKey)})
	}
	return KeyOf(NewSigner(kind))
}

// KeyOf returns the Key of a private key that was made elsewhere.
func KeyOf(signer crypto.Signer) *Key {
	spki, err := sign.MarshalPublicKey(signer.Public())
	if err != nil {
		panic(err)
	}
	return &Key{signer, spki}
}

// NewSigner makes a new key of a kind that Keys has, but for "pss".
func NewSigner(kind string) crypto.Signer {
	var signer crypto.Signer
	var err error
	switch kind {
	case "p256":
		signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		signer, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "p521":
		signer, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "brainpoolp256r1":
		signer, err = ecdsa.GenerateKey(brainpool.P256r1(), rand.Reader)
	case "brainpoolp384r1":
		signer, err = ecdsa.GenerateKey(brainpool.P384r1(), rand.Reader)
	case "brainpoolp512r1":
		signer, err = ecdsa.GenerateKey(brainpool.P512r1(), rand.Reader)
	case "ed25519":
		_, signer, err = ed25519.GenerateKey(rand.Reader)
	case "ed448":
		_, signer, err = ed448.GenerateKey(rand.Reader)
	case "mldsa44":
		signer = sign.GenerateMLDSAKey(suite.MLDSA44)
	case "mldsa65":
		signer = sign.GenerateMLDSAKey(suite.MLDSA65)
	case "mldsa87":
		signer = sign.GenerateMLDSAKey(suite.MLDSA87)
	case "rsa1024":
		signer, err = rsa.GenerateKey(rand.Reader, 1024)
	case "rsa2048":
		signer, err = rsa.GenerateKey(rand.Reader, 2048)
	case "rsa3072":
		signer, err = rsa.GenerateKey(rand.Reader, 3072)
	default:
		panic("certtest: no kind of key: " + kind)
	}
	if err != nil {
		panic(err)
	}
	return signer
}

// Template describes a certificate. Its zero values make a plain v3 leaf.
type Template struct {
	Version             int // on the wire; 0 means 2
	V1                  bool
	Serial              int64
	Subject, Issuer     []byte // Names; see Name
	NotBefore, NotAfter time.Time
	// Validity, if set, is the contents of the Validity sequence.
	Validity []byte
	Key      *Key
	Signer   *Key
	// Hash is the hash of the signature, SHA-256 if it is 0.
	Hash crypto.Hash
	// Inner, if set, is the AlgorithmIdentifier inside the signed part.
	Inner      []byte
	Extensions [][]byte
	// BreakSignature flips a bit of the signature.
	BreakSignature bool
	// Forged, if it is not 0, is the length of a signature that no key has made.
	Forged int
}

// Sign makes the certificate.
func (t *Template) Sign() []byte {
	algorithm, signature := t.Signer.algorithm(t.Hash)
	inner := algorithm
	if t.Inner != nil {
		inner = t.Inner
	}
	tbs := sequence(func(b *cryptobyte.Builder) {
		if !t.V1 {
			b.AddASN1(context(0, true), func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(max(t.Version, 2))) })
		}
		b.AddASN1Int64(t.Serial)
		b.AddBytes(inner)
		b.AddBytes(t.Issuer)
		b.AddASN1(cbasn1.SEQUENCE, t.addValidity)
		b.AddBytes(t.Subject)
		b.AddBytes(t.Key.SPKI)
		if len(t.Extensions) > 0 {
			b.AddASN1(context(3, true), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, ext := range t.Extensions {
						b.AddBytes(ext)
					}
				})
			})
		}
	})
	if t.Forged > 0 {
		forged := make([]byte, t.Forged)
		forged[t.Forged-1] = 2
		return envelope(tbs, algorithm, forged, false)
	}
	return envelope(tbs, algorithm, signature(tbs), t.BreakSignature)
}

func (t *Template) addValidity(b *cryptobyte.Builder) {
	if t.Validity != nil {
		b.AddBytes(t.Validity)
		return
	}
	b.AddASN1GeneralizedTime(t.NotBefore.UTC())
	b.AddASN1GeneralizedTime(t.NotAfter.UTC())
}

func envelope(tbs, algorithm, signature []byte, breakIt bool) []byte {
	if breakIt {
		signature[len(signature)-1] ^= 1
	}
	return sequence(func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(algorithm)
		b.AddASN1BitString(signature)
	})
}

// algorithm returns the AlgorithmIdentifier of the key's signatures and the
// function that makes them.
func (k *Key) algorithm(hash crypto.Hash) ([]byte, func([]byte) []byte) {
	if hash == 0 {
		hash = crypto.SHA256
	}
	var id []byte
	var options crypto.SignerOpts = hash
	switch public := k.Signer.Public().(type) {
	case *ecdsa.PublicKey:
		id = AlgorithmID(map[crypto.Hash]string{crypto.SHA1: "1.2.840.10045.4.1", crypto.SHA256: "1.2.840.10045.4.3.2", crypto.SHA384: "1.2.840.10045.4.3.3"}[hash], false)
	case ed25519.PublicKey:
		id, options = AlgorithmID("1.3.101.112", false), crypto.Hash(0)
	case ed448.PublicKey:
		id, options = AlgorithmID("1.3.101.113", false), crypto.Hash(0)
	case *mldsa.PublicKey:
		id, options = k.Signer.(*sign.MLDSAPrivateKey).AlgorithmIdentifier(), crypto.Hash(0)
	case *rsa.PublicKey:
		id = AlgorithmID(map[crypto.Hash]string{crypto.SHA1: "1.2.840.113549.1.1.5", crypto.SHA256: "1.2.840.113549.1.1.11", crypto.SHA384: "1.2.840.113549.1.1.12"}[hash], true)
	case *sign.PSSPublicKey:
		id, _ = sign.PSSParameters{Hash: hash, MGFHash: hash, SaltLength: hash.Size()}.AlgorithmIdentifier()
		options = &rsa.PSSOptions{SaltLength: hash.Size(), Hash: hash}
	default:
		panic(fmt.Sprintf("certtest: key %T", public))
	}
	return id, func(message []byte) []byte {
		digest := message
		if options.HashFunc() != 0 {
			h := hash.New()
			h.Write(message)
			digest = h.Sum(nil)
		}
		signature, err := k.Signer.Sign(rand.Reader, digest, options)
		if err != nil {
			panic(err)
		}
		return signature
	}
}

// AlgorithmID makes an AlgorithmIdentifier.
func AlgorithmID(id string, null bool) []byte {
	return sequence(func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OID(id))
		if null {
			b.AddASN1NULL()
		}
	})
}

// PEM writes certificates as PEM blocks.
func PEM(ders ...[]byte) string {
	var text []byte
	for _, der := range ders {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return string(text)
}

// OID parses dotted notation.
func OID(dotted string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	n, digits := 0, false
	for _, c := range dotted + "." {
		if c == '.' {
			if !digits {
				panic("certtest: identifier " + dotted)
			}
			id, n, digits = append(id, n), 0, false
			continue
		}
		n, digits = n*10+int(c-'0'), true
	}
	return id
}

func sequence(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, f)
	return b.BytesOrPanic()
}

func context(n uint8, constructed bool) cbasn1.Tag {
	tag := cbasn1.Tag(n).ContextSpecific()
	if constructed {
		tag = tag.Constructed()
	}
	return tag
}
