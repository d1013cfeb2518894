package inspect

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// helloOf makes a ClientHello.
func helloOf(t *testing.T, suites []suite.ID, extensions ...wire.Extension) []byte {
	t.Helper()
	raw, err := wire.Marshal(&wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: suites, CompressionMethods: []byte{0}, Extensions: extensions})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// get returns what the page answers about its only handshake.
func get(t *testing.T, r *shown) (d details, size int) {
	t.Helper()
	p := &Page{feed: newFeed()}
	p.mux.HandleFunc("GET /handshakes/{file}", p.sendHandshake)
	p.feed.add(&entry{shown: func() *shown { return r }}, func() {})
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest("GET", "/handshakes/1", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d, w.Body.Len()
}

// TestDetails has the fields of a hello with the sections that define them, and a
// message that was not kept.
func TestDetails(t *testing.T) {
	hello := helloOf(t, []suite.ID{0x1301}, wire.Extension{Type: 0x3A3A}, wire.Extension{Type: wire.ExtALPN, Body: []byte("\x00\x0c\x0b<b>\xe2\x80\xae</b>x")})
	finished := []byte{byte(wire.TypeFinished), 0, 0, 1, 7}
	d, _ := get(t, &shown{
		Handshake: &Handshake{Steps: []Step{{Name: "ClientHello"}, {Name: "Certificate"}, {Name: "Finished", Sent: true}}},
		messages:  [][]byte{hello, nil, finished},
	})
	if len(d.Messages) != 3 || d.Messages[1].Hex != "" || d.Messages[2].Hex != "1400000107" {
		t.Fatalf("%+v", d.Messages)
	}
	got := map[string]field{}
	for _, f := range d.Messages[0].Fields {
		got[f.Name+f.Text] = f
	}
	for name, section := range map[string]string{
		"client_versionTLSv1.2": "RFC 8446, section 4.1.2", "TLS_AES_128_GCM_SHA256": "RFC 8446, section 4.1.2", "GREASE": "",
		"application_layer_protocol_negotiation": "RFC 7301, section 3.1", `<b>\u202e</b>x`: "RFC 7301, section 3.1",
	} {
		if f, ok := got[name]; !ok || f.Section != section {
			t.Errorf("%q: %+v", name, f)
		}
	}
}

// TestDetailsAreBounded has a hello with as many suites as there may be.
func TestDetailsAreBounded(t *testing.T) {
	suites := make([]suite.ID, 32767)
	for i := range suites {
		suites[i] = suite.ID(i)
	}
	var names []string
	for _, id := range suites {
		names = append(names, id.String())
	}
	long := strings.Repeat("\u202e", 1<<16)
	h := &Handshake{ServerName: long, Peer: long, Offered: &Offer{Ciphers: names, ALPN: []string{long}}, Steps: []Step{{Name: "ClientHello"}}}
	d, size := get(t, &shown{Handshake: h.escaped(), messages: [][]byte{helloOf(t, suites)}})
	if size > 1<<20 {
		t.Errorf("%d bytes", size)
	}
	if m := d.Messages[0]; len(m.Fields) != mostFields || m.More == 0 {
		t.Errorf("%d fields, and %d more", len(m.Fields), m.More)
	}
	if o := d.Offered; len(o.Ciphers) != longestList+1 || o.Ciphers[longestList] != "(32617 more)" || len(o.ALPN[0]) > 3000 {
		t.Errorf("%d suites, the last %q", len(o.Ciphers), o.Ciphers[len(o.Ciphers)-1])
	}
}

// TestComparisons marks what was chosen and what is weak, and has OpenSSL's names.
func TestComparisons(t *testing.T) {
	h := &Handshake{Protocol: "TLSv1.2", Standard: "TLS_RSA_WITH_AES_128_CBC_SHA", Offered: &Offer{
		Versions: []string{"TLSv1.2", "TLSv1"}, Groups: []string{"secp256r1", "GREASE"}, Sigalgs: []string{"rsa_pkcs1_sha1", "ed25519"},
		Ciphers: []string{"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_RC4_128_SHA"},
	}}
	got := map[string]option{}
	for _, c := range h.comparisons() {
		for _, o := range c.Offered {
			got[o.Name] = o
		}
	}
	for _, want := range []option{
		{Name: "TLSv1.2", Chosen: true}, {Name: "TLSv1", Weak: "RFC 8996 retires it"}, {Name: "secp256r1", Other: "prime256v1"}, {Name: "GREASE"},
		{Name: "rsa_pkcs1_sha1", Other: "RSA+SHA1", Weak: "SHA-1 and MD5 can be forged"}, {Name: "ed25519", Other: "Ed25519"},
		{Name: "TLS_AES_128_GCM_SHA256"},
		{Name: "TLS_RSA_WITH_AES_128_CBC_SHA", Other: "AES128-SHA", Chosen: true,
			Weak: "CBC without encrypt-then-MAC (Lucky 13); no forward secrecy (whoever obtains the key later can decrypt)"},
		{Name: "TLS_ECDHE_RSA_WITH_RC4_128_SHA", Other: "ECDHE-RSA-RC4-SHA", Weak: "RC4 (RFC 7465 forbids it)"},
	} {
		want.Both = true // nothing is known of the server
		if got[want.Name] != want {
			t.Errorf("%+v, want %+v", got[want.Name], want)
		}
	}
	h.Enabled = &Offer{Groups: []string{"x25519", "secp256r1"}, ALPN: []string{}}
	for _, c := range h.comparisons() {
		if c.Title == "Groups" && (!c.Offered[0].Both || c.Offered[1].Both || c.Enabled[0].Both || !c.Enabled[1].Both) {
			t.Errorf("%+v", c)
		}
		if c.Title == "Versions" && (c.Enabled != nil || !c.Offered[0].Both) {
			t.Errorf("%+v", c)
		}
	}
}
