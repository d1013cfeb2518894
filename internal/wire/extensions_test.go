package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/suite"
)

// bodies holds an example of each form of each extension, and its bytes.
var bodies = []struct {
	body ExtensionBody
	raw  string
}{
	{&ServerNames{HostName: "a.b"}, "0006" + "00" + "0003612e62"},
	{&ServerNameAck{}, ""},
	{&ALPN{Protocols: []string{"h2", "x"}}, "0005" + "026832" + "0178"},
	{&SRPUser{Name: []byte("me")}, "026d65"},
	{&SupportedGroups{Groups: []suite.Group{suite.X25519, suite.P256}}, "0004" + "001d" + "0017"},
	{&PointFormats{Formats: []uint8{0, 1}}, "020001"},
	{&ClientKeyShares{Shares: []KeyShare{{suite.X25519, []byte{1, 2}}, {suite.P256, []byte{3}}}}, "000b" + "001d00020102" + "0017000103"},
	{&ClientKeyShares{}, "0000"},
	{&ServerKeyShare{Share: KeyShare{suite.X25519, []byte{1, 2}}}, "001d00020102"},
	{&RetryKeyShare{Group: suite.P384}, "0018"},
	{&SignatureAlgorithms{Schemes: []suite.Scheme{suite.Ed25519}}, "0002" + "0807"},
	{&SignatureAlgorithmsCert{Schemes: []suite.Scheme{suite.Ed448, suite.Ed25519}}, "0004" + "0808" + "0807"},
	{&DelegatedCredential{Schemes: []suite.Scheme{suite.Ed25519}}, "0002" + "0807"},
	{&SignedCredential{Credential: Credential{600, suite.Ed25519, []byte{0x30}}, Scheme: suite.ECDSAP256SHA256, Signature: []byte{9}}, "00000258" + "0807" + "00000130" + "0403" + "000109"},
	{&StatusRequest{Type: StatusTypeOCSP, ResponderIDs: []byte{0, 1, 7}, RequestExtensions: []byte{}}, "01" + "0003000107" + "0000"},
	{&StatusRequest{Type: 9, Unknown: []byte{1, 2}}, "09" + "0102"},
	{&StatusRequestAck{}, ""},
	{&CertificateStatusExt{Response: []byte{5}}, "01" + "00000105"},
	{&SCTRequest{}, ""},
	{&SCTList{Raw: []byte{0, 4, 0, 2, 7, 7}}, "0004" + "00020707"},
	{&CompressCertificate{Algorithms: []uint16{CompressionBrotli, CompressionZlib}}, "04" + "0002" + "0001"},
	{&CertificateAuthorities{Names: [][]byte{{0x30, 0}, {0x31}}}, "0007" + "00023000" + "000131"},
	{&OIDFilters{Filters: []OIDFilter{{[]byte{6, 1, 5}, []byte{}}, {[]byte{6}, []byte{1}}}}, "000b" + "03060105" + "0000" + "0106" + "000101"},
	{&ClientCertificateTypes{Types: []uint8{CertificateTypeRawPublicKey, CertificateTypeX509}}, "020200"},
	{&ClientCertificateTypes{Types: []uint8{}}, "00"},
	{&ServerCertificateTypes{Types: []uint8{CertificateTypeX509}}, "0100"},
	{&ClientCertificateType{Type: CertificateTypeRawPublicKey}, "02"},
	{&ServerCertificateType{Type: CertificateTypeX509}, "00"},
	{&OfferedPSKs{Identities: []PSKIdentity{{[]byte("id"), 7}}, Binders: [][]byte{bytes.Repeat([]byte{0xAB}, 32)}}, "0008" + "00026964" + "00000007" + "0021" + "20" + strings.Repeat("ab", 32)},
	{&SelectedPSK{Index: 3}, "0003"},
	{&PSKModes{Modes: []uint8{PSKDHEKe, PSKKe}}, "020100"},
	{&EarlyData{}, ""},
	{&MaxEarlyData{Size: 16384}, "00004000"},
	{&SessionTicket{Ticket: []byte{1, 2}}, "0102"},
	{&SupportedVersions{Versions: []suite.Version{suite.TLS13, suite.TLS12}}, "04" + "0304" + "0303"},
	{&SelectedVersion{Version: suite.TLS13}, "0304"},
	{&Cookie{Cookie: []byte{1}}, "000101"},
	{&Padding{Length: 3}, "000000"},
	{&RecordSizeLimit{Limit: 16385}, "4001"},
	{&MaxFragmentLength{Code: 4}, "04"},
	{&EncryptThenMAC{}, ""},
	{&ExtendedMasterSecret{}, ""},
	{&PostHandshakeAuth{}, ""},
	{&RenegotiationInfo{VerifyData: []byte{1, 2}}, "020102"},
	{&RenegotiationInfo{VerifyData: []byte{}}, "00"},
}

// blank returns an empty body of the same form.
func blank(b ExtensionBody) ExtensionBody {
	return reflect.New(reflect.TypeOf(b).Elem()).Interface().(ExtensionBody)
}

func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestExtensionBodies(t *testing.T) {
	for _, c := range bodies {
		raw := unhex(t, c.raw)
		var e Extensions
		e.Add(c.body)
		if e[0].err != nil || e[0].Type != c.body.Extension() || !bytes.Equal(e[0].Body, raw) {
			t.Errorf("%T appended as %s %x, %v, want %x", c.body, e[0].Type, e[0].Body, e[0].err, raw)
		}
		got := blank(c.body)
		if err := parseBody(raw, got); err != nil || !reflect.DeepEqual(got, c.body) {
			t.Errorf("%x parsed as %+v, %v, want %+v", raw, got, err, c.body)
		}
	}
}

func TestExtensionBodiesRefusePrefixes(t *testing.T) {
	for _, c := range bodies {
		opaque := false // any bytes will do
		switch x := c.body.(type) {
		case *SessionTicket, *Padding:
			opaque = true
		case *StatusRequest:
			opaque = x.Type != StatusTypeOCSP
		}
		if opaque {
			continue
		}
		raw := unhex(t, c.raw)
		for n := range raw {
			err := parseBody(raw[:n], blank(c.body))
			wantAlert(t, reflect.TypeOf(c.body).String()+" cut", err, failure.BadExtension, failure.AlertDecodeError)
		}
		err := parseBody(append(raw, 0), blank(c.body))
		wantAlert(t, reflect.TypeOf(c.body).String()+" with a byte more", err, failure.BadExtension, failure.AlertDecodeError)
	}
}

func TestRefusesMalformedExtensions(t *testing.T) {
	for _, c := range []struct {
		what string
		body ExtensionBody
		raw  string
	}{
		{"empty list", &ServerNames{}, "0000"},
		{"empty name", &ServerNames{}, "0003" + "00" + "0000"},
		{"NUL in the name", &ServerNames{}, "0006" + "00" + "0003610062"},
		{"name of 256 bytes", &ServerNames{}, "0103" + "00" + "0100" + strings.Repeat("61", 256)},
		{"unknown name type", &ServerNames{}, "0004" + "01" + "000161"},
		{"two names", &ServerNames{}, "0008" + "00" + "000161" + "00" + "000162"},
		{"empty list", &ALPN{}, "0000"},
		{"empty protocol", &ALPN{}, "0004" + "026832" + "00"},
		{"empty name", &SRPUser{}, "00"},
		{"empty list", &SupportedGroups{}, "0000"},
		{"half a group", &SupportedGroups{}, "0003" + "001d00"},
		{"empty list", &PointFormats{}, "00"},
		{"empty share", &ClientKeyShares{}, "0004" + "001d" + "0000"},
		{"empty share", &ServerKeyShare{}, "001d" + "0000"},
		{"empty list", &SignatureAlgorithms{}, "0000"},
		{"half a scheme", &SignatureAlgorithms{}, "0003" + "040304"},
		{"empty list", &SignatureAlgorithmsCert{}, "0000"},
		{"empty list", &DelegatedCredential{}, "0000"},
		{"empty key", &SignedCredential{}, "00000258" + "0807" + "000000" + "0403" + "000109"},
		{"empty signature", &SignedCredential{}, "00000258" + "0807" + "00000130" + "0403" + "0000"},
		{"nothing", &StatusRequest{}, ""},
		{"half a responder", &StatusRequest{}, "01" + "0002" + "0001" + "0000"},
		{"empty responder", &StatusRequest{}, "01" + "0002" + "0000" + "0000"},
		{"empty response", &CertificateStatusExt{}, "01" + "000000"},
		{"unknown status", &CertificateStatusExt{}, "02" + "00000105"},
		{"empty list", &SCTList{}, "0000"},
		{"empty timestamp", &SCTList{}, "0005" + "000107" + "0000"},
		{"empty list", &CompressCertificate{}, "00"},
		{"half an algorithm", &CompressCertificate{}, "03" + "000200"},
		{"empty list", &CertificateAuthorities{}, "0000"},
		{"empty name", &CertificateAuthorities{}, "0002" + "0000"},
		{"empty OID", &OIDFilters{}, "0003" + "00" + "0000"},
		{"no identities", &OfferedPSKs{}, "0000" + "0021" + "20" + strings.Repeat("ab", 32)},
		{"empty identity", &OfferedPSKs{}, "0006" + "0000" + "00000007" + "0021" + "20" + strings.Repeat("ab", 32)},
		{"no binders", &OfferedPSKs{}, "0008" + "00026964" + "00000007" + "0000"},
		{"empty list", &PSKModes{}, "00"},
		{"empty list", &SupportedVersions{}, "00"},
		{"half a version", &SupportedVersions{}, "03" + "030403"},
		{"empty cookie", &Cookie{}, "0000"},
		{"a one", &Padding{}, "000001"},
	} {
		err := parseBody(unhex(t, c.raw), c.body)
		what := c.body.Extension().String()
		wantAlert(t, what+": "+c.what, err, failure.BadExtension, failure.AlertDecodeError)
		if err != nil && !strings.Contains(err.Error(), what) {
			t.Errorf("%q does not name %s", err, what)
		}
	}
}

// The handshake refuses a short binder, with decrypt_error.
func TestLeavesMeaningToTheHandshake(t *testing.T) {
	if err := parseBody(unhex(t, "0008"+"00026964"+"00000007"+"0004"+"01aa"+"01bb"), new(OfferedPSKs)); err != nil {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	var e Extensions
	e.Add(&ServerNames{HostName: "a.b"})
	e = append(e, Extension{Type: ExtCookie, Body: []byte{0}})

	if name, err := Find[ServerNames](e); err != nil || name == nil || name.HostName != "a.b" {
		t.Errorf("present: %v, %v", name, err)
	}
	if alpn, err := Find[ALPN](e); alpn != nil || err != nil {
		t.Errorf("absent: %v, %v", alpn, err)
	}
	if cookie, err := Find[Cookie](e); cookie != nil || !errors.Is(err, failure.BadExtension) {
		t.Errorf("malformed: %v, %v", cookie, err)
	}
	if !e.Has(ExtCookie) || e.Has(ExtALPN) {
		t.Error("Has")
	}
	if raw, ok := e.Raw(ExtCookie); !ok || !bytes.Equal(raw, []byte{0}) {
		t.Errorf("Raw: %x, %v", raw, ok)
	}
}

// BoringSSL's runner expects these alerts.
func TestRefusesDuplicateExtensions(t *testing.T) {
	block := unhex(t, "000c"+"ffff0000"+"00000000"+"ffff0000")
	for where, a := range map[Place]failure.Alert{
		InClientHello:         failure.AlertDecodeError,
		InServerHello:         failure.AlertDecodeError,
		InEncryptedExtensions: failure.AlertDecodeError,
		InRetry:               failure.AlertIllegalParameter,
		InCertificateRequest:  failure.AlertIllegalParameter,
		InCertificate:         failure.AlertIllegalParameter,
		InTicket:              failure.AlertIllegalParameter,
	} {
		s := cryptobyte.String(block)
		var e Extensions
		wantAlert(t, "two of a type", e.parse(&s, where), failure.DuplicateExtension, a)
	}
}

func TestRefusesDuplicatesInRetry(t *testing.T) {
	raw, err := Marshal(&ServerHello{Random: HelloRetryRandom, Extensions: Extensions{{Type: ExtCookie}, {Type: ExtCookie}}})
	if err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "two cookies", Parse(raw, new(ServerHello)), failure.DuplicateExtension, failure.AlertIllegalParameter)
}

func TestRefusesLatePSK(t *testing.T) {
	hello := ClientHello{CipherSuites: []suite.ID{0x1301}, CompressionMethods: []byte{0}}
	hello.Extensions = Extensions{{Type: ExtPreSharedKey}, {Type: ExtPadding}}
	raw, err := Marshal(&hello)
	if err != nil {
		t.Fatal(err)
	}
	wantAlert(t, "pre_shared_key first", Parse(raw, new(ClientHello)), failure.BadExtension, failure.AlertIllegalParameter)

	slices.Reverse(hello.Extensions)
	if raw, err = Marshal(&hello); err != nil {
		t.Fatal(err)
	}
	if err := Parse(raw, new(ClientHello)); err != nil {
		t.Errorf("pre_shared_key last: %v", err)
	}
}

// The binders are the end of a hello: RFC 8448, section 4, truncates its hello
// there.
func TestBindersLen(t *testing.T) {
	found := 0
	for _, v := range vectors(t) {
		if v.form != "ClientHello" {
			continue
		}
		var hello ClientHello
		if err := Parse(v.raw, &hello); err != nil {
			t.Fatal(err)
		}
		psks, err := Find[OfferedPSKs](hello.Extensions)
		if err != nil {
			t.Fatal(err)
		}
		if psks == nil {
			continue
		}
		found++
		if n := psks.BindersLen(); n != 35 || len(v.raw)-n != 477 {
			t.Errorf("binders of %d bytes end a hello of %d, want 35 and 512", n, len(v.raw))
		}
	}
	if found != 1 {
		t.Errorf("%d hellos with pre_shared_key, want 1", found)
	}
}

// Every extension of a message of another implementation is allowed there, and
// those with a body are encoded again to the same bytes.
func TestForeignExtensions(t *testing.T) {
	byPlace := map[Place][]ExtensionBody{
		InClientHello: {new(ServerNames), new(ALPN), new(SRPUser), new(SupportedGroups), new(PointFormats), new(ClientKeyShares),
			new(SignatureAlgorithms), new(StatusRequest), new(OfferedPSKs), new(PSKModes), new(EarlyData), new(SessionTicket),
			new(SupportedVersions), new(Cookie), new(Padding), new(RecordSizeLimit), new(EncryptThenMAC), new(ExtendedMasterSecret),
			new(RenegotiationInfo)},
		InServerHello: {new(ServerKeyShare), new(SelectedPSK), new(SelectedVersion)},
		InServerHello12: {new(ServerNameAck), new(ALPN), new(PointFormats), new(SessionTicket), new(EncryptThenMAC),
			new(ExtendedMasterSecret), new(RenegotiationInfo)},
		InRetry:               {new(RetryKeyShare), new(Cookie), new(SelectedVersion)},
		InEncryptedExtensions: {new(ServerNameAck), new(SupportedGroups), new(RecordSizeLimit), new(EarlyData)},
		InCertificateRequest:  {new(SignatureAlgorithms)},
		InCertificate:         {new(CertificateStatusExt), new(SCTList)},
		InTicket:              {new(MaxEarlyData)},
	}
	for _, v := range vectors(t) {
		m := forms[v.form]()
		if err := Parse(v.raw, m); err != nil {
			t.Fatal(err)
		}
		where, list := extensionsOf(m)
		for _, x := range list {
			i := slices.IndexFunc(byPlace[where], func(b ExtensionBody) bool { return b.Extension() == x.Type })
			if i < 0 || !x.Type.AllowedIn(where) {
				t.Errorf("%s: unexpected %s", v.form, x.Type)
				continue
			}
			body := blank(byPlace[where][i])
			if err := parseBody(x.Body, body); err != nil {
				t.Errorf("%s: %s: %v", v.form, x.Type, err)
				continue
			}
			var again Extensions
			again.Add(body)
			if !bytes.Equal(again[0].Body, x.Body) {
				t.Errorf("%s: %s: got %x, want %x", v.form, x.Type, again[0].Body, x.Body)
			}
		}
	}
}

func extensionsOf(m Message) (Place, Extensions) {
	switch m := m.(type) {
	case *ClientHello:
		return InClientHello, m.Extensions
	case *ServerHello:
		switch {
		case m.IsRetry():
			return InRetry, m.Extensions
		case m.Extensions.Has(ExtSupportedVersions):
			return InServerHello, m.Extensions
		}
		return InServerHello12, m.Extensions
	case *EncryptedExtensions:
		return InEncryptedExtensions, m.Extensions
	case *CertificateRequest13:
		return InCertificateRequest, m.Extensions
	case *NewSessionTicket13:
		return InTicket, m.Extensions
	case *Certificate13:
		var all Extensions
		for _, e := range m.Entries {
			all = append(all, e.Extensions...)
		}
		return InCertificate, all
	}
	return 0, nil
}

func TestAllowedIn(t *testing.T) {
	for _, c := range []struct {
		t     ExtensionType
		where Place
		want  bool
	}{
		{ExtServerName, InEncryptedExtensions, true},
		{ExtServerName, InServerHello12, true},
		{ExtServerName, InServerHello, false},
		{ExtKeyShare, InServerHello, true},
		{ExtKeyShare, InEncryptedExtensions, false},
		{ExtKeyShare, InServerHello12, false},
		{ExtCookie, InRetry, true},
		{ExtCookie, InServerHello, false},
		{ExtALPN, InRetry, false},
		{ExtExtendedMasterSecret, InServerHello12, true},
		{ExtExtendedMasterSecret, InEncryptedExtensions, false},
		{ExtStatusRequest, InCertificate, true},
		{ExtStatusRequest, InEncryptedExtensions, false},
		{ExtEarlyData, InTicket, true},
		{ExtSignatureAlgorithms, InCertificateRequest, true},
		{ExtSignatureAlgorithms, InCertificate, false},
		{ExtensionType(0x1A1A), InTicket, true}, // unknown
	} {
		if got := c.t.AllowedIn(c.where); got != c.want {
			t.Errorf("%s in %#x: %v", c.t, c.where, got)
		}
	}
}

func TestPlaceNames(t *testing.T) {
	for p, want := range map[Place]string{
		InClientHello:           "ClientHello",
		InServerHello12:         "ServerHello up to TLS 1.2",
		InTicket:                "NewSessionTicket",
		InRetry | InCertificate: "HelloRetryRequest, Certificate",
		0:                       "",
	} {
		if got := p.String(); got != want {
			t.Errorf("%d is called %q, want %q", uint16(p), got, want)
		}
	}
}

func TestExtensionNames(t *testing.T) {
	names := map[string]ExtensionType{}
	for x, row := range extensions {
		if row.name == "" || row.places == 0 || names[row.name] != 0 {
			t.Errorf("row %d: %+v", x, row)
		}
		names[row.name] = x
	}
	for _, c := range bodies {
		if _, ok := extensions[c.body.Extension()]; !ok {
			t.Errorf("%T: its extension has no row in extensiontype.go", c.body)
		}
	}
	if got := ExtALPN.String(); got != "application_layer_protocol_negotiation" {
		t.Errorf("got %q", got)
	}
	if got := ExtensionType(0x1A1A).String(); got != "extension(6682)" {
		t.Errorf("got %q", got)
	}
}

// The bytes that a certificate's key signs are the beginning of the extension.
func TestCredentialMarshal(t *testing.T) {
	x := &SignedCredential{Credential: Credential{600, suite.Ed25519, []byte{0x30}}, Scheme: suite.Ed448, Signature: []byte{9}}
	signed, err := x.Credential.Marshal()
	if err != nil || !bytes.Equal(signed, unhex(t, "00000258"+"0807"+"00000130")) {
		t.Errorf("got %x, %v", signed, err)
	}
	if _, err := (&Credential{PublicKey: make([]byte, 1<<24)}).Marshal(); err == nil {
		t.Error("a key of 16 MiB fits")
	}
}
