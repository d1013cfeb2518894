// Package policytest holds what the documents of the compliance policies allow,
// transcribed from their tables, so that tests can compare.
package policytest

import (
	"slices"
	"strings"
)

// Document is what a document allows. Lists are names, separated by spaces; Any is
// everything, "" nothing.
type Document struct {
	Policy    string
	Low, High string // versions

	Suites  string // IANA names, of those that polytls implements
	Groups  string // IANA names
	Schemes string // of signatures of handshakes, by their IANA names
	DHBits  int    // the least prime of DHE up to TLS 1.2

	// Keys are those that each certificate of a chain may hold, and LeafKeys those of
	// its leaf, of the names in AllKeys. Signatures and LeafSignatures are the
	// algorithms by which they may be signed, named as in signature_algorithms_cert.
	Keys, LeafKeys, Signatures, LeafSignatures string
}

// Any means everything.
const Any = "any"

// AllKeys names the keys that the lists of keys choose from.
const AllKeys = "RSA-1024 RSA-2047 RSA-2048 RSA-2999 RSA-3000 RSA-3071 RSA-3072 RSA-4096 " +
	"RSA-PSS-2047 RSA-PSS-2048 RSA-PSS-3000 RSA-PSS-3072 P-224 P-256 P-384 P-521 Ed25519 Ed448 ML-DSA-44 ML-DSA-65 ML-DSA-87 " +
	"brainpoolP256r1 brainpoolP384r1 brainpoolP512r1"

// Allows says whether a list holds a name.
func Allows(list, name string) bool {
	return list == Any || slices.Contains(strings.Fields(list), name)
}

const (
	rsa2048 = "RSA-2048 RSA-2999 RSA-3000 RSA-3071 RSA-3072 RSA-4096 RSA-PSS-2048 RSA-PSS-3000 RSA-PSS-3072 "
	rsa3000 = "RSA-3000 RSA-3071 RSA-3072 RSA-4096 RSA-PSS-3000 RSA-PSS-3072 "
	rsa3072 = "RSA-3072 RSA-4096 RSA-PSS-3072 "

	cnsaSchemes = "ecdsa_secp384r1_sha384 rsa_pss_rsae_sha384 rsa_pkcs1_sha384"

	// BSI TR-02102-2, tables 11 and 12.
	bsiSchemes = "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 " +
		"rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512 " +
		"ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 " + brainpoolSchemes

	brainpoolSchemes = "ecdsa_brainpoolP256r1tls13_sha256 ecdsa_brainpoolP384r1tls13_sha384 ecdsa_brainpoolP512r1tls13_sha512"

	// SHA-224 or stronger.
	pkcs1AndECDSA = "rsa_pkcs1_sha224 rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 " +
		"ecdsa_sha224 ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 "
	pssRSAE = "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 "
	pssPSS  = "rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512 "
)

// Documents are all documents, in the order of the registry.
var Documents = [...]Document{
	{
		// BoringSSL, include/openssl/ssl.h, ssl_compliance_policy_fips_202205. Keys
		// are those of SP 800-52 Rev. 2, section 3.2.1: at least RSA-2048 and
		// NIST's P-256.
		Policy: "fips-202205", Low: "TLSv1.2", High: "TLSv1.3",
		Suites: "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 " +
			"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		Groups: "secp256r1 secp384r1",
		Schemes: "rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 " +
			"rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512",
		Keys: rsa2048 + "P-256 P-384 P-521", LeafKeys: Any, Signatures: Any, LeafSignatures: Any,
	},
	{
		// ssl_compliance_policy_wpa3_192_202304. Keys are those of WPA3 3.1, section
		// 3.5: at least RSA-3072 and P-384.
		Policy: "wpa3-192-202304", Low: "TLSv1.2", High: "TLSv1.3",
		Suites: "TLS_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
		Groups:  "secp384r1",
		Schemes: "rsa_pkcs1_sha384 rsa_pkcs1_sha512 ecdsa_secp384r1_sha384 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512",
		Keys:    rsa3072 + "P-384 P-521", LeafKeys: Any, Signatures: Any, LeafSignatures: Any,
	},
	{
		// ssl_compliance_policy_cnsa_202407, which orders suites.
		Policy: "cnsa-202407", Low: "TLSv1", High: "TLSv1.3",
		Suites: Any, Groups: Any, Schemes: Any,
		Keys: Any, LeafKeys: Any, Signatures: Any, LeafSignatures: Any,
	},
	{
		// ssl_compliance_policy_cnsa1_202603. Keys are those of RFC 9151, section 5:
		// RSA-3072 or larger, and P-384.
		Policy: "cnsa1-202603", Low: "TLSv1.2", High: "TLSv1.3",
		Suites: "TLS_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_RSA_WITH_AES_256_GCM_SHA384",
		Groups:  "MLKEM1024 secp384r1",
		Schemes: cnsaSchemes,
		Keys:    rsa3072 + "P-384 P-521", LeafKeys: Any, Signatures: Any, LeafSignatures: Any,
	},
	{
		// ssl_compliance_policy_cnsa2_202603.
		Policy: "cnsa2-202603", Low: "TLSv1.3", High: "TLSv1.3",
		Suites:  "TLS_AES_256_GCM_SHA384",
		Groups:  "MLKEM1024",
		Schemes: cnsaSchemes,
		Keys:    rsa3072 + "P-384 P-521", LeafKeys: Any, Signatures: Any, LeafSignatures: Any,
	},
	{
		// BSI TR-02102-2, version 2026-01, without what it recommends only until
		// 2026 or earlier: RSASSA-PKCS1-v1_5 (2025), RSA_PSK and psk_ke (2026).
		Policy: "bsi-tr-02102-2",
		Low:    "TLSv1.2", High: "TLSv1.3", // section 3.2, table 2
		Suites: "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_AES_128_CCM_SHA256 " + // section 3.4.4, table 13
			// Section 3.3.1.1, table 3; DSA is not implemented.
			"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CCM TLS_ECDHE_ECDSA_WITH_AES_256_CCM " +
			"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 " +
			"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 " +
			"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_DHE_RSA_WITH_AES_128_CCM TLS_DHE_RSA_WITH_AES_256_CCM " +
			// Section 3.3.1.3, table 5; AEADs with ECDHE_PSK are not implemented.
			"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384 " +
			"TLS_DHE_PSK_WITH_AES_128_CBC_SHA256 TLS_DHE_PSK_WITH_AES_256_CBC_SHA384 " +
			"TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 TLS_DHE_PSK_WITH_AES_256_GCM_SHA384 " +
			"TLS_DHE_PSK_WITH_AES_128_CCM TLS_DHE_PSK_WITH_AES_256_CCM",
		Groups:  "secp256r1 secp384r1 secp521r1 ffdhe3072 ffdhe4096",                           // sections 3.3.2 and 3.4.2, tables 6 and 10
		Schemes: bsiSchemes,                                                                    // section 3.4.3, table 11
		DHBits:  3000,                                                                          // section 3.6.1, table 14
		Keys:    rsa3000 + "P-256 P-384 P-521 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1", // sections 3.6.1 and 3.6.2
		// Section 3.4.3, table 12.
		LeafKeys: Any, Signatures: bsiSchemes, LeafSignatures: Any,
	},
	{
		// NIST SP 800-52 Rev. 2.
		Policy: "sp800-52r2",
		Low:    "TLSv1.2", High: "TLSv1.3", // section 3.1
		// Sections 3.3.1.1.1 (ECDSA), 3.3.1.1.2 (RSA) and 3.3.1.2 (TLS 1.3). DSA, and
		// static DH and ECDH (3.3.1.1.3 to 3.3.1.1.5), are not implemented.
		Suites: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CCM TLS_ECDHE_ECDSA_WITH_AES_256_CCM " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA " +
			"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_DHE_RSA_WITH_AES_128_CCM TLS_DHE_RSA_WITH_AES_256_CCM " +
			"TLS_DHE_RSA_WITH_AES_128_CCM_8 TLS_DHE_RSA_WITH_AES_256_CCM_8 " +
			"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 " +
			"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 " +
			"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA " +
			"TLS_DHE_RSA_WITH_AES_128_CBC_SHA TLS_DHE_RSA_WITH_AES_256_CBC_SHA " +
			"TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_AES_128_CCM_SHA256 TLS_AES_128_CCM_8_SHA256",
		// Section 3.4.2.2, and SP 800-56A Rev. 3, appendix D, to which it refers.
		Groups: "secp256r1 secp384r1 secp521r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192",
		// Sections 3.2.1 and 3.4.2: signatures of FIPS 186-4 with SHA-224 or
		// stronger.
		Schemes: pkcs1AndECDSA + pssRSAE + pssPSS,
		DHBits:  2048,                          // section 3.3.3: 112 bits of security
		Keys:    rsa2048 + "P-256 P-384 P-521", // section 3.2.1
		// Section 3.2.1, table 3-1.
		LeafKeys: Any, Signatures: pkcs1AndECDSA + pssRSAE, LeafSignatures: Any,
	},
	{
		// https://ssl-config.mozilla.org/guidelines/5.8.json, configurations.modern.
		Policy: "mozilla-modern",
		Low:    "TLSv1.3", High: "TLSv1.3", // tls_versions
		Suites:         "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256", // ciphersuites
		Groups:         "X25519MLKEM768 x25519 secp256r1 secp384r1",                                  // tls_curves
		Schemes:        Any,
		Keys:           Any,
		LeafKeys:       "P-256 P-384", // certificate_types, certificate_curves
		Signatures:     Any,
		LeafSignatures: "ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512", // certificate_signatures
	},
	{
		// The same, configurations.intermediate.
		Policy: "mozilla-intermediate",
		Low:    "TLSv1.2", High: "TLSv1.3",
		Suites: "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 " + // ciphersuites
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 " + // ciphers.iana
			"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
		Groups:         "X25519MLKEM768 x25519 secp256r1 secp384r1",
		Schemes:        Any,
		Keys:           Any,
		LeafKeys:       "RSA-2048 RSA-2999 RSA-3000 RSA-3071 RSA-3072 RSA-4096 P-256 P-384", // with rsa_key_size
		Signatures:     Any,
		LeafSignatures: "rsa_pkcs1_sha256 ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512",
	},
	{
		// PCI DSS 4.0.1 has no tables. Requirement 4.2.1: secure versions, and no
		// fallback to insecure ones, algorithms and key sizes; trusted keys and
		// certificates. Appendix A2.1: no early TLS. Glossary, "Strong
		// Cryptography": accepted algorithms and at least 112 bits of effective key
		// strength, which NIST SP 800-57 Part 1, table 2, to which it refers,
		// assigns to RSA and DH of 2,048 bits, to curves of 224 bits and to
		// SHA-224. ML-DSA (FIPS 204) has more.
		Policy: "pci-dss-4",
		Low:    "TLSv1.2", High: "TLSv1.3",
		Suites: "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_CCM_SHA256 TLS_AES_128_CCM_8_SHA256 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CCM TLS_ECDHE_ECDSA_WITH_AES_256_CCM TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 " +
			"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA " +
			"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA " +
			"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_DHE_RSA_WITH_AES_128_CCM TLS_DHE_RSA_WITH_AES_256_CCM TLS_DHE_RSA_WITH_AES_128_CCM_8 TLS_DHE_RSA_WITH_AES_256_CCM_8 " +
			"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 TLS_DHE_RSA_WITH_AES_128_CBC_SHA TLS_DHE_RSA_WITH_AES_256_CBC_SHA " +
			"TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_GCM_SHA384 " +
			"TLS_RSA_WITH_AES_128_CCM TLS_RSA_WITH_AES_256_CCM TLS_RSA_WITH_AES_128_CCM_8 TLS_RSA_WITH_AES_256_CCM_8 " +
			"TLS_RSA_WITH_AES_128_CBC_SHA256 TLS_RSA_WITH_AES_256_CBC_SHA256 TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_CBC_SHA " +
			"TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384 " +
			"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA " +
			"TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 TLS_DHE_PSK_WITH_AES_256_GCM_SHA384 TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_DHE_PSK_WITH_AES_128_CCM TLS_DHE_PSK_WITH_AES_256_CCM TLS_PSK_DHE_WITH_AES_128_CCM_8 TLS_PSK_DHE_WITH_AES_256_CCM_8 " +
			"TLS_DHE_PSK_WITH_AES_128_CBC_SHA256 TLS_DHE_PSK_WITH_AES_256_CBC_SHA384 TLS_DHE_PSK_WITH_AES_128_CBC_SHA TLS_DHE_PSK_WITH_AES_256_CBC_SHA " +
			"TLS_RSA_PSK_WITH_AES_128_GCM_SHA256 TLS_RSA_PSK_WITH_AES_256_GCM_SHA384 TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_RSA_PSK_WITH_AES_128_CBC_SHA256 TLS_RSA_PSK_WITH_AES_256_CBC_SHA384 TLS_RSA_PSK_WITH_AES_128_CBC_SHA TLS_RSA_PSK_WITH_AES_256_CBC_SHA " +
			"TLS_PSK_WITH_AES_128_GCM_SHA256 TLS_PSK_WITH_AES_256_GCM_SHA384 TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 " +
			"TLS_PSK_WITH_AES_128_CCM TLS_PSK_WITH_AES_256_CCM TLS_PSK_WITH_AES_128_CCM_8 TLS_PSK_WITH_AES_256_CCM_8 " +
			"TLS_PSK_WITH_AES_128_CBC_SHA256 TLS_PSK_WITH_AES_256_CBC_SHA384 TLS_PSK_WITH_AES_128_CBC_SHA TLS_PSK_WITH_AES_256_CBC_SHA",
		Groups:   Any, // each has 112 bits
		Schemes:  pkcs1AndECDSA + pssRSAE + pssPSS + "ed25519 ed448 mldsa44 mldsa65 mldsa87 " + brainpoolSchemes,
		DHBits:   2048,
		Keys:     rsa2048 + "P-224 P-256 P-384 P-521 Ed25519 Ed448 ML-DSA-44 ML-DSA-65 ML-DSA-87 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1",
		LeafKeys: Any, Signatures: pkcs1AndECDSA + pssRSAE + "ed25519 ed448 mldsa44 mldsa65 mldsa87", LeafSignatures: Any,
	},
}
