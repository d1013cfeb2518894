package suite

import (
	"crypto"
	"iter"
	"slices"
)

// Scheme is a SignatureScheme (RFC 8446, section 4.2.3).
type Scheme uint16

// The signature schemes that polytls implements.
const (
	RSAPKCS1SHA1   Scheme = 0x0201
	ECDSASHA1      Scheme = 0x0203
	RSAPKCS1SHA224 Scheme = 0x0301
	ECDSASHA224    Scheme = 0x0303
	RSAPKCS1SHA256 Scheme = 0x0401
	// RSAPKCS1SHA256Legacy lets keys that support nothing newer, such as those of
	// old smart cards, authenticate clients in TLS 1.3
	// (draft-ietf-tls-tls13-pkcs1).
	RSAPKCS1SHA256Legacy     Scheme = 0x0420
	ECDSAP256SHA256          Scheme = 0x0403
	RSAPKCS1SHA384           Scheme = 0x0501
	ECDSAP384SHA384          Scheme = 0x0503
	RSAPKCS1SHA512           Scheme = 0x0601
	ECDSAP521SHA512          Scheme = 0x0603
	RSAPSSRSAESHA256         Scheme = 0x0804
	RSAPSSRSAESHA384         Scheme = 0x0805
	RSAPSSRSAESHA512         Scheme = 0x0806
	Ed25519                  Scheme = 0x0807
	Ed448                    Scheme = 0x0808
	RSAPSSPSSSHA256          Scheme = 0x0809
	RSAPSSPSSSHA384          Scheme = 0x080A
	RSAPSSPSSSHA512          Scheme = 0x080B
	ECDSABrainpoolP256SHA256 Scheme = 0x081A // RFC 8734, in TLS 1.3 only
	ECDSABrainpoolP384SHA384 Scheme = 0x081B
	ECDSABrainpoolP512SHA512 Scheme = 0x081C
	MLDSA44                  Scheme = 0x0904 // draft-ietf-tls-mldsa, section 3
	MLDSA65                  Scheme = 0x0905
	MLDSA87                  Scheme = 0x0906

	// RSAPKCS1MD5SHA1 has no code on the wire: it is what RSA keys sign with
	// before TLS 1.2 (RFC 4346, section 7.4.3). The value is BoringSSL's.
	RSAPKCS1MD5SHA1 Scheme = 0xFF01
)

// SignatureKind says which algorithm and which key a scheme needs.
type SignatureKind uint8

// The kinds of signatures.
const (
	PKCS1   SignatureKind = iota // RSASSA-PKCS1-v1_5, rsaEncryption key
	PSSRSAE                      // RSASSA-PSS, rsaEncryption key
	PSSPSS                       // RSASSA-PSS, id-RSASSA-PSS key
	ECDSA                        // ECDSA
	EdDSA                        // Ed25519, Ed448
	MLDSA                        // ML-DSA (FIPS 204), with an empty context
)

// SchemeInfo is a row of the registry of signature schemes.
type SchemeInfo struct {
	ID      Scheme
	Name    string // the IANA name: rsa_pss_rsae_sha256
	OpenSSL string // OpenSSL's spelling: RSA-PSS+SHA256; "" if it does not have the scheme

	Kind SignatureKind
	Hash crypto.Hash // 0 for EdDSA and ML-DSA
	// Bits is the security in bits of a scheme without a Hash.
	Bits int
	// Curve is the curve that TLS 1.3 requires of an ECDSA key; TLS 1.2 does not.
	Curve Group
	// TLS13 says that TLS 1.3 handshakes may sign with it.
	TLS13 bool
	// MinVersion is the lowest version whose handshakes may sign with it, 0 for
	// any.
	MinVersion Version
	// ClientOnly says that only clients sign with it.
	ClientOnly bool
	// Default says that it is offered if no list is given and the security level
	// allows it (Level.DefaultSchemes).
	Default bool
	// Weak says that only security level 0 allows it (SHA-1, MD5-SHA1).
	Weak bool
}

// schemes is the one list of signature schemes, in OpenSSL's order of preference.
var schemes = [...]SchemeInfo{
	{ID: MLDSA65, Name: "mldsa65", OpenSSL: "id-ml-dsa-65+UNDEF", Kind: MLDSA, Bits: 192, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: MLDSA87, Name: "mldsa87", OpenSSL: "id-ml-dsa-87+UNDEF", Kind: MLDSA, Bits: 256, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: MLDSA44, Name: "mldsa44", OpenSSL: "id-ml-dsa-44+UNDEF", Kind: MLDSA, Bits: 128, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: ECDSAP256SHA256, Name: "ecdsa_secp256r1_sha256", OpenSSL: "ECDSA+SHA256", Kind: ECDSA, Hash: crypto.SHA256, Curve: P256, TLS13: true, Default: true},
	{ID: ECDSAP384SHA384, Name: "ecdsa_secp384r1_sha384", OpenSSL: "ECDSA+SHA384", Kind: ECDSA, Hash: crypto.SHA384, Curve: P384, TLS13: true, Default: true},
	{ID: ECDSAP521SHA512, Name: "ecdsa_secp521r1_sha512", OpenSSL: "ECDSA+SHA512", Kind: ECDSA, Hash: crypto.SHA512, Curve: P521, TLS13: true, Default: true},
	{ID: Ed25519, Name: "ed25519", OpenSSL: "Ed25519+UNDEF", Kind: EdDSA, Bits: 128, TLS13: true, Default: true},
	{ID: Ed448, Name: "ed448", OpenSSL: "Ed448+UNDEF", Kind: EdDSA, Bits: 224, TLS13: true, Default: true},
	{ID: ECDSABrainpoolP256SHA256, Name: "ecdsa_brainpoolP256r1tls13_sha256", OpenSSL: "ECDSA+SHA256", Kind: ECDSA, Hash: crypto.SHA256, Curve: BrainpoolP256r1, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: ECDSABrainpoolP384SHA384, Name: "ecdsa_brainpoolP384r1tls13_sha384", OpenSSL: "ECDSA+SHA384", Kind: ECDSA, Hash: crypto.SHA384, Curve: BrainpoolP384r1, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: ECDSABrainpoolP512SHA512, Name: "ecdsa_brainpoolP512r1tls13_sha512", OpenSSL: "ECDSA+SHA512", Kind: ECDSA, Hash: crypto.SHA512, Curve: BrainpoolP512r1, TLS13: true, MinVersion: TLS13, Default: true},
	{ID: RSAPSSPSSSHA256, Name: "rsa_pss_pss_sha256", OpenSSL: "RSA-PSS+SHA256", Kind: PSSPSS, Hash: crypto.SHA256, TLS13: true, Default: true},
	{ID: RSAPSSPSSSHA384, Name: "rsa_pss_pss_sha384", OpenSSL: "RSA-PSS+SHA384", Kind: PSSPSS, Hash: crypto.SHA384, TLS13: true, Default: true},
	{ID: RSAPSSPSSSHA512, Name: "rsa_pss_pss_sha512", OpenSSL: "RSA-PSS+SHA512", Kind: PSSPSS, Hash: crypto.SHA512, TLS13: true, Default: true},
	{ID: RSAPSSRSAESHA256, Name: "rsa_pss_rsae_sha256", OpenSSL: "RSA-PSS+SHA256", Kind: PSSRSAE, Hash: crypto.SHA256, TLS13: true, Default: true},
	{ID: RSAPSSRSAESHA384, Name: "rsa_pss_rsae_sha384", OpenSSL: "RSA-PSS+SHA384", Kind: PSSRSAE, Hash: crypto.SHA384, TLS13: true, Default: true},
	{ID: RSAPSSRSAESHA512, Name: "rsa_pss_rsae_sha512", OpenSSL: "RSA-PSS+SHA512", Kind: PSSRSAE, Hash: crypto.SHA512, TLS13: true, Default: true},
	{ID: RSAPKCS1SHA256, Name: "rsa_pkcs1_sha256", OpenSSL: "RSA+SHA256", Kind: PKCS1, Hash: crypto.SHA256, Default: true},
	{ID: RSAPKCS1SHA384, Name: "rsa_pkcs1_sha384", OpenSSL: "RSA+SHA384", Kind: PKCS1, Hash: crypto.SHA384, Default: true},
	{ID: RSAPKCS1SHA512, Name: "rsa_pkcs1_sha512", OpenSSL: "RSA+SHA512", Kind: PKCS1, Hash: crypto.SHA512, Default: true},
	{ID: RSAPKCS1SHA256Legacy, Name: "rsa_pkcs1_sha256_legacy", Kind: PKCS1, Hash: crypto.SHA256, TLS13: true, MinVersion: TLS13, ClientOnly: true},
	{ID: ECDSASHA224, Name: "ecdsa_sha224", OpenSSL: "ECDSA+SHA224", Kind: ECDSA, Hash: crypto.SHA224, Default: true},
	{ID: ECDSASHA1, Name: "ecdsa_sha1", OpenSSL: "ECDSA+SHA1", Kind: ECDSA, Hash: crypto.SHA1, Default: true, Weak: true},
	{ID: RSAPKCS1SHA224, Name: "rsa_pkcs1_sha224", OpenSSL: "RSA+SHA224", Kind: PKCS1, Hash: crypto.SHA224, Default: true},
	{ID: RSAPKCS1SHA1, Name: "rsa_pkcs1_sha1", OpenSSL: "RSA+SHA1", Kind: PKCS1, Hash: crypto.SHA1, Default: true, Weak: true},
	{ID: RSAPKCS1MD5SHA1, Name: "rsa_pkcs1_md5_sha1", OpenSSL: "RSA+MD5-SHA1", Kind: PKCS1, Hash: crypto.MD5SHA1, Weak: true},
}

// Info returns the scheme's row, or nil for one that polytls does not know.
func (s Scheme) Info() *SchemeInfo {
	for i := range schemes {
		if schemes[i].ID == s {
			return &schemes[i]
		}
	}
	return nil
}

// String returns the IANA name.
func (s Scheme) String() string {
	if i := s.Info(); i != nil {
		return i.Name
	}
	if name := registeredSchemes[s]; name != "" {
		return name
	}
	return unknown("scheme", uint16(s))
}

// Schemes returns the registry, most preferred first.
func Schemes() iter.Seq[SchemeInfo] { return slices.Values(schemes[:]) }
