package sign

import (
	"crypto"
	"slices"
	"strings"
	"testing"

	"polytls/internal/suite"
)

// names is the schemes as text, in order.
func names(schemes []suite.Scheme) string {
	var list []string
	for _, s := range schemes {
		list = append(list, s.String())
	}
	return strings.Join(list, " ")
}

const (
	anyECDSA = "ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ecdsa_sha224 ecdsa_sha1"
	anyPKCS1 = "rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 rsa_pkcs1_sha224 rsa_pkcs1_sha1"
	anyRSAE  = "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512"
	legacy   = " rsa_pkcs1_sha256_legacy"
	anyPSS   = "rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512"
)

func TestSchemesOfKeysAndVersions(t *testing.T) {
	tests := []struct{ key, tls13, tls12, older string }{
		{"RSA 2048", anyRSAE + legacy, anyRSAE + " " + anyPKCS1, "rsa_pkcs1_md5_sha1"},
		// 128 bytes are two too few for hash and salt of SHA-512.
		{"RSA 1024", "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384" + legacy, "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 " + anyPKCS1, "rsa_pkcs1_md5_sha1"},
		{"PSS", anyPSS, anyPSS, ""},
		{"PSS 1024", "rsa_pss_pss_sha256 rsa_pss_pss_sha384", "rsa_pss_pss_sha256 rsa_pss_pss_sha384", ""},
		{"PSS SHA-384", "rsa_pss_pss_sha384", "rsa_pss_pss_sha384", ""},
		{"PSS SHA-1", "", "", ""},
		{"PSS mixed", "", "", ""},
		{"PSS long", "", "", ""},
		{"PSS no salt", "rsa_pss_pss_sha256", "rsa_pss_pss_sha256", ""},
		{"ECDSA P-256", "ecdsa_secp256r1_sha256", anyECDSA, "ecdsa_sha1"},
		{"ECDSA P-384", "ecdsa_secp384r1_sha384", anyECDSA, "ecdsa_sha1"},
		{"ECDSA P-521", "ecdsa_secp521r1_sha512", anyECDSA, "ecdsa_sha1"},
		{"ECDSA P-224", "", "", ""},
		{"Ed25519", "ed25519", "ed25519", ""},
		{"Ed448", "ed448", "ed448", ""},
		{"ML-DSA-44", "mldsa44", "", ""},
		{"ML-DSA-65", "mldsa65", "", ""},
		{"ML-DSA-87", "mldsa87", "", ""},
	}
	for _, tt := range tests {
		pub := testKeys()[tt.key].Public()
		for v, want := range map[suite.Version]string{
			suite.TLS13: tt.tls13, suite.TLS12: tt.tls12, suite.TLS11: tt.older, suite.TLS10: tt.older,
		} {
			got := Schemes(pub, v)
			if names(got) != want {
				t.Errorf("%s in %v:\n got %s\nwant %s", tt.key, v, names(got), want)
			}
			for info := range suite.Schemes() {
				if Fits(pub, info.ID, v) != slices.Contains(got, info.ID) {
					t.Errorf("%s in %v: Fits and Schemes differ about %s", tt.key, v, info.Name)
				}
			}
		}
	}
	if got := Schemes("no key", suite.TLS12); len(got) != 0 {
		t.Errorf("a string signs with %s", names(got))
	}
	if Fits(testKeys()["Ed25519"].Public(), 0x0A0A, suite.TLS13) {
		t.Error("an unknown scheme fits")
	}
}

func TestChoosesByOurOrder(t *testing.T) {
	rsaPSS, rsaPKCS1, ec256, ec384 := suite.RSAPSSRSAESHA256, suite.RSAPKCS1SHA256, suite.ECDSAP256SHA256, suite.ECDSAP384SHA384
	type list = []suite.Scheme
	tests := []struct {
		name        string
		key         string
		version     suite.Version
		ours, peers list
		want        suite.Scheme // 0: none
	}{
		{"ours first", "RSA 2048", suite.TLS12, list{rsaPSS, rsaPKCS1}, list{rsaPKCS1, rsaPSS}, rsaPSS},
		{"the peer's, if ours", "RSA 2048", suite.TLS12, list{rsaPSS, rsaPKCS1}, list{rsaPKCS1}, rsaPKCS1},
		{"no PKCS#1 in 1.3", "RSA 2048", suite.TLS13, list{rsaPKCS1, rsaPSS}, list{rsaPKCS1, rsaPSS}, rsaPSS},
		{"nothing but PKCS#1 in 1.3", "RSA 2048", suite.TLS13, list{rsaPKCS1}, list{rsaPKCS1}, 0},
		{"other key", "RSA 2048", suite.TLS12, list{ec256}, list{ec256}, 0},
		{"nothing shared", "ECDSA P-256", suite.TLS12, list{ec256}, list{ec384}, 0},
		{"other curve in 1.2", "ECDSA P-256", suite.TLS12, list{ec384, ec256}, list{ec256, ec384}, ec384},
		{"own curve in 1.3", "ECDSA P-256", suite.TLS13, list{ec384, ec256}, list{ec256, ec384}, ec256},
		{"unknown schemes are passed over", "ECDSA P-256", suite.TLS13, list{0x0A0A, ec256}, list{0x0A0A, ec256}, ec256},
		{"no lists", "RSA 2048", suite.TLS12, nil, nil, 0},
		{"1.1 needs no lists", "RSA 2048", suite.TLS11, nil, nil, suite.RSAPKCS1MD5SHA1},
		{"1.0 needs no lists", "ECDSA P-384", suite.TLS10, list{rsaPSS}, list{ec384}, suite.ECDSASHA1},
		{"no ML-DSA in 1.2", "ML-DSA-65", suite.TLS12, list{suite.MLDSA65}, list{suite.MLDSA65}, 0},
		{"no EdDSA in 1.1", "Ed25519", suite.TLS11, list{suite.Ed25519}, list{suite.Ed25519}, 0},
	}
	for _, tt := range tests {
		got, ok := Choose(testKeys()[tt.key].Public(), tt.version, tt.ours, tt.peers)
		if got != tt.want || ok != (tt.want != 0) {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, ok, tt.want)
		}
	}
}

func TestStrengths(t *testing.T) {
	tests := []struct {
		key             string
		bits, strength  int
		certificateType uint8
	}{
		{"RSA 2048", 2048, 112, RSASign},
		{"RSA 1024", 1024, 80, RSASign},
		{"PSS", 2048, 112, RSASign},
		{"ECDSA P-256", 256, 128, ECDSASign},
		{"ECDSA P-384", 384, 192, ECDSASign},
		{"ECDSA P-521", 521, 260, ECDSASign},
		{"Ed25519", 253, 128, ECDSASign},
		{"Ed448", 448, 224, ECDSASign},
		{"ML-DSA-44", 10496, 128, 0},
		{"ML-DSA-65", 15616, 192, 0},
		{"ML-DSA-87", 20736, 256, 0},
	}
	for _, tt := range tests {
		pub := testKeys()[tt.key].Public()
		if Bits(pub) != tt.bits || Strength(pub) != tt.strength || CertificateType(pub) != tt.certificateType {
			t.Errorf("%s: %d bits, strength %d, type %d; want %+v", tt.key, Bits(pub), Strength(pub), CertificateType(pub), tt)
		}
	}
	if pub := crypto.PublicKey("no key"); Bits(pub) != 0 || Strength(pub) != 0 || CertificateType(pub) != 0 {
		t.Error("a string has strength")
	}
}
