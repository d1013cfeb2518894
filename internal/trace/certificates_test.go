package trace

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/x509roots/fallback/bundle"

	"polytls/internal/peertest"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// certificateMessage is a Certificate of TLS 1.2.
func certificateMessage(ders ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddUint8(uint8(wire.TypeCertificate))
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, der := range ders {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
			}
		})
	})
	return b.BytesOrPanic()
}

// serverHello chooses TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.
func serverHello() []byte {
	var b cryptobyte.Builder
	b.AddUint8(uint8(wire.TypeServerHello))
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16(0x0303)
		b.AddBytes(make([]byte, 32))
		b.AddUint8(0)
		b.AddUint16(0xC02F)
		b.AddUint8(0)
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddBytes([]byte{0xFF, 0x01, 0, 1, 0})
		})
	})
	return b.BytesOrPanic()
}

// errorLines are what OpenSSL prints of keys that it cannot load: which thread met
// the error in which line of its source.
var errorLines = regexp.MustCompile(`(?m)^[0-9A-F]+:error:.*\n`)

// wantCertificates compares the texts of certificates with those that the
// tracer's client prints.
func (tr tracer) wantCertificates(t *testing.T, ders [][]byte) {
	t.Helper()
	const most = 80 << 10 // that a client takes
	for len(ders) > 0 {
		n, size := 0, 0
		for n < len(ders) && size+len(ders[n]) <= most {
			size += len(ders[n])
			n++
		}
		message := certificateMessage(ders[:n]...)
		text := tr.tellClient(t, func([]byte) []byte { return inRecords(serverHello(), message) })
		text = errorLines.ReplaceAllString(text, "")
		p := newPrinter(tr.release, false)
		p.context.Version = suite.TLS12
		wantPart(t, text, string(p.print(recordlayer.Event{Kind: recordlayer.EventContent, Type: record.Handshake, Payload: message})))
		ders = ders[n:]
	}
}

func TestPrintsRoots(t *testing.T) {
	var ders [][]byte
	for root := range bundle.Roots() {
		ders = append(ders, root.Certificate)
	}
	eachTracer(t, func(t *testing.T, tr tracer) { tr.wantCertificates(t, ders) })
}

// opensslCertificate makes a certificate with OpenSSL, of which the extensions
// are lines of its configuration.
func opensslCertificate(t *testing.T, extensions string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	config := "[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\n" + extensions
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	all := append([]string{"req", "-x509", "-config", "config", "-nodes", "-keyout", "key", "-days", "100"}, args...)
	cmd := exec.Command(peertest.Path(t, "openssl"), all...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OPENSSL_CONF=/dev/null")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %q: %s", err, args, err.(*exec.ExitError).Stderr)
	}
	block, _ := pem.Decode(out)
	return block.Bytes
}

var p256 = []string{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}

// TestPrintsNames compares names with attributes and strings of all types.
func TestPrintsNames(t *testing.T) {
	attribute := func(id string, tag cbasn1.Tag, value string) certtest.Attribute {
		return certtest.Attribute{ID: id, Tag: tag, Value: []byte(value)}
	}
	const commonName = "2.5.4.3"
	const teletex, bmp, universal, numeric, visible cbasn1.Tag = 20, 30, 28, 18, 26
	var rdns [][]certtest.Attribute
	for _, value := range []string{"", " ", " lead", "trail ", "a b", "#hash", "a#b", "a,b", "a+b", `a"b`, `a\b`, "a<b>", "a;b", "a=b", "a/b",
		"ü€", "a\x01b", "a\x7fb", "a\nb", "a\x00b", "\xff\xfe", `"`, "+", ",", "😀"} {
		rdns = append(rdns, []certtest.Attribute{attribute(commonName, cbasn1.UTF8String, value)})
	}
	for _, a := range []certtest.Attribute{
		attribute(commonName, cbasn1.PrintableString, "printable"), attribute(commonName, cbasn1.IA5String, "ia5\xe4"),
		attribute(commonName, teletex, "t\xe4st"), attribute(commonName, bmp, "\x00b\x20\xac"), attribute(commonName, bmp, "odd"),
		attribute(commonName, universal, "\x00\x00\x00u\x00\x01\xf6\x00"), attribute(commonName, numeric, "12 3"),
		attribute(commonName, visible, "vis"), attribute(commonName, cbasn1.OCTET_STRING, "oct"), attribute(commonName, cbasn1.INTEGER, "\x05"),
		attribute("1.2.3.4", cbasn1.UTF8String, "unknown"), attribute("0.9.2342.19200300.100.1.25", cbasn1.IA5String, "test"),
		attribute("2.5.4.5", cbasn1.PrintableString, "5"), attribute("1.2.840.113549.1.9.1", cbasn1.IA5String, "a@b"),
		attribute("1.3.6.1.4.1.311.60.2.1.3", cbasn1.PrintableString, "DE"), attribute("2.5.4.97", cbasn1.UTF8String, "org"),
	} {
		rdns = append(rdns, []certtest.Attribute{a})
	}
	subjects := [][]byte{
		certtest.NameOf(), certtest.NameOf([]certtest.Attribute{attribute(commonName, cbasn1.UTF8String, "a"), attribute("2.5.4.10", cbasn1.UTF8String, "b")}),
	}
	for _, rdn := range rdns {
		subjects = append(subjects, certtest.NameOf(rdn))
	}
	var ders [][]byte
	for _, subject := range subjects {
		c := plain()
		c.Subject = subject
		c.Extensions = [][]byte{certtest.AltNames(certtest.Directory(subject)), certtest.Extension("2.5.29.31", certtest.Sequence(certtest.Sequence(context(0, context(0, certtest.Directory(subject))))))}
		ders = append(ders, c.Sign())
	}
	eachTracer(t, func(t *testing.T, tr tracer) { tr.wantCertificates(t, ders) })
}

// plain is the template of a certificate with nothing odd.
func plain() certtest.Template {
	name := certtest.Name("CN=test")
	return certtest.Template{Serial: 1, Subject: name, Issuer: name, Key: certtest.Keys("p256"), Signer: certtest.Keys("p256"),
		NotBefore: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2070, 11, 12, 13, 14, 15, 0, time.UTC)}
}

// context wraps DER in a constructed tag.
func context(n uint8, der []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.Tag(n).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(der) })
	return b.BytesOrPanic()
}

// TestPrintsAlternativeNames compares unusual and malformed GeneralNames.
func TestPrintsAlternativeNames(t *testing.T) {
	var ders [][]byte
	for _, name := range [][]byte{
		certtest.DNS(""), certtest.DNS("a\x00b"), certtest.DNS("ü"), certtest.DNS("a b,c"), certtest.DNS("a:"), certtest.DNS("\xff"),
		certtest.GeneralName(1, []byte("me@a.test")), certtest.GeneralName(6, []byte("")),
		certtest.GeneralName(7, []byte{1, 2, 3}), certtest.GeneralName(7, make([]byte, 16)), certtest.GeneralName(7, nil),
		certtest.GeneralName(8, []byte{0x2A, 3, 4}), certtest.GeneralName(8, []byte{0x55, 0x1D, 0x11}),
		context(3, nil), context(5, context(1, []byte("\x0c\x01x"))),
		certtest.OtherName("1.3.6.1.5.5.7.8.5", cbasn1.UTF8String, "a\x00b"),
	} {
		c := plain()
		c.Extensions = [][]byte{certtest.AltNames(name), certtest.Extension("2.5.29.31", certtest.Sequence(certtest.Sequence(context(0, context(0, name)))))}
		ders = append(ders, c.Sign())
	}
	eachTracer(t, func(t *testing.T, tr tracer) { tr.wantCertificates(t, ders) })
}

// TestPrintsKeys compares keys of every kind, and the signatures made with them.
func TestPrintsKeys(t *testing.T) {
	var ders [][]byte
	for _, args := range [][]string{
		{"-newkey", "rsa:1024", "-sha1"}, {"-newkey", "rsa:2048", "-sha384"}, {"-newkey", "rsa:1024", "-md5"},
		{"-newkey", "rsa:1024", "-pkeyopt", "rsa_keygen_pubexp:3", "-sha224"},
		{"-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20", "-sigopt", "rsa_mgf1_md:sha384"},
		{"-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-sha512"},
		{"-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_pss_keygen_md:sha256",
			"-pkeyopt", "rsa_pss_keygen_mgf1_md:sha256", "-pkeyopt", "rsa_pss_keygen_saltlen:32", "-sha256"},
		{"-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_pss_keygen_md:sha1",
			"-pkeyopt", "rsa_pss_keygen_mgf1_md:sha1", "-pkeyopt", "rsa_pss_keygen_saltlen:20", "-sha1"},
		{"-newkey", "ed25519"}, {"-newkey", "ed448"},
	} {
		ders = append(ders, opensslCertificate(t, "", append(args, "-subj", "/CN=test")...))
	}
	for _, curve := range []string{"P-224", "P-256", "P-384", "P-521", "secp256k1", "secp192k1", "secp160r1", "prime192v1", "prime239v1",
		"brainpoolP256r1", "brainpoolP384r1", "brainpoolP512t1", "sect163k1", "sect571r1", "c2pnb163v1", "wap-wsg-idm-ecid-wtls9"} {
		ders = append(ders, opensslCertificate(t, "", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:"+curve, "-subj", "/CN=test"))
	}
	ders = append(ders, opensslCertificate(t, "", "-newkey", "dsa:"+dsaParameters(t), "-subj", "/CN=test"))
	for _, name := range []string{"mldsa44", "mldsa65", "mldsa87"} {
		c := plain()
		c.Key = certtest.Keys(name)
		c.Signer = c.Key
		ders = append(ders, c.Sign())
	}
	for _, spki := range oddKeys() {
		c := plain()
		c.Key = &certtest.Key{SPKI: spki}
		ders = append(ders, c.Sign())
	}
	eachTracer(t, func(t *testing.T, tr tracer) { tr.wantCertificates(t, ders) })
}

func dsaParameters(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dsa")
	cmd := exec.Command(peertest.Path(t, "openssl"), "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

// oddKeys are SubjectPublicKeyInfos that no tool makes.
func oddKeys() [][]byte {
	spki := func(algorithm []byte, key []byte) []byte {
		var b cryptobyte.Builder
		b.AddASN1BitString(key)
		return certtest.Sequence(algorithm, b.BytesOrPanic())
	}
	curve := func(id string) []byte {
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(certtest.OID("1.2.840.10045.2.1"))
			b.AddASN1ObjectIdentifier(certtest.OID(id))
		})
		return b.BytesOrPanic()
	}
	integers := func(list ...string) []byte {
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, contents := range list {
				b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(contents)) })
			}
		})
		return b.BytesOrPanic()
	}
	const rsa = "1.2.840.113549.1.1.1"
	return [][]byte{
		spki(certtest.AlgorithmID("1.2.3.4", false), []byte("key")),
		spki(certtest.AlgorithmID(rsa, true), []byte("no key")),
		spki(certtest.AlgorithmID(rsa, true), integers("\x11", "\x03")),
		spki(certtest.AlgorithmID(rsa, false), integers("\x00\xff\xff\xff\xff\xff\xff\xff\xff", "\x03")),
		spki(certtest.AlgorithmID(rsa, true), integers("\x00", "\x00")),
		spki(certtest.AlgorithmID(rsa, true), integers("\x01\x00\x00\x00\x00\x00\x00\x00\x00", "\x03")),
		spki(curve("1.2.3.4"), []byte{4, 1, 2}),
		spki(curve("1.2.840.10045.3.1.7"), []byte{4, 1, 2}),
		spki(curve("1.2.840.10045.3.1.7"), append([]byte{4}, make([]byte, 64)...)),
		spki(certtest.AlgorithmID("1.3.101.112", false), make([]byte, 31)),
		spki(certtest.AlgorithmID("1.3.101.112", false), make([]byte, 32)),
		spki(certtest.AlgorithmID("1.3.101.112", true), make([]byte, 32)),
		spki(certtest.AlgorithmID("1.3.101.110", false), make([]byte, 32)),
		spki(certtest.AlgorithmID("1.3.101.111", false), make([]byte, 56)),
		spki(certtest.AlgorithmID("1.2.840.113549.1.1.10", false), integers("\x11", "\x03")),
		spki(certtest.AlgorithmID("1.2.840.113549.1.1.7", false), integers("\x11", "\x03")),
		spki(certtest.AlgorithmID("1.2.840.113549.1.3.1", false), integers("\x11", "\x03")),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.3.17", false), make([]byte, 1312)),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.3.17", false), make([]byte, 1311)),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.3.18", false), make([]byte, 1952)),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.3.19", false), make([]byte, 2592)),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.3.20", false), make([]byte, 32)),
		spki(certtest.AlgorithmID("2.16.840.1.101.3.4.4.1", false), make([]byte, 800)),
	}
}

// TestPrintsOddFields compares unusual serial numbers, versions, dates and
// signatures.
func TestPrintsOddFields(t *testing.T) {
	var ders [][]byte
	add := func(change func(*certtest.Template)) {
		c := plain()
		change(&c)
		ders = append(ders, c.Sign())
	}
	for _, serial := range []int64{0, 1, 127, 128, 255, 256, -1, -128, -129, 1 << 62, -1 << 63, 1<<63 - 1} {
		add(func(c *certtest.Template) { c.Serial = serial })
	}
	for _, validity := range []string{
		"\x17\x0d200102030405Z\x17\x0d500102030405Z", "\x17\x0d690102030405Z\x17\x0d490102030405Z",
		"\x18\x0f20200102030405Z\x18\x1399991231235959.99Z", "\x17\x11200102030405+0100\x17\x0d209902030405Z",
		"\x17\x0dabcdefghijklZ\x17\x0d209902030405Z", "\x18\x0f20190102030405Z\x18\x0f20200230030405Z",
	} {
		add(func(c *certtest.Template) { c.Validity = []byte(validity) })
	}
	add(func(c *certtest.Template) { c.V1 = true })
	add(func(c *certtest.Template) { c.Version = 3 })
	add(func(c *certtest.Template) { c.Version = 300 })
	add(func(c *certtest.Template) { c.Inner = certtest.AlgorithmID("1.2.3.4", false) })
	add(func(c *certtest.Template) { c.Inner = certtest.AlgorithmID("1.2.840.113549.1.1.10", false) })
	for n := range 40 {
		add(func(c *certtest.Template) { c.Forged = n + 1 })
	}
	ders = append(ders, []byte{}, []byte("no certificate"), append(ders[0], 0), ders[0][:len(ders[0])-1])
	eachTracer(t, func(t *testing.T, tr tracer) { tr.wantCertificates(t, ders) })
}

// TestPrintsExtensions compares extensions of every kind.
func TestPrintsExtensions(t *testing.T) {
	var ders [][]byte
	for _, x := range extensionConfigs {
		ders = append(ders, opensslCertificate(t, x, append(p256, "-subj", "/CN=test")...))
	}
	eachTracer(t, func(t *testing.T, tr tracer) {
		tr.wantCertificates(t, ders)
	})
}

var extensionConfigs = []string{
	"basicConstraints=CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,encipherOnly,decipherOnly",
	"basicConstraints=critical,CA:TRUE,pathlen:3",
	"basicConstraints=critical,CA:FALSE",
	"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always",
	"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=issuer:always",
	"extendedKeyUsage=serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,msCodeInd,msCodeCom,msCTLSign,msEFS,msSGC,nsSGC,1.2.3.4,anyExtendedKeyUsage,ipsecIKE",
	"subjectAltName=DNS:a.test,DNS:*.b.test,IP:127.0.0.1,IP:2001:db8::1,email:me@a.test,URI:http://a.test/?x=1,RID:1.2.3.4,dirName:dn1,otherName:1.2.3.4;UTF8:hello\n[dn1]\nC=UK\nO=An Organization\nCN=Some, one",
	"subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:me@a.test,otherName:1.3.6.1.5.5.7.8.5;UTF8:xmpp,otherName:1.3.6.1.5.5.7.8.7;IA5:_srv.a.test,otherName:1.3.6.1.5.5.7.8.8;UTF8:realm,otherName:1.3.6.1.5.5.7.8.9;UTF8:smtp@a.test",
	"issuerAltName=DNS:issuer.test,URI:ldap://a.test/x",
	"certificatePolicies=1.2.3.4,2.5.29.32.0,@pol,@pol2\n[pol]\npolicyIdentifier=1.3.5.8\nCPS.1=http://cps.test/\nCPS.2=http://cps2.test/\nuserNotice.1=@notice\nuserNotice.2=@notice2\n[notice]\nexplicitText=Explicit Text Here\norganization=Organisation Name\nnoticeNumbers=1,2,3,4\n[notice2]\nexplicitText=UTF8:More\n[pol2]\npolicyIdentifier=1.3.5.9\nuserNotice.1=@notice3\n[notice3]\norganization=Org\nnoticeNumbers=7",
	"policyMappings=1.2.3.4:1.2.3.5,1.2.3.6:1.2.3.7",
	"policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:0",
	"policyConstraints=requireExplicitPolicy:300",
	"inhibitAnyPolicy=2",
	"nameConstraints=permitted;DNS:a.test,permitted;email:.a.test,permitted;IP:10.0.0.0/255.0.0.0,permitted;dirName:dn1,excluded;IP:2001:db8:0:0:0:0:0:0/ffff:ffff:0:0:0:0:0:0,excluded;URI:.b.test\n[dn1]\nC=UK\nO=Org",
	"nameConstraints=excluded;DNS:a.test",
	"nameConstraints=critical,permitted;DNS:a.test",
	"crlDistributionPoints=URI:http://a.test/crl,URI:http://b.test/crl",
	"crlDistributionPoints=cdp1,cdp2\n[cdp1]\nfullname=URI:http://a.test/crl,DNS:b.test\nCRLissuer=dirName:dn1\nreasons=keyCompromise,CACompromise\n[cdp2]\nrelativename=dn2\nCRLissuer=dirName:dn1\n[dn1]\nC=UK\nO=Org\n[dn2]\nCN=x",
	"freshestCRL=URI:http://a.test/delta",
	"authorityInfoAccess=OCSP;URI:http://ocsp.test/,caIssuers;URI:http://ca.test/,caIssuers;dirName:dn1,1.2.3.4;DNS:x\n[dn1]\nC=UK\nCN=y",
	"subjectInfoAccess=caRepository;URI:http://a.test/",
	"nameConstraints=permitted;otherName:1.3.6.1.4.1.311.20.2.3;UTF8:.a.test,permitted;otherName:1.2.3.4;UTF8:x,permitted;otherName:1.3.6.1.5.5.7.8.7;UTF8:x",
	"subjectAltName=otherName:1.2.3.4;INTEGER:5,otherName:1.2.3.4;IA5:five,otherName:2.5.4.3;UTF8:name",
	"subjectAltName=otherName:1.3.6.1.5.5.7.8.7;UTF8:wrong",
	"issuingDistributionPoint=@idp\n[idp]\nonlysomereasons=keyCompromise\nindirectCRL=TRUE",
	"2.5.29.28=DER:3000",
	"2.5.29.16=ASN1:SEQUENCE:pk\n[pk]\na=IMPLICIT:0,GENERALIZEDTIME:20200101000000Z\nb=IMPLICIT:1,GENERALIZEDTIME:20300101000000Z",
	"2.5.29.16=DER:3000",
	"crlDistributionPoints=cdp1\n[cdp1]\nfullname=URI:http://a.test/crl\nreasons=keyCompromise",
	"proxyCertInfo=critical,language:1.2.3.4",
	"tlsfeature=status_request",
	"tlsfeature=status_request,status_request_v2,99",
	"noCheck=ignored",
	"nsCertType=client,server,email,objsign,reserved,sslCA,emailCA,objCA\nnsComment=A comment\nnsBaseUrl=http://a.test/\nnsRevocationUrl=r\nnsCaRevocationUrl=c\nnsRenewalUrl=n\nnsCaPolicyUrl=p\nnsSslServerName=s",
	"1.2.3.4=ASN1:UTF8String:unknown",
	"1.2.3.4=critical,DER:00:01:0a:41:42:7f:80",
	"2.5.29.16=ASN1:SEQUENCE:pk\n[pk]\na=IMPLICIT:0,GENERALIZEDTIME:20200101000000Z",
	"proxyCertInfo=critical,language:id-ppl-anyLanguage,pathlen:3,policy:text:AB",
	"1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL",
	"issuingDistributionPoint=critical,@idp\n[idp]\nfullname=URI:http://a.test/crl\nonlyuser=TRUE",
	"2.5.29.20=ASN1:INTEGER:5",
	"subjectDirectoryAttributes=ASN1:NULL",
	"2.5.29.17=DER:00",
	"2.5.29.17=DER:3000",
	"2.5.29.15=DER:030100",
	"2.5.29.15=DER:03020780",
	"2.5.29.37=DER:3000",
	"2.5.29.19=DER:3000",
	"2.5.29.35=DER:3000",
	"2.5.29.31=DER:3000",
	"2.5.29.30=DER:3000",
	"2.5.29.32=DER:3000",
	"2.5.29.14=DER:0400",
	"2.5.29.36=DER:3000",
}
