package suite

import (
	"crypto"
	"iter"
	"slices"
	"strings"
)

// Info returns the suite's row, or nil for a suite that the registry lacks.
func (id ID) Info() *CipherSuite { return suiteByID[id] }

// String returns the IANA name.
func (id ID) String() string {
	switch id {
	case EmptyRenegotiationInfoSCSV:
		return "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
	case FallbackSCSV:
		return "TLS_FALLBACK_SCSV"
	}
	if s := id.Info(); s != nil {
		return s.Standard
	}
	return unknown("suite", uint16(id))
}

// Suites returns the registry in the order in which OpenSSL prefers its suites
// before any rule of a list, the suites of TLS 1.3 first.
func Suites() iter.Seq[*CipherSuite] { return slices.Values(suites) }

// ByName returns the suite with the OpenSSL or IANA name, or nil.
func ByName(name string) *CipherSuite { return suiteByName[name] }

// NodeCiphers returns a fresh copy of what Node's tls.getCiphers() lists: 62
// lower-case OpenSSL names, sorted.
func NodeCiphers() []string {
	var names []string
	for _, s := range suites {
		if s.Node {
			names = append(names, strings.ToLower(s.Name))
		}
	}
	slices.Sort(names)
	return names
}

// UsesECDHE reports whether the premaster secret comes from ephemeral ECDH, alone
// or beside a pre-shared key. It is false for the suites of TLS 1.3.
func (s *CipherSuite) UsesECDHE() bool { return s.Kx == KxECDHE || s.Kx == KxECDHEPSK }

// UsesDHE reports whether the premaster secret comes from ephemeral finite-field
// DH, alone or beside a pre-shared key. It is false for the suites of TLS 1.3.
func (s *CipherSuite) UsesDHE() bool { return s.Kx == KxDHE || s.Kx == KxDHEPSK }

// UsesPSK reports whether a pre-shared key is part of the premaster secret (RFC
// 4279). It is false for the suites of TLS 1.3.
func (s *CipherSuite) UsesPSK() bool {
	switch s.Kx {
	case KxPSK, KxDHEPSK, KxECDHEPSK, KxRSAPSK:
		return true
	}
	return false
}

// UsesSRP reports whether the premaster secret comes from SRP (RFC 5054).
func (s *CipherSuite) UsesSRP() bool { return s.Kx == KxSRP }

// UsesRSAEncryption reports whether the client encrypts to the server's RSA key.
func (s *CipherSuite) UsesRSAEncryption() bool { return s.Kx == KxRSA || s.Kx == KxRSAPSK }

// CertificateAuth reports whether the server sends a certificate. It is false for
// the suites of TLS 1.3, where the key exchange mode decides.
func (s *CipherSuite) CertificateAuth() bool {
	switch s.Auth {
	case AuthRSA, AuthECDSA, AuthDSS:
		return true
	}
	return false
}

var (
	suites      = complete(registry[:])
	suiteByID   = indexByID(suites)
	suiteByName = indexByName(suites)
)

// complete fills in the columns that are derived from others.
func complete(rows []CipherSuite) []*CipherSuite {
	list := make([]*CipherSuite, len(rows))
	for i := range rows {
		s := &rows[i]
		s.MinVersion, s.MaxVersion = versionsOf(s)
		list[i] = s
	}
	return list
}

func versionsOf(s *CipherSuite) (low, high Version) {
	switch s.Minimum {
	case "TLSv1.3":
		return TLS13, TLS13
	case "TLSv1.2":
		return TLS12, TLS12
	}
	if s.Cipher == IDEACBC { // RFC 5469, section 2
		return TLS10, TLS11
	}
	return TLS10, TLS12
}

func indexByID(list []*CipherSuite) map[ID]*CipherSuite {
	m := make(map[ID]*CipherSuite, len(list))
	for _, s := range list {
		m[s.ID] = s
	}
	return m
}

func indexByName(list []*CipherSuite) map[string]*CipherSuite {
	m := make(map[string]*CipherSuite, 2*len(list))
	for _, s := range list {
		m[s.Name] = s
		m[s.Standard] = s
	}
	return m
}

// registry is the one list of cipher suites: all that OpenSSL 1.1.1 and 3.x have
// for TLS, whether a given build of them enables it or not. A suite with a Minimum
// below "TLSv1.2" can be used with every version up to TLS 1.2.
var registry = [...]CipherSuite{
	{ID: 0x1302, Name: "TLS_AES_256_GCM_SHA384", Standard: "TLS_AES_256_GCM_SHA384", Minimum: "TLSv1.3", Kx: KxAny, Auth: AuthAny, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x1303, Name: "TLS_CHACHA20_POLY1305_SHA256", Standard: "TLS_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.3", Kx: KxAny, Auth: AuthAny, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x1301, Name: "TLS_AES_128_GCM_SHA256", Standard: "TLS_AES_128_GCM_SHA256", Minimum: "TLSv1.3", Kx: KxAny, Auth: AuthAny, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x1304, Name: "TLS_AES_128_CCM_SHA256", Standard: "TLS_AES_128_CCM_SHA256", Minimum: "TLSv1.3", Kx: KxAny, Auth: AuthAny, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true, NotDefault: true},
	{ID: 0x1305, Name: "TLS_AES_128_CCM_8_SHA256", Standard: "TLS_AES_128_CCM_8_SHA256", Minimum: "TLSv1.3", Kx: KxAny, Auth: AuthAny, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true, NotDefault: true},
	{ID: 0xC02C, Name: "ECDHE-ECDSA-AES256-GCM-SHA384", Standard: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xC030, Name: "ECDHE-RSA-AES256-GCM-SHA384", Standard: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x00A3, Name: "DHE-DSS-AES256-GCM-SHA384", Standard: "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x009F, Name: "DHE-RSA-AES256-GCM-SHA384", Standard: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xCCA9, Name: "ECDHE-ECDSA-CHACHA20-POLY1305", Standard: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xCCA8, Name: "ECDHE-RSA-CHACHA20-POLY1305", Standard: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xCCAA, Name: "DHE-RSA-CHACHA20-POLY1305", Standard: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0AF, Name: "ECDHE-ECDSA-AES256-CCM8", Standard: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES256CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0AD, Name: "ECDHE-ECDSA-AES256-CCM", Standard: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES256CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A3, Name: "DHE-RSA-AES256-CCM8", Standard: "TLS_DHE_RSA_WITH_AES_256_CCM_8", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES256CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC09F, Name: "DHE-RSA-AES256-CCM", Standard: "TLS_DHE_RSA_WITH_AES_256_CCM", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES256CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC05D, Name: "ECDHE-ECDSA-ARIA256-GCM-SHA384", Standard: "TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC061, Name: "ECDHE-ARIA256-GCM-SHA384", Standard: "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC057, Name: "DHE-DSS-ARIA256-GCM-SHA384", Standard: "TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC053, Name: "DHE-RSA-ARIA256-GCM-SHA384", Standard: "TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x00A7, Name: "ADH-AES256-GCM-SHA384", Standard: "TLS_DH_anon_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, NotDefault: true},
	{ID: 0xC02B, Name: "ECDHE-ECDSA-AES128-GCM-SHA256", Standard: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC02F, Name: "ECDHE-RSA-AES128-GCM-SHA256", Standard: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00A2, Name: "DHE-DSS-AES128-GCM-SHA256", Standard: "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x009E, Name: "DHE-RSA-AES128-GCM-SHA256", Standard: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0AE, Name: "ECDHE-ECDSA-AES128-CCM8", Standard: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0AC, Name: "ECDHE-ECDSA-AES128-CCM", Standard: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A2, Name: "DHE-RSA-AES128-CCM8", Standard: "TLS_DHE_RSA_WITH_AES_128_CCM_8", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC09E, Name: "DHE-RSA-AES128-CCM", Standard: "TLS_DHE_RSA_WITH_AES_128_CCM", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC05C, Name: "ECDHE-ECDSA-ARIA128-GCM-SHA256", Standard: "TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC060, Name: "ECDHE-ARIA128-GCM-SHA256", Standard: "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC056, Name: "DHE-DSS-ARIA128-GCM-SHA256", Standard: "TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC052, Name: "DHE-RSA-ARIA128-GCM-SHA256", Standard: "TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00A6, Name: "ADH-AES128-GCM-SHA256", Standard: "TLS_DH_anon_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC024, Name: "ECDHE-ECDSA-AES256-SHA384", Standard: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xC028, Name: "ECDHE-RSA-AES256-SHA384", Standard: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x006B, Name: "DHE-RSA-AES256-SHA256", Standard: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x006A, Name: "DHE-DSS-AES256-SHA256", Standard: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: AES256CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC073, Name: "ECDHE-ECDSA-CAMELLIA256-SHA384", Standard: "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC077, Name: "ECDHE-RSA-CAMELLIA256-SHA384", Standard: "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x00C4, Name: "DHE-RSA-CAMELLIA256-SHA256", Standard: "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00C3, Name: "DHE-DSS-CAMELLIA256-SHA256", Standard: "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: Camellia256CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x006D, Name: "ADH-AES256-SHA256", Standard: "TLS_DH_anon_WITH_AES_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: AES256CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x00C5, Name: "ADH-CAMELLIA256-SHA256", Standard: "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: Camellia256CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC023, Name: "ECDHE-ECDSA-AES128-SHA256", Standard: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC027, Name: "ECDHE-RSA-AES128-SHA256", Standard: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0067, Name: "DHE-RSA-AES128-SHA256", Standard: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0040, Name: "DHE-DSS-AES128-SHA256", Standard: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC072, Name: "ECDHE-ECDSA-CAMELLIA128-SHA256", Standard: "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthECDSA, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC076, Name: "ECDHE-RSA-CAMELLIA128-SHA256", Standard: "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxECDHE, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00BE, Name: "DHE-RSA-CAMELLIA128-SHA256", Standard: "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00BD, Name: "DHE-DSS-CAMELLIA128-SHA256", Standard: "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthDSS, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x006C, Name: "ADH-AES128-SHA256", Standard: "TLS_DH_anon_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x00BF, Name: "ADH-CAMELLIA128-SHA256", Standard: "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxDHE, Auth: AuthNone, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC00A, Name: "ECDHE-ECDSA-AES256-SHA", Standard: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC014, Name: "ECDHE-RSA-AES256-SHA", Standard: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0039, Name: "DHE-RSA-AES256-SHA", Standard: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0038, Name: "DHE-DSS-AES256-SHA", Standard: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0088, Name: "DHE-RSA-CAMELLIA256-SHA", Standard: "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0087, Name: "DHE-DSS-CAMELLIA256-SHA", Standard: "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: Camellia256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC019, Name: "AECDH-AES256-SHA", Standard: "TLS_ECDH_anon_WITH_AES_256_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthNone, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x003A, Name: "ADH-AES256-SHA", Standard: "TLS_DH_anon_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x0089, Name: "ADH-CAMELLIA256-SHA", Standard: "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: Camellia256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC009, Name: "ECDHE-ECDSA-AES128-SHA", Standard: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthECDSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC013, Name: "ECDHE-RSA-AES128-SHA", Standard: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0033, Name: "DHE-RSA-AES128-SHA", Standard: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0032, Name: "DHE-DSS-AES128-SHA", Standard: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x009A, Name: "DHE-RSA-SEED-SHA", Standard: "TLS_DHE_RSA_WITH_SEED_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: SEEDCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0099, Name: "DHE-DSS-SEED-SHA", Standard: "TLS_DHE_DSS_WITH_SEED_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: SEEDCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0045, Name: "DHE-RSA-CAMELLIA128-SHA", Standard: "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0044, Name: "DHE-DSS-CAMELLIA128-SHA", Standard: "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: Camellia128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC018, Name: "AECDH-AES128-SHA", Standard: "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthNone, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x0034, Name: "ADH-AES128-SHA", Standard: "TLS_DH_anon_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0x009B, Name: "ADH-SEED-SHA", Standard: "TLS_DH_anon_WITH_SEED_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: SEEDCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0046, Name: "ADH-CAMELLIA128-SHA", Standard: "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: Camellia128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC008, Name: "ECDHE-ECDSA-DES-CBC3-SHA", Standard: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthECDSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC012, Name: "ECDHE-RSA-DES-CBC3-SHA", Standard: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthRSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0016, Name: "DHE-RSA-DES-CBC3-SHA", Standard: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthRSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0013, Name: "DHE-DSS-DES-CBC3-SHA", Standard: "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthDSS, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC017, Name: "AECDH-DES-CBC3-SHA", Standard: "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthNone, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x001B, Name: "ADH-DES-CBC3-SHA", Standard: "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC007, Name: "ECDHE-ECDSA-RC4-SHA", Standard: "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthECDSA, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC011, Name: "ECDHE-RSA-RC4-SHA", Standard: "TLS_ECDHE_RSA_WITH_RC4_128_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthRSA, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC016, Name: "AECDH-RC4-SHA", Standard: "TLS_ECDH_anon_WITH_RC4_128_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthNone, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0018, Name: "ADH-RC4-MD5", Standard: "TLS_DH_anon_WITH_RC4_128_MD5", Minimum: "SSLv3", Kx: KxDHE, Auth: AuthNone, Cipher: RC4, MAC: MD5, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC006, Name: "ECDHE-ECDSA-NULL-SHA", Standard: "TLS_ECDHE_ECDSA_WITH_NULL_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthECDSA, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0xC010, Name: "ECDHE-RSA-NULL-SHA", Standard: "TLS_ECDHE_RSA_WITH_NULL_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthRSA, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0xC015, Name: "AECDH-NULL-SHA", Standard: "TLS_ECDH_anon_WITH_NULL_SHA", Minimum: "TLSv1.0", Kx: KxECDHE, Auth: AuthNone, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x00AD, Name: "RSA-PSK-AES256-GCM-SHA384", Standard: "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x00AB, Name: "DHE-PSK-AES256-GCM-SHA384", Standard: "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xCCAE, Name: "RSA-PSK-CHACHA20-POLY1305", Standard: "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xCCAD, Name: "DHE-PSK-CHACHA20-POLY1305", Standard: "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xCCAC, Name: "ECDHE-PSK-CHACHA20-POLY1305", Standard: "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0AB, Name: "DHE-PSK-AES256-CCM8", Standard: "TLS_PSK_DHE_WITH_AES_256_CCM_8", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES256CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A7, Name: "DHE-PSK-AES256-CCM", Standard: "TLS_DHE_PSK_WITH_AES_256_CCM", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES256CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC06F, Name: "RSA-PSK-ARIA256-GCM-SHA384", Standard: "TLS_RSA_PSK_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC06D, Name: "DHE-PSK-ARIA256-GCM-SHA384", Standard: "TLS_DHE_PSK_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x009D, Name: "AES256-GCM-SHA384", Standard: "TLS_RSA_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xC0A1, Name: "AES256-CCM8", Standard: "TLS_RSA_WITH_AES_256_CCM_8", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES256CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC09D, Name: "AES256-CCM", Standard: "TLS_RSA_WITH_AES_256_CCM", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES256CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC051, Name: "ARIA256-GCM-SHA384", Standard: "TLS_RSA_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x00A9, Name: "PSK-AES256-GCM-SHA384", Standard: "TLS_PSK_WITH_AES_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES256GCM, MAC: AEAD, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xCCAB, Name: "PSK-CHACHA20-POLY1305", Standard: "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: ChaCha20Poly1305, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0A9, Name: "PSK-AES256-CCM8", Standard: "TLS_PSK_WITH_AES_256_CCM_8", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES256CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A5, Name: "PSK-AES256-CCM", Standard: "TLS_PSK_WITH_AES_256_CCM", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES256CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC06B, Name: "PSK-ARIA256-GCM-SHA384", Standard: "TLS_PSK_WITH_ARIA_256_GCM_SHA384", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: ARIA256GCM, MAC: AEAD, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x00AC, Name: "RSA-PSK-AES128-GCM-SHA256", Standard: "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00AA, Name: "DHE-PSK-AES128-GCM-SHA256", Standard: "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0AA, Name: "DHE-PSK-AES128-CCM8", Standard: "TLS_PSK_DHE_WITH_AES_128_CCM_8", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A6, Name: "DHE-PSK-AES128-CCM", Standard: "TLS_DHE_PSK_WITH_AES_128_CCM", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC06E, Name: "RSA-PSK-ARIA128-GCM-SHA256", Standard: "TLS_RSA_PSK_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC06C, Name: "DHE-PSK-ARIA128-GCM-SHA256", Standard: "TLS_DHE_PSK_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x009C, Name: "AES128-GCM-SHA256", Standard: "TLS_RSA_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0A0, Name: "AES128-CCM8", Standard: "TLS_RSA_WITH_AES_128_CCM_8", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC09C, Name: "AES128-CCM", Standard: "TLS_RSA_WITH_AES_128_CCM", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC050, Name: "ARIA128-GCM-SHA256", Standard: "TLS_RSA_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00A8, Name: "PSK-AES128-GCM-SHA256", Standard: "TLS_PSK_WITH_AES_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES128GCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC0A8, Name: "PSK-AES128-CCM8", Standard: "TLS_PSK_WITH_AES_128_CCM_8", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES128CCM8, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC0A4, Name: "PSK-AES128-CCM", Standard: "TLS_PSK_WITH_AES_128_CCM", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: AES128CCM, MAC: AEAD, Hash: crypto.SHA256, Implemented: true, NotDefault: true},
	{ID: 0xC06A, Name: "PSK-ARIA128-GCM-SHA256", Standard: "TLS_PSK_WITH_ARIA_128_GCM_SHA256", Minimum: "TLSv1.2", Kx: KxPSK, Auth: AuthPSK, Cipher: ARIA128GCM, MAC: AEAD, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC102, Name: "IANA-GOST2012-GOST8912-GOST8912", Standard: "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT", Minimum: "TLSv1.2", Kx: KxOther, Auth: AuthOther, Cipher: GOST, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0xC101, Name: "GOST2012-MAGMA-MAGMAOMAC", Standard: "TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC", Minimum: "TLSv1.2", Kx: KxOther, Auth: AuthOther, Cipher: GOST, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0xC100, Name: "GOST2012-KUZNYECHIK-KUZNYECHIKOMAC", Standard: "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC", Minimum: "TLSv1.2", Kx: KxOther, Auth: AuthOther, Cipher: GOST, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0x003D, Name: "AES256-SHA256", Standard: "TLS_RSA_WITH_AES_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00C0, Name: "CAMELLIA256-SHA256", Standard: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x003C, Name: "AES128-SHA256", Standard: "TLS_RSA_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00BA, Name: "CAMELLIA128-SHA256", Standard: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x003B, Name: "NULL-SHA256", Standard: "TLS_RSA_WITH_NULL_SHA256", Minimum: "TLSv1.2", Kx: KxRSA, Auth: AuthRSA, Cipher: NULL, MAC: SHA256, Hash: crypto.SHA256, Implemented: true},
	{ID: 0xC038, Name: "ECDHE-PSK-AES256-CBC-SHA384", Standard: "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0xC036, Name: "ECDHE-PSK-AES256-CBC-SHA", Standard: "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC022, Name: "SRP-DSS-AES-256-CBC-SHA", Standard: "TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthDSS, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC021, Name: "SRP-RSA-AES-256-CBC-SHA", Standard: "TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC020, Name: "SRP-AES-256-CBC-SHA", Standard: "TLS_SRP_SHA_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthSRP, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00B7, Name: "RSA-PSK-AES256-CBC-SHA384", Standard: "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x00B3, Name: "DHE-PSK-AES256-CBC-SHA384", Standard: "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x0095, Name: "RSA-PSK-AES256-CBC-SHA", Standard: "TLS_RSA_PSK_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0091, Name: "DHE-PSK-AES256-CBC-SHA", Standard: "TLS_DHE_PSK_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xFF85, Name: "LEGACY-GOST2012-GOST8912-GOST8912", Standard: "LEGACY-GOST2012-GOST8912-GOST8912", Minimum: "TLSv1.0", Kx: KxOther, Auth: AuthOther, Cipher: GOST, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0xC09B, Name: "ECDHE-PSK-CAMELLIA256-SHA384", Standard: "TLS_ECDHE_PSK_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC099, Name: "RSA-PSK-CAMELLIA256-SHA384", Standard: "TLS_RSA_PSK_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC097, Name: "DHE-PSK-CAMELLIA256-SHA384", Standard: "TLS_DHE_PSK_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0x0081, Name: "GOST2001-GOST89-GOST89", Standard: "TLS_GOSTR341001_WITH_28147_CNT_IMIT", Minimum: "TLSv1.0", Kx: KxOther, Auth: AuthOther, Cipher: GOST, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0x0035, Name: "AES256-SHA", Standard: "TLS_RSA_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0084, Name: "CAMELLIA256-SHA", Standard: "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: Camellia256CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00AF, Name: "PSK-AES256-CBC-SHA384", Standard: "TLS_PSK_WITH_AES_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA384, Hash: crypto.SHA384, Implemented: true, Node: true},
	{ID: 0x008D, Name: "PSK-AES256-CBC-SHA", Standard: "TLS_PSK_WITH_AES_256_CBC_SHA", Minimum: "SSLv3", Kx: KxPSK, Auth: AuthPSK, Cipher: AES256CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC095, Name: "PSK-CAMELLIA256-SHA384", Standard: "TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: Camellia256CBC, MAC: SHA384, Hash: crypto.SHA384, NotDefault: true},
	{ID: 0xC037, Name: "ECDHE-PSK-AES128-CBC-SHA256", Standard: "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC035, Name: "ECDHE-PSK-AES128-CBC-SHA", Standard: "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC01F, Name: "SRP-DSS-AES-128-CBC-SHA", Standard: "TLS_SRP_SHA_DSS_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthDSS, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC01E, Name: "SRP-RSA-AES-128-CBC-SHA", Standard: "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC01D, Name: "SRP-AES-128-CBC-SHA", Standard: "TLS_SRP_SHA_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthSRP, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00B6, Name: "RSA-PSK-AES128-CBC-SHA256", Standard: "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x00B2, Name: "DHE-PSK-AES128-CBC-SHA256", Standard: "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0094, Name: "RSA-PSK-AES128-CBC-SHA", Standard: "TLS_RSA_PSK_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0090, Name: "DHE-PSK-AES128-CBC-SHA", Standard: "TLS_DHE_PSK_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC09A, Name: "ECDHE-PSK-CAMELLIA128-SHA256", Standard: "TLS_ECDHE_PSK_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC098, Name: "RSA-PSK-CAMELLIA128-SHA256", Standard: "TLS_RSA_PSK_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC096, Name: "DHE-PSK-CAMELLIA128-SHA256", Standard: "TLS_DHE_PSK_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x002F, Name: "AES128-SHA", Standard: "TLS_RSA_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x0096, Name: "SEED-SHA", Standard: "TLS_RSA_WITH_SEED_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: SEEDCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0041, Name: "CAMELLIA128-SHA", Standard: "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: Camellia128CBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0007, Name: "IDEA-CBC-SHA", Standard: "TLS_RSA_WITH_IDEA_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: IDEACBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x00AE, Name: "PSK-AES128-CBC-SHA256", Standard: "TLS_PSK_WITH_AES_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA256, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0x008C, Name: "PSK-AES128-CBC-SHA", Standard: "TLS_PSK_WITH_AES_128_CBC_SHA", Minimum: "SSLv3", Kx: KxPSK, Auth: AuthPSK, Cipher: AES128CBC, MAC: SHA1, Hash: crypto.SHA256, Implemented: true, Node: true},
	{ID: 0xC094, Name: "PSK-CAMELLIA128-SHA256", Standard: "TLS_PSK_WITH_CAMELLIA_128_CBC_SHA256", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: Camellia128CBC, MAC: SHA256, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC034, Name: "ECDHE-PSK-3DES-EDE-CBC-SHA", Standard: "TLS_ECDHE_PSK_WITH_3DES_EDE_CBC_SHA", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC01C, Name: "SRP-DSS-3DES-EDE-CBC-SHA", Standard: "TLS_SRP_SHA_DSS_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthDSS, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC01B, Name: "SRP-RSA-3DES-EDE-CBC-SHA", Standard: "TLS_SRP_SHA_RSA_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthRSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC01A, Name: "SRP-3DES-EDE-CBC-SHA", Standard: "TLS_SRP_SHA_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxSRP, Auth: AuthSRP, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0093, Name: "RSA-PSK-3DES-EDE-CBC-SHA", Standard: "TLS_RSA_PSK_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x008F, Name: "DHE-PSK-3DES-EDE-CBC-SHA", Standard: "TLS_DHE_PSK_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x000A, Name: "DES-CBC3-SHA", Standard: "TLS_RSA_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x008B, Name: "PSK-3DES-EDE-CBC-SHA", Standard: "TLS_PSK_WITH_3DES_EDE_CBC_SHA", Minimum: "SSLv3", Kx: KxPSK, Auth: AuthPSK, Cipher: TripleDESCBC, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xC033, Name: "ECDHE-PSK-RC4-SHA", Standard: "TLS_ECDHE_PSK_WITH_RC4_128_SHA", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0092, Name: "RSA-PSK-RC4-SHA", Standard: "TLS_RSA_PSK_WITH_RC4_128_SHA", Minimum: "SSLv3", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x008E, Name: "DHE-PSK-RC4-SHA", Standard: "TLS_DHE_PSK_WITH_RC4_128_SHA", Minimum: "SSLv3", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0005, Name: "RC4-SHA", Standard: "TLS_RSA_WITH_RC4_128_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x0004, Name: "RC4-MD5", Standard: "TLS_RSA_WITH_RC4_128_MD5", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: RC4, MAC: MD5, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0x008A, Name: "PSK-RC4-SHA", Standard: "TLS_PSK_WITH_RC4_128_SHA", Minimum: "SSLv3", Kx: KxPSK, Auth: AuthPSK, Cipher: RC4, MAC: SHA1, Hash: crypto.SHA256, NotDefault: true},
	{ID: 0xFF87, Name: "GOST2012-NULL-GOST12", Standard: "GOST2012-NULL-GOST12", Minimum: "TLSv1.0", Kx: KxOther, Auth: AuthOther, Cipher: NULL, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0xC03B, Name: "ECDHE-PSK-NULL-SHA384", Standard: "TLS_ECDHE_PSK_WITH_NULL_SHA384", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA384, Hash: crypto.SHA384, Implemented: true},
	{ID: 0xC03A, Name: "ECDHE-PSK-NULL-SHA256", Standard: "TLS_ECDHE_PSK_WITH_NULL_SHA256", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA256, Hash: crypto.SHA256, Implemented: true},
	{ID: 0xC039, Name: "ECDHE-PSK-NULL-SHA", Standard: "TLS_ECDHE_PSK_WITH_NULL_SHA", Minimum: "TLSv1.0", Kx: KxECDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x00B9, Name: "RSA-PSK-NULL-SHA384", Standard: "TLS_RSA_PSK_WITH_NULL_SHA384", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: NULL, MAC: SHA384, Hash: crypto.SHA384, Implemented: true},
	{ID: 0x00B8, Name: "RSA-PSK-NULL-SHA256", Standard: "TLS_RSA_PSK_WITH_NULL_SHA256", Minimum: "TLSv1.0", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: NULL, MAC: SHA256, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x00B5, Name: "DHE-PSK-NULL-SHA384", Standard: "TLS_DHE_PSK_WITH_NULL_SHA384", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA384, Hash: crypto.SHA384, Implemented: true},
	{ID: 0x00B4, Name: "DHE-PSK-NULL-SHA256", Standard: "TLS_DHE_PSK_WITH_NULL_SHA256", Minimum: "TLSv1.0", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA256, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x0083, Name: "GOST2001-NULL-GOST94", Standard: "TLS_GOSTR341001_WITH_NULL_GOSTR3411", Minimum: "TLSv1.0", Kx: KxOther, Auth: AuthOther, Cipher: NULL, MAC: MACOther, Hash: crypto.SHA256},
	{ID: 0x002E, Name: "RSA-PSK-NULL-SHA", Standard: "TLS_RSA_PSK_WITH_NULL_SHA", Minimum: "SSLv3", Kx: KxRSAPSK, Auth: AuthRSA, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x002D, Name: "DHE-PSK-NULL-SHA", Standard: "TLS_DHE_PSK_WITH_NULL_SHA", Minimum: "SSLv3", Kx: KxDHEPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x0002, Name: "NULL-SHA", Standard: "TLS_RSA_WITH_NULL_SHA", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x0001, Name: "NULL-MD5", Standard: "TLS_RSA_WITH_NULL_MD5", Minimum: "SSLv3", Kx: KxRSA, Auth: AuthRSA, Cipher: NULL, MAC: MD5, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x00B1, Name: "PSK-NULL-SHA384", Standard: "TLS_PSK_WITH_NULL_SHA384", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA384, Hash: crypto.SHA384, Implemented: true},
	{ID: 0x00B0, Name: "PSK-NULL-SHA256", Standard: "TLS_PSK_WITH_NULL_SHA256", Minimum: "TLSv1.0", Kx: KxPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA256, Hash: crypto.SHA256, Implemented: true},
	{ID: 0x002C, Name: "PSK-NULL-SHA", Standard: "TLS_PSK_WITH_NULL_SHA", Minimum: "SSLv3", Kx: KxPSK, Auth: AuthPSK, Cipher: NULL, MAC: SHA1, Hash: crypto.SHA256, Implemented: true},
}
