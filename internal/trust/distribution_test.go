package trust

import (
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certtest"
)

// tagged wraps contents in a context-specific tag.
func tagged(tag cbasn1.Tag, contents ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(contents...)) })
	return b.BytesOrPanic()
}

func constructed(n uint8, contents ...[]byte) []byte {
	return tagged(cbasn1.Tag(n).Constructed(), contents...)
}

func primitive(n uint8, contents ...[]byte) []byte { return tagged(cbasn1.Tag(n), contents...) }

var (
	uriA = certtest.GeneralName(6, []byte("http://a.example/crl"))
	uriB = certtest.GeneralName(6, []byte("http://b.example/crl"))
	// fragment is an attribute of a nameRelativeToCRLIssuer.
	fragment = certtest.Name("CN=crl 1")[4:]
)

// at makes a distributionPoint field of full names.
func at(names ...[]byte) []byte { return constructed(0, constructed(0, names...)) }

func points(dps ...[]byte) []byte {
	return certtest.Extension("2.5.29.31", certtest.Sequence(dps...))
}

// distributed gives link i distribution points and every CRL the scope.
func distributed(scope []byte, dps ...[]byte) func(p *pki, i int) {
	return func(p *pki, i int) {
		p.links[i].set("crldp", points(dps...))
		change := func(c *certtest.CRL) {
			if scope != nil {
				c.Extensions = append(c.Extensions, certtest.Extension("!2.5.29.28", scope))
			}
		}
		p.crls = allCRLs(i+1, change)
	}
}

// directoryOf is the directoryName of link i's issuer.
func directoryOf(p *pki, i int) []byte {
	return certtest.Directory(p.links[min(i+1, p.top())].name)
}

var distributionMutations = []mutation{
	{"point without scope", distributed(nil, certtest.Sequence(at(uriA)))},
	{"same point", distributed(certtest.Sequence(at(uriA)), certtest.Sequence(at(uriB, uriA)))},
	{"other point", distributed(certtest.Sequence(at(uriA)), certtest.Sequence(at(uriB)))},
	{"scope without point", distributed(certtest.Sequence(at(uriA)))},
	{"point for some reasons", distributed(nil, certtest.Sequence(at(uriA), primitive(1, []byte{5, 0x60})))},
	{"point for many reasons", distributed(nil, certtest.Sequence(at(uriA), primitive(1, []byte{7, 0x7f, 0x80})))},
	{"same relative point", distributed(certtest.Sequence(constructed(0, constructed(1, fragment))), certtest.Sequence(constructed(0, constructed(1, fragment))))},
	{"empty point", distributed(nil, certtest.Sequence())},
	{"broken points", distributed(nil, []byte{5, 0})},
	{"CRL for some reasons", distributed(certtest.Sequence(at(uriA), primitive(3, []byte{5, 0x60})), certtest.Sequence(at(uriA)))},
	{"CRL for users and authorities", distributed(certtest.Sequence(primitive(1, []byte{0xff}), primitive(2, []byte{0xff})))},
	{"CRL for attributes", distributed(certtest.Sequence(primitive(5, []byte{0xff})))},
	{"CRL issuer named", func(p *pki, i int) {
		distributed(nil, certtest.Sequence(at(uriA), constructed(2, directoryOf(p, i))))(p, i)
	}},
	{"other CRL issuer named", func(p *pki, i int) {
		distributed(nil, certtest.Sequence(at(uriA), constructed(2, certtest.Directory(certtest.Name("CN=x")))))(p, i)
	}},
	{"CRL issuer alone", func(p *pki, i int) {
		distributed(certtest.Sequence(at(uriA)), certtest.Sequence(constructed(2, directoryOf(p, i))))(p, i)
	}},
	{"point by directory name", func(p *pki, i int) {
		name := certtest.Directory(certtest.Name("CN=CRL"))
		distributed(certtest.Sequence(at(certtest.Directory(certtest.Name("CN=crl")))), certtest.Sequence(at(uriA, name)))(p, i)
	}},
}

// TestRefusesCRLsOfUnknownScope: OpenSSL ignores a scope that it cannot read.
func TestRefusesCRLsOfUnknownScope(t *testing.T) {
	p := newPKI(3)
	distributed([]byte{5, 0})(p, 0)
	if _, err := p.build("broken scope").verify(t); resultOf(err) != UnableToGetCRL {
		t.Errorf("got %v", err)
	}
}

// issuerAndSerial makes an authorityKeyIdentifier.
func issuerAndSerial(name []byte, serial byte) []byte {
	return certtest.Extension("2.5.29.35", certtest.Sequence(constructed(1, uriA, certtest.Directory(name)), primitive(2, []byte{serial})))
}

var authorityMutations = []mutation{
	{"issuer and serial number", func(p *pki, i int) {
		above := min(i+1, p.top())
		p.links[i].set("akid", issuerAndSerial(p.links[min(above+1, p.top())].name, byte(100+above)))
	}},
	{"other serial number", func(p *pki, i int) {
		above := min(i+1, p.top())
		p.links[i].set("akid", issuerAndSerial(p.links[min(above+1, p.top())].name, 1))
	}},
	{"other issuer of the issuer", func(p *pki, i int) {
		p.links[i].set("akid", issuerAndSerial(certtest.Name("CN=x"), byte(100+min(i+1, p.top()))))
	}},
	{"broken key identifier", func(p *pki, i int) { p.links[i].set("akid", certtest.Extension("2.5.29.35", []byte{5, 0})) }},
}

// constrained gives the leaf a name, or a subject, and link i constraints.
func constrained(name []byte, permitted, excluded [][]byte) func(p *pki, i int) {
	return func(p *pki, i int) {
		p.links[0].set("san", certtest.AltNames(certtest.DNS("localhost"), name))
		p.constrain(i, permitted, excluded)
	}
}

func list(names ...[]byte) [][]byte { return names }

func email(text string) []byte { return certtest.GeneralName(1, []byte(text)) }

func uri(text string) []byte { return certtest.GeneralName(6, []byte(text)) }

// bounded makes a subtree with a minimum.
func bounded(name []byte, minimum byte) []byte {
	subtree := certtest.Sequence(name, primitive(0, []byte{minimum}))
	return certtest.Extension("!2.5.29.30", certtest.Sequence(constructed(0, subtree)))
}

var constraintMutations = []mutation{
	{"email in its domain", constrained(email("me@mail.example.com"), list(email(".Example.com")), nil)},
	{"email in its host", constrained(email("me@Mail.example.com"), list(email("mail.example.com")), nil)},
	{"email in another host", constrained(email("me@mail.example.com"), list(email("example.com")), nil)},
	{"email as its mailbox", constrained(email("me@mail.example.com"), list(email("me@MAIL.example.com")), nil)},
	{"email as another mailbox", constrained(email("me@mail.example.com"), list(email("Me@mail.example.com")), nil)},
	{"email as a longer mailbox", constrained(email("me@mail.example.com"), list(email("you@mail.example.com")), nil)},
	{"email at a host", constrained(email("me@mail.example.com"), list(email("@mail.example.com")), nil)},
	{"email without a host", constrained(email("me"), list(email("example.com")), nil)},
	{"email excluded", constrained(email("me@mail.example.com"), nil, list(email("mail.example.com")))},
	{"email and nothing", constrained(email("me@mail.example.com"), list(email("")), nil)},
	{"URI in its domain", constrained(uri("https://a.Example.com:80/x?y"), list(uri(".example.com")), nil)},
	{"URI in its host", constrained(uri("https://a.example.com/"), list(uri("A.example.com")), nil)},
	{"URI in another host", constrained(uri("https://a.example.com/"), list(uri("example.com")), nil)},
	{"URI excluded", constrained(uri("https://a.example.com"), nil, list(uri("a.example.com")))},
	{"URI without a host", constrained(uri("urn:a"), list(uri("example.com")), nil)},
	{"URI without a scheme", constrained(uri("a.example.com"), list(uri("a.example.com")), nil)},
	{"URI without a host and no constraint for it", constrained(uri("a.example.com"), list(certtest.DNS("localhost")), nil)},
	{"address in its net", constrained(certtest.GeneralName(7, []byte{10, 1, 2, 3}), list(certtest.GeneralName(7, []byte{10, 0, 0, 0, 255, 0, 0, 0})), nil)},
	{"address in another net", constrained(certtest.GeneralName(7, []byte{11, 1, 2, 3}), list(certtest.GeneralName(7, []byte{10, 0, 0, 0, 255, 0, 0, 0})), nil)},
	{"address of another family", constrained(certtest.GeneralName(7, make([]byte, 16)), list(certtest.GeneralName(7, []byte{10, 0, 0, 0, 255, 0, 0, 0})), nil)},
	{"address in a broken net", constrained(certtest.GeneralName(7, []byte{10, 1, 2, 3}), list(certtest.GeneralName(7, []byte{10})), nil)},
	{"other name constrained", constrained(certtest.OtherName("1.2.3", cbasn1.UTF8String, "x"), list(certtest.OtherName("1.2.3", cbasn1.UTF8String, "x")), nil)},
	{"other other name constrained", constrained(certtest.OtherName("1.2.3", cbasn1.UTF8String, "x"), list(certtest.OtherName("1.2.4", cbasn1.UTF8String, "x")), nil)},
	{"empty DNS constraint", constrained(certtest.DNS("x"), list(certtest.DNS("")), nil)},
	{"DNS part of a label", constrained(certtest.DNS("xlocalhost"), list(certtest.DNS("localhost")), nil)},
	{"broken constraints", func(p *pki, i int) { p.links[i].set("nc", certtest.Extension("!2.5.29.30", []byte{5, 0})) }},
	{"minimum of zero", func(p *pki, i int) { p.links[i].set("nc", bounded(certtest.DNS(""), 0)) }},
	{"minimum of one", func(p *pki, i int) { p.links[i].set("nc", bounded(certtest.DNS(""), 1)) }},
	{"minimum of another type", func(p *pki, i int) { p.links[i].set("nc", bounded(email("x"), 1)) }},
	{"common name excluded", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "CN=a.example.com")
		p.links[0].set("san")
		p.constrain(i, nil, list(certtest.DNS("example.com")))
	}},
	{"common name with a zero excluded", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "CN=a.example.com\x00b")
		p.links[0].set("san")
		p.constrain(i, nil, list(certtest.DNS("example.org")))
	}},
	{"common name ending in zero excluded", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "CN=a.example.com\x00")
		p.links[0].set("san")
		p.constrain(i, nil, list(certtest.DNS("example.com")))
	}},
	{"subject with an email address excluded", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "emailAddress=me@example.org")
		p.constrain(i, nil, list(email("example.org")))
	}},
	{"subject with an odd email address", func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "1.2.840.113549.1.9.1=me@example.org")
		p.constrain(i, nil, list(email("example.com")))
	}},
}

// commonName gives the leaf a common name in place of alternative names, and
// link i constraints of DNS names.
func commonName(name string, permitted, excluded [][]byte) func(p *pki, i int) {
	return func(p *pki, i int) {
		p.links[0].name = certtest.Name("O=test", "CN="+name)
		p.links[0].set("san")
		p.constrain(i, permitted, excluded)
	}
}

// stricterMutations make names that reach outside of their constraints in ways
// that CheckServerIdentity knows and OpenSSL's constraints do not.
var stricterMutations = stricter([]mutation{
	{"common name with a wildcard", commonName("*.evil.example", list(certtest.DNS("example.com")), nil)},
	{"common name with a dot at its end", commonName("a.evil.example.", list(certtest.DNS("example.com")), nil)},
	{"common name of one label", commonName("evil", list(certtest.DNS("example.com")), nil)},
	{"common name with a hyphen at the end of a label", commonName("a-.example.com", list(certtest.DNS("example.org")), nil)},
	{"common name with a wildcard over an excluded host", commonName("*.example.com", nil, list(certtest.DNS("a.example.com")))},
	{"common name with a dot below an excluded domain", commonName("a.example.com.", nil, list(certtest.DNS("example.com")))},
	{"DNS name with a dot below an excluded domain", constrained(certtest.DNS("a.Example.com."), nil, list(certtest.DNS("example.com")))},
	{"DNS name below an excluded domain with a dot", constrained(certtest.DNS("a.example.com"), nil, list(certtest.DNS("example.com.")))},
	{"wildcard over an excluded host", constrained(certtest.DNS("*.example.com"), nil, list(certtest.DNS("foo.example.com")))},
	{"part of a wildcard over an excluded host", constrained(certtest.DNS("f*.example.com"), nil, list(certtest.DNS("foo.example.com")))},
	{"wildcard beside an excluded host", constrained(certtest.DNS("*.a.example.com"), nil, list(certtest.DNS("foo.example.com")))},
	{"wildcard above an excluded domain", constrained(certtest.DNS("*.example.com"), nil, list(certtest.DNS(".foo.example.com")))},
	{"URI with a dot at an excluded host", constrained(uri("https://a.example.com./"), nil, list(uri("a.example.com")))},
	{"email with a dot at an excluded host", constrained(email("me@a.example.com."), nil, list(email("a.example.com")))},
})

func stricter(list []mutation) []mutation {
	for i, m := range list {
		list[i].apply = func(p *pki, i int) {
			m.apply(p, i)
			p.stricter = true
		}
	}
	return list
}
