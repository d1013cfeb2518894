package trust

import (
	"errors"
	"strings"
	"testing"
	"time"

	"polytls/certobject"
	"polytls/internal/peertest"
	"polytls/internal/trust/certtest"
)

// identityCerts are certificates with names of every kind.
func identityCerts() map[string][]byte {
	makeCert := func(subject []byte, names ...[]byte) []byte {
		key := certtest.Keys("p256")
		t := certtest.Template{
			Serial: 1, Subject: subject, Issuer: subject, Key: key, Signer: key,
			NotBefore: now, NotAfter: now.Add(time.Hour),
		}
		if names != nil {
			t.Extensions = [][]byte{certtest.AltNames(names...)}
		}
		return t.Sign()
	}
	dns := func(names ...string) []byte {
		var list [][]byte
		for _, n := range names {
			list = append(list, certtest.DNS(n))
		}
		return makeCert(certtest.Name("CN=cn.example.com"), list...)
	}
	ip := func(octets ...byte) []byte { return certtest.GeneralName(7, octets) }
	v6 := func(text string) []byte { return certtest.GeneralName(7, []byte(text)) }
	return map[string][]byte{
		"names":            dns("a.example.com", "B.Example.Com", "*.wild.example", "dot.example."),
		"wildcards":        dns("*.com", "*", "f*.example.com", "*o.example.com", "b*r.example.com", "*.*.example.com", "a.*.example.com", "**.x.example.com", "*.co.uk"),
		"punycode":         dns("xn--bcher-kva.example.com", "xn--*.example.com", "*.xn--bcher-kva.com", "x*xn--.example.com"),
		"odd names":        dns("", ".", "a..b", "bad name.example.com", "\x00.example.com", "ü.example.com", "a, DNS:evil.example.com", `q"uote.example.com`),
		"common name":      makeCert(certtest.Name("CN=cn.example.com")),
		"wildcard CN":      makeCert(certtest.Name("CN=*.example.com")),
		"two CNs":          makeCert(certtest.Name("CN=one.example.com", "CN=two.example.com")),
		"empty CN":         makeCert(certtest.Name("CN=", "O=x")),
		"two empty CNs":    makeCert(certtest.Name("CN=", "CN=")),
		"no CN":            makeCert(certtest.Name("O=x")),
		"address and CN":   makeCert(certtest.Name("CN=cn.example.com"), ip(127, 0, 0, 1)),
		"address CN":       makeCert(certtest.Name("CN=127.0.0.1")),
		"address as DNS":   dns("127.0.0.1", "::1"),
		"addresses":        makeCert(certtest.Name("CN=x"), ip(8, 8, 8, 8), ip(0, 0, 0, 5), v6("\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x8a\x2e\x03\x70\x73\x34"), v6(strings.Repeat("\x00", 15)+"\x01"), v6(strings.Repeat("\x00", 12)+"\x01\x02\x03\x04"), v6(strings.Repeat("\x00", 10)+"\xff\xff\x01\x02\x03\x04"), ip(1, 2, 3)),
		"URI and email":    makeCert(certtest.Name("CN=cn.example.com"), certtest.GeneralName(6, []byte("https://a.example.com/")), certtest.GeneralName(1, []byte("a@b.example.com"))),
		"nothing in SAN":   makeCert(certtest.Name("CN=cn.example.com"), [][]byte{}...),
		"quoted":           makeCert(certtest.Name("CN=x"), certtest.DNS("good.example"), certtest.GeneralName(6, []byte("http://a.example/, DNS:evil.example")), certtest.DNS(`b"q.example`)),
		"addresses quoted": makeCert(certtest.Name("CN=x"), certtest.GeneralName(6, []byte("x, y")), ip(127, 0, 0, 1)),
	}
}

var identityHosts = []string{
	"a.example.com", "A.EXAMPLE.COM", "a.example.com.", "a.example.com..", "b.example.com", "cn.example.com", "one.example.com",
	"two.example.com", "x.wild.example", "x.y.wild.example", ".wild.example", "wild.example", "dot.example", "example.com",
	"com", "x.com", "", ".", "*", "*.com", "foo.example.com", "f.example.com", "o.example.com", "bar.example.com", "br.example.com",
	"x.co.uk", "x.y.example.com", "a.b.example.com", "xn--bcher-kva.example.com", "xn--a.example.com", "x.xn--bcher-kva.com", "xxn--.example.com",
	"a..b", "bad name.example.com", "evil.example", "evil.example.com", "good.example", "127.0.0.1", "127.0.0.1.", "127.1", "0x7f.1", "5", "0.0.0.5", "8.8.8.8",
	"08.8.8.8", "8.8.4.4", "::1", "[::1]", "::1%lo", "0:0::1", "2001:DB8::8a2e:370:7334", "::1.2.3.4", "::ffff:1.2.3.4", "::102:304",
	"::ffff:102:304", "1.2.3.4", "1.2.3", "256.1.1.1", "a.5", "a.0x", "a.0xg", "a%2eexample.com", "a.example.com/path", "a.example.com:443", "a.example.com?x",
	"user@a.example.com", "a.exa\tmple.com", "a_b.example.com", "-a.example.com", "a^b", "%", "%zz.example.com", "q\"uote.example.com", "1.2.3.4.5", "4294967296", "0x100000000",
	"bücher.example.com", "BÜCHER.example.com", "bu\u0308cher.example.com", "ａ.example.com", "a。example.com", "ß.example.com", "☃.example.com", "💩.example.com",
	"a\u00ad.example.com", "a\u200c.example.com", "\u200d.example.com", "ü ü.example.com", "xn--ü.example.com", "אב1.example.com", "1א.example.com", "a.ex%C3%BC", "%FF.example.com",
	"１.２.３.４", "xn--a", "xn--", "xn--zzzzzz.example.com", "ab--c.example.com", "ab--ü.example.com", "-ü.example.com", "ü-.example.com", "\u0301a.example.com", "K.example.com",
	"1.0x1000000", "[::1", "[1.2.3.4]", "[::1]x", "[::1%25lo]", "a.example.com#", `a.example.com\b`,
}

// TestChecksIdentityAsNode compares result and reason for every host with every
// certificate.
func TestChecksIdentityAsNode(t *testing.T) {
	const script = `
const tls = require('tls'), {X509Certificate} = require('crypto');
const {certs, hosts} = JSON.parse(require('fs').readFileSync(0));
const out = {};
for (const [name, pem] of Object.entries(certs)) {
  const cert = new X509Certificate(pem).toLegacyObject();
  out[name] = hosts.map((h) => { const e = tls.checkServerIdentity(h, cert); return e ? [e.reason, e.host, e.message] : null; });
}
console.log(JSON.stringify(out));`
	type input struct {
		Certs map[string]string `json:"certs"`
		Hosts []string          `json:"hosts"`
	}
	certs := identityCerts()
	in := input{Certs: make(map[string]string), Hosts: identityHosts}
	for name, der := range certs {
		in.Certs[name] = certtest.PEM(der)
	}
	var want map[string][][]string
	peertest.RunNode(t, script, in, &want)
	for name, der := range certs {
		c, err := certobject.New(der)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		for i, host := range identityHosts {
			got := CheckServerIdentity(host, c)
			if parsed.IsFor(host) != (got == nil) {
				t.Errorf("%s: %q: IsFor does not say %v", name, host, got)
			}
			switch said := want[name][i]; {
			case (got == nil) != (said == nil):
				t.Errorf("%s: %q: got %v, Node says %q", name, host, got, said)
			case got != nil && (got.Reason != said[0] || got.Host != said[1] || got.Error() != said[2]):
				t.Errorf("%s: %q:\n got %q, %q\nwant %q", name, host, got.Reason, got.Host, said)
			}
		}
	}
}

func TestDomainToASCIIAsNode(t *testing.T) {
	const script = `
const {domainToASCII} = require('url');
console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(domainToASCII)));`
	var want []string
	peertest.RunNode(t, script, identityHosts, &want)
	for i, host := range identityHosts {
		if got := DomainToASCII(host); got != want[i] {
			t.Errorf("%q: got %q, Node says %q", host, got, want[i])
		}
	}
}

func altNames(text string) *certobject.Certificate {
	return &certobject.Certificate{SubjectAltName: &text, Subject: certobject.Name{{Key: "CN", Values: []string{"cn.example"}}}}
}

func TestChecksIdentity(t *testing.T) {
	for _, test := range []struct{ names, host, reason string }{
		{"DNS:a.com", "a.com", ""},
		{"DNS:b.com", "a.com.", "Host: a.com. is not in the cert's altnames: DNS:b.com"},
		{"IP Address:8.8.8.8, IP Address:1.1.1.1", "8.8.4.4", "IP: 8.8.4.4 is not in the cert's list: 8.8.8.8, 1.1.1.1"},
		{"DNS:127.0.0.1", "127.0.0.1", "IP: 127.0.0.1 is not in the cert's list: "},
		{"URI:http://a.com/", "a.com", "Host: a.com. is not cert's CN: cn.example"},
		{`URI:"http://a.example/\u002c DNS:evil.example", DNS:good.example`, "good.example", ""},
		{`URI:"http://a.example/\u002c DNS:evil.example"`, "evil.example", "Host: evil.example. is not cert's CN: cn.example"},
		{`DNS:"a`, "a", "Invalid subject alternative name string"},
		{`DNS:"\ud800"`, "a", `Host: a. is not in the cert's altnames: DNS:"\ud800"`},
		{`DNS:"a",`, "a", ""},
	} {
		err := CheckServerIdentity(test.host, altNames(test.names))
		switch {
		case err == nil && test.reason != "":
			t.Errorf("%s: %s: accepted", test.names, test.host)
		case err != nil && err.Reason != test.reason:
			t.Errorf("%s: %s: got %q, want %q", test.names, test.host, err.Reason, test.reason)
		}
	}
}

func TestIdentityErrorHasNodesCode(t *testing.T) {
	for names, want := range map[string]string{
		"DNS:y":  "ERR_TLS_CERT_ALTNAME_INVALID",
		`DNS:"y`: "ERR_TLS_CERT_ALTNAME_FORMAT",
	} {
		var err error = CheckServerIdentity("x", altNames(names))
		var coded interface{ NodeCode() string }
		if !errors.As(err, &coded) || coded.NodeCode() != want {
			t.Errorf("%s: %v has not the code %s", names, err, want)
		}
	}
}

func FuzzCheckServerIdentity(f *testing.F) {
	for _, host := range identityHosts {
		f.Add(host, `DNS:a.example.com, DNS:"x\u002c", IP Address:::1`)
	}
	f.Fuzz(func(t *testing.T, host, names string) {
		err := CheckServerIdentity(host, altNames(names))
		if err == nil && !strings.Contains(names, "DNS:") && !strings.Contains(names, "IP Address:") && !strings.EqualFold(unfqdn(DomainToASCII(host)), "cn.example") {
			t.Errorf("%q fits %q", host, names)
		}
	})
}
