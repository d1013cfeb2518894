package main

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"polytls/internal/keyfile"
	"polytls/internal/trust/certtest"
	"polytls/internal/visible/visibletest"
)

// oddCertificate is its own issuer, with a subject and names of all classes.
func (f *files) oddCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	k := certtest.Keys("p256-odd")
	text := strings.ReplaceAll(visibletest.Text, visibletest.Runes[visibletest.NotUTF8], "") // else the names cannot be read at all
	name := certtest.Name("CN="+text, "O="+text)
	now := time.Now()
	template := certtest.Template{
		Serial: 1, Subject: name, Issuer: name, Key: k, Signer: k, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		Extensions: [][]byte{certtest.AltNames(certtest.DNS(visibletest.Text), certtest.GeneralName(6, []byte("x:"+visibletest.Text)), certtest.Directory(name), certtest.DNS("localhost"))},
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
	visibletest.Want(t, "cert show", shown)
	if !strings.Contains(shown, `\u202e`) {
		t.Errorf("the subject is not escaped but lost:\n%s", shown)
	}
	visibletest.Want(t, "cert check", execute(t, "cert", "check", cert, "--host", "elsewhere.example").want(t, exitFailure).stdout)
	asJSON := execute(t, "cert", "show", cert, "--json").want(t, exitOK)
	visibletest.Want(t, "cert show --json", asJSON.stdout)
	if subject := asJSON.object(t)["subject"].(map[string]any); !strings.Contains(subject["CN"].(string), "\u202e") {
		t.Errorf("the object's subject is not the certificate's: %q", subject)
	}
}

// TestPeersAreEscaped connects to and serves peers whose certificates, hellos and
// plain text hold all classes.
func TestPeersAreEscaped(t *testing.T) {
	f := newFiles(t)
	cert, key := f.oddCertificate(t)
	r := start(t, "--mode", "echo", "--cert", cert, "--key", key)
	for _, args := range [][]string{
		{"--ca", cert}, {"--ca", f.ca}, {"--ca", cert, "--servername", "elsewhere.example"}, {"--ca", cert, "--json"},
		{"--ca", cert, "--json", "--servername", "elsewhere.example"}, {"--ca", cert, "--log", "json"},
	} {
		got := execute(t, append([]string{"connect", r.localhost()}, args...)...)
		visibletest.Want(t, strings.Join(args, " "), got.stdout+got.stderr)
	}
	for _, args := range [][]string{{}, {"--starttls", "smtp"}, {"--starttls", "imap"}} {
		got := execute(t, append([]string{"connect", greeter(t, visibletest.Text)}, args...)...).want(t, exitFailure)
		visibletest.Want(t, "plain text", got.stderr)
	}
	for _, format := range []string{"text", "json"} {
		r := serveCmd(t, command(t, program(), "serve", "--listen", "127.0.0.1:0", "--mode", "echo", "--cert", f.cert, "--key", f.key,
			"--request-cert", "--reject-unauthorized=false", "--log", format))
		f.oddClient(t, r, cert, key)
		r.stop()
		visibletest.Want(t, "the log as "+format, r.text())
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
		config := &tls.Config{InsecureSkipVerify: true, ServerName: name, NextProtos: []string{visibletest.Text, `<b id="injected">`, "http/1.1"},
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
	r := start(t, "--cert", f.cert, "--key", f.key, "--request-cert", "--reject-unauthorized=false")
	cert, key := f.oddCertificate(t)
	f.oddClient(t, r, cert, key)
	do(t, ctx, chromedp.Navigate("https://"+r.localhost()+"/"))
	for _, row := range []string{`details[data-id="1"]`, `details[data-id="2"]`} {
		do(t, ctx, chromedp.WaitVisible(chromedp.CSS(row)), chromedp.Click(chromedp.CSS(row+" summary")), chromedp.WaitVisible(chromedp.CSS(row+" table.messages")))
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(`details[data-id="1"] .opener`)), chromedp.WaitVisible(chromedp.CSS(`details[data-id="1"] .field`)),
		chromedp.Click(chromedp.CSS(`details[data-id="2"] .opener`)), chromedp.WaitVisible(chromedp.CSS(`details[data-id="2"] .field`)))
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("#list *")].flatMap(
		e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).concat([...e.attributes].map(a => a.value))).join("\n")`))
	if err != nil {
		t.Fatal(err)
	}
	screenshots(t, ctx, "escaped")
	if injected, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("b").length`)); err != nil || injected > 0 {
		t.Errorf("%d elements come from the client, %v", injected, err)
	}
	visibletest.Want(t, "the page", shown)
	if !strings.Contains(shown, `\u202e`) || !strings.Contains(shown, "漢") || !strings.Contains(shown, `<b id="injected">`) {
		t.Errorf("the page lacks the client's names:\n%s", shown)
	}
}
