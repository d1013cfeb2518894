package trust

import (
	"crypto"
	"crypto/x509"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls/internal/keyfile"
	"polytls/internal/suite"
	"polytls/internal/trust/certder"
	"polytls/internal/trust/certtest"
)

// scenario is a chain, what is trusted, and the parameters of its verification.
type scenario struct {
	name    string
	sent    [][]byte // leaf first
	leafKey *certtest.Key
	roots   [][]byte
	crls    [][]byte
	purpose Purpose
	level   int
	partial bool
	// stricter: we may refuse what OpenSSL accepts.
	stricter bool
}

// asOpenSSL is the result of the last fault. Where we are stricter, names outside
// of their constraints are left out if the peer's code is another one.
func (s *scenario) asOpenSSL(faults []Fault, code string) Result {
	for _, f := range slices.Backward(faults) {
		violation := f.Result == PermittedViolation || f.Result == ExcludedViolation
		if !s.stricter || !violation || f.Result.Code() == code {
			return f.Result
		}
	}
	return OK
}

func (s *scenario) options(t testing.TB) Options {
	t.Helper()
	var roots [][]byte
	for _, der := range s.roots {
		roots = append(roots, keyfile.ParseCAs([]byte(rootPEM(der)))...)
	}
	o := Options{
		Roots: NewPool(roots...), Purpose: s.purpose, Level: suite.Level(s.level),
		AllowPartialChain: s.partial, Now: now,
	}
	o.CRLs = NewRevocationLists(readLists(t, s.crls)...)
	return o
}

func readLists(t testing.TB, ders [][]byte) []*x509.RevocationList {
	t.Helper()
	var crls []*x509.RevocationList
	for _, der := range ders {
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			t.Fatal(err)
		}
		crls = append(crls, crl)
	}
	return crls
}

func (s *scenario) chain(t testing.TB) []*Certificate {
	t.Helper()
	chain := make([]*Certificate, len(s.sent))
	for i, der := range s.sent {
		c, err := ParseCertificate(der)
		if err != nil {
			t.Fatalf("%s: certificate %d: %v", s.name, i, err)
		}
		chain[i] = c
	}
	return chain
}

// now is the time of our verification; peers use the clock's.
var now = time.Now().Truncate(time.Second)

// pki is a scenario in the making: links[0] is the leaf, the last the root.
type pki struct {
	links         []*link
	sent, trusted []int
	extraSent     [][]byte
	extraTrusted  [][]byte
	crls          func(p *pki) [][]byte
	purpose       Purpose
	level         int
	partial       bool
	sendReverse   bool
	stricter      bool
	// settings, if set, appends trust settings to the trusted certificates.
	settings func(der []byte) []byte
}

// link is a certificate in the making.
type link struct {
	certtest.Template
	key        string
	name       []byte
	issuer     []byte // nil: the name of the next link
	extensions []extension
}

type extension struct {
	name string
	der  []byte
}

func (l *link) set(name string, der ...[]byte) {
	l.extensions = slices.DeleteFunc(l.extensions, func(e extension) bool { return e.name == name })
	for _, d := range der {
		l.extensions = append(l.extensions, extension{name, d})
	}
}

// newPKI makes a sound one with n certificates.
func newPKI(n int) *pki {
	p := &pki{purpose: ServerAuth, level: 2, trusted: []int{n - 1}, crls: func(*pki) [][]byte { return nil }}
	for i := range n {
		l := &link{key: fmt.Sprintf("p256-%d", i), name: certtest.Name("O=test", fmt.Sprintf("CN=link %d", i))}
		l.Serial = int64(100 + i)
		l.NotBefore, l.NotAfter = now.Add(-time.Hour), now.Add(24*time.Hour)
		if i == 0 {
			l.set("bc", certtest.BasicConstraints(false, -1))
			l.set("ku", certtest.KeyUsage(certtest.DigitalSignature))
			l.set("eku", certtest.ExtKeyUsage(certtest.ServerAuth, certtest.ClientAuth))
			l.set("san", certtest.AltNames(certtest.DNS("localhost"), certtest.DNS("a.example.com")))
		} else {
			l.set("bc", certtest.BasicConstraints(true, -1))
			l.set("ku", certtest.KeyUsage(certtest.KeyCertSign|certtest.CRLSign))
			l.set("skid", certtest.SubjectKeyID(fmt.Sprint("key ", i)))
		}
		l.set("akid", certtest.AuthorityKeyID(fmt.Sprint("key ", max(min(i+1, n-1), 1))))
		p.links = append(p.links, l)
		if i < n-1 {
			p.sent = append(p.sent, i)
		}
	}
	if n == 1 {
		p.sent = []int{0}
		p.links[0].set("akid")
	}
	return p
}

func (p *pki) top() int { return len(p.links) - 1 }

// sign makes the certificate of link i.
func (p *pki) sign(i int) []byte {
	l := p.links[i]
	above := p.links[min(i+1, p.top())]
	t := l.Template
	t.Subject, t.Issuer = l.name, above.name
	if l.issuer != nil {
		t.Issuer = l.issuer
	}
	t.Key, t.Signer = certtest.Keys(l.key), certtest.Keys(above.key)
	for _, e := range l.extensions {
		t.Extensions = append(t.Extensions, e.der)
	}
	if t.V1 {
		t.Extensions = nil
	}
	return t.Sign()
}

func (p *pki) build(name string) *scenario {
	s := &scenario{
		name: name, leafKey: certtest.Keys(p.links[0].key),
		purpose: p.purpose, level: p.level, partial: p.partial, stricter: p.stricter,
	}
	signed := make([][]byte, len(p.links))
	for i := range p.links {
		signed[i] = p.sign(i)
	}
	for _, i := range p.sent {
		s.sent = append(s.sent, signed[i])
	}
	s.sent = append(s.sent, p.extraSent...)
	if p.sendReverse {
		slices.Reverse(s.sent[1:])
	}
	for _, i := range p.trusted {
		s.roots = append(s.roots, signed[i])
	}
	s.roots = append(s.roots, p.extraTrusted...)
	if p.settings != nil {
		for i, der := range s.roots {
			s.roots[i] = p.settings(der)
		}
	}
	s.crls = p.crls(p)
	return s
}

// crl makes a list of link i's, changed by each change.
func (p *pki) crl(i int, changes ...func(*certtest.CRL)) []byte {
	c := &certtest.CRL{
		Issuer: p.links[i].name, Signer: certtest.Keys(p.links[i].key),
		ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour),
	}
	for _, change := range changes {
		change(c)
	}
	return c.Sign()
}

// allCRLs makes a list of every authority, that of link i changed.
func allCRLs(i int, changes ...func(*certtest.CRL)) func(*pki) [][]byte {
	return func(p *pki) [][]byte {
		var crls [][]byte
		for n := 1; n <= p.top(); n++ {
			if n == min(i, p.top()) {
				crls = append(crls, p.crl(n, changes...))
			} else {
				crls = append(crls, p.crl(n))
			}
		}
		return crls
	}
}

// mutation changes something about a link or about the whole.
type mutation struct {
	name  string
	apply func(p *pki, i int)
}

var mutations = slices.Concat(linkMutations, nameMutations, setupMutations, crlMutations,
	distributionMutations, authorityMutations, constraintMutations, stricterMutations)

var linkMutations = []mutation{
	{"expired", func(p *pki, i int) { p.links[i].NotAfter = now.Add(-time.Minute) }},
	{"not yet valid", func(p *pki, i int) { p.links[i].NotBefore = now.Add(time.Hour) }},
	{"valid forever", func(p *pki, i int) {
		p.links[i].NotAfter = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
	}},
	{"no basic constraints", func(p *pki, i int) { p.links[i].set("bc") }},
	{"not a CA", func(p *pki, i int) { p.links[i].set("bc", certtest.BasicConstraints(false, -1)) }},
	{"a CA", func(p *pki, i int) { p.links[i].set("bc", certtest.BasicConstraints(true, -1)) }},
	{"path length 0", func(p *pki, i int) { p.links[i].set("bc", certtest.BasicConstraints(true, 0)) }},
	{"path length 1", func(p *pki, i int) { p.links[i].set("bc", certtest.BasicConstraints(true, 1)) }},
	{"two basic constraints", func(p *pki, i int) {
		p.links[i].set("bc", certtest.BasicConstraints(true, -1), certtest.BasicConstraints(true, -1))
	}},
	{"no key usage", func(p *pki, i int) { p.links[i].set("ku") }},
	{"key usage for CRLs only", func(p *pki, i int) { p.links[i].set("ku", certtest.KeyUsage(certtest.CRLSign)) }},
	{"key usage for certificates only", func(p *pki, i int) { p.links[i].set("ku", certtest.KeyUsage(certtest.KeyCertSign)) }},
	{"key usage for encipherment", func(p *pki, i int) { p.links[i].set("ku", certtest.KeyUsage(certtest.KeyEncipherment)) }},
	{"key usage for nothing", func(p *pki, i int) { p.links[i].set("ku", certtest.KeyUsage(0)) }},
	{"for servers", func(p *pki, i int) { p.links[i].set("eku", certtest.ExtKeyUsage(certtest.ServerAuth)) }},
	{"for clients", func(p *pki, i int) { p.links[i].set("eku", certtest.ExtKeyUsage(certtest.ClientAuth)) }},
	{"for anything", func(p *pki, i int) { p.links[i].set("eku", certtest.ExtKeyUsage(certtest.AnyUsage)) }},
	{"for server gated crypto", func(p *pki, i int) { p.links[i].set("eku", certtest.ExtKeyUsage("2.16.840.1.113730.4.1")) }},
	{"no extended key usage", func(p *pki, i int) { p.links[i].set("eku") }},
	{"broken signature", func(p *pki, i int) { p.links[i].BreakSignature = true }},
	{"signature by another", func(p *pki, i int) { p.links[i].key += "-other" }},
	{"SHA-1", func(p *pki, i int) { p.links[i].Hash = crypto.SHA1 }},
	{"P-384", func(p *pki, i int) { p.links[i].key = "p384" }},
	{"Ed25519", func(p *pki, i int) { p.links[i].key = "ed25519" }},
	{"Ed448", func(p *pki, i int) { p.links[i].key = "ed448" }},
	{"ML-DSA-44", func(p *pki, i int) { p.links[i].key = "mldsa44" }},
	{"ML-DSA-87", func(p *pki, i int) { p.links[i].key = "mldsa87" }},
	{"RSA 1024", func(p *pki, i int) { p.links[i].key = "rsa1024" }},
	{"RSA 2048", func(p *pki, i int) { p.links[i].key = "rsa2048" }},
	{"RSA-PSS", func(p *pki, i int) { p.links[i].key = "pss" }},
	{"version 1", func(p *pki, i int) { p.links[i].V1 = true }},
	{"unknown extension", func(p *pki, i int) { p.links[i].set("x", certtest.Extension("1.2.3.4", []byte{5, 0})) }},
	{"critical unknown extension", func(p *pki, i int) { p.links[i].set("x", certtest.Extension("!1.2.3.4", []byte{5, 0})) }},
	{"proxy", func(p *pki, i int) { p.links[i].set("x", certtest.Extension("!1.3.6.1.5.5.7.1.14", proxyInfo)) }},
	{"critical policy", func(p *pki, i int) {
		p.links[i].set("x", certtest.Extension("!2.5.29.32", certtest.Sequence(certtest.AlgorithmID("2.5.29.32.0", false))))
	}},
	{"Netscape server", func(p *pki, i int) {
		p.links[i].set("ns", certtest.Extension("2.16.840.1.113730.1.1", []byte{3, 2, 6, 0x40}))
	}},
	{"Netscape CA", func(p *pki, i int) {
		p.links[i].set("ns", certtest.Extension("2.16.840.1.113730.1.1", []byte{3, 2, 2, 0x04}))
		p.links[i].set("bc")
		p.links[i].set("ku")
	}},
	{"other inner algorithm", func(p *pki, i int) { p.links[i].Inner = certtest.AlgorithmID("1.2.840.10045.4.3.3", false) }},
	{"unknown inner algorithm", func(p *pki, i int) { p.links[i].Inner = certtest.AlgorithmID("1.2.3.4", false) }},
	{"broken alternative names", func(p *pki, i int) { p.links[i].set("san", certtest.Extension("2.5.29.17", []byte{1, 2, 3})) }},
	{"two alternative names", func(p *pki, i int) {
		p.links[i].set("san", certtest.AltNames(certtest.DNS("a")), certtest.AltNames(certtest.DNS("b")))
	}},
	{"time with a zone", func(p *pki, i int) { p.links[i].Validity = validity("200101000000+0000", "490101000000+0000") }},
	{"UTC times", func(p *pki, i int) { p.links[i].Validity = validity("200101000000Z", "490101000000Z") }},
}

// proxyInfo is a ProxyCertInfo that inherits all.
var proxyInfo = certtest.Sequence(certtest.AlgorithmID("1.3.6.1.5.5.7.21.1", false))

func validity(from, to string) []byte {
	var b []byte
	for _, text := range []string{from, to} {
		b = append(append(b, 23, byte(len(text))), text...)
	}
	return b
}

func (p *pki) constrain(i int, permitted, excluded [][]byte) {
	p.links[i].set("nc", certtest.NameConstraints(permitted, excluded))
}

var nameMutations = []mutation{
	{"other key identifier", func(p *pki, i int) { p.links[i].set("akid", certtest.AuthorityKeyID("nobody")) }},
	{"no key identifier", func(p *pki, i int) { p.links[i].set("akid") }},
	{"no subject key identifier", func(p *pki, i int) { p.links[i].set("skid") }},
	{"issuer spelled differently", func(p *pki, i int) {
		p.links[i].issuer = certtest.Name("O=TEST ", fmt.Sprintf("CN= Link  %d", min(i+1, p.top())))
	}},
	{"other issuer", func(p *pki, i int) { p.links[i].issuer = certtest.Name("CN=somebody") }},
	{"self-issued", func(p *pki, i int) { p.links[i].name = p.links[min(i+1, p.top())].name }},
	{"self-issued below a path length", func(p *pki, i int) {
		above := min(i+1, p.top())
		p.links[i].name = p.links[above].name
		p.links[above].set("bc", certtest.BasicConstraints(true, 0))
	}},
	{"empty name", func(p *pki, i int) { p.links[i].name = certtest.Name() }},
	{"DNS permitted", func(p *pki, i int) {
		p.constrain(i, [][]byte{certtest.DNS("localhost"), certtest.DNS("example.com")}, nil)
	}},
	{"other DNS permitted", func(p *pki, i int) { p.constrain(i, [][]byte{certtest.DNS("example.org")}, nil) }},
	{"DNS with a dot permitted", func(p *pki, i int) {
		p.constrain(i, [][]byte{certtest.DNS(".example.com"), certtest.DNS("localhost")}, nil)
	}},
	{"DNS excluded", func(p *pki, i int) { p.constrain(i, nil, [][]byte{certtest.DNS("Example.COM")}) }},
	{"directory permitted", func(p *pki, i int) { p.constrain(i, [][]byte{certtest.Directory(certtest.Name("O=Test"))}, nil) }},
	{"other directory permitted", func(p *pki, i int) { p.constrain(i, [][]byte{certtest.Directory(certtest.Name("O=Tes"))}, nil) }},
	{"address permitted", func(p *pki, i int) {
		p.constrain(i, [][]byte{certtest.GeneralName(7, []byte{127, 0, 0, 0, 255, 0, 0, 0})}, nil)
	}},
	{"leaf with an address inside", func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(7, []byte{127, 0, 0, 1})))
	}},
	{"leaf with an address outside", func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(7, []byte{10, 0, 0, 1})))
	}},
	{"leaf with an email address", func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(1, []byte("me@mail.example.com"))))
	}},
	{"leaf with a URI", func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(6, []byte("https://a.example.com:80/x"))))
	}},
	{"email permitted", func(p *pki, i int) { p.constrain(i, [][]byte{certtest.GeneralName(1, []byte(".example.com"))}, nil) }},
	{"mailbox permitted", func(p *pki, i int) {
		p.constrain(i, [][]byte{certtest.GeneralName(1, []byte("you@mail.example.com"))}, nil)
	}},
	{"URI permitted", func(p *pki, i int) { p.constrain(i, [][]byte{certtest.GeneralName(6, []byte(".example.com"))}, nil) }},
	{"host of a URI excluded", func(p *pki, i int) { p.constrain(i, nil, [][]byte{certtest.GeneralName(6, []byte("a.example.com"))}) }},
	{"registered identifier excluded", func(p *pki, i int) { p.constrain(i, nil, [][]byte{certtest.GeneralName(8, []byte{42})}) }},
	{"leaf with a registered identifier", func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(8, []byte{42})))
	}},
	{"leaf named by common name only", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "CN=a.example.com")
		p.links[0].set("san")
	}},
	{"leaf with an email address in its subject", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "emailAddress=me@example.org")
	}},
}

const mailProtection = "1.3.6.1.5.5.7.3.4"

func trustedFor(accept, reject []string) func(*pki, int) {
	return func(p *pki, _ int) {
		p.settings = func(der []byte) []byte { return trustedForm(der, accept, reject) }
	}
}

// rootPEM labels a trusted certificate by whether trust settings follow it.
func rootPEM(der []byte) string {
	text := certtest.PEM(der)
	if _, settings, err := certder.Parse(der); err == nil && len(settings) > 0 {
		return strings.ReplaceAll(text, " CERTIFICATE-", " TRUSTED CERTIFICATE-")
	}
	return text
}

var setupMutations = []mutation{
	{"for a client", func(p *pki, i int) { p.purpose = ClientAuth }},
	{"level 0", func(p *pki, i int) { p.level = 0 }},
	{"level 1", func(p *pki, i int) { p.level = 1 }},
	{"level 3", func(p *pki, i int) { p.level = 3 }},
	{"partial chains", func(p *pki, i int) { p.partial = true }},
	{"trusted for servers", trustedFor([]string{certtest.ServerAuth}, nil)},
	{"trusted for mail", trustedFor([]string{mailProtection}, nil)},
	{"trusted for anything", trustedFor([]string{certtest.AnyUsage}, nil)},
	{"trusted for nothing", trustedFor([]string{}, nil)},
	{"rejected for servers", trustedFor(nil, []string{certtest.ServerAuth})},
	{"rejected for clients", trustedFor(nil, []string{certtest.ClientAuth})},
	{"rejected for anything", trustedFor([]string{certtest.ServerAuth}, []string{certtest.AnyUsage})},
	{"sent in reverse", func(p *pki, i int) { p.sendReverse = true }},
	{"root sent", func(p *pki, i int) { p.sent = append(p.sent, p.top()) }},
	{"sent twice", func(p *pki, i int) { p.sent = append(p.sent, p.sent[len(p.sent)-1]) }},
	{"not sent", func(p *pki, i int) {
		if n := slices.Index(p.sent, i); n > 0 {
			p.sent = slices.Delete(p.sent, n, n+1)
		}
	}},
	{"trusted too", func(p *pki, i int) { p.trusted = append(p.trusted, i) }},
	{"trusted alone", func(p *pki, i int) { p.trusted = []int{i} }},
	{"nothing trusted", func(p *pki, i int) { p.trusted = nil }},
	{"a mimic of the root trusted", func(p *pki, i int) {
		mimic := newPKI(len(p.links))
		mimic.links[mimic.top()].key = "p256-mimic"
		p.trusted, p.extraTrusted = nil, [][]byte{mimic.sign(mimic.top())}
	}},
	{"a mimic of the root trusted too", func(p *pki, i int) {
		mimic := newPKI(len(p.links))
		mimic.links[mimic.top()].key = "p256-mimic"
		p.extraTrusted = [][]byte{mimic.sign(mimic.top())}
	}},
	{"an expired copy trusted too", func(p *pki, i int) {
		old := *p.links[p.top()]
		old.NotAfter, old.Serial = now.Add(-time.Minute), 999
		other := &pki{links: append(slices.Clone(p.links[:p.top()]), &old)}
		p.extraTrusted = append([][]byte{other.sign(p.top())}, p.extraTrusted...)
	}},
	{"cross-signed", func(p *pki, i int) {
		other := newPKI(3)
		other.links[2].name, other.links[2].key = certtest.Name("CN=other root"), "p256-cross"
		other.links[1] = p.links[p.top()]
		p.extraSent = append(p.extraSent, other.sign(1))
		p.extraTrusted = append(p.extraTrusted, other.sign(2))
	}},
}

func allRevoked(serial int64) func(*certtest.CRL) {
	return func(c *certtest.CRL) { c.Revoked = []int64{1, serial, 7} }
}

func issuingPoint(tag byte) func(*certtest.CRL) {
	return func(c *certtest.CRL) {
		c.Extensions = append(c.Extensions, certtest.Extension("!2.5.29.28", []byte{0x30, 3, 0x80 | tag, 1, 0xff}))
	}
}

var crlMutations = []mutation{
	{"CRLs", func(p *pki, i int) { p.crls = allCRLs(0) }},
	{"one CRL only", func(p *pki, i int) {
		p.crls = func(p *pki) [][]byte { return [][]byte{p.crl(max(i, 1) % len(p.links))} }
	}},
	{"leaf revoked", func(p *pki, i int) { p.crls = allCRLs(1, allRevoked(100)) }},
	{"issuer revoked", func(p *pki, i int) { p.crls = allCRLs(2, allRevoked(101)) }},
	{"expired CRL", func(p *pki, i int) {
		p.crls = allCRLs(i, func(c *certtest.CRL) { c.NextUpdate = now.Add(-time.Minute) })
	}},
	{"expired CRL that revokes", func(p *pki, i int) {
		p.crls = allCRLs(1, allRevoked(100), func(c *certtest.CRL) { c.NextUpdate = now.Add(-time.Minute) })
	}},
	{"future CRL", func(p *pki, i int) {
		p.crls = allCRLs(i, func(c *certtest.CRL) { c.ThisUpdate = now.Add(time.Hour) })
	}},
	{"broken CRL", func(p *pki, i int) { p.crls = allCRLs(i, func(c *certtest.CRL) { c.BreakSignature = true }) }},
	{"CRL with a critical extension", func(p *pki, i int) {
		p.crls = allCRLs(i, func(c *certtest.CRL) { c.Extensions = [][]byte{certtest.Extension("!1.2.3.4", []byte{5, 0})} })
	}},
	{"delta CRL", func(p *pki, i int) {
		p.crls = allCRLs(i, func(c *certtest.CRL) { c.Extensions = [][]byte{certtest.Extension("!2.5.29.27", []byte{2, 1, 1})} })
	}},
	{"CRL for users", func(p *pki, i int) { p.crls = allCRLs(i, issuingPoint(1)) }},
	{"CRL for authorities", func(p *pki, i int) { p.crls = allCRLs(i, issuingPoint(2)) }},
	{"indirect CRL", func(p *pki, i int) { p.crls = allCRLs(i, issuingPoint(4)) }},
	{"CRL of another key", func(p *pki, i int) {
		p.crls = allCRLs(i, func(c *certtest.CRL) { c.Extensions = [][]byte{certtest.AuthorityKeyID("nobody")} })
	}},
	{"an old and a new CRL", func(p *pki, i int) {
		p.crls = func(p *pki) [][]byte {
			old := func(c *certtest.CRL) { c.ThisUpdate = c.ThisUpdate.Add(-time.Hour) }
			return append(allCRLs(i, allRevoked(100))(p), allCRLs(i, old)(p)...)
		}
	}},
}

var (
	seed  = flag.Int64("seed", 1, "which random chains are made")
	count = flag.Int("chains", 300, "how many random chains are made")
)

// randomScenarios makes n of them, the same ones for the same seed but for
// their keys.
func randomScenarios(seed int64, n int) []*scenario {
	r := rand.New(rand.NewSource(seed))
	var list []*scenario
	for k := range n {
		p := newPKI(1 + r.Intn(5))
		names := []string{fmt.Sprintf("%d of %d links", k, len(p.links))}
		for range r.Intn(4) {
			m, i := mutations[r.Intn(len(mutations))], r.Intn(len(p.links))
			m.apply(p, i)
			names = append(names, fmt.Sprintf("%s (%d)", m.name, i))
		}
		list = append(list, p.build(strings.Join(names, ", ")))
	}
	return list
}

// singleScenarios applies each mutation to each link of a chain of four, and
// to a self-signed leaf.
func singleScenarios() []*scenario {
	var list []*scenario
	for _, m := range mutations {
		for _, n := range []int{1, 4} {
			for i := range n {
				p := newPKI(n)
				m.apply(p, i)
				list = append(list, p.build(fmt.Sprintf("%s (%d of %d)", m.name, i, n)))
			}
		}
	}
	for _, r := range restrictions {
		p := newPKI(3)
		if r.apply(p); !p.stricter {
			list = append(list, p.build("restriction: "+r.name))
		}
	}
	return list
}

func keyPEM(t testing.TB, k *certtest.Key) string {
	t.Helper()
	pem, err := keyfile.MarshalPrivateKey(k.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem)
}

func writeFile(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
