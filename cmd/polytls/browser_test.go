package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"polytls/internal/peertest"
)

// browser starts a headless Chromium that connects only to the test's server. By default
// it accepts all certificates.
func browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		peertest.Path(t, "chromium") // skips, or fails
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.WindowSize(1200, 900),
	)
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it, and must not have a limit
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	return ctx
}

// do runs steps in the browser.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// text is what a reader sees of an element.
func text(t *testing.T, ctx context.Context, css chromedp.CSS) string {
	t.Helper()
	s, err := chromedp.Run(ctx, chromedp.Text(css))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPageShowsTheBrowsersOwnHandshake loads the page and finds the handshake
// that brought it, opens it by keyboard, and sees a failure arrive.
func TestPageShowsTheBrowsersOwnHandshake(t *testing.T) {
	ctx := browser(t)
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	const own, summary, body, messages = chromedp.CSS(`details[data-id="1"]`), chromedp.CSS(`details[data-id="1"] summary`),
		chromedp.CSS(`details[data-id="1"] .body`), chromedp.CSS(`details[data-id="1"] table.messages`)
	do(t, ctx, chromedp.Navigate("https://"+r.localhost()+"/"), chromedp.WaitVisible(own))
	record := r.record("handshake")
	rows := text(t, ctx, "#list")
	for _, want := range []string{record["remote"].(string), "TLSv1.3", "TLS_AES_"} {
		if !strings.Contains(rows, want) {
			t.Errorf("the rows lack %q:\n%s", want, rows)
		}
	}
	do(t, ctx, chromedp.Focus(summary), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(messages))
	details := text(t, ctx, body)
	for _, want := range []string{"ClientHello", "ServerHello", "Finished", "h2", "The client offers", "X25519MLKEM768", "GREASE"} {
		if !strings.Contains(details, want) {
			t.Errorf("the details lack %q:\n%s", want, details)
		}
	}
	marksBytes(t, ctx, own)
	f.connect(t, r, "--alpn-protocols", "spdy/1").want(t, exitFailure)
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS(".tag.bad")), chromedp.Click(chromedp.CSS("#failed")))
	if rows = text(t, ctx, "#list"); !strings.Contains(rows, "failed") || strings.Contains(rows, "full") {
		t.Errorf("with only failures the rows are\n%s", rows)
	}
	fitsAPhone(t, ctx)
	do(t, ctx, chromedp.EmulateViewport(1200, 900), chromedp.Click(chromedp.CSS("#failed")))
	screenshots(t, ctx, "page")
}

// marksBytes opens the first message, by keyboard, and marks the bytes of its fields.
func marksBytes(t *testing.T, ctx context.Context, row chromedp.CSS) {
	t.Helper()
	do(t, ctx, chromedp.Focus(row+" .opener"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(row+" .dump"))
	for _, want := range []string{"client_version: TLSv1.2", "application_layer_protocol_negotiation", "RFC 8446, section 4.1.2"} {
		if fields := text(t, ctx, row+" .bytes"); !strings.Contains(fields, want) {
			t.Errorf("the fields lack %q:\n%s", want, fields)
		}
	}
	do(t, ctx, chromedp.Focus(row+" .field"), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(row+" mark"))
	if marked := text(t, ctx, row+" mark"); marked != "03 03" {
		t.Errorf("client_version is %q", marked)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(row+` li:nth-child(2) .field[aria-pressed="true"]`))
	marked, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll(".dump mark:first-of-type")].map(m => m.textContent.split(" ").length).reduce((a, b) => a + b)`))
	if err != nil || marked != 32 {
		t.Errorf("%d bytes of the random are marked, %v", marked, err)
	}
}

// TestPageCountsAllHandshakes has more handshakes than the page lists: its totals
// are the server's, also after the connection was lost.
func TestPageCountsAllHandshakes(t *testing.T) {
	ctx := browser(t)
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	const failing, listed = 7, 200
	for range failing {
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "neither TLS nor HTTP")
		r.record("handshake")
		conn.Close()
	}
	for range listed {
		f.dial(t, r).Close()
		r.record("handshake")
	}
	want := regexp.MustCompile(fmt.Sprintf(`^(\d+) handshakes, %d failed, the last %d are listed$`, failing, listed))
	var seen int
	do(t, ctx, chromedp.Navigate("https://"+r.localhost()+"/"))
	for range 2 { // the second time with all of them in the list at once
		do(t, ctx, chromedp.WaitVisible(chromedp.CSS("#status.live")), chromedp.WaitVisible(chromedp.CSS(`li:nth-child(200)`)))
		status := text(t, ctx, "#status")
		for deadline := time.Now().Add(limit); !want.MatchString(status) && time.Now().Before(deadline); {
			status = text(t, ctx, "#status") // until its next update
		}
		found := want.FindStringSubmatch(status)
		if found == nil {
			t.Fatalf("the status is %q", status)
		}
		count, _ := strconv.Atoi(found[1])
		if count <= failing+listed || count < seen {
			t.Errorf("%d handshakes after %d, want the page's own and all others", count, seen)
		}
		seen = count
		do(t, ctx, chromedp.Reload())
	}
	screenshots(t, ctx, "totals")
}

// fitsAPhone opens what is widest, the failure with its code and the commands, and
// checks that nothing overflows at the side.
func fitsAPhone(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Click(chromedp.CSS(".how summary")),
		chromedp.Click(chromedp.CSS("li:not([hidden]) .shake summary")), chromedp.WaitVisible(chromedp.CSS(".note.bad")))
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("body, body *")].
		filter(e => !e.closest(".spoken") && e.getBoundingClientRect().right > innerWidth || e.scrollWidth > innerWidth).map(e => e.outerHTML.slice(0, 80))`))
	if err != nil || len(wide) > 0 {
		t.Errorf("these are wider than a phone: %q, %v", wide, err)
	}
}

// screenshots writes pictures of the page to POLYTLS_SCREENSHOTS, for those who
// change it.
func screenshots(t *testing.T, ctx context.Context, name string) {
	dir := os.Getenv("POLYTLS_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			do(t, ctx, colorScheme(scheme), chromedp.EmulateViewport(width, 900))
			png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), png, 0o600)
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	do(t, ctx, colorScheme("light"), chromedp.EmulateViewport(1200, 900))
}

// colorScheme makes the page see that its reader prefers "light" or "dark".
func colorScheme(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
