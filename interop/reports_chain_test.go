package interop

import (
	"strings"
	"testing"
	"time"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/keyfile"
	"polytls/internal/trust/certtest"
)

// chain is a server's certificate, the issuer that it sends with it, and the
// root that its client trusts. A report changes what it is about.
type chain struct {
	root, middle, leaf certtest.Template
	sent, trusted      []*certtest.Template // leaf and middle; root
	names              [][]byte             // subjectAltName of the leaf, localhost
	host               string               // that the client asks for, localhost
}

func newChain() *chain {
	c := &chain{names: [][]byte{certtest.DNS("localhost")}, host: "localhost"}
	authority := func(subject, issuer, signer string, serial int64) certtest.Template {
		return certtest.Template{
			Serial: serial, Subject: certtest.Name("O=" + subject), Issuer: certtest.Name("O=" + issuer),
			NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
			Key: certtest.Keys("p256-" + subject), Signer: certtest.Keys("p256-" + signer),
			Extensions: [][]byte{certtest.BasicConstraints(true, -1), certtest.KeyUsage(certtest.KeyCertSign | certtest.CRLSign)},
		}
	}
	c.root, c.middle = authority("root", "root", "root", 1), authority("middle", "root", "root", 2)
	c.leaf = authority("leaf", "middle", "middle", 3)
	c.leaf.Subject, c.leaf.Extensions = certtest.Name("CN=localhost"), [][]byte{certtest.BasicConstraints(false, -1)}
	c.sent, c.trusted = []*certtest.Template{&c.leaf, &c.middle}, []*certtest.Template{&c.root}
	return c
}

// add adds an extension to the leaf.
func (c *chain) add(extension []byte) { c.leaf.Extensions = append(c.leaf.Extensions, extension) }

// chained connects over a chain.
func chained(change func(c *chain)) scene {
	return func(t testing.TB, n *node) string {
		c := newChain()
		change(c)
		if c.names != nil {
			c.add(certtest.AltNames(c.names...))
		}
		server := options{Cert: signed(c.sent), Key: string(must(keyfile.MarshalPrivateKey(c.leaf.Key.Signer))), HonorOrder: true}
		return meet(server, options{CA: signed(c.trusted), ServerName: c.host, Reject: true})(t, n)
	}
}

func signed(templates []*certtest.Template) string {
	var text strings.Builder
	for _, t := range templates {
		text.WriteString(certtest.PEM(t.Sign()))
	}
	return text.String()
}

// chainReports are certificates that some verifier read as no other.
func chainReports() []report {
	printable := func(value string) []byte {
		return certtest.NameOf([]certtest.Attribute{{ID: "2.5.4.3", Tag: cbasn1.PrintableString, Value: []byte(value)}})
	}
	expired := time.Now().Add(-time.Hour)
	return []report{
		{"authelia/authelia#8767", "a negative serial number",
			chained(func(c *chain) { c.leaf.Serial = -5 }), secure, "", ""},
		{"openssl/openssl#27229", "a serial number of zero",
			chained(func(c *chain) { c.leaf.Serial = 0 }), secure, "", ""},
		{"golang/go#69930", "a URI among the names that is none",
			chained(func(c *chain) {
				c.names = append(c.names, certtest.GeneralName(6, []byte(`https://1k\[@.c?/z]/0[g?<t&K'={}&s<>`)))
			}), secure, "", ""},
		{"libressl/openbsd#131", "a URI without an authority",
			chained(func(c *chain) {
				c.names = append(c.names, certtest.GeneralName(6, []byte("urn:open62541.server.application")))
			}), secure, "", ""},
		{"golang/go#36044", "an underscore in a PrintableString",
			chained(func(c *chain) { c.leaf.Subject = printable("host_1") }), secure, "", ""},
		{"apple/swift-certificates#214", "an ampersand, an asterisk and an at sign in a PrintableString",
			chained(func(c *chain) { c.middle.Subject = printable("A&B *@"); c.leaf.Issuer = c.middle.Subject }), secure, "", ""},
		{"openssl/openssl#25799", "an extension that certificates have only once comes twice",
			chained(func(c *chain) { c.add(certtest.AuthorityKeyID("middle")); c.add(certtest.AuthorityKeyID("middle")) }), "client UNABLE_TO_VERIFY_LEAF_SIGNATURE", "", ""},
		{"ipxe/ipxe#606", "a chain that goes on to a root that has expired, past one that is trusted",
			chained(func(c *chain) {
				cross := c.root
				cross.Issuer, cross.Signer = certtest.Name("O=old"), certtest.Keys("p256-old")
				c.sent = append(c.sent, &cross)
			}), secure, "", ""},
		{"opnsense/plugins#2554", "the root that has expired is trusted, too",
			chained(func(c *chain) {
				cross, old := c.root, c.root
				cross.Issuer, cross.Signer = certtest.Name("O=old"), certtest.Keys("p256-old")
				old.Subject, old.Issuer, old.Key, old.Signer = cross.Issuer, cross.Issuer, cross.Signer, cross.Signer
				old.NotAfter = expired
				c.sent = append(c.sent, &cross)
				c.trusted = append([]*certtest.Template{&old}, c.trusted...)
			}), secure, "", ""},
	}
}
