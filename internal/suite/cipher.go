package suite

import "crypto"

// ID is a CipherSuite value of the IANA registry (RFC 8446, appendix B.4).
type ID uint16

// Signaling values, which are listed as cipher suites.
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

	// Implemented says that polytls can negotiate it; the others are parsed
	// and skipped in lists.
	Implemented bool
	// Node says that Node's getCiphers() lists it.
	Node bool
	// NotDefault says that OpenSSL leaves it out of DEFAULT, though it is in
	// ALL (SSL_NOT_DEFAULT: anonymous, CCM, ARIA, Camellia, DSS and old ones).
	NotDefault bool
}

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
