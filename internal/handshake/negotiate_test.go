package handshake

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// The tests of this file decide without a connection: a configuration and a
// ClientHello in, a choice or an error out.

// clientOffer is the content of a ClientHello. A list that is nil is an extension
// that is not there.
type clientOffer struct {
	legacy   suite.Version
	versions []suite.Version
	suites   string // names joined by spaces
	groups   []suite.Group
	shares   []suite.Group
	schemes  []suite.Scheme
	alpn     []string
	issuers  [][]byte
	types    []uint8
	name     string
	psk      []uint8 // its psk_key_exchange_modes
	user     string  // of SRP
}

// serverOf is a server of a configuration that has read the offer.
func serverOf(t *testing.T, cfg *ServerConfig, o clientOffer) *server {
	t.Helper()
	s := &server{cfg: cfg, hello: &wire.ClientHello{LegacyVersion: o.legacy}}
	s.conversation.cfg = cfg.Config
	s.info.ServerName = o.name
	for _, c := range suitesOf(t, o.suites) {
		s.hello.CipherSuites = append(s.hello.CipherSuites, c.ID)
	}
	f := &s.offered
	if o.versions != nil {
		f.versions = &wire.SupportedVersions{Versions: o.versions}
	}
	if o.groups != nil {
		f.groups = &wire.SupportedGroups{Groups: o.groups}
	}
	if o.shares != nil {
		f.shares = &wire.ClientKeyShares{}
		for _, g := range o.shares {
			f.shares.Shares = append(f.shares.Shares, wire.KeyShare{Group: g, Data: []byte(g.String())})
		}
	}
	if o.schemes != nil {
		f.schemes = &wire.SignatureAlgorithms{Schemes: o.schemes}
	}
	if o.alpn != nil {
		f.alpn = &wire.ALPN{Protocols: o.alpn}
	}
	if o.issuers != nil {
		f.issuers = &wire.CertificateAuthorities{Names: o.issuers}
	}
	if o.types != nil {
		f.serverTypes = &wire.ServerCertificateTypes{Types: o.types}
	}
	if o.user != "" {
		f.srp = &wire.SRPUser{Name: []byte(o.user)}
	}
	if o.psk != nil {
		f.modes = &wire.PSKModes{Modes: o.psk}
	}
	return s
}

// suitesOf are suites by their names, joined by spaces.
func suitesOf(t *testing.T, names string) []*suite.CipherSuite {
	t.Helper()
	var list []*suite.CipherSuite
	for _, name := range strings.Fields(names) {
		c := suite.ByName(name)
		if c == nil {
			t.Fatalf("no suite %s", name)
		}
		list = append(list, c)
	}
	return list
}

func namesOf(list []*suite.CipherSuite) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

// identityOf is a certificate for a DNS name, issued by a name.
func identityOf(t *testing.T, key, dns, issuer string) *Certificate {
	t.Helper()
	k, ca := certtest.Keys(key), certtest.Keys("p256")
	now := time.Now()
	tmpl := certtest.Template{
		Serial: 1, Subject: certtest.Name("CN=leaf"), Issuer: certtest.Name("CN=" + issuer),
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), Key: k, Signer: ca,
		Extensions: [][]byte{certtest.AltNames(certtest.DNS(dns))},
	}
	der := tmpl.Sign()
	leaf, err := trust.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c := &Certificate{Chain: [][]byte{der}, Leaf: leaf, Signer: k.Signer}
	c.Decrypter, _ = k.Signer.(crypto.Decrypter)
	return c
}

// wantFailure checks that err is of a row, nil for none.
func wantFailure(t *testing.T, what string, err, want error) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("%s: %v, wanted %v", what, err, want)
	}
}

func TestFirstCommon(t *testing.T) {
	for _, test := range []struct {
		ours, theirs string
		want         string
		ok           bool
	}{
		{"a b c", "c b", "b", true},
		{"a b c", "c", "c", true},
		{"a", "b", "", false},
		{"", "a", "", false},
		{"a", "", "", false},
	} {
		if got, ok := firstCommon(strings.Fields(test.ours), strings.Fields(test.theirs)); got != test.want || ok != test.ok {
			t.Errorf("%q and %q: %q, %t", test.ours, test.theirs, got, ok)
		}
	}
}

func TestCommonByPreference(t *testing.T) {
	for _, test := range []struct{ ours, theirs, server, client string }{
		{"a b c", "c x a", "a c", "c a"},
		{"a b", "b a", "a b", "b a"},
		{"a b", "a b", "a b", "a b"},
		{"a", "x", "", ""},
		{"", "x", "", ""},
		{"a b", "", "", ""},
		{"a", "a a b", "a", "a"},
		{"a b c", "a a", "a", "a a"}, // repetitions stay
	} {
		ours, theirs := strings.Fields(test.ours), strings.Fields(test.theirs)
		if got := strings.Join(commonByPreference(serverOrder, ours, theirs), " "); got != test.server {
			t.Errorf("%q and %q, server's order: %q", ours, theirs, got)
		}
		if got := strings.Join(commonByPreference(clientOrder, ours, theirs), " "); got != test.client {
			t.Errorf("%q and %q, client's order: %q", ours, theirs, got)
		}
	}
	// What was shared cannot be changed by appending to it.
	ours := []string{"a", "b", "kept"}[:2]
	if got := append(intersect(ours, []string{"b", "a"}), "other"); len(got) != 3 || ours[:3][2] != "kept" {
		t.Errorf("%q, %q", got, ours[:3])
	}
}

func TestOrder(t *testing.T) {
	for _, test := range []struct {
		client bool
		option openssl.Options
		want   order
	}{
		{false, 0, serverOrder},
		{true, 0, clientOrder},
		{true, openssl.OpCipherServerPreference, serverOrder},
		{false, openssl.OpCipherServerPreference, serverOrder},
	} {
		cfg := &ServerConfig{Config: &Config{Options: test.option}, ClientOrder: test.client}
		if got := cfg.order(); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestQuoteStart(t *testing.T) {
	for n, want := range map[int]string{
		0: "[]", 2: "[7 7]", 16: "[" + strings.Repeat("7 ", 15) + "7]", 17: "[" + strings.Repeat("7 ", 15) + "7] and 1 more",
	} {
		if got := quoteStart("%d", slices.Repeat([]int{7}, n)); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}

func TestVersions(t *testing.T) {
	for _, test := range []struct {
		low, high suite.Version
		options   openssl.Options
		want      string
	}{
		{suite.TLS10, suite.TLS13, 0, "[TLSv1.3 TLSv1.2 TLSv1.1 TLSv1]"},
		{suite.TLS12, suite.TLS13, 0, "[TLSv1.3 TLSv1.2]"},
		{suite.TLS12, suite.TLS12, 0, "[TLSv1.2]"},
		{suite.TLS13, suite.TLS12, 0, "[]"},
		{0, suite.TLS10, 0, "[TLSv1]"},
		{suite.TLS10, suite.TLS13, openssl.OpNoTLS12, "[TLSv1.3 TLSv1.1 TLSv1]"},
		{suite.TLS12, suite.TLS13, openssl.OpNoTLS13, "[TLSv1.2]"},
	} {
		c := &Config{MinVersion: test.low, MaxVersion: test.high, Options: test.options}
		if got := fmt.Sprint(c.versions()); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestChooseVersion(t *testing.T) {
	v10, v11, v12, v13 := suite.TLS10, suite.TLS11, suite.TLS12, suite.TLS13
	for _, test := range []struct {
		low, high suite.Version
		options   openssl.Options
		again     suite.Version // of the connection that is renegotiated
		legacy    suite.Version
		versions  []suite.Version
		fallback  bool
		want      suite.Version
		err       error
	}{
		{low: v12, high: v13, legacy: v12, versions: []suite.Version{v12, v13}, want: v13},
		{low: v12, high: v13, legacy: v12, versions: []suite.Version{0x0A0A, v12}, want: v12},
		{low: v10, high: v12, legacy: v12, versions: []suite.Version{v13, v11}, want: v11},
		{low: v12, high: v13, legacy: v12, versions: []suite.Version{v11, v10}, err: failure.UnsupportedProtocol},
		{low: v12, high: v13, legacy: v12, versions: []suite.Version{}, err: failure.UnsupportedProtocol},
		{low: v12, high: v13, legacy: v12, want: v12},
		{low: v12, high: v13, legacy: v13, want: v12},
		{low: v12, high: v13, legacy: 0x0399, want: v12},
		{low: v10, high: v13, legacy: v11, want: v11},
		{low: v10, high: v13, legacy: v10, want: v10},
		{low: v10, high: v13, legacy: 0x0300, err: failure.UnsupportedProtocol},
		{low: v12, high: v13, legacy: v11, err: failure.UnsupportedProtocol},
		{low: v13, high: v13, legacy: v12, err: failure.UnsupportedProtocol},
		{low: v13, high: v13, legacy: v13, err: failure.UnsupportedProtocol},
		{low: v10, high: v13, legacy: 0x0300, versions: []suite.Version{v13}, err: failure.BadLegacyVersion},
		{low: v10, high: v13, legacy: v10, versions: []suite.Version{v13}, want: v13},
		{low: v10, high: v13, options: openssl.OpNoTLS13, legacy: v12, versions: []suite.Version{v13, v12}, want: v12},
		{low: v10, high: v13, options: openssl.OpNoTLS12, legacy: v12, want: v11},
		{low: v12, high: v13, legacy: v12, fallback: true, err: failure.InappropriateFallback},
		{low: v12, high: v12, legacy: v12, fallback: true, want: v12},
		{low: v12, high: v13, legacy: v12, versions: []suite.Version{v13}, fallback: true, want: v13},
		{low: v10, high: v13, options: openssl.OpNoTLS13, legacy: v12, fallback: true, want: v12},
		{low: v12, high: v12, again: v12, legacy: v12, want: v12},
		{low: v11, high: v12, again: v11, legacy: v12, want: v11},
		{low: v11, high: v12, again: v11, legacy: v12, versions: []suite.Version{v12}, err: failure.UnsupportedProtocol},
	} {
		cfg := &ServerConfig{Config: &Config{MinVersion: test.low, MaxVersion: test.high, Options: test.options}}
		if test.again != 0 {
			cfg.Renegotiation = &Renegotiation{Version: test.again}
		}
		s := serverOf(t, cfg, clientOffer{legacy: test.legacy, versions: test.versions})
		if test.fallback {
			s.hello.CipherSuites = append(s.hello.CipherSuites, suite.FallbackSCSV)
		}
		got, err := s.chooseVersion()
		wantFailure(t, fmt.Sprintf("%+v", test), err, test.err)
		if got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestDowngradeSentinels(t *testing.T) {
	v10, v11, v12, v13 := suite.TLS10, suite.TLS11, suite.TLS12, suite.TLS13
	for _, test := range []struct {
		tail                string
		negotiated, highest suite.Version
		want                bool
	}{
		{downgradeTLS12, v12, v13, true},
		{downgradeTLS11, v12, v13, true},
		{downgradeTLS12, v13, v13, false},
		{downgradeTLS11, v11, v12, true},
		{downgradeTLS11, v10, v12, true},
		{downgradeTLS12, v11, v12, false},
		{downgradeTLS11, v12, v12, false},
		{downgradeTLS12, v12, v12, false},
		{downgradeTLS11, v10, v11, false},
		{"DOWNGRD\x02", v12, v13, false},
		{"DOWNGRD\x02", v11, v12, false},
	} {
		var random [32]byte
		copy(random[24:], test.tail)
		if got := isDowngrade(random, test.negotiated, test.highest); got != test.want {
			t.Errorf("%q, %s of %s: %t", test.tail, test.negotiated, test.highest, got)
		}
	}
}

func TestOrderedSuites(t *testing.T) {
	const aes, aes128, chacha = "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"
	for _, test := range []struct {
		what, ours, theirs string
		client             bool
		options            openssl.Options
		want               string
	}{
		{"server's order", aes + " " + chacha, chacha + " " + aes, false, 0, aes + " " + chacha},
		{"client's order", aes + " " + chacha, chacha + " " + aes, true, 0, chacha + " " + aes},
		{"server preference", aes + " " + chacha, chacha + " " + aes, true, openssl.OpCipherServerPreference, aes + " " + chacha},
		{"ChaCha20 first", aes + " " + aes128 + " " + chacha, chacha + " " + aes128 + " " + aes, false, openssl.OpPrioritizeChaCha, chacha + " " + aes + " " + aes128},
		{"ChaCha20 second", aes + " " + chacha, aes + " " + chacha, false, openssl.OpPrioritizeChaCha, aes + " " + chacha},
		{"ChaCha20 first, client's order", aes + " " + chacha, chacha + " " + aes, true, openssl.OpPrioritizeChaCha, chacha + " " + aes},
		{"ChaCha20 alone", aes + " " + chacha, chacha, false, 0, chacha},
		{"nothing offered", aes, "", false, openssl.OpPrioritizeChaCha, ""},
		{"nothing in common", aes, aes128, false, 0, ""},
	} {
		cfg := &ServerConfig{Config: &Config{Options: test.options}, ClientOrder: test.client}
		s := serverOf(t, cfg, clientOffer{suites: test.theirs})
		s.hello.CipherSuites = append(s.hello.CipherSuites, 0x0A0A) // GREASE
		ours := suitesOf(t, test.ours)
		if got := namesOf(s.orderedSuites(ours)); got != test.want {
			t.Errorf("%s: %s", test.what, got)
		}
		if namesOf(ours) != test.ours {
			t.Errorf("%s: our list was changed to %s", test.what, namesOf(ours))
		}
	}
}

func TestChooseGroup13(t *testing.T) {
	const x25519, p256, p384, p521, hybrid = suite.X25519, suite.P256, suite.P384, suite.P521, suite.X25519MLKEM768
	type gs = []suite.Group
	for _, test := range []struct {
		what   string
		tuples [][]suite.Group
		theirs gs
		shares gs
		client bool
		want   suite.Group
		retry  bool
	}{
		{"one share", [][]suite.Group{{x25519, p256}}, gs{x25519, p256}, gs{x25519}, false, x25519, false},
		{"the share that is there", [][]suite.Group{{x25519, p256}}, gs{x25519, p256}, gs{p256}, false, p256, false},
		{"the better tuple", [][]suite.Group{{x25519}, {p256}}, gs{x25519, p256}, gs{p256}, false, x25519, true},
		{"the second tuple", [][]suite.Group{{hybrid}, {p256}}, gs{x25519, p256}, gs{p256}, false, p256, false},
		{"the second tuple by request", [][]suite.Group{{hybrid}, {x25519, p256}}, gs{p384, p256}, gs{p384}, false, p256, true},
		{"server's order of shares", [][]suite.Group{{x25519, p256}}, gs{p256, x25519}, gs{p256, x25519}, false, x25519, false},
		{"client's order of shares", [][]suite.Group{{x25519, p256}}, gs{p256, x25519}, gs{p256, x25519}, true, p256, false},
		{"server's order of groups", [][]suite.Group{{x25519, p256}}, gs{p521, p256, x25519}, gs{p521}, false, x25519, true},
		{"client's order of groups", [][]suite.Group{{x25519, p256}}, gs{p521, p256, x25519}, gs{p521}, true, p256, true},
		{"no share", [][]suite.Group{{x25519, p256}}, gs{p256, x25519}, gs{}, false, x25519, true},
		{"nothing in common", [][]suite.Group{{x25519}, {p256}}, gs{p384}, gs{p384}, false, 0, false},
		{"no tuple", nil, gs{p384}, gs{p384}, false, 0, false},
	} {
		cfg := &ServerConfig{Config: &Config{Tuples: test.tuples}, ClientOrder: test.client}
		s, a := serverOf(t, cfg, clientOffer{groups: test.theirs, shares: test.shares}), &agreement13{}
		err := s.chooseGroup13(a)
		if test.want == 0 {
			wantFailure(t, test.what, err, failure.NoSuitableKeyShare)
			continue
		}
		if err != nil || a.group != test.want || (a.share == nil) != test.retry || a.share != nil && string(a.share) != test.want.String() {
			t.Errorf("%s: %s, share %q, %v", test.what, a.group, a.share, err)
		}
	}
	// Groups without tuples are one.
	s, a := serverOf(t, &ServerConfig{Config: &Config{Groups: gs{x25519, p256}}}, clientOffer{groups: gs{x25519, p256}, shares: gs{p256}}), &agreement13{}
	if err := s.chooseGroup13(a); err != nil || a.group != p256 {
		t.Errorf("groups without tuples: %s, %v", a.group, err)
	}
}

func TestChooseGroupWithoutACommonOne(t *testing.T) {
	if g, ok := chooseGroup(serverOrder, [][]suite.Group{{suite.X25519}}, []suite.Group{suite.P256}, nil); g != 0 || ok {
		t.Errorf("%s, %t", g, ok)
	}
}

func TestCertificatesFor(t *testing.T) {
	a, b, c := identityOf(t, "p256", "a.example", "one"), identityOf(t, "p384", "b.example", "one"), identityOf(t, "rsa2048", "a.example", "one")
	a.MatchName, b.MatchName = true, true
	all := &Config{Certificates: []*Certificate{b, c, a}}
	for name, want := range map[string][]*Certificate{
		"": {b, c, a}, "a.example": {a}, "b.example": {b}, "c.example": {b, c, a},
	} {
		if got := all.CertificatesFor(name); !slices.Equal(got, want) {
			t.Errorf("%q: %d certificates", name, len(got))
		}
	}
	if got := (&Config{Certificates: []*Certificate{a}}).CertificatesFor("c.example"); len(got) != 1 {
		t.Errorf("the only one: %d certificates", len(got))
	}
	raw := &Certificate{Signer: a.Signer, RawPublicKey: true}
	beside := &Config{Certificates: []*Certificate{a, raw, c}}
	for name, want := range map[string][]*Certificate{"a.example": {a, raw}, "c.example": {a, raw, c}} {
		if got := beside.CertificatesFor(name); !slices.Equal(got, want) {
			t.Errorf("%q, with a raw key: %d certificates", name, len(got))
		}
	}
}

// TestGroupsOfPSKs: a pre-shared key may do without a group, if both ends allow it.
func TestGroupsOfPSKs(t *testing.T) {
	for _, test := range []struct {
		what       string
		chosen     bool // with psk_dhe_ke
		server     bool // allows psk_ke
		modes      []uint8
		theirs     []suite.Group
		group      suite.Group
		dhe, fails bool
	}{
		{"psk_ke", false, true, []uint8{wire.PSKKe}, []suite.Group{suite.P256}, 0, false, false},
		{"psk_dhe_ke", true, true, []uint8{wire.PSKKe, wire.PSKDHEKe}, []suite.Group{suite.P256}, suite.P256, true, false},
		{"no group, psk_ke allowed", true, true, []uint8{wire.PSKDHEKe, wire.PSKKe}, []suite.Group{suite.P384}, 0, false, false},
		{"no group, psk_ke not offered", true, true, []uint8{wire.PSKDHEKe}, []suite.Group{suite.P384}, 0, true, true},
		{"no group, psk_ke not allowed", true, false, []uint8{wire.PSKDHEKe, wire.PSKKe}, []suite.Group{suite.P384}, 0, true, true},
		{"no groups at all", true, true, []uint8{wire.PSKDHEKe, wire.PSKKe}, nil, 0, false, false},
	} {
		cfg := &ServerConfig{Config: &Config{Groups: []suite.Group{suite.P256}}, PSKKe: test.server}
		s := serverOf(t, cfg, clientOffer{groups: test.theirs, shares: test.theirs, psk: test.modes})
		a := &agreement13{psk: &serverPSK{dhe: test.chosen}}
		err := s.chooseGroup13(a)
		if (err != nil) != test.fails || a.group != test.group || a.psk.dhe != test.dhe {
			t.Errorf("%s: group %s, dhe %t, %v", test.what, a.group, a.psk.dhe, err)
		}
	}
}

func TestCheckHello13(t *testing.T) {
	groups, schemes := []suite.Group{suite.X25519, suite.P256}, []suite.Scheme{suite.Ed25519}
	whole := func(f func(*server)) *server {
		s := serverOf(t, &ServerConfig{Config: &Config{}}, clientOffer{groups: groups, shares: groups, schemes: schemes, psk: []uint8{wire.PSKDHEKe}})
		s.hello.CompressionMethods = []uint8{0}
		f(s)
		return s
	}
	psks := &wire.OfferedPSKs{Identities: make([]wire.PSKIdentity, 1), Binders: make([][]byte, 1)}
	for what, test := range map[string]struct {
		change func(*server)
		want   error
	}{
		"whole":                    {func(s *server) {}, nil},
		"no compression method":    {func(s *server) { s.hello.CompressionMethods = nil }, failure.InvalidCompression},
		"two compression methods":  {func(s *server) { s.hello.CompressionMethods = []uint8{0, 1} }, failure.InvalidCompression},
		"a key without modes":      {func(s *server) { s.offered.psks, s.offered.modes = psks, nil }, failure.MissingExtension},
		"a key":                    {func(s *server) { s.offered.psks = psks }, nil},
		"a key alone":              {func(s *server) { s.offered = offered{psks: psks, modes: s.offered.modes} }, nil},
		"a key without a binder":   {func(s *server) { s.offered.psks = &wire.OfferedPSKs{Identities: psks.Identities} }, failure.BadPSK},
		"no schemes":               {func(s *server) { s.offered.schemes = nil }, failure.MissingSigAlgs},
		"no groups":                {func(s *server) { s.offered.groups, s.offered.shares = nil, nil }, failure.MissingSupportedGroups},
		"no shares":                {func(s *server) { s.offered.shares = nil }, failure.MissingKeyShare},
		"no groups, but shares":    {func(s *server) { s.offered.psks, s.offered.groups = psks, nil }, failure.MissingSupportedGroups},
		"no shares, but groups":    {func(s *server) { s.offered.psks, s.offered.shares = psks, nil }, failure.MissingKeyShare},
		"a share of another group": {func(s *server) { s.offered.groups.Groups = groups[:1] }, failure.BadKeyShare},
		"two shares of a group":    {func(s *server) { s.offered.shares.Shares[1] = s.offered.shares.Shares[0] }, failure.DuplicateKeyShare},
		"no share, but the list":   {func(s *server) { s.offered.shares.Shares = nil }, nil},
		"a key beside a bad share": {func(s *server) { s.offered.psks = psks; s.offered.groups.Groups = groups[:1] }, failure.BadKeyShare},
		"one share of two groups":  {func(s *server) { s.offered.shares.Shares = s.offered.shares.Shares[1:] }, nil},
		"shares in another order":  {func(s *server) { slices.Reverse(s.offered.shares.Shares) }, nil},
		"a share twice, another between": {func(s *server) {
			s.offered.shares.Shares = append(s.offered.shares.Shares, s.offered.shares.Shares[0])
		}, failure.DuplicateKeyShare},
		"a share of group 0": {func(s *server) { s.offered.shares.Shares[0].Group = 0 }, failure.BadKeyShare},
		"the last of three is alien": {func(s *server) {
			s.offered.shares.Shares = append(s.offered.shares.Shares, wire.KeyShare{Group: suite.X448})
		}, failure.BadKeyShare},
	} {
		wantFailure(t, what, whole(test.change).checkHello13(), test.want)
	}
	s := whole(func(*server) {})
	s.checkHello13()
	if want := []suite.Group{suite.X25519, suite.P256}; !slices.Equal(s.offered.groups.Groups, want) {
		t.Errorf("the check changed the client's order of groups to %v", s.offered.groups.Groups)
	}
}

func TestGroupsFor(t *testing.T) {
	c := &Config{Groups: []suite.Group{suite.X25519MLKEM768, suite.X25519, 0x0A0A, suite.FFDHE2048, suite.MLKEM512}}
	for v, want := range map[suite.Version]string{
		suite.TLS12: "[x25519 ffdhe2048]", suite.TLS13: "[X25519MLKEM768 x25519 ffdhe2048 MLKEM512]",
	} {
		if got := fmt.Sprint(c.groupsFor(v)); got != want {
			t.Errorf("%s: %s", v, got)
		}
	}
}

func TestPermissions(t *testing.T) {
	for _, test := range []struct {
		options openssl.Options
		level   suite.Level
		psk     bool
		tickets bool
		pskKe   bool
	}{
		{0, 2, false, true, false},
		{0, 3, true, false, true},
		{openssl.OpNoTicket, 2, false, false, false},
		{openssl.OpAllowNoDHEKex, 2, false, true, true},
		{openssl.OpAllowNoDHEKex, 2, true, true, true},
	} {
		c := &Config{Options: test.options, Level: test.level}
		server, client := &ServerConfig{Config: c, PSKKe: test.psk}, &ClientConfig{Config: c, PSKKe: test.psk}
		if c.tickets12() != test.tickets || server.pskKe() != test.pskKe || client.pskKe() != test.pskKe {
			t.Errorf("%+v: tickets %t, psk_ke %t, %t", test, c.tickets12(), server.pskKe(), client.pskKe())
		}
	}
}

func TestChooseALPN(t *testing.T) {
	for _, test := range []struct {
		ours, theirs []string
		again        bool
		want         string
		err          error
	}{
		{[]string{"a", "b"}, []string{"c", "b", "a"}, false, "a", nil},
		{[]string{"a", "b"}, []string{"b"}, false, "b", nil},
		{[]string{"a"}, []string{"b"}, false, "", failure.NoApplicationProtocol},
		{nil, []string{"b"}, false, "", nil},
		{[]string{"a"}, nil, false, "", nil},
		{[]string{"a"}, []string{"a"}, true, "", nil},
	} {
		cfg := &ServerConfig{Config: &Config{}, ALPN: test.ours}
		if test.again {
			cfg.Renegotiation = &Renegotiation{}
		}
		s := serverOf(t, cfg, clientOffer{alpn: test.theirs})
		wantFailure(t, fmt.Sprint(test), s.chooseALPN(context.Background()), test.err)
		if s.facts.ALPN != test.want {
			t.Errorf("%v: %q", test, s.facts.ALPN)
		}
	}
}

func TestAcceptALPN(t *testing.T) {
	for _, test := range []struct {
		answer []string
		want   string
		err    error
	}{
		{nil, "", nil},
		{[]string{"b"}, "b", nil},
		{[]string{"c"}, "", failure.InvalidALPN},
		{[]string{"a", "b"}, "", failure.Decode},
	} {
		c := &client{cfg: &ClientConfig{Config: &Config{}, ALPN: []string{"a", "b"}}}
		var e wire.Extensions
		if test.answer != nil {
			e.Add(&wire.ALPN{Protocols: test.answer})
		}
		wantFailure(t, fmt.Sprint(test.answer), c.acceptALPN(e), test.err)
		if c.facts.ALPN != test.want {
			t.Errorf("%v: %q", test.answer, c.facts.ALPN)
		}
	}
}

// TestChooseCertificate13 lets a server choose among several certificates.
func TestChooseCertificate13(t *testing.T) {
	rsa, p256, p384 := identityOf(t, "rsa2048", "rsa.example", "one"), identityOf(t, "p256", "p256.example", "two"), identityOf(t, "p384", "p384.example", "three")
	raw, unsigned := identityOf(t, "ed25519", "raw.example", "one"), identityOf(t, "p256", "x.example", "one")
	raw.RawPublicKey = true
	unsigned.Signer = nil
	mldsa65 := identityOf(t, "mldsa65", "mldsa65.example", "four")
	named, issued, own := *p256, *p384, *rsa
	named.MatchName, issued.MatchIssuer = true, true
	own.Schemes = []suite.Scheme{suite.RSAPSSRSAESHA512}
	type certs = []*Certificate
	type ss = []suite.Scheme
	all := ss{suite.ECDSAP256SHA256, suite.ECDSAP384SHA384, suite.RSAPSSRSAESHA256, suite.RSAPSSRSAESHA512, suite.RSAPKCS1SHA256, suite.Ed25519}
	for _, test := range []struct {
		what     string
		certs    certs
		callback certs
		ours     ss // of the server; nil is all
		offer    clientOffer
		client   bool
		want     *Certificate
		scheme   suite.Scheme
		err      error
	}{
		{what: "the first", certs: certs{rsa, p256}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "the one that can be verified", certs: certs{rsa, p256}, offer: clientOffer{schemes: ss{suite.ECDSAP256SHA256}}, want: p256, scheme: suite.ECDSAP256SHA256},
		{what: "PKCS #1 does not sign in TLS 1.3", certs: certs{rsa}, offer: clientOffer{schemes: ss{suite.RSAPKCS1SHA256}}, err: failure.NoSuitableSignatureAlgorithm},
		{what: "the curve of the key counts", certs: certs{p256}, offer: clientOffer{schemes: ss{suite.ECDSAP384SHA384}}, err: failure.NoSuitableSignatureAlgorithm},
		{what: "our order of schemes", certs: certs{rsa}, ours: ss{suite.RSAPSSRSAESHA512, suite.RSAPSSRSAESHA256}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA512},
		{what: "a scheme of the certificate's own", certs: certs{&own}, offer: clientOffer{schemes: all}, want: &own, scheme: suite.RSAPSSRSAESHA512},
		{what: "ML-DSA", certs: certs{mldsa65, rsa}, ours: append(ss{suite.MLDSA65}, all...), offer: clientOffer{schemes: append(ss{suite.MLDSA65}, all...)}, want: mldsa65, scheme: suite.MLDSA65},
		{what: "ML-DSA for those who verify it", certs: certs{mldsa65, rsa}, ours: append(ss{suite.MLDSA65}, all...), offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "another parameter set", certs: certs{mldsa65}, ours: ss{suite.MLDSA65, suite.MLDSA87}, offer: clientOffer{schemes: ss{suite.MLDSA87}}, err: failure.NoSuitableSignatureAlgorithm},
		{what: "no scheme in common", certs: certs{rsa}, ours: ss{suite.Ed25519}, offer: clientOffer{schemes: ss{suite.RSAPSSRSAESHA256}}, err: failure.NoSharedSignatureAlgorithms},
		{what: "no schemes", certs: certs{rsa}, offer: clientOffer{}, err: failure.MissingSigAlgs},
		{what: "no certificate", offer: clientOffer{schemes: all}, err: failure.NoSuitableSignatureAlgorithm},
		{what: "without a key", certs: certs{unsigned, rsa}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "for the name", certs: certs{rsa, &named}, offer: clientOffer{schemes: all, name: "p256.example"}, want: &named, scheme: suite.ECDSAP256SHA256},
		{what: "for another name", certs: certs{rsa, &named}, offer: clientOffer{schemes: all, name: "other.example"}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "for no name", certs: certs{rsa, &named}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "for the name, but not verifiable", certs: certs{rsa, &named}, offer: clientOffer{schemes: ss{suite.RSAPSSRSAESHA256}, name: "p256.example"}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "for the name, which does not count", certs: certs{rsa, p256}, offer: clientOffer{schemes: all, name: "p256.example"}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "of an issuer", certs: certs{&issued, rsa}, offer: clientOffer{schemes: all, issuers: [][]byte{certtest.Name("CN=zero"), certtest.Name("CN=three")}}, want: &issued, scheme: suite.ECDSAP384SHA384},
		{what: "of another issuer", certs: certs{&issued, rsa}, offer: clientOffer{schemes: all, issuers: [][]byte{certtest.Name("CN=two")}}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "of no issuer", certs: certs{&issued, rsa}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "of an issuer, which does not count", certs: certs{p384, rsa}, offer: clientOffer{schemes: all, issuers: [][]byte{certtest.Name("CN=two")}}, want: p384, scheme: suite.ECDSAP384SHA384},
		{what: "a raw key that is not wanted", certs: certs{raw, rsa}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "a raw key that is", certs: certs{rsa, raw}, offer: clientOffer{schemes: all, types: []uint8{wire.CertificateTypeRawPublicKey}}, want: raw, scheme: suite.Ed25519},
		{what: "the client's order of schemes", certs: certs{rsa}, client: true, ours: ss{suite.RSAPSSRSAESHA512, suite.RSAPSSRSAESHA256}, offer: clientOffer{schemes: all}, want: rsa, scheme: suite.RSAPSSRSAESHA256},
		{what: "of a callback", callback: certs{p256}, certs: certs{rsa}, offer: clientOffer{schemes: all}, want: p256, scheme: suite.ECDSAP256SHA256},
	} {
		if test.ours == nil {
			test.ours = all
		}
		cfg := &ServerConfig{Config: &Config{Certificates: test.certs, Schemes: test.ours}, ClientOrder: test.client}
		if test.callback != nil {
			cfg.KeyCerts = func() []*Certificate { return test.callback }
		}
		a := &agreement13{}
		s := serverOf(t, cfg, test.offer)
		err := s.chooseIdentity13(a)
		wantFailure(t, test.what, err, test.err)
		if a.cert != test.want || a.scheme != test.scheme {
			t.Errorf("%s: %p with %s", test.what, a.cert, a.scheme)
		}
		if shared := s.facts.SharedSchemes; test.err == nil && !slices.Equal(shared, commonByPreference(s.cfg.order(), test.ours, test.offer.schemes)) {
			t.Errorf("%s: shared %v", test.what, shared)
		}
	}
}

// TestChooseParameters12 lets a server choose suite, certificate and groups
// together.
func TestChooseParameters12(t *testing.T) {
	const (
		ecdsa, rsa   = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"
		cbc          = "ECDHE-RSA-AES128-SHA"
		plain, dhe   = "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"
		anonymous    = "ADH-AES128-GCM-SHA256"
		psk          = "PSK-AES128-GCM-SHA256"
		srp          = "SRP-AES-128-CBC-SHA"
		v10, v12     = suite.TLS10, suite.TLS12
		x25519, p256 = suite.X25519, suite.P256
	)
	rsaCert, p256Cert, p384Cert := identityOf(t, "rsa2048", "rsa.example", "one"), identityOf(t, "p256", "p256.example", "two"), identityOf(t, "p384", "p384.example", "three")
	mldsaCert := identityOf(t, "mldsa65", "mldsa65.example", "four")
	signOnly, issued, named := *rsaCert, *rsaCert, *p256Cert
	signOnly.Decrypter, issued.MatchIssuer, named.MatchName = nil, true, true
	type certs = []*Certificate
	type gs = []suite.Group
	users := anyUsers(verifier)
	schemes := []suite.Scheme{suite.ECDSAP256SHA256, suite.RSAPSSRSAESHA256, suite.RSAPKCS1SHA256, suite.RSAPKCS1SHA1, suite.ECDSASHA1, suite.MLDSA65}
	for _, test := range []struct {
		what    string
		version suite.Version // 0 is 1.2
		ours    string        // "" is theirs
		certs   certs
		change  func(*ServerConfig)
		offer   clientOffer // without schemes it has all
		want    string
		cert    *Certificate
		scheme  suite.Scheme
		group   suite.Group
		err     error
	}{
		{what: "ECDSA", certs: certs{rsaCert, p256Cert}, offer: clientOffer{suites: ecdsa + " " + rsa}, want: ecdsa, cert: p256Cert, scheme: suite.ECDSAP256SHA256, group: p256},
		{what: "RSA", certs: certs{rsaCert, p256Cert}, offer: clientOffer{suites: rsa + " " + ecdsa}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "the server's order", ours: rsa + " " + ecdsa, certs: certs{p256Cert, rsaCert}, offer: clientOffer{suites: ecdsa + " " + rsa}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "the client's order", ours: rsa + " " + ecdsa, certs: certs{p256Cert, rsaCert}, change: func(c *ServerConfig) { c.ClientOrder = true }, offer: clientOffer{suites: ecdsa + " " + rsa}, want: ecdsa, cert: p256Cert, scheme: suite.ECDSAP256SHA256, group: p256},
		{what: "no certificate for the first suite", certs: certs{rsaCert}, offer: clientOffer{suites: ecdsa + " " + rsa}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "no certificate", offer: clientOffer{suites: rsa}, err: failure.NoSharedCipher},
		{what: "nothing in common", ours: rsa, certs: certs{rsaCert}, offer: clientOffer{suites: ecdsa}, err: failure.NoSharedCipher},
		{what: "a suite of TLS 1.2 in 1.0", version: v10, certs: certs{rsaCert}, offer: clientOffer{suites: rsa + " " + cbc}, want: cbc, cert: rsaCert, scheme: suite.RSAPKCS1MD5SHA1, group: p256},
		{what: "a suite of TLS 1.3 in 1.2", certs: certs{rsaCert}, offer: clientOffer{suites: "TLS_AES_128_GCM_SHA256 " + cbc}, want: cbc, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "the server's order of groups", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, groups: gs{p256, x25519}}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: x25519},
		{what: "the client's order of groups", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.ClientOrder = true }, offer: clientOffer{suites: rsa, groups: gs{p256, x25519}}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "no group in common", certs: certs{rsaCert}, offer: clientOffer{suites: rsa + " " + plain, groups: gs{suite.P521}}, want: plain, cert: rsaCert},
		{what: "no curve, only a finite field", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, groups: gs{suite.FFDHE2048}}, err: failure.NoSharedCipher},
		{what: "no group alone", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, groups: gs{suite.X25519MLKEM768}}, err: failure.NoSharedCipher},
		{what: "no P-256 for a client without groups", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.Groups = gs{x25519} }, offer: clientOffer{suites: rsa}, err: failure.NoSharedCipher},
		{what: "the certificate's curve is known", certs: certs{p384Cert, p256Cert}, offer: clientOffer{suites: ecdsa, groups: gs{x25519, suite.P384}}, want: ecdsa, cert: p384Cert, scheme: suite.ECDSAP256SHA256, group: x25519},
		{what: "the certificate's curve is unknown", certs: certs{p384Cert, p256Cert}, offer: clientOffer{suites: ecdsa, groups: gs{x25519, p256}}, want: ecdsa, cert: p256Cert, scheme: suite.ECDSAP256SHA256, group: x25519},
		{what: "RSA key exchange", certs: certs{p256Cert, rsaCert}, offer: clientOffer{suites: plain}, want: plain, cert: rsaCert},
		{what: "a key that cannot decrypt", certs: certs{&signOnly}, offer: clientOffer{suites: plain}, err: failure.NoSharedCipher},
		{what: "RSA key exchange, of an issuer", certs: certs{&issued}, offer: clientOffer{suites: plain, issuers: [][]byte{certtest.Name("CN=one")}}, want: plain, cert: &issued},
		{what: "RSA key exchange, of another issuer", certs: certs{&issued}, offer: clientOffer{suites: plain, issuers: [][]byte{certtest.Name("CN=two")}}, err: failure.NoSharedCipher},
		{what: "RSA key exchange, a raw key is wanted", certs: certs{rsaCert}, offer: clientOffer{suites: plain, types: []uint8{wire.CertificateTypeRawPublicKey}}, err: failure.NoSharedCipher},
		{what: "for the name, whatever the suites say", certs: certs{rsaCert, &named}, offer: clientOffer{suites: rsa + " " + ecdsa, name: "p256.example"}, want: ecdsa, cert: &named, scheme: suite.ECDSAP256SHA256, group: p256},
		{what: "for the name, without a suite", certs: certs{rsaCert, &named}, offer: clientOffer{suites: rsa, name: "p256.example"}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "in a renegotiation the first name counts", certs: certs{rsaCert, &named}, change: func(c *ServerConfig) { c.Renegotiation = &Renegotiation{ServerName: "p256.example"} }, offer: clientOffer{suites: rsa + " " + ecdsa}, want: ecdsa, cert: &named, scheme: suite.ECDSAP256SHA256, group: p256},
		{what: "DHE without parameters", certs: certs{rsaCert}, offer: clientOffer{suites: dhe + " " + plain}, want: plain, cert: rsaCert},
		{what: "DHE by strength", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.DHAuto = true }, offer: clientOffer{suites: dhe}, want: dhe, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256},
		{what: "DHE in a named group", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.DHAuto = true }, offer: clientOffer{suites: dhe, groups: gs{p256, suite.FFDHE3072}}, want: dhe, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256},
		{what: "DHE in none of the named groups", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.DHAuto = true }, offer: clientOffer{suites: dhe, groups: gs{p256, suite.FFDHE8192}}, err: failure.NoSharedCipher},
		{what: "DHE and curves only", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.DHAuto = true }, offer: clientOffer{suites: dhe, groups: gs{p256}}, want: dhe, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256},
		{what: "DHE in the group of DHParam", certs: certs{rsaCert}, change: func(c *ServerConfig) { c.DHParams = kex.NamedDH(suite.FFDHE2048) }, offer: clientOffer{suites: dhe, groups: gs{suite.FFDHE8192}}, want: dhe, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256},
		{what: "anonymous", change: func(c *ServerConfig) { c.DHAuto = true }, offer: clientOffer{suites: anonymous}, want: anonymous},
		{what: "anonymous, though a certificate is asked for", change: func(c *ServerConfig) { c.DHAuto, c.ClientAuth = true, RequestClientCert }, offer: clientOffer{suites: anonymous}, want: anonymous},
		{what: "anonymous, though a certificate is required", change: func(c *ServerConfig) { c.DHAuto, c.ClientAuth = true, RequireClientCert }, offer: clientOffer{suites: anonymous}, err: failure.NoSharedCipher},
		{what: "a pre-shared key", change: func(c *ServerConfig) {
			c.PSK = func(context.Context, []byte) (*PSK, error) { return nil, nil }
		}, offer: clientOffer{suites: psk}, want: psk},
		{what: "no pre-shared key", offer: clientOffer{suites: psk}, err: failure.NoSharedCipher},
		{what: "no callback of SRP", offer: clientOffer{suites: srp, user: "me"}, err: failure.NoSharedCipher},
		{what: "no user of SRP", change: users, offer: clientOffer{suites: srp}, err: failure.NoSharedCipher},
		{what: "a user of SRP", change: users, offer: clientOffer{suites: srp, user: "me"}, want: srp},
		{what: "an unknown user of SRP", change: users, offer: clientOffer{suites: srp, user: "you"}, err: failure.PSKIdentityNotFound},
		{what: "a user of SRP, and the callback fails", change: users, offer: clientOffer{suites: srp, user: "fails"}, err: failure.Callback},
		{what: "certificates of a callback", change: func(c *ServerConfig) { c.KeyCerts = func() []*Certificate { return certs{rsaCert} } }, offer: clientOffer{suites: rsa}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: p256},
		{what: "one group in common", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, groups: gs{x25519}}, want: rsa, cert: rsaCert, scheme: suite.RSAPSSRSAESHA256, group: x25519},
		{what: "no signature algorithms are SHA-1", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, schemes: []suite.Scheme{}}, want: rsa, cert: rsaCert, scheme: suite.RSAPKCS1SHA1, group: p256},
		{what: "no signature algorithm in common", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, schemes: []suite.Scheme{suite.Ed448}}, err: failure.NoSharedSignatureAlgorithms},
		{what: "ML-DSA, which is of TLS 1.3", certs: certs{mldsaCert}, offer: clientOffer{suites: rsa + " " + ecdsa}, err: failure.NoSharedCipher},
		{what: "none that the certificate can use", certs: certs{rsaCert}, offer: clientOffer{suites: rsa, schemes: []suite.Scheme{suite.ECDSAP256SHA256}}, err: failure.NoSharedCipher},
	} {
		cfg := &ServerConfig{Config: &Config{
			Certificates: test.certs, Schemes: append(slices.Clone(schemes), suite.RSAPKCS1MD5SHA1),
			Groups: gs{suite.X25519MLKEM768, x25519, p256, suite.P384, suite.FFDHE2048, suite.FFDHE3072}, Level: 1,
		}}
		if test.change != nil {
			test.change(cfg)
		}
		if test.offer.schemes == nil {
			test.offer.schemes = schemes
		}
		s := serverOf(t, cfg, test.offer)
		if len(test.offer.schemes) == 0 {
			s.offered.schemes = nil
		}
		if s.version = test.version; s.version == 0 {
			s.version = v12
		}
		cfg.Suites = suitesOf(t, test.offer.suites)
		if test.ours != "" {
			cfg.Suites = suitesOf(t, test.ours)
		}
		connected(t, &s.conversation)
		a, err := s.chooseParameters12(context.Background())
		wantFailure(t, test.what, err, test.err)
		if test.err != nil || err != nil {
			continue
		}
		if bySRP := a.suite.UsesSRP(); bySRP != (a.srp == verifier) || bySRP != (s.secret != nil && s.secret.digest == verifierSecret(verifier, "me").digest) {
			t.Errorf("%s: verifier %v, secret %v", test.what, a.srp, s.secret)
		}
		if a.suite.Name != test.want || a.cert != test.cert || a.scheme != test.scheme || a.group != test.group {
			t.Errorf("%s: %s, certificate %p, %s, group %s", test.what, a.suite.Name, a.cert, a.scheme, a.group)
		}
		if a.suite.UsesDHE() != (a.dh != nil) {
			t.Errorf("%s: DH parameters %v", test.what, a.dh)
		}
	}
}

// TestOrderOfSchemesChoosesTheCertificate expects OpenSSL's choice with and without
// SSL_OP_CIPHER_SERVER_PREFERENCE.
func TestOrderOfSchemesChoosesTheCertificate(t *testing.T) {
	p256, mldsa65 := identityOf(t, "p256", "p256.example", "one"), identityOf(t, "mldsa65", "mldsa65.example", "two")
	narrow := *mldsa65
	narrow.Schemes = []suite.Scheme{suite.MLDSA87}
	cfg := &Config{Schemes: []suite.Scheme{suite.MLDSA65, suite.ECDSAP384SHA384, suite.ECDSAP256SHA256}}
	for _, test := range []struct {
		what      string
		version   suite.Version
		peerOrder bool
		certs     []*Certificate
		theirs    []suite.Scheme
		want      *Certificate
		scheme    suite.Scheme
	}{
		{"ours", suite.TLS13, false, []*Certificate{mldsa65, p256}, []suite.Scheme{suite.ECDSAP256SHA256, suite.MLDSA65}, mldsa65, suite.MLDSA65},
		{"the peer's", suite.TLS13, true, []*Certificate{mldsa65, p256}, []suite.Scheme{suite.ECDSAP256SHA256, suite.MLDSA65}, p256, suite.ECDSAP256SHA256},
		{"the peer's, the first", suite.TLS13, true, []*Certificate{p256, mldsa65}, []suite.Scheme{suite.MLDSA65, suite.ECDSAP256SHA256}, mldsa65, suite.MLDSA65},
		{"the peer's, in TLS 1.2", suite.TLS12, true, []*Certificate{mldsa65, p256}, []suite.Scheme{suite.MLDSA65, suite.ECDSAP256SHA256, suite.ECDSAP384SHA384}, p256, suite.ECDSAP256SHA256},
		{"none before TLS 1.2", suite.TLS11, true, []*Certificate{mldsa65, p256}, nil, p256, suite.ECDSASHA1},
		{"the certificate's own", suite.TLS13, true, []*Certificate{&narrow, p256}, []suite.Scheme{suite.MLDSA65, suite.ECDSAP256SHA256}, p256, suite.ECDSAP256SHA256},
		{"nothing in common", suite.TLS13, true, []*Certificate{mldsa65, p256}, []suite.Scheme{suite.Ed25519}, nil, 0},
	} {
		cert, scheme, ok := cfg.identity(test.certs, certRequirements{
			version: test.version, peerOrder: test.peerOrder, schemes: test.theirs, types: onlyX509,
		})
		if cert != test.want || scheme != test.scheme || ok != (test.want != nil) {
			t.Errorf("%s: %v, %v, %t", test.what, cert, scheme, ok)
		}
	}
}

// anyUsers sets an SRPCallback that knows the user "me", and fails for "fails".
func anyUsers(v *kex.SRPVerifier) func(*ServerConfig) {
	return func(c *ServerConfig) {
		c.SRP = func(_ context.Context, user string) (*kex.SRPVerifier, error) {
			switch user {
			case "me":
				return v, nil
			case "fails":
				return v, errCalled
			}
			return nil, nil
		}
	}
}

// TestSharedSchemes of a server are in the order of the end that is preferred, and
// unknown before TLS 1.2.
func TestSharedSchemes(t *testing.T) {
	const one, two, three = suite.RSAPKCS1SHA256, suite.RSAPSSRSAESHA256, suite.ECDSAP256SHA256
	rsa := identityOf(t, "rsa2048", "rsa.example", "one")
	for _, test := range []struct {
		version suite.Version
		client  bool
		want    []suite.Scheme
	}{
		{suite.TLS12, false, []suite.Scheme{one, two}},
		{suite.TLS12, true, []suite.Scheme{two, one}},
		{suite.TLS11, false, nil},
	} {
		cfg := &ServerConfig{Config: &Config{
			Certificates: []*Certificate{rsa}, Schemes: []suite.Scheme{one, two, suite.RSAPKCS1MD5SHA1}, Suites: suitesOf(t, "AES128-SHA"),
		}, ClientOrder: test.client}
		s := serverOf(t, cfg, clientOffer{suites: "AES128-SHA", schemes: []suite.Scheme{three, two, one}})
		s.version = test.version
		_, err := s.chooseParameters12(context.Background())
		if err != nil || !slices.Equal(s.facts.SharedSchemes, test.want) {
			t.Errorf("%s: %v, %v", test.version, s.facts.SharedSchemes, err)
		}
	}
}

// TestDHGroup lets a server choose the group of DHE.
func TestDHGroup(t *testing.T) {
	named := kex.NamedDH(suite.FFDHE2048)
	strong, weak := identityOf(t, "rsa3072", "x", "one"), identityOf(t, "rsa1024", "x", "one")
	for _, test := range []struct {
		what   string
		config Config
		auto   bool
		set    *kex.DHParams
		least  int
		cert   *Certificate
		groups []suite.Group
		bits   int // 0 for no group
		group  suite.Group
		none   bool // none of RFC 7919 is common
	}{
		{what: "none"},
		{what: "set", set: named, bits: 2048},
		{what: "set, whatever the client lists", set: named, auto: true, groups: []suite.Group{suite.FFDHE3072}, bits: 2048},
		{what: "by the level", auto: true, config: Config{Level: 3}, bits: 3072},
		{what: "by a weak certificate", auto: true, config: Config{Level: 1}, cert: weak, bits: 2048},
		{what: "by the certificate", auto: true, config: Config{Level: 1}, cert: strong, bits: 3072},
		{what: "by the limit", auto: true, config: Config{Level: 1}, least: 4096, cert: strong, bits: 4096},
		{what: "curves only", auto: true, config: Config{Level: 1}, groups: []suite.Group{suite.X25519}, bits: 2048},
		{what: "our order", auto: true, groups: []suite.Group{suite.FFDHE2048, suite.FFDHE3072}, bits: 3072, group: suite.FFDHE3072},
		{what: "a group beside curves", auto: true, groups: []suite.Group{suite.X25519, suite.FFDHE2048}, bits: 2048, group: suite.FFDHE2048},
		{what: "other groups", auto: true, groups: []suite.Group{suite.X25519, suite.FFDHE8192}, none: true},
	} {
		test.config.Groups = []suite.Group{suite.X25519, suite.FFDHE3072, suite.FFDHE2048}
		test.config.DHLimits.MinBits = test.least
		test.config.DHAuto, test.config.DHParams = test.auto, test.set
		s := serverOf(t, &ServerConfig{Config: &test.config}, clientOffer{groups: test.groups})
		dh, bits := s.dhGroup(test.cert), 0
		if dh != nil {
			bits = dh.Bits()
		}
		if bits != test.bits || s.facts.Group != test.group || s.noFFDHE != test.none {
			t.Errorf("%s: %d bits, %s, none in common %t", test.what, bits, s.facts.Group, s.noFFDHE)
		}
	}
}

// TestALPNCallback lets a callback choose, which takes precedence over the list.
func TestALPNCallback(t *testing.T) {
	for _, test := range []struct {
		choice string
		fails  error
		want   string
		err    error
	}{
		{"b", nil, "b", nil},
		{"", nil, "", failure.NoApplicationProtocol},
		{"c", nil, "", failure.ALPNCallbackInvalid},
		{"b", errCalled, "", failure.Callback},
	} {
		cfg := &ServerConfig{Config: &Config{}, ALPN: []string{"a"}}
		cfg.ChooseALPN = func(_ context.Context, name string, theirs []string) (string, error) {
			if name != "localhost" || !slices.Equal(theirs, []string{"a", "b"}) {
				t.Errorf("called with %q, %q", name, theirs)
			}
			return test.choice, test.fails
		}
		s := serverOf(t, cfg, clientOffer{alpn: []string{"a", "b"}})
		s.facts.ServerName = "localhost"
		connected(t, &s.conversation)
		wantFailure(t, test.choice, s.chooseALPN(context.Background()), test.err)
		if s.facts.ALPN != test.want {
			t.Errorf("%+v: %q", test, s.facts.ALPN)
		}
	}
}

// TestFitsAuth: a key fits the suites of its kind; no key fits a suite without
// certificates.
func TestFitsAuth(t *testing.T) {
	for _, test := range []struct {
		suite  string
		scheme []suite.Scheme
		want   bool
	}{
		{"ECDHE-RSA-AES128-SHA", []suite.Scheme{suite.RSAPKCS1SHA256}, true},
		{"ECDHE-RSA-AES128-SHA", []suite.Scheme{suite.RSAPSSPSSSHA256}, true},
		{"ECDHE-RSA-AES128-SHA", []suite.Scheme{suite.ECDSAP256SHA256}, false},
		{"ECDHE-ECDSA-AES128-SHA", []suite.Scheme{suite.Ed25519}, true},
		{"ECDHE-ECDSA-AES128-SHA", []suite.Scheme{suite.RSAPKCS1SHA256}, false},
		{"ECDHE-ECDSA-AES128-SHA", nil, false},
		{"AECDH-AES128-SHA", []suite.Scheme{suite.Ed25519}, false},
	} {
		if got := fitsAuth(suite.ByName(test.suite), test.scheme); got != test.want {
			t.Errorf("%s with %v: %t", test.suite, test.scheme, got)
		}
	}
}
