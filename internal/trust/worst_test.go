package trust

import (
	"cmp"
	"crypto/rsa"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/sign"
	"polytls/internal/trust/certtest"
)

// messageSize is how long the certificates of a message may be.
const messageSize = 128 << 10

// worst is a kind of chain that costs as much as a message can: parts of it are
// added until it is full.
type worst struct {
	name string
	// add adds part n.
	add func(c *costly, n int)
	// key is the key of the authorities below the root, P-256 if it is "".
	key string
}

// costly is a chain in the making: a leaf, authorities above it that are all
// alike, and a root.
type costly struct {
	subject            [][]certtest.Attribute
	names, excluded    [][]byte // of the leaf, and of the authorities
	leaf, authority    [][]byte // further extensions
	list               [][]byte // the contents of an extension of the leaf
	listID             string
	authorities, loops int
	rsaBits            int // of authorities' keys, without private keys
}

var worstChains = []worst{
	{name: "DNS names and constraints", add: func(c *costly, n int) {
		c.names = append(c.names, certtest.DNS(fmt.Sprintf("%c%c", 'a'+n%26, 'a'+n/26%26)))
		c.excluded = append(c.excluded, certtest.DNS(fmt.Sprintf("1%d", n%10)))
	}},
	{name: "DNS names and constraints of many authorities", add: func(c *costly, n int) {
		c.authorities = 60
		for i := range 10 {
			c.names = append(c.names, certtest.DNS(fmt.Sprintf("%c%c", 'a'+n%26, 'a'+i)))
		}
		if n%20 == 0 {
			c.excluded = append(c.excluded, certtest.DNS(fmt.Sprintf("1%d", n%10)))
		}
	}},
	{name: "directory names and constraints", add: func(c *costly, n int) {
		c.names = append(c.names, certtest.Directory(certtest.Name(fmt.Sprintf("CN=%04d", n), "CN=abcd")))
		c.excluded = append(c.excluded, certtest.Directory(certtest.Name(fmt.Sprintf("CN=x%04d", n), "CN=abcd")))
	}},
	{name: "long directory names and constraints", add: func(c *costly, n int) {
		long := make([]byte, 1000)
		name := func(last byte) []byte {
			return certtest.Directory(certtest.NameOf([]certtest.Attribute{{ID: "2.5.4.3", Tag: cbasn1.UTF8String, Value: append(long[:999:999], last)}}))
		}
		c.names, c.excluded = append(c.names, name('a')), append(c.excluded, name('b'))
	}},
	{name: "URIs and constraints", add: func(c *costly, n int) {
		c.names = append(c.names, uri(fmt.Sprintf("http://%d", n)))
		c.excluded = append(c.excluded, uri(fmt.Sprintf("%d.x", n)))
	}},
	{name: "email addresses and constraints", add: func(c *costly, n int) {
		c.names = append(c.names, email(fmt.Sprintf("a@%d", n)))
		c.excluded = append(c.excluded, email(fmt.Sprintf("b@%d", n)))
	}},
	{name: "addresses and constraints", add: func(c *costly, n int) {
		c.names = append(c.names, certtest.GeneralName(7, []byte{10, 0, byte(n >> 8), byte(n)}))
		c.excluded = append(c.excluded, certtest.GeneralName(7, []byte{11, 0, byte(n >> 8), byte(n), 255, 255, 255, 255}))
	}},
	{name: "DNS names", add: func(c *costly, n int) { c.names = append(c.names, certtest.DNS("a")) }},
	{name: "quoted names", add: func(c *costly, n int) { c.names = append(c.names, certtest.DNS(`"`)) }},
	{name: "attributes", add: func(c *costly, n int) {
		c.subject = append(c.subject, []certtest.Attribute{{ID: fmt.Sprintf("1.2.%d", n), Tag: cbasn1.UTF8String}})
	}},
	{name: "attributes of one relative name", add: func(c *costly, n int) {
		if n == 0 {
			c.subject = [][]certtest.Attribute{nil}
		}
		c.subject[0] = append(c.subject[0], certtest.Attribute{ID: "1.2.3", Tag: cbasn1.UTF8String, Value: fmt.Append(nil, n)})
	}},
	{name: "common names", add: func(c *costly, n int) {
		c.subject = append(c.subject, []certtest.Attribute{{ID: "2.5.4.3", Tag: cbasn1.UTF8String, Value: []byte("a.b")}})
		c.excluded = append(c.excluded, certtest.DNS("1.b"))
	}},
	{name: "a long identifier", add: func(c *costly, n int) {
		c.leaf = [][]byte{longIdentifier(200 * (n + 1))}
	}},
	{name: "identifiers", add: func(c *costly, n int) { c.leaf = append(c.leaf, longIdentifier(127)) }},
	{name: "extensions", add: func(c *costly, n int) {
		c.leaf = append(c.leaf, certtest.Extension(fmt.Sprintf("1.2.3.%d", n), nil))
	}},
	{name: "policies", add: func(c *costly, n int) {
		c.listID, c.list = "2.5.29.32", append(c.list, certtest.AlgorithmID(fmt.Sprintf("1.2.3.%d", n), false))
	}},
	{name: "usages", add: func(c *costly, n int) {
		var b cryptobyte.Builder
		b.AddASN1ObjectIdentifier(certtest.OID(fmt.Sprintf("1.2.3.%d", n)))
		c.listID, c.list = "2.5.29.37", append(c.list, b.BytesOrPanic())
	}},
	{name: "distribution points", add: func(c *costly, n int) {
		c.listID, c.list = "2.5.29.31", append(c.list, certtest.Sequence(constructed(0, constructed(1, fragment))))
	}},
	{name: "distribution points of names", add: func(c *costly, n int) {
		c.listID, c.list = "2.5.29.31", append(c.list, certtest.Sequence(at(certtest.Directory(certtest.Name("CN=a")))))
	}},
	{name: "key identifiers", add: func(c *costly, n int) {
		c.authorities = 60
		name := certtest.Name("CN=" + string(make([]byte, 20*n)))
		c.authority = [][]byte{certtest.Extension("2.5.29.35", certtest.Sequence(constructed(1, certtest.Directory(name)), primitive(2, []byte{1})))}
	}},
	{name: "a path that may go anywhere", add: func(c *costly, n int) { c.loops = n }},
	{name: "P-256", add: (*costly).addAuthority},
	{name: "P-384", key: "p384", add: (*costly).addAuthority},
	{name: "P-521", key: "p521", add: (*costly).addAuthority},
	{name: "Ed448", key: "ed448", add: (*costly).addAuthority},
	{name: "ML-DSA-44", key: "mldsa44", add: (*costly).addAuthority},
	{name: "ML-DSA-87", key: "mldsa87", add: (*costly).addAuthority},
	{name: "RSA of 8,192 bits without signatures", add: func(c *costly, n int) {
		c.rsaBits = 8192
		c.addAuthority(n)
	}},
	{name: "RSA of 16,384 bits without signatures", add: func(c *costly, n int) {
		c.rsaBits = 16384
		c.addAuthority(n)
	}},
}

// addAuthority adds one as long as the path may grow, then names to the leaf.
func (c *costly) addAuthority(n int) {
	if n < DefaultMaxDepth-1 {
		c.authorities = n
	} else {
		c.names = append(c.names, certtest.DNS("a"))
	}
}

// longIdentifier makes an extension whose identifier has one arc of n octets.
func longIdentifier(n int) []byte {
	arc := slices.Repeat([]byte{0xff}, n)
	arc[n-1] = 0x7f
	return certtest.Sequence(asn1Element(cbasn1.OBJECT_IDENTIFIER, arc), asn1Element(cbasn1.OCTET_STRING, nil))
}

func asn1Element(tag cbasn1.Tag, contents []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(contents) })
	return b.BytesOrPanic()
}

// hugeRSA makes a public key that is as slow as its size allows. What it signs
// is forged.
func hugeRSA(bits int) *certtest.Key {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	n.Sub(n, big.NewInt(12345))
	spki, err := sign.MarshalPublicKey(&rsa.PublicKey{N: n, E: 1<<31 - 1})
	if err != nil {
		panic(err)
	}
	return &certtest.Key{SPKI: spki, Signer: certtest.Keys("rsa2048").Signer}
}

// build makes the chain, leaf first, and the root above it. The root's signature
// is genuine whatever the others are.
func (c *costly) build(key string) (sent [][]byte, root []byte) {
	k, rootKey := certtest.Keys(cmp.Or(key, "p256")), certtest.Keys("p256-root")
	if c.rsaBits > 0 {
		k = hugeRSA(c.rsaBits)
	}
	name := func(i int) []byte { return certtest.Name(fmt.Sprintf("CN=authority %d", i)) }
	issue := func(subject, issuer []byte, signer *certtest.Key, extensions ...[]byte) []byte {
		t := certtest.Template{
			Serial: int64(1 + len(sent)), Subject: subject, Issuer: issuer, Key: k, Signer: signer,
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), Extensions: extensions,
		}
		if signer == rootKey && string(subject) == string(issuer) {
			t.Key = rootKey
		} else if signer != rootKey && c.rsaBits > 0 {
			t.Forged = c.rsaBits / 8
		}
		return t.Sign()
	}
	leaf, ca := slices.Clone(c.leaf), append([][]byte{certtest.BasicConstraints(true, -1)}, c.authority...)
	if c.names != nil {
		leaf = append(leaf, certtest.AltNames(c.names...))
	}
	if c.list != nil {
		leaf = append(leaf, certtest.Extension(c.listID, certtest.Sequence(c.list...)))
	}
	if c.excluded != nil {
		ca = append(ca, certtest.NameConstraints(nil, c.excluded))
	}
	top := max(c.authorities, 1)
	sent = append(sent, issue(certtest.NameOf(c.subject...), name(1), k, leaf...))
	for i := range c.loops { // of two names: each of one may have issued each of the other
		sent = append(sent, issue(name(1+i%2), name(2-i%2), k, ca...))
	}
	for i := 1; i < top; i++ {
		sent = append(sent, issue(name(i), name(i+1), k, ca...))
	}
	sent = append(sent, issue(name(top), name(top+1), rootKey, ca...))
	return sent, issue(name(top+1), name(top+1), rootKey, ca[0])
}

func (w *worst) build(parts int) (sent [][]byte, root []byte) {
	var c costly
	for n := range parts {
		w.add(&c, n)
	}
	return c.build(w.key)
}

func size(sent [][]byte) (n int) {
	for _, der := range sent {
		n += len(der)
	}
	return n
}

// peer parses and verifies what a peer sent, as a handshake does.
func peer(sent [][]byte, roots *Pool) *verification {
	var chain []*Certificate
	for _, der := range sent {
		c, err := ParseCertificate(der)
		if err != nil {
			return nil
		}
		chain = append(chain, c)
	}
	v := verify(chain, Options{Roots: roots, Purpose: ServerAuth, Level: 2, Now: now})
	if v.err() == nil {
		chain[0].IsFor("a.example.com")
	}
	return v
}
