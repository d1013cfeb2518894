package certobject

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/oid"
	"polytls/internal/peertest"
	"polytls/internal/trust/certtest"
)

// fixtures returns the certificates of testdata by name. They lie beside
// what Node 26 said of them, where that was recorded.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.pem")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	ders := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		ders[strings.TrimSuffix(filepath.Base(path), ".pem")] = block.Bytes
	}
	return ders
}

func stringify(t testing.TB, der []byte) string {
	t.Helper()
	c, err := New(der)
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(data) {
		t.Fatalf("not JSON: %s", data)
	}
	return string(data)
}

func TestEqualsRecordingsOfNode(t *testing.T) {
	compared := 0
	for name, der := range fixtures(t) {
		want, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			continue
		}
		compared++
		if got := stringify(t, der); got != strings.TrimSpace(string(want)) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	if compared < 6 {
		t.Errorf("compared %d certificates", compared)
	}
}

// TestEqualsNode asks Node, also about certificates as odd as can be.
func TestEqualsNode(t *testing.T) {
	const script = `
const {X509Certificate} = require('crypto');
const inputs = JSON.parse(require('fs').readFileSync(0));
const out = {};
for (const [name, pem] of Object.entries(inputs))
  out[name] = JSON.stringify(new X509Certificate(pem).toLegacyObject());
console.log(JSON.stringify(out));`
	ders := fixtures(t)
	for name, der := range oddCertificates() {
		ders[name] = der
	}
	pems := make(map[string]string, len(ders))
	for name, der := range ders {
		pems[name] = certtest.PEM(der)
	}
	var want map[string]string
	peertest.RunNode(t, script, pems, &want)
	for name, der := range ders {
		if got := stringify(t, der); got != want[name] {
			t.Errorf("%s:\n got %s\nwant %s", name, without(got, "raw"), without(want[name], "raw"))
		}
	}
}

// without cuts a Buffer out of a text that is to be read.
func without(text, key string) string {
	before, rest, found := strings.Cut(text, `,"`+key+`":{"type":"Buffer","data":[`)
	if !found {
		return text
	}
	_, after, _ := strings.Cut(rest, "]}")
	return before + after
}

var day = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

func odd(change func(*certtest.Template)) []byte {
	key := certtest.Keys("p256")
	t := &certtest.Template{
		Serial: 1, Subject: certtest.Name("CN=odd"), Issuer: certtest.Name("CN=odd"),
		NotBefore: day, NotAfter: day.AddDate(30, 0, 0), Key: key, Signer: key,
	}
	change(t)
	return t.Sign()
}

func oddCertificates() map[string][]byte {
	certs := map[string][]byte{
		"plain":           odd(func(t *certtest.Template) {}),
		"version 1":       odd(func(t *certtest.Template) { t.V1 = true }),
		"empty name":      odd(func(t *certtest.Template) { t.Subject = certtest.Name() }),
		"zero serial":     odd(func(t *certtest.Template) { t.Serial = 0 }),
		"negative serial": odd(func(t *certtest.Template) { t.Serial = -258 }),
		"serial 0x80":     odd(func(t *certtest.Template) { t.Serial = 0x80 }),
		"p384":            odd(func(t *certtest.Template) { t.Key = certtest.Keys("p384") }),
		"ed448":           odd(func(t *certtest.Template) { t.Key = certtest.Keys("ed448") }),
		"mldsa44":         odd(func(t *certtest.Template) { t.Key = certtest.Keys("mldsa44") }),
		"mldsa87":         odd(func(t *certtest.Template) { t.Key = certtest.Keys("mldsa87") }),
		"ed25519":         odd(func(t *certtest.Template) { t.Key = certtest.Keys("ed25519") }),
		"rsa":             odd(func(t *certtest.Template) { t.Key = certtest.Keys("rsa1024") }),
		"usages": odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.ExtKeyUsage(certtest.ServerAuth, certtest.AnyUsage, "1.2.3.4.5")}
		}),
		"two usages": odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.ExtKeyUsage(certtest.ServerAuth), certtest.ExtKeyUsage(certtest.ClientAuth)}
		}),
		"two alternative names": odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.AltNames(certtest.DNS("a")), certtest.AltNames(certtest.DNS("b"))}
		}),
		"no alternative names":     odd(func(t *certtest.Template) { t.Extensions = [][]byte{certtest.AltNames()} }),
		"broken alternative names": odd(func(t *certtest.Template) { t.Extensions = [][]byte{certtest.Extension("2.5.29.17", []byte{1, 2, 3})} }),
	}
	authorities := map[string][][]byte{
		"ca":                   {certtest.BasicConstraints(true, -1)},
		"ca with usage":        {certtest.BasicConstraints(true, 3), certtest.KeyUsage(certtest.KeyCertSign)},
		"ca without its usage": {certtest.BasicConstraints(true, -1), certtest.KeyUsage(certtest.CRLSign)},
		"no ca":                {certtest.BasicConstraints(false, -1), certtest.KeyUsage(certtest.KeyCertSign)},
		"usage alone":          {certtest.KeyUsage(certtest.KeyCertSign)},
	}
	for name, extensions := range authorities {
		certs[name] = odd(func(t *certtest.Template) { t.Extensions = extensions })
	}
	for name, subject := range oddNames() {
		certs["name: "+name] = odd(func(t *certtest.Template) { t.Subject = subject })
		certs["alternative name: "+name] = odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.AltNames(certtest.Directory(subject))}
		})
	}
	for name, general := range oddGeneralNames() {
		certs["general name: "+name] = odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.AltNames(certtest.DNS("a.example"), general, certtest.DNS("b.example"))}
		})
		certs["access: "+name] = odd(func(t *certtest.Template) {
			t.Extensions = [][]byte{certtest.Extension("1.3.6.1.5.5.7.1.1", certtest.Sequence(
				certtest.Sequence(objectID("1.3.6.1.5.5.7.48.2"), general),
				certtest.Sequence(objectID("1.2.3"), general),
				certtest.Sequence(objectID("1.3.6.1.5.5.7.48.3"), general),
				certtest.Sequence(objectID("1.3.6.1.5.5.7.48.2"), certtest.DNS("again")),
			))}
		})
	}
	for text, tag := range oddTimes {
		certs["time: "+text] = odd(func(t *certtest.Template) {
			t.Validity = append(element(tag, text), element(tag, text)...)
		})
	}
	return certs
}

func objectID(dotted string) []byte {
	// An AlgorithmIdentifier without parameters holds nothing else.
	return certtest.AlgorithmID(dotted, false)[2:]
}

func element(tag cbasn1.Tag, text string) []byte {
	return append([]byte{byte(tag), byte(len(text))}, text...)
}

var oddTimes = map[string]cbasn1.Tag{
	"491231235959Z":   cbasn1.UTCTime,
	"500101000000Z":   cbasn1.UTCTime,
	"680101000000Z":   cbasn1.UTCTime,
	"700101000000Z":   cbasn1.UTCTime,
	"20260101000000Z": cbasn1.GeneralizedTime,
	"99991231235959Z": cbasn1.GeneralizedTime,
}

func oddNames() map[string][]byte {
	const printable, ia5, t61, bmp, universal, bits = cbasn1.PrintableString, cbasn1.IA5String, cbasn1.T61String, cbasn1.Tag(30), cbasn1.Tag(28), cbasn1.BIT_STRING
	one := func(id string, tag cbasn1.Tag, value string) []byte {
		return certtest.NameOf([]certtest.Attribute{{ID: id, Tag: tag, Value: []byte(value)}})
	}
	names := map[string][]byte{
		"latin-1":         one("2.5.4.3", t61, "b\xfccher"),
		"printable":       one("2.5.4.3", printable, "a_b@c"),
		"ia5":             one("2.5.4.3", ia5, "a\x01b\x7f\xff"),
		"bmp":             one("2.5.4.3", bmp, "\x00a\x20\xac"),
		"universal":       one("2.5.4.3", universal, "\x00\x01\xf6\x00"),
		"bits":            one("2.5.4.45", bits, "\x00\x01"),
		"bits and text":   certtest.NameOf([]certtest.Attribute{{ID: "2.5.4.45", Tag: bits, Value: []byte("\x00\x01")}}, []certtest.Attribute{{ID: "2.5.4.3", Tag: printable, Value: []byte("a")}}),
		"line separators": certtest.Name("CN=a\u2028b\u2029c<>&\u007f"),
		"control":         certtest.Name("CN=a\x00b\x1f\b\f\n\r\t"),
		"quotes":          certtest.Name(`CN="a" 'b' \c, d; e+f<g>`),
		"edges":           certtest.Name("CN= a ", "O=#b", "OU= ", "C=#"),
		"empty value":     certtest.Name("CN="),
		"unknown":         certtest.Name("1.2.3.4.5=x", "2.5.4.250=y"),
		"repeated":        certtest.Name("CN=1", "O=x", "CN=2", "CN=3"),
		"several in one": certtest.NameOf([]certtest.Attribute{
			{ID: "2.5.4.3", Tag: cbasn1.UTF8String, Value: []byte("a")},
			{ID: "2.5.4.10", Tag: cbasn1.UTF8String, Value: []byte("b")},
		}, []certtest.Attribute{{ID: "2.5.4.11", Tag: cbasn1.UTF8String, Value: []byte("ünïcode")}}),
	}
	var all []string
	for id := range oid.Known() {
		all = append(all, id+"=x")
	}
	names["every known type"] = certtest.Name(all...)
	return names
}

func oddGeneralNames() map[string][]byte {
	names := map[string][]byte{
		"comma":             certtest.DNS("a, DNS:b"),
		"quote":             certtest.DNS(`a"b\c'd`),
		"octets":            certtest.DNS("\x00\x1f\x7f\x80\xff ~"),
		"empty":             certtest.DNS(""),
		"email":             certtest.GeneralName(1, []byte("a@b, c")),
		"uri":               certtest.GeneralName(6, []byte("http://a.example/, DNS:evil.example\nx")),
		"plain uri":         certtest.GeneralName(6, []byte("http://a.example:80/?a=b:c")),
		"ipv4":              certtest.GeneralName(7, []byte{1, 2, 3, 4}),
		"ipv6":              certtest.GeneralName(7, []byte("\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")),
		"address of 3":      certtest.GeneralName(7, []byte{1, 2, 3}),
		"address of 0":      certtest.GeneralName(7, nil),
		"registered":        certtest.GeneralName(8, []byte{0x55, 0x04, 0x03}),
		"upn":               certtest.OtherName("1.3.6.1.4.1.311.20.2.3", cbasn1.UTF8String, "a@b"),
		"odd upn":           certtest.OtherName("1.3.6.1.4.1.311.20.2.3", cbasn1.UTF8String, "ä, \"b\"\x01"),
		"upn of wrong type": certtest.OtherName("1.3.6.1.4.1.311.20.2.3", cbasn1.IA5String, "a@b"),
		"srv":               certtest.OtherName("1.3.6.1.5.5.7.8.7", cbasn1.IA5String, "_a.b"),
		"odd srv":           certtest.OtherName("1.3.6.1.5.5.7.8.7", cbasn1.IA5String, "a,\xff"),
		"xmpp":              certtest.OtherName("1.3.6.1.5.5.7.8.5", cbasn1.UTF8String, "a@b"),
		"smtp":              certtest.OtherName("1.3.6.1.5.5.7.8.9", cbasn1.UTF8String, "ü@b"),
		"nai":               certtest.OtherName("1.3.6.1.5.5.7.8.8", cbasn1.UTF8String, "r"),
		"unknown other":     certtest.OtherName("1.2.3.4", cbasn1.UTF8String, "r"),
	}
	return names
}

func TestChainLinksUpToTheRoot(t *testing.T) {
	ders := fixtures(t)
	c := Chain([][]byte{ders["ecsrv"], ders["ca"]})
	root := c.IssuerCertificate
	if root == nil || root.IssuerCertificate != root || root.Fingerprint == c.Fingerprint {
		t.Fatalf("chain of two is linked wrongly: %+v", root)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(data, []byte(`"issuerCertificate"`)); n != 1 {
		t.Errorf("%d references to issuers are written, want 1", n)
	}
	if c := Chain([][]byte{ders["ecsrv"]}); c.IssuerCertificate != nil {
		t.Error("a leaf without its issuer has one")
	}
	if Chain(nil) != nil {
		t.Error("nothing makes a certificate")
	}
}

func TestRefusesWhatIsNoCertificate(t *testing.T) {
	der := fixtures(t)["ecsrv"]
	for n := range der {
		if _, err := New(der[:n]); err == nil {
			t.Fatalf("a certificate cut after %d octets was read", n)
		}
	}
}

func FuzzNew(f *testing.F) {
	for _, der := range fixtures(f) {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if c, err := New(der); err == nil {
			data, err := c.MarshalJSON()
			if err != nil || !json.Valid(data) {
				t.Errorf("no JSON: %v, %s", err, data)
			}
		}
	})
}
