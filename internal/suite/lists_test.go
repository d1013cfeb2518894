package suite

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
)

const (
	everyDefaultGroup = "X25519MLKEM768 x25519 secp256r1 x448 secp384r1 secp521r1 ffdhe2048 ffdhe3072"
	defaultTuples     = "X25519MLKEM768* / x25519* secp256r1 / x448 secp384r1 secp521r1 / ffdhe2048 ffdhe3072"
)

// written is a list of groups as the tables of these tests have it.
func written(l GroupList) string {
	var tuples []string
	for _, tuple := range l.Tuples {
		var names []string
		for _, g := range tuple {
			name := g.String()
			if slices.Contains(l.KeyShares, g) {
				name += "*"
			}
			names = append(names, name)
		}
		tuples = append(tuples, strings.Join(names, " "))
	}
	return strings.Join(tuples, " / ")
}

// TestParseGroups has what OpenSSL 3.5 offers for the same lists, less the groups
// that are foreign here.
func TestParseGroups(t *testing.T) {
	for list, want := range map[string]string{
		"auto":                              defaultTuples,
		"":                                  defaultTuples,
		"DEFAULT":                           defaultTuples,
		"dEfault":                           defaultTuples,
		"P-256":                             "secp256r1",
		"p-256:PRIME256V1:secp256r1":        "secp256r1",
		"x25519mlkem768":                    "X25519MLKEM768",
		"ffdhe4096:FFDHE8192":               "ffdhe4096 ffdhe8192",
		"X25519:X25519":                     "x25519",
		" X25519 : P-384 ":                  "x25519 secp384r1",
		"secp256k1:P-256:brainpoolP384r1":   "secp256r1",
		"MLKEM1024:mlkem768:MLKEM512":       "MLKEM1024 MLKEM768 MLKEM512",
		"brainpoolP256r1:X448":              "x448",
		"?foo:X25519":                       "x25519",
		"?foo/X25519":                       "x25519",
		"X25519/P-384:P-256":                "x25519 / secp384r1 secp256r1",
		"X25519/P-384:X25519/X25519/P-256":  "x25519 / secp384r1 / secp256r1",
		"X25519/P-384/-P-384:P-256":         "x25519 / secp256r1",
		"X25519/P-384:P-256/-X25519:X448":   "secp384r1 secp256r1 / x448",
		"*X25519:?*P-256:*?X448":            "x25519* secp256r1* x448*",
		"X25519:*P-256":                     "x25519 secp256r1*",
		"X25519:*X25519:P-256":              "x25519 secp256r1",
		"*X25519:-X25519:P-256":             "secp256r1",
		"-X25519:*X25519:P-256":             "x25519* secp256r1",
		"*-X25519:P-256":                    "secp256r1",
		"*P-521:DEFAULT:-X25519MLKEM768":    "secp521r1* / x25519* secp256r1 / x448 secp384r1 / ffdhe2048 ffdhe3072",
		"DEFAULT:-X25519MLKEM768":           "x25519* secp256r1 / x448 secp384r1 secp521r1 / ffdhe2048 ffdhe3072",
		"P-521:DEFAULT:ffdhe4096":           "secp521r1 X25519MLKEM768* / x25519* secp256r1 / x448 secp384r1 / ffdhe2048 ffdhe3072 ffdhe4096",
		"ffdhe4096/DEFAULT:DEFAULT":         "ffdhe4096 / " + defaultTuples,
		"X25519:-x25519:P-256:X25519":       "secp256r1 x25519",
		"P-256:-?foo":                       "secp256r1",
		"DEFAULT/ffdhe4096":                 defaultTuples + " / ffdhe4096",
		"DEFAULT_SUITE_B":                   "secp256r1 secp384r1",
		"P-384:default_suite_b":             "secp384r1 secp256r1",
		"SecP256r1MLKEM768:p-384:x448":      "SecP256r1MLKEM768 secp384r1 x448",
		"*X25519:*P-256:*P-384:*P-521:X448": "x25519* secp256r1* secp384r1* secp521r1* x448",
	} {
		got, err := ParseGroups(list)
		if err != nil || written(got) != want {
			t.Errorf("%q: %s, %v, want %s", list, written(got), err, want)
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
	for _, g := range Groups() {
		for _, name := range append([]string{g.Name, strings.ToUpper(g.Name)}, g.Aliases...) {
			if got, err := ParseGroups(name); err != nil || !slices.Equal(got.Groups(), []Group{g.ID}) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	}
}

func TestParseSchemes(t *testing.T) {
	for list, want := range map[string][]Scheme{
		"RSA+SHA256":                                       {RSAPKCS1SHA256},
		"rsa+sha256:RSA+SHA256":                            {RSAPKCS1SHA256},
		"RSA-PSS+SHA256:PSS+SHA384":                        {RSAPSSRSAESHA256, RSAPSSRSAESHA384},
		"rsa_pss_pss_sha512:RSA_PSS_RSAE_SHA512":           {RSAPSSPSSSHA512, RSAPSSRSAESHA512},
		"ECDSA+SHA512:ecdsa_secp256r1_sha256":              {ECDSAP521SHA512, ECDSAP256SHA256},
		"ed25519:ED448":                                    {Ed25519, Ed448},
		"RSA+SHA1:ECDSA+SHA1:rsa_pkcs1_sha1":               {RSAPKCS1SHA1, ECDSASHA1},
		"RSA+SHA224:ecdsa_sha224":                          {RSAPKCS1SHA224, ECDSASHA224},
		" RSA+SHA256 : ECDSA+SHA384":                       {RSAPKCS1SHA256, ECDSAP384SHA384},
		"DSA+SHA256:dsa_sha1:mldsa44:ML-DSA-87:RSA+SHA256": {RSAPKCS1SHA256},
		"?foo:RSA+SHA256:?ed25519":                         {RSAPKCS1SHA256, Ed25519},
	} {
		got, err := ParseSchemes(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", list, got, err, want)
		}
	}
}

func TestParseSchemesRefuses(t *testing.T) {
	for list, code := range map[string]string{
		"":                   "ERR_INVALID_ARG_VALUE",
		"?foo":               "ERR_SSL_PASSED_INVALID_ARGUMENT",
		"DSA+SHA256:mldsa65": "ERR_SSL_PASSED_INVALID_ARGUMENT",
		"foo":                "", "RSA+SHA256:foo": "", "RSA+SHA256:": "", ":": "", "RSA+SHA256,ECDSA+SHA256": "",
		"RSA": "", "SHA256": "", "RSA+": "", "+SHA256": "", "RSA-PSS+SHA1": "", "PSS+SHA224": "", "RSA+MD5": "", "RSA+SHA": "",
		"RSA+MD5-SHA1": "", "rsa_pkcs1_md5_sha1": "", "Ed25519+UNDEF": "", "DEFAULT": "",
	} {
		_, err := ParseSchemes(list)
		var e *failure.Error
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("%q: %v, want code %q", list, err, code)
		}
	}
}

func TestDefaultSchemesFollowTheLevel(t *testing.T) {
	at2 := []Scheme{
		ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512, Ed25519, Ed448,
		RSAPSSPSSSHA256, RSAPSSPSSSHA384, RSAPSSPSSSHA512, RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512, ECDSASHA224, RSAPKCS1SHA224,
	}
	if got := DefaultLevel.DefaultSchemes(); !slices.Equal(got, at2) {
		t.Errorf("by default: %v", got)
	}
	at0 := slices.Concat(at2[:15], []Scheme{ECDSASHA1}, at2[15:], []Scheme{RSAPKCS1SHA1})
	if got := Level(0).DefaultSchemes(); !slices.Equal(got, at0) {
		t.Errorf("at level 0: %v", got)
	}
	if got := Level(3).DefaultSchemes(); !slices.Equal(got, at2[:14]) {
		t.Errorf("at level 3: %v", got)
	}
}

// TestLongListsOfOthersAreLinear is TestLongListsAreLinear for the other
// languages: a list of a megabyte ends, whether it is accepted or not.
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

func TestLevels(t *testing.T) {
	for _, tc := range []struct {
		level          Level
		modulus, dh    int // the least that is allowed
		strength       int // of the modulus
		version        Version
		group, refused Group
		tickets        bool
	}{
		{0, 0, 1024, 0, TLS10, P256, 0, true},
		{1, 1024, 1024, 80, TLS12, FFDHE2048, 0, true},
		{2, 2048, 2048, 112, TLS12, FFDHE2048, 0, true},
		{3, 3072, 3072, 128, TLS12, X25519, FFDHE2048, false},
		{4, 7680, 7680, 192, TLS12, X25519MLKEM768, X25519, false},
		{5, 15360, 15360, 256, TLS12, P521, P384, false},
	} {
		l := tc.level
		if l.ModulusBits() != tc.modulus || l.MinDHBits() != tc.dh || l.Bits() != tc.strength {
			t.Errorf("level %d: RSA from %d bits, DH from %d, security from %d", l, l.ModulusBits(), l.MinDHBits(), l.Bits())
		}
		if got := ModulusStrength(tc.modulus); got != tc.strength || tc.modulus > 0 && ModulusStrength(tc.modulus-1) >= tc.strength {
			t.Errorf("a modulus of %d bits is worth %d, one of a bit less %d", tc.modulus, got, ModulusStrength(tc.modulus-1))
		}
		if l.MinVersion() != tc.version || l.AllowsTickets() != tc.tickets {
			t.Errorf("level %d: from %v, tickets %v", l, l.MinVersion(), l.AllowsTickets())
		}
		if !l.AllowsGroup(tc.group) || l.AllowsGroup(tc.refused) {
			t.Errorf("level %d: allows %v is %v, %v is %v", l, tc.group, l.AllowsGroup(tc.group), tc.refused, l.AllowsGroup(tc.refused))
		}
	}
	if Level(0).AllowsGroup(0x0A0A) || Level(0).AllowsScheme(0x0A0A) || Level(0).AllowsDigest(0) {
		t.Error("level 0 allows what the registry lacks")
	}
	for _, h := range []crypto.Hash{crypto.MD5, crypto.SHA1, crypto.MD5SHA1} {
		if Level(1).AllowsDigest(h) || !Level(0).AllowsDigest(h) {
			t.Errorf("%v is not left to level 0", h)
		}
	}
	if !Level(4).AllowsScheme(Ed448) || Level(4).AllowsScheme(Ed25519) || Level(5).AllowsScheme(Ed448) {
		t.Error("EdDSA is allowed at the wrong levels")
	}
	if Level(9).Bits() != 256 || Level(-1).Bits() != 0 {
		t.Error("levels out of range are not clamped")
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
	if n := len(SecureOptions()); n != ofNode+others {
		t.Errorf("%d options, Node 12 and 26 have %d, and %d of OpenSSL's others has an effect", n, ofNode, others)
	}
	for _, o := range SecureOptions() {
		if o.Effect == "" && o.Note == "" || o.Effect != "" && o.Value == 0 {
			t.Errorf("%s: effect %q, note %q", o.Name, o.Effect, o.Note)
		}
	}
}

func TestOptionsTurnVersionsOff(t *testing.T) {
	for o, off := range map[Options]Version{OpNoTLS10: TLS10, OpNoTLS11: TLS11, OpNoTLS12: TLS12, OpNoTLS13: TLS13} {
		for v := TLS10; v <= TLS13; v++ {
			if o.AllowsVersion(v) != (v != off) {
				t.Errorf("%#x: %v is allowed: %v", o, v, o.AllowsVersion(v))
			}
		}
	}
}

func TestPolicies(t *testing.T) {
	for _, tc := range []struct {
		name      string
		ciphers   string
		groups    string // of a context that names none
		left      string // of the default list
		schemes   int
		low, high Version
		rsa, ec   int // the least bits of keys in a chain
		p256      bool
	}{
		{"", strings.Join(names(mustParse(t, "ALL")), ":"), defaultTuples, everyDefaultGroup, 16, TLS10, TLS13, 0, 0, true},
		{
			"FIPS-202205", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
				"ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
			"secp256r1* secp384r1", "secp256r1 secp384r1", 8, TLS12, TLS13, 2048, 256, true,
		},
		{
			"wpa3-192-202304", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
			"secp384r1*", "secp384r1", 5, TLS12, TLS13, 3072, 384, false,
		},
		{
			"cnsa-202407", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:" +
				strings.Join(names(mustParse(t, "ALL"))[3:], ":"),
			defaultTuples, everyDefaultGroup, 16, TLS10, TLS13, 0, 0, true,
		},
		{
			"cnsa1-202603", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:AES256-GCM-SHA384",
			"MLKEM1024* / secp384r1*", "secp384r1", 3, TLS12, TLS13, 3072, 384, false,
		},
		{
			"cnsa2-202603", "TLS_AES_256_GCM_SHA384",
			"MLKEM1024*", "", 3, TLS13, TLS13, 3072, 384, false,
		},
	} {
		p, err := ParsePolicy(tc.name)
		if err != nil {
			t.Fatal(err)
		}
		list, err := ParseCiphers("ALL")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names(p.FilterSuites(slices.Concat(list.TLS13, list.TLS12))), ":"); got != tc.ciphers {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.ciphers)
		}
		if got := written(p.DefaultGroups()); got != tc.groups {
			t.Errorf("%s: groups %s", tc.name, got)
		}
		if got := DefaultGroups().Filter(p.AllowsGroup).Groups(); strings.Trim(fmt.Sprint(got), "[]") != tc.left {
			t.Errorf("%s: groups %v of the default ones", tc.name, got)
		}
		if got := p.FilterSchemes(DefaultLevel.DefaultSchemes()); len(got) != tc.schemes {
			t.Errorf("%s: schemes %v", tc.name, got)
		}
		if low, high := p.Versions(TLS10, TLS13); low != tc.low || high != tc.high {
			t.Errorf("%s: %v to %v", tc.name, low, high)
		}
		if !p.AllowsRSA(tc.rsa) || tc.rsa > 0 && p.AllowsRSA(tc.rsa-1) || !p.AllowsEC(tc.ec) || tc.ec > 0 && p.AllowsEC(tc.ec-1) {
			t.Errorf("%s: keys from other sizes than %d and %d bits on", tc.name, tc.rsa, tc.ec)
		}
		if p.AllowsScheme(ECDSAP256SHA256) != tc.p256 {
			t.Errorf("%s: allows P-256: %v", tc.name, !tc.p256)
		}
	}
	if _, err := ParsePolicy("fips"); !errors.Is(err, failure.InvalidArgValue) {
		t.Errorf("an unknown policy: %v", err)
	}
}

func mustParse(t *testing.T, text string) []*CipherSuite {
	t.Helper()
	list, err := ParseCiphers(text)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(list.TLS13, list.TLS12)
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
		}
		if list, err := ParseSchemes(text); err == nil {
			for i, s := range list {
				if s.Info() == nil || s == RSAPKCS1MD5SHA1 || slices.Contains(list[:i], s) {
					t.Errorf("%q: schemes %v", text, list)
				}
			}
		}
		if o, err := ParseOptions(text); err == nil && o>>32 != 0 {
			t.Errorf("%q: options %#x", text, o)
		}
	})
}
