package main

import (
	"reflect"
	"strings"
	"testing"

	"polytls/cmd/polytls/internal/issue"
)

func TestFloor(t *testing.T) {
	strong := negotiated{protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", group: "x25519", signatures: []string{"rsa_pss_rsae_sha256"}, certBits: 2048}
	tests := []struct {
		change func(*negotiated)
		want   string
	}{
		{func(*negotiated) {}, ""},
		{func(n *negotiated) { n.protocol = "TLSv1.1" }, "RFC 8996"},
		{func(n *negotiated) { n.group = "" }, "no forward secrecy"},
		{func(n *negotiated) { n.cipher = "TLS_AES_128_CCM_8_SHA256" }, "CCM_8"},
		{func(n *negotiated) { n.signatures = []string{"", "rsa_pkcs1_sha1"} }, "signature rsa_pkcs1_sha1"},
		{func(n *negotiated) { n.certBits = 1024 }, "RSA key of 1024 bits"},
		{func(n *negotiated) { n.cipher, n.ems, n.etm = "ECDHE-RSA-AES128-SHA", true, true }, ""},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-AES128-SHA", true }, "Lucky 13"},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-AES128-GCM-SHA256", false }, "RFC 7627"},
		{func(n *negotiated) { n.cipher, n.ems = "AES128-GCM-SHA256", true }, "no forward secrecy"},
		{func(n *negotiated) { n.cipher, n.ems, n.dhBits = "DHE-RSA-AES128-GCM-SHA256", true, 1024 }, "DHE with 1024 bits"},
		{func(n *negotiated) { n.cipher, n.ems = "AECDH-AES128-SHA", true }, "anonymous"},
		{func(n *negotiated) { n.cipher, n.ems = "ECDHE-RSA-NULL-SHA", true }, "no encryption"},
	}
	for _, test := range tests {
		n := strong
		test.change(&n)
		got := floorLine(belowFloor(n))
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, want %q", n, got, test.want)
		}
	}
}

func TestSplitFields(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{"  --a   --b=c ", []string{"--a", "--b=c"}},
		{`--a "b c" d"e f"`, []string{"--a", "b c", "de f"}},
		{`"\"\\" ""`, []string{`"\`, ""}},
	}
	for _, test := range tests {
		if got, err := splitFields(test.text); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %q, %v, want %q", test.text, got, err, test.want)
		}
	}
	if _, err := splitFields(`--a "b`); err == nil {
		t.Error("an open quote is accepted")
	}
}

func TestNamedGrease(t *testing.T) {
	got := named([]string{"group(0x3A3A)", "extension(14906)", "0xFAFA", "0xFAFB", "x25519", "group(0x3A4A)", ""})
	want := []string{"GREASE", "GREASE", "GREASE", "0xFAFB", "x25519", "group(0x3A4A)", ""}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{"/tmp/ca.pem": "/tmp/ca.pem", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := shellWord(in); got != want {
			t.Errorf("%q becomes %s, want %s", in, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, good := range []string{"a.example", "*.a.example", "IP:::1", "10.0.0.1", "DNS:x", "URI:urn:a", "email:a@b", "a@b", "https://x/"} {
		if _, err := issue.ParseNames([]string{good}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a b", "a..b", "IP:x", "a.*.b", "DNS:", strings.Repeat("a", 64)} {
		if _, err := issue.ParseNames([]string{bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// TestUnknownAlgorithm is what the flag's own check keeps out.
func TestUnknownAlgorithm(t *testing.T) {
	_, err := issue.NewKey("dsa")
	if err == nil {
		t.Fatal("a key of an unknown algorithm is made")
	}
	said.add(err.Error())
}

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "ab", 2}, {"ab", "", 2}, {"listen", "listen", 0}, {"lissen", "listen", 1}, {"server-name", "servername", 1}, {"cert", "crt", 1}, {"key", "psk", 3}} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]address{
		"localhost:https":               {host: "localhost", port: 443},
		"https://a.example":             {host: "a.example", port: 443},
		"https://me:pw@a.example/x?y#z": {host: "a.example", port: 443},
		"WSS://[::1]:8443/":             {host: "::1", port: 8443},
		"smtps://a.example":             {host: "a.example", port: 465},
		"tls://a.example:1":             {host: "a.example", port: 1},
		"unix:/run/s":                   {path: "/run/s"},
	} {
		if got, err := parseTarget(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestFeedCutsOffSlowReaders(t *testing.T) {
	f := newFeed()
	_, news, leave := f.join()
	for range feedLag + 1 {
		f.add([]byte("x"))
	}
	n := 0
	for range news { // ends, since it was cut off
		n++
	}
	if n != feedLag {
		t.Errorf("%d items came before the cut, want %d", n, feedLag)
	}
	leave()
	kept, _, leave := f.join()
	if len(kept) != feedKept {
		t.Errorf("%d are kept, want %d", len(kept), feedKept)
	}
	leave()
	f.close()
	if _, news, leave := f.join(); func() bool { _, open := <-news; return open }() {
		t.Error("a closed feed has news")
	} else {
		leave()
	}
}
