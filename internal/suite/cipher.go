package suite

import "crypto"

// ID is a CipherSuite value of the IANA registry (RFC 8446, appendix B.4).
type ID uint16

// Signaling values that stand in a list of suites without being one.
const (
	EmptyRenegotiationInfoSCSV ID = 0x00FF // RFC 5746, section 3.3
	FallbackSCSV               ID = 0x5600 // RFC 7507
)

// KeyExchange says how the premaster secret is agreed (OpenSSL's "Kx").
type KeyExchange uint8

// The key exchanges.
const (
	KxAny      KeyExchange = iota // TLS 1.3: chosen by extensions
	KxRSA                         // RFC 5246, 7.4.7.1
	KxDHE                         // RFC 5246, 7.4.3
	KxECDHE                       // RFC 8422
	KxPSK                         // RFC 4279, 2
	KxDHEPSK                      // RFC 4279, 3
	KxECDHEPSK                    // RFC 5489
	KxRSAPSK                      // RFC 4279, 4
	KxSRP                         // RFC 5054
	KxOther                       // known by name only (GOST)
)

// Authentication says what authenticates the server (OpenSSL's "Au").
type Authentication uint8

// The ways of authentication.
const (
	AuthAny   Authentication = iota // TLS 1.3: chosen by extensions
	AuthRSA                         // a certificate with an RSA key
	AuthECDSA                       // a certificate with an ECDSA or EdDSA key
	AuthDSS                         // known by name only
	AuthPSK                         // a pre-shared key
	AuthSRP                         // the SRP verifier
	AuthNone                        // anonymous
	AuthOther                       // known by name only (GOST)
)

// Cipher is the record protection's bulk cipher and its mode.
type Cipher uint8

// The bulk ciphers. Those without an implementation here are known by name, so
// that lists that mention them mean what they mean to OpenSSL.
const (
	NULL Cipher = iota
	AES128CBC
	AES256CBC
	AES128GCM
	AES256GCM
	AES128CCM
	AES256CCM
	AES128CCM8
	AES256CCM8
	ChaCha20Poly1305
	TripleDESCBC
	ARIA128GCM
	ARIA256GCM
	Camellia128CBC
	Camellia256CBC
	SEEDCBC
	IDEACBC
	RC4
	GOST
)

// MAC is the record MAC of a suite (OpenSSL's "Mac").
type MAC uint8

// The MACs.
const (
	AEAD MAC = iota
	MD5
	SHA1
	SHA256
	SHA384
	MACOther
)

// CipherSuite is a row of the registry of cipher suites.
type CipherSuite struct {
	ID       ID
	Name     string // OpenSSL's name: ECDHE-RSA-AES128-GCM-SHA256
	Standard string // the IANA name: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256

	// Minimum is the cipher's own minimum version as OpenSSL names it:
	// "SSLv3", "TLSv1.0", "TLSv1.2" or "TLSv1.3" (Node's getCipher().version).
	Minimum string
	// MinVersion and MaxVersion bound the versions that can negotiate it.
	MinVersion, MaxVersion Version

	Kx     KeyExchange
	Auth   Authentication
	Cipher Cipher
	MAC    MAC
	// Hash is that of the PRF (TLS 1.2) or of HKDF (TLS 1.3).
	Hash crypto.Hash

	// StrengthBits and AlgorithmBits are OpenSSL's strength_bits and alg_bits.
	StrengthBits, AlgorithmBits int

	// Implemented says that polytls can negotiate it; the others are parsed
	// and skipped in lists.
	Implemented bool
	// Node says that Node's getCiphers() lists it.
	Node bool
	// NotDefault says that OpenSSL leaves it out of DEFAULT, though it is in
	// ALL (SSL_NOT_DEFAULT: anonymous, CCM, ARIA, Camellia, DSS and old ones).
	NotDefault bool
}

// KeyLen returns the length in bytes of the bulk cipher's key.
func (c Cipher) KeyLen() int {
	switch c {
	case AES128CBC, AES128GCM, AES128CCM, AES128CCM8, ARIA128GCM, Camellia128CBC, SEEDCBC, IDEACBC, RC4:
		return 16
	case TripleDESCBC:
		return 24
	case AES256CBC, AES256GCM, AES256CCM, AES256CCM8, ChaCha20Poly1305, ARIA256GCM, Camellia256CBC:
		return 32
	}
	return 0
}

// IVLen returns the length in bytes of the IV that the key block holds: the
// salt of GCM and CCM up to TLS 1.2 (RFC 5288, RFC 6655), the nonce mask of
// ChaCha20-Poly1305 (RFC 7905) and of every AEAD in TLS 1.3, and CBC's block,
// which only TLS 1.0 takes from there.
func (s *CipherSuite) IVLen(v Version) int {
	switch s.Cipher {
	case AES128GCM, AES256GCM, AES128CCM, AES256CCM, AES128CCM8, AES256CCM8:
		if v < TLS13 {
			return 4
		}
		return 12
	case ChaCha20Poly1305:
		return 12
	case AES128CBC, AES256CBC:
		if v == TLS10 {
			return 16
		}
	}
	return 0
}

// IsCBC says whether records are protected by CBC and a MAC.
func (s *CipherSuite) IsCBC() bool { return s.Cipher == AES128CBC || s.Cipher == AES256CBC }

// Hash returns the hash function of the MAC, 0 for AEAD suites.
func (m MAC) Hash() crypto.Hash {
	switch m {
	case MD5:
		return crypto.MD5
	case SHA1:
		return crypto.SHA1
	case SHA256:
		return crypto.SHA256
	case SHA384:
		return crypto.SHA384
	}
	return 0
}

// Size returns the length in bytes of the MAC, 0 for AEAD suites.
func (m MAC) Size() int {
	if h := m.Hash(); h != 0 {
		return h.Size()
	}
	return 0
}
