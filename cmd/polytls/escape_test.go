package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chromedp/chromedp"

	"polytls/internal/keyfile"
	"polytls/internal/trust/certtest"
)

// oddRunes has a text of each class that is not shown as itself.
var oddRunes = map[string]string{
	"C0":                  "\x1b]0;\x07\b\r\n\t",
	"DEL":                 "\x7f",
	"C1":                  "\u009b\u0085",
	"bidi embedding":      "\u202a\u202b\u202c\u202d\u202e",
	"bidi isolate":        "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
	"format":              "\u00ad\u200b\u200d\ufeff\U000e0041",
	"line separator":      "\u2028",
	"paragraph separator": "\u2029",
	"other spaces":        "\u00a0\u3000",
	"private use":         "\ue000\U00100000",
	"unassigned":          "\u0378\uffff\U0010ffff",
	"invisible":           "\u3164\u115f\u034f\ufe0f\U000e0100",
	notUTF8:               "\xff\xc3(\xed\xa0\x80",
}

const notUTF8 = "bytes that are not UTF-8"

// odd is all of them, letters between.
var odd = func() string {
	text := "a"
	for _, class := range slices.Sorted(maps.Keys(oddRunes)) {
		text += oddRunes[class] + "b"
	}
	return text + "é漢z"
}()

// TestVisible goes through all runes and each class.
func TestVisible(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		got := visible(string(r))
		if got == string(r) && utf8.ValidRune(r) {
			if !unicode.IsPrint(r) {
				t.Errorf("%U stays", r)
			}
			continue
		}
		wantVisible(t, string(r), got)
	}
	for class, text := range oddRunes {
		got := visible("a" + text + "z")
		if wantVisible(t, class, got); !strings.HasPrefix(got, `a\`) && class != notUTF8 || !strings.HasSuffix(got, "z") {
			t.Errorf("%s: %q", class, got)
		}
	}
	if got := visible("a\n\u202e\xffé漢\U0010ffff"); got != `a\n\u202e\xffé漢\U0010ffff` {
		t.Error(got)
	}
}

// TestVisibleJSON wants the same value to come out of the escaped text.
func TestVisibleJSON(t *testing.T) {
	for class, text := range oddRunes {
		data, err := json.Marshal(map[string]string{class: text})
		if err != nil {
			t.Fatal(err)
		}
		var before, after map[string]string
		escaped := visibleJSON(data)
		if json.Unmarshal(data, &before) != nil || json.Unmarshal(escaped, &after) != nil || before[class] != after[class] {
			t.Errorf("%s: %s is %q, want %q", class, escaped, after[class], before[class])
		}
		wantVisible(t, class, string(escaped))
	}
}

// wantVisible fails if a rune of a text is not shown as itself, or a byte is no
// rune. Ends of lines are the command's own.
func wantVisible(t *testing.T, what, text string) {
	t.Helper()
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		if r != '\n' && !isVisible(r) || r == utf8.RuneError && size == 1 {
			t.Errorf("%s: %U at byte %d of %q", what, r, i, text)
			return
		}
	}
}

// oddCertificate is its own issuer, with a subject and names of all classes.
func (f *files) oddCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	k := certtest.Keys("p256-odd")
	text := strings.ReplaceAll(odd, oddRunes[notUTF8], "") // else the names cannot be read at all
	name := certtest.Name("CN="+text, "O="+text)
	now := time.Now()
	template := certtest.Template{
		Serial: 1, Subject: name, Issuer: name, Key: k, Signer: k, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		Extensions: [][]byte{certtest.AltNames(certtest.DNS(odd), certtest.GeneralName(6, []byte("x:"+odd)), certtest.Directory(name), certtest.DNS("localhost"))},
	}
	secret, err := keyfile.MarshalPrivateKey(k.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return f.write(t, "odd.pem", []byte(certtest.PEM(template.Sign()))), f.write(t, "odd-key.pem", secret)
}

// TestCertificatesAreEscaped prints a certificate of all classes, as text and as
// JSON.
func TestCertificatesAreEscaped(t *testing.T) {
	f := newFiles(t)
	cert, _ := f.oddCertificate(t)
	shown := execute(t, "cert", "show", cert).want(t, exitOK).stdout
	wantVisible(t, "cert show", shown)
	if !strings.Contains(shown, `\u202e`) {
		t.Errorf("the subject is not escaped but lost:\n%s", shown)
	}
	wantVisible(t, "cert check", execute(t, "cert", "check", cert, "--host", "elsewhere.example").want(t, exitFailure).stdout)
	asJSON := execute(t, "cert", "show", cert, "--json").want(t, exitOK)
	wantVisible(t, "cert show --json", asJSON.stdout)
	if subject := asJSON.object(t)["subject"].(map[string]any); !strings.Contains(subject["CN"].(string), "\u202e") {
		t.Errorf("the object's subject is not the certificate's: %q", subject)
	}
}

// TestPeersAreEscaped connects to and serves peers whose certificates, hellos and
// plain text hold all classes.
func TestPeersAreEscaped(t *testing.T) {
	f := newFiles(t)
	cert, key := f.oddCertificate(t)
	r := serve(t, "--mode", "echo", "--cert", cert, "--key", key)
	for _, args := range [][]string{
		{"--ca", cert}, {"--ca", f.ca}, {"--ca", cert, "--servername", "elsewhere.example"}, {"--ca", cert, "--json"},
		{"--ca", cert, "--json", "--servername", "elsewhere.example"}, {"--ca", cert, "--log", "json"},
	} {
		got := execute(t, append([]string{"connect", r.localhost()}, args...)...)
		wantVisible(t, strings.Join(args, " "), got.stdout+got.stderr)
	}
	for _, args := range [][]string{{}, {"--starttls", "smtp"}, {"--starttls", "imap"}} {
		got := execute(t, append([]string{"connect", greeter(t, odd)}, args...)...).want(t, exitFailure)
		wantVisible(t, "plain text", got.stderr)
	}
	for _, format := range []string{"text", "json"} {
		r := serveCmd(t, command(t, program(), "serve", "--listen", "127.0.0.1:0", "--mode", "echo", "--cert", f.cert, "--key", f.key,
			"--request-cert", "--reject-unauthorized=false", "--log", format))
		f.oddClient(t, r, cert, key)
		r.stop()
		wantVisible(t, "the log as "+format, r.text())
		if !strings.Contains(r.text(), `u202e`) {
			t.Errorf("the log as %s lacks the client's name:\n%s", format, r.text())
		}
	}
}

// oddClient connects with a certificate, a server name and an application
// protocol of all classes.
func (f *files) oddClient(t *testing.T, r *running, cert, key string) {
	t.Helper()
	own := readPair(t, cert, key)
	for _, name := range []string{"localhost", "a\u202eb\x1b[31m.example"} {
		config := &tls.Config{InsecureSkipVerify: true, ServerName: name, NextProtos: []string{odd, "http/1.1"},
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }}
		conn, err := tls.Dial("tcp", r.address, config)
		if err == nil {
			conn.CloseWrite()
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}
}

// readPair reads what crypto/tls would not.
func readPair(t *testing.T, cert, key string) *tls.Certificate {
	t.Helper()
	chain, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	ders, err := keyfile.ParseCertificates(chain)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := keyfile.ParsePrivateKey(secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: ders, PrivateKey: signer}
}

// greeter is a server that says one line in plain text to each client.
func greeter(t *testing.T, line string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "220 "+line+"\r\n")
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestPageEscapes has Chromium show what such a client says.
func TestPageEscapes(t *testing.T) {
	ctx := browser(t)
	f := newFiles(t)
	r := serve(t, "--cert", f.cert, "--key", f.key, "--request-cert", "--reject-unauthorized=false")
	cert, key := f.oddCertificate(t)
	f.oddClient(t, r, cert, key)
	do(t, ctx, chromedp.Navigate("https://"+r.localhost()+"/"))
	for _, row := range []string{`details[data-id="1"]`, `details[data-id="2"]`} {
		do(t, ctx, chromedp.WaitVisible(chromedp.CSS(row)), chromedp.Click(chromedp.CSS(row+" summary")), chromedp.WaitVisible(chromedp.CSS(row+" .body")))
	}
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("#list *")].flatMap(
		e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).concat([...e.attributes].map(a => a.value))).join("\n")`))
	if err != nil {
		t.Fatal(err)
	}
	screenshots(t, ctx, "escaped")
	wantVisible(t, "the page", shown)
	if !strings.Contains(shown, `\u202e`) || !strings.Contains(shown, "漢") {
		t.Errorf("the page lacks the client's names:\n%s", shown)
	}
}
