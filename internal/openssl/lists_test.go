package openssl

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

const defaultTuples = "*X25519MLKEM768/*x25519:secp256r1/x448:secp384r1:secp521r1/ffdhe2048:ffdhe3072"

// TestParseGroups expects what OpenSSL 3.5 offers for the same lists, without the
// groups that polytls does not implement.
func TestParseGroups(t *testing.T) {
	for list, want := range map[string]string{
		"auto":                              defaultTuples,
		"":                                  defaultTuples,
		"DEFAULT":                           defaultTuples,
		"dEfault":                           defaultTuples,
		"P-256":                             "secp256r1",
		"p-256:PRIME256V1:secp256r1":        "secp256r1",
		"x25519mlkem768":                    "X25519MLKEM768",
		"ffdhe4096:FFDHE8192":               "ffdhe4096:ffdhe8192",
		"X25519:X25519":                     "x25519",
		" X25519 : P-384 ":                  "x25519:secp384r1",
		"secp256k1:P-256:brainpoolP384r1":   "secp256r1",
		"MLKEM1024:mlkem768:MLKEM512":       "MLKEM1024:MLKEM768:MLKEM512",
		"brainpoolP256r1:X448":              "x448",
		"?foo:X25519":                       "x25519",
		"?foo/X25519":                       "x25519",
		"X25519/P-384:P-256":                "x25519/secp384r1:secp256r1",
		"X25519/P-384:X25519/X25519/P-256":  "x25519/secp384r1/secp256r1",
		"X25519/P-384/-P-384:P-256":         "x25519/secp256r1",
		"X25519/P-384:P-256/-X25519:X448":   "secp384r1:secp256r1/x448",
		"*X25519:?*P-256:*?X448":            "*x25519:*secp256r1:*x448",
		"X25519:*P-256":                     "x25519:*secp256r1",
		"X25519:*X25519:P-256":              "x25519:secp256r1",
		"*X25519:-X25519:P-256":             "secp256r1",
		"-X25519:*X25519:P-256":             "*x25519:secp256r1",
		"*-X25519:P-256":                    "secp256r1",
		"*P-521:DEFAULT:-X25519MLKEM768":    "*secp521r1/*x25519:secp256r1/x448:secp384r1/ffdhe2048:ffdhe3072",
		"DEFAULT:-X25519MLKEM768":           "*x25519:secp256r1/x448:secp384r1:secp521r1/ffdhe2048:ffdhe3072",
		"P-521:DEFAULT:ffdhe4096":           "secp521r1:*X25519MLKEM768/*x25519:secp256r1/x448:secp384r1/ffdhe2048:ffdhe3072:ffdhe4096",
		"ffdhe4096/DEFAULT:DEFAULT":         "ffdhe4096/" + defaultTuples,
		"X25519:-x25519:P-256:X25519":       "secp256r1:x25519",
		"P-256:-?foo":                       "secp256r1",
		"DEFAULT/ffdhe4096":                 defaultTuples + "/ffdhe4096",
		"DEFAULT_SUITE_B":                   "secp256r1:secp384r1",
		"P-384:default_suite_b":             "secp384r1:secp256r1",
		"SecP256r1MLKEM768:p-384:x448":      "SecP256r1MLKEM768:secp384r1:x448",
		"*X25519:*P-256:*P-384:*P-521:X448": "*x25519:*secp256r1:*secp384r1:*secp521r1:x448",
	} {
		got, err := ParseGroups(list)
		if err != nil || got.String() != want {
			t.Errorf("%q: %s, %v, want %s", list, got, err, want)
		}
	}
}

// TestParseGroupsReadsCurves: some curves are for certificates only.
func TestParseGroupsReadsCurves(t *testing.T) {
	for list, want := range map[string][]suite.Group{
		"auto":                                       nil,
		"X25519:brainpoolP256r1":                     {suite.BrainpoolP256r1},
		"secp256k1:P-256:BRAINPOOLp384R1":            {suite.Secp256k1, suite.BrainpoolP384r1},
		"*brainpoolP512r1/DEFAULT":                   {suite.BrainpoolP512r1},
		"secp256k1:secp256k1:P-256":                  {suite.Secp256k1},
		"secp256k1:-secp256k1:P-256":                 nil,
		"secp256k1:P-256/-P-256:X25519":              {suite.Secp256k1},
		"brainpoolP256r1tls13:sect163k1:K-163:P-256": nil,
	} {
		got, err := ParseGroups(list)
		if err != nil || !slices.Equal(got.Curves, want) {
			t.Errorf("%q: %v, %v, want %v", list, got.Curves, err, want)
		}
	}
}

func TestParseGroupsRefuses(t *testing.T) {
	for _, list := range []string{
		"foo", "X25519:foo", "X25519:", ":X25519", "X25519::P-256", ":", "X25519/", "/X25519", "AUTO", "auto:X25519", "X25519:auto",
		"**X25519", "-foo:X25519", "X25519,P-256", "*DEFAULT", "?DEFAULT", "P-256:-DEFAULT", "X25519*", "ML-KEM-768", "curve25519",
		"secp256k1", "brainpoolP256r1:secp256k1", "?foo", "-X25519", "X25519:-X25519", "P-256:-P-256/?foo", "*", "-", "X25519//P-256", "X25519/:P-256", "* X25519", "DEFAULT-SUITE-B",
		"*X25519:*P-256:*P-384:*P-521:*X448", strings.Repeat("A", 100) + ":X25519",
	} {
		if got, err := ParseGroups(list); !errors.Is(err, failure.CryptoOperationFailed) || !strings.Contains(err.Error(), "Failed to set ECDH curve") {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}

func TestEveryGroupHasItsNames(t *testing.T) {
	for g := range suite.Groups() {
		for _, name := range append([]string{g.Name, strings.ToUpper(g.Name)}, g.Aliases...) {
			if got, err := ParseGroups(name); err != nil || !slices.Equal(got.Groups(), []suite.Group{g.ID}) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	}
}

func TestParseSchemes(t *testing.T) {
	for list, want := range map[string][]suite.Scheme{
		"RSA+SHA256":                             {suite.RSAPKCS1SHA256},
		"rsa+sha256:RSA+SHA256":                  {suite.RSAPKCS1SHA256},
		"RSA-PSS+SHA256:PSS+SHA384":              {suite.RSAPSSRSAESHA256, suite.RSAPSSRSAESHA384},
		"rsa_pss_pss_sha512:RSA_PSS_RSAE_SHA512": {suite.RSAPSSPSSSHA512, suite.RSAPSSRSAESHA512},
		"ECDSA+SHA512:ecdsa_secp256r1_sha256":    {suite.ECDSAP521SHA512, suite.ECDSAP256SHA256},
		"ed25519:ED448":                          {suite.Ed25519, suite.Ed448},
		"RSA+SHA1:ECDSA+SHA1:rsa_pkcs1_sha1":     {suite.RSAPKCS1SHA1, suite.ECDSASHA1},
		"RSA+SHA224:ecdsa_sha224":                {suite.RSAPKCS1SHA224, suite.ECDSASHA224},
		" RSA+SHA256 : ECDSA+SHA384":             {suite.RSAPKCS1SHA256, suite.ECDSAP384SHA384},
		"DSA+SHA256:dsa_sha1:RSA+SHA256":         {suite.RSAPKCS1SHA256},
		"mldsa65:ML-DSA-65:MLDSA87:ml-dsa-44":    {suite.MLDSA65, suite.MLDSA87, suite.MLDSA44},
		"?foo:RSA+SHA256:?ed25519":               {suite.RSAPKCS1SHA256, suite.Ed25519},
	} {
		got, err := ParseSchemes(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", list, got, err, want)
		}
	}
}

func TestParseSchemesRefuses(t *testing.T) {
	for list, code := range map[string]string{
		"":                    "ERR_INVALID_ARG_VALUE",
		"?foo":                "ERR_SSL_PASSED_INVALID_ARGUMENT",
		"DSA+SHA256:dsa_sha1": "ERR_SSL_PASSED_INVALID_ARGUMENT",
		"foo":                 "", "RSA+SHA256:foo": "", "RSA+SHA256:": "", ":": "", "RSA+SHA256,ECDSA+SHA256": "",
		"RSA": "", "SHA256": "", "RSA+": "", "+SHA256": "", "RSA-PSS+SHA1": "", "PSS+SHA224": "", "RSA+MD5": "", "RSA+SHA": "",
		"RSA+MD5-SHA1": "", "rsa_pkcs1_md5_sha1": "", "Ed25519+UNDEF": "", "DEFAULT": "",
		"id-ml-dsa-65": "", "id-ml-dsa-65+UNDEF": "", "ML-DSA-65+UNDEF": "", "MLDSA-65": "", "mldsa66": "",
	} {
		_, err := ParseSchemes(list)
		var e *failure.Error
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("%q: %v, want code %q", list, err, code)
		}
	}
}

// TestLongListsOfOthersAreLinear is TestLongListsAreLinear for the other notations:
// reading a list of a megabyte ends, whether it is accepted or not.
func TestLongListsOfOthersAreLinear(t *testing.T) {
	const many = 60_000
	groups := strings.Repeat("X25519:?unknown:DEFAULT/-P-256:*P-384:", many/2)
	if got, err := ParseGroups(groups + "ffdhe4096"); err != nil || len(got.Groups()) != 8 {
		t.Errorf("%d groups, %v", len(got.Groups()), err)
	}
	schemes := strings.Repeat("RSA+SHA256:?unknown:ed25519:DSA+SHA1:", many/2)
	if got, err := ParseSchemes(schemes + "ed448"); err != nil || len(got) != 3 {
		t.Errorf("%d schemes, %v", len(got), err)
	}
	options := strings.Repeat("SSL_OP_NO_TICKET, SSL_OP_ALL,", many/2)
	if got, err := ParseOptions(options + "SSL_OP_NO_TLSv1"); err != nil || got != OpNoTicket|OpNoTLS10|0x80000850 {
		t.Errorf("options %#x, %v", got, err)
	}
	for what, list := range map[string]string{
		"a long name": strings.Repeat("y", 1<<20), "signs": strings.Repeat("?", 1<<20), "nothing": strings.Repeat(":", 1<<20), "commas": strings.Repeat(",", 1<<20),
	} {
		_, groups := ParseGroups(list)
		_, schemes := ParseSchemes(list)
		_, options := ParseOptions(list)
		if groups == nil || schemes == nil || options == nil {
			t.Errorf("%s: %v, %v, %v", what, groups, schemes, options)
		}
	}
}

func TestParseOptions(t *testing.T) {
	for list, want := range map[string]Options{
		"":                                  0,
		"SSL_OP_NO_TICKET":                  0x4000,
		"SSL_OP_NO_TLSv1_3,SSL_OP_NO_SSLv2": 0x20000000,
		"SSL_OP_ALL, SSL_OP_CIPHER_SERVER_PREFERENCE": 0x80000850 | 0x400000,
	} {
		if got, err := ParseOptions(list); err != nil || got != want {
			t.Errorf("%q: %#x, %v, want %#x", list, got, err, want)
		}
	}
	for _, list := range []string{"foo", "ssl_op_no_ticket", "SSL_OP_NO_TICKET,", ",", "SSL_OP_NO_TICKET|SSL_OP_ALL"} {
		if _, err := ParseOptions(list); !errors.Is(err, failure.InvalidArgValue) {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestEveryOptionIsExplained(t *testing.T) {
	const ofNode, others = 39, 1
	if n := len(secureOptions); n != ofNode+others {
		t.Errorf("%d options, Node 12 and 26 have %d, and %d of OpenSSL's others has an effect", n, ofNode, others)
	}
	for o := range SecureOptions() {
		if o.Effect == "" && o.Note == "" || o.Effect != "" && o.Value == 0 {
			t.Errorf("%s: effect %q, note %q", o.Name, o.Effect, o.Note)
		}
	}
}

func TestOptionsTurnVersionsOff(t *testing.T) {
	for o, off := range map[Options]suite.Version{OpNoTLS10: suite.TLS10, OpNoTLS11: suite.TLS11, OpNoTLS12: suite.TLS12, OpNoTLS13: suite.TLS13} {
		for v := range suite.Versions() {
			if o.AllowsVersion(v) != (v != off) {
				t.Errorf("%#x: %v is allowed: %v", o, v, o.AllowsVersion(v))
			}
		}
	}
}

func FuzzLists(f *testing.F) {
	for _, list := range []string{"auto", "DEFAULT:-X25519", "*X25519/?P-256", "RSA+SHA256:?foo", "ed25519", "SSL_OP_NO_TICKET,SSL_OP_ALL"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if list, err := ParseGroups(text); err == nil {
			all := list.Groups()
			for i, g := range all {
				if g.Info() == nil || slices.Contains(all[:i], g) {
					t.Errorf("%q: groups %v", text, list)
				}
			}
			for _, g := range list.KeyShares {
				if !slices.Contains(all, g) {
					t.Errorf("%q: a key share of %v, which is not in %v", text, g, list)
				}
			}
			if again, err := ParseGroups(list.String()); err != nil || again.String() != list.String() {
				t.Errorf("%q: %v is read as %v, %v", text, list, again, err)
			}
		}
		if list, err := ParseSchemes(text); err == nil {
			for i, s := range list {
				if s.Info() == nil || s == suite.RSAPKCS1MD5SHA1 || slices.Contains(list[:i], s) {
					t.Errorf("%q: schemes %v", text, list)
				}
			}
		}
		if o, err := ParseOptions(text); err == nil && o>>32 != 0 {
			t.Errorf("%q: options %#x", text, o)
		}
	})
}
