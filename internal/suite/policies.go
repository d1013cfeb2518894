package suite

// policies is the one list of compliance policies: BoringSSL's
// (SSL_CTX_set_compliance_policy), and then others by name. BoringSSL does not
// restrict the keys of certificates; here they are restricted as the documents
// require.
//
// No policy can express how keys are generated, stored and replaced, which random
// numbers and validated modules are used, and how services are operated. Beyond
// says what else of a document no setting of TLS expresses.
var policies = [...]Policy{
	{
		Name:       "fips-202205",
		Document:   "NIST SP 800-52 Rev. 2, as BoringSSL read it in May 2022",
		Beyond:     "the validation of the cryptographic module",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{0x1301, 0x1302, 0xC02B, 0xC02F, 0xC02C, 0xC030},
		Groups: [][]Group{{P256, P384}},
		Schemes: []Scheme{
			RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512,
			ECDSAP256SHA256, ECDSAP384SHA384,
			RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		},
		Chain: CertificateRules{Keys: keysOn(2048, P256, P384, P521)},
	},
	{
		Name:       "wpa3-192-202304",
		Document:   "WPA3 Specification 3.1, section 3.5: the 192-bit mode",
		Beyond:     "what it says of wireless networks",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{0x1302, 0xC02C, 0xC030},
		Groups: [][]Group{{P384}},
		Schemes: []Scheme{
			RSAPKCS1SHA384, RSAPKCS1SHA512,
			ECDSAP384SHA384,
			RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		},
		Chain: CertificateRules{Keys: keysOn(3072, P384, P521)},
	},
	{
		Name:     "cnsa-202407",
		Document: "CNSA's preference for AES-256, then AES-128, as BoringSSL read it in July 2024",
		Beyond:   "all but this preference: nothing is taken away",
		First:    []ID{0x1302, 0x1301},
	},
	{
		Name:       "cnsa1-202603",
		Document:   "CNSA 1.0, RFC 9151, with ML-KEM-1024 for peers that support it",
		Beyond:     "the profile of certificates, RFC 8603, but for their keys",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites:  []ID{0x1302, 0xC02C, 0xC030, 0x009D},
		Groups:  [][]Group{{MLKEM1024}, {P384}},
		Schemes: cnsaSchemes,
		Chain:   CertificateRules{Keys: keysOn(3072, P384, P521)},
	},
	{
		Name:       "cnsa2-202603",
		Document:   "CNSA 2.0, draft-becker-cnsa2-tls-profile, with the signatures of CNSA 1.0",
		Beyond:     "signatures by ML-DSA-87, which it wants in place of these",
		MinVersion: TLS13, MaxVersion: TLS13,
		Suites:  []ID{0x1302},
		Groups:  [][]Group{{MLKEM1024}},
		Schemes: cnsaSchemes,
		Chain:   CertificateRules{Keys: keysOn(3072, P384, P521)},
	},
	{
		Name:     "bsi-tr-02102-2",
		Document: "BSI TR-02102-2, version 2026-01: what it recommends beyond 2026",
		Beyond: "Brainpool curves for key exchange; Encrypt-then-MAC for CBC, which is agreed on with peers that " +
			"have it, but not required; early data, renegotiation by clients and psk_ke, which are off by default; and that " +
			"from 2032 on key agreement is hybrid",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{ // tables 3, 5 and 13
			0x1302, 0x1301, 0x1304,
			0xC02C, 0xC02B, 0xC0AD, 0xC0AC, 0xC024, 0xC023,
			0xC030, 0xC02F, 0xC028, 0xC027,
			0x009F, 0x009E, 0xC09F, 0xC09E, 0x006B, 0x0067,
			0xC038, 0xC037, 0x00AB, 0x00AA, 0xC0A7, 0xC0A6, 0x00B3, 0x00B2,
		},
		Groups:    [][]Group{{P256, P384, P521, FFDHE3072, FFDHE4096}}, // tables 6 and 10
		Schemes:   bsiSchemes,
		MinDHBits: 3000, // table 14
		Chain: CertificateRules{
			Keys: []KeyRule{ // table 14, and section 3.6.2
				{Type: RSAKey, MinBits: 3000}, {Type: RSAPSSKey, MinBits: 3000},
				{Type: ECKey, Curves: []Group{P256, P384, P521, BrainpoolP256r1, BrainpoolP384r1, BrainpoolP512r1}},
			},
			Signatures: bsiSchemes,
		},
	},
	{
		Name:     "sp800-52r2",
		Document: "NIST SP 800-52 Rev. 2 (August 2019), for servers of government-only applications and their clients",
		Beyond: "pre-shared keys (appendix C) and RSA key transport (appendix D), which are refused; the extensions that it " +
			"requires; certificate policies and revocation; and the validation of the cryptographic module",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{ // section 3.3.1
			0x1302, 0x1301, 0x1304, 0x1305,
			0xC02C, 0xC02B, 0xC0AD, 0xC0AC, 0xC0AF, 0xC0AE, 0xC024, 0xC023, 0xC00A, 0xC009,
			0xC030, 0xC02F, 0xC028, 0xC027, 0xC014, 0xC013,
			0x009F, 0x009E, 0xC09F, 0xC09E, 0xC0A3, 0xC0A2, 0x006B, 0x0067, 0x0039, 0x0033,
		},
		// Section 3.4.2.2, and SP 800-56A Rev. 3, appendix D.
		Groups: [][]Group{{P256, P384, P521, FFDHE2048, FFDHE3072, FFDHE4096, FFDHE6144, FFDHE8192}},
		Schemes: []Scheme{ // sections 3.2.1 and 3.4.2: FIPS 186-4 with SHA-224 or stronger
			ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512,
			RSAPSSPSSSHA256, RSAPSSPSSSHA384, RSAPSSPSSSHA512,
			RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
			RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512, ECDSASHA224, RSAPKCS1SHA224,
		},
		MinDHBits: 2048,
		Chain: CertificateRules{
			Keys: keysOn(2048, P256, P384, P521),
			Signatures: []Scheme{
				ECDSASHA224, ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512,
				RSAPKCS1SHA224, RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512,
				RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
			},
		},
	},
	{
		Name:       "mozilla-modern",
		Document:   "Mozilla, Server Side TLS, guidelines version 5.8: modern",
		Beyond:     mozillaBeyond,
		MinVersion: TLS13, MaxVersion: TLS13,
		Suites: []ID{0x1301, 0x1302, 0x1303},
		Groups: mozillaGroups,
		Leaf: CertificateRules{
			Keys:       []KeyRule{{Type: ECKey, Curves: []Group{P256, P384}}},
			Signatures: []Scheme{ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512},
		},
	},
	{
		Name:       "mozilla-intermediate",
		Document:   "Mozilla, Server Side TLS, guidelines version 5.8: intermediate",
		Beyond:     mozillaBeyond,
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{
			0x1301, 0x1302, 0x1303,
			0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
		},
		Groups: mozillaGroups,
		Leaf: CertificateRules{
			Keys:       []KeyRule{{Type: RSAKey, MinBits: 2048}, {Type: ECKey, Curves: []Group{P256, P384}}},
			Signatures: []Scheme{RSAPKCS1SHA256, ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512},
		},
	},
	{
		Name:     "pci-dss-4",
		Document: "PCI DSS 4.0.1, requirement 4.2.1, appendix A2 and the glossary's strong cryptography: 112 bits of effective key strength",
		Beyond: "the 128 bits that it recommends; the inventory and the validity of keys and certificates; and SRP, which it " +
			"does not name and which is refused",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: suitesWhere(func(s *CipherSuite) bool {
			return s.Cipher.Info().StrengthBits >= 112 && s.Auth != AuthNone && !s.UsesSRP()
		}),
		Schemes: []Scheme{
			MLDSA65, MLDSA87, MLDSA44, ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512, Ed25519, Ed448,
			ECDSABrainpoolP256SHA256, ECDSABrainpoolP384SHA384, ECDSABrainpoolP512SHA512,
			RSAPSSPSSSHA256, RSAPSSPSSSHA384, RSAPSSPSSSHA512,
			RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
			RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512, ECDSASHA224, RSAPKCS1SHA224,
		},
		MinDHBits: 2048,
		Chain: CertificateRules{
			Keys: []KeyRule{
				{Type: RSAKey, MinBits: 2048}, {Type: RSAPSSKey, MinBits: 2048}, {Type: ECKey, MinBits: 224},
				{Type: Ed25519Key}, {Type: Ed448Key}, {Type: MLDSAKey},
			},
			Signatures: []Scheme{
				MLDSA65, MLDSA87, MLDSA44,
				ECDSASHA224, ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512, Ed25519, Ed448,
				RSAPKCS1SHA224, RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512,
				RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
			},
		},
	},
}

// cnsaSchemes are the schemes of RFC 9151, section 5.
var cnsaSchemes = []Scheme{ECDSAP384SHA384, RSAPSSRSAESHA384, RSAPKCS1SHA384}

// bsiSchemes are the schemes of BSI TR-02102-2, tables 7, 11 and 12.
// RSASSA-PKCS1-v1_5 was recommended until 2025.
var bsiSchemes = []Scheme{
	ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512,
	ECDSABrainpoolP256SHA256, ECDSABrainpoolP384SHA384, ECDSABrainpoolP512SHA512,
	RSAPSSPSSSHA256, RSAPSSPSSSHA384, RSAPSSPSSSHA512,
	RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
}

var mozillaGroups = [][]Group{{X25519MLKEM768}, {X25519, P256, P384}}

const mozillaBeyond = "the lifespan of certificates, OCSP stapling, HSTS, and the client's preference among suites; what it " +
	"says of the server's certificate holds for a client's, too"

// keysOn returns the rules that allow RSA keys of at least rsa bits, and EC keys on
// curves.
func keysOn(rsa int, curves ...Group) []KeyRule {
	return []KeyRule{{Type: RSAKey, MinBits: rsa}, {Type: RSAPSSKey, MinBits: rsa}, {Type: ECKey, Curves: curves}}
}

// suitesWhere returns the implemented suites that meet a criterion.
func suitesWhere(meets func(*CipherSuite) bool) []ID {
	var ids []ID
	for _, s := range suites {
		if s.Implemented && meets(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}
