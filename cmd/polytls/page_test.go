package main

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"polytls/internal/peertest"
)

// accessible has axe-core look for what a reader cannot perceive or reach.
func accessible(t *testing.T, ctx context.Context) {
	t.Helper()
	axe, err := os.ReadFile(peertest.Path(t, "axe-core"))
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		do(t, ctx, colorScheme(scheme))
		faults, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](string(axe)+`;
			axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + n.failureSummary)))`, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults {
			t.Errorf("%s: %s", scheme, fault)
		}
	}
	do(t, ctx, colorScheme("light"))
}

// waitFor waits until an expression is true in the page.
func waitFor(t *testing.T, ctx context.Context, expression string) {
	t.Helper()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(limit)))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil || !strings.Contains(err.Error(), "Cannot find context"): // that of a page that is being left
			t.Fatalf("%s: %v", expression, err)
		}
	}
}

// rowOf is a row that has a text.
func rowOf(t *testing.T, ctx context.Context, part string) chromedp.CSS {
	t.Helper()
	find := `[...document.querySelectorAll("details.shake")].find(d => d.querySelector("summary").textContent.includes("` + part + `"))`
	waitFor(t, ctx, "!!"+find)
	id, err := chromedp.Run(ctx, chromedp.Evaluate[string](find+`.dataset.id`))
	if err != nil {
		t.Fatal(err)
	}
	return chromedp.CSS(`details[data-id="` + id + `"]`)
}

// openRow opens a row and waits for its details.
func openRow(t *testing.T, ctx context.Context, row chromedp.CSS) {
	t.Helper()
	do(t, ctx, chromedp.Click(row+" > summary"), chromedp.WaitVisible(row+" table.messages"))
}

// TestPageTriesAndCompares presses the buttons with which the server connects to itself,
// compares two of the rows, and follows a link to one. No state of the page has a fault
// of accessibility.
func TestPageTriesAndCompares(t *testing.T) {
	ctx := browser(t)
	r := start(t)
	page := "https://" + r.localhost() + "/"
	do(t, ctx, chromedp.Navigate(page), chromedp.WaitVisible(chromedp.CSS("details.shake")))
	rows := map[string]string{"tls12": "TLSv1.2", "without-ca": "unknown_ca", "psk": "PSK", "node12": "TLS_AES_256_GCM_SHA384 · x25519"}
	for _, name := range []string{"tls12", "without-ca", "psk", "node12"} {
		button := chromedp.CSS(`[data-try="` + name + `"]`)
		for said := ""; !strings.Contains(said, "has called itself"); said = text(t, ctx, "#notice") { // until the server's pace allows it
			do(t, ctx, chromedp.Focus(button), chromedp.KeyEvent(kb.Enter))
			waitFor(t, ctx, `document.getElementById("notice").textContent !== ""`)
		}
		rowOf(t, ctx, rows[name])
	}
	accessible(t, ctx)
	screenshots(t, ctx, "rows")
	failure, old := rowOf(t, ctx, "unknown_ca"), rowOf(t, ctx, "TLSv1.2")
	openRow(t, ctx, failure)
	if note := text(t, ctx, failure+" .note"); !strings.Contains(note, "What to do") {
		t.Errorf("the failure is explained by %q", note)
	}
	do(t, ctx, chromedp.Click(failure+" .opener"), chromedp.WaitVisible(failure+" .dump"), chromedp.Click(failure+" .field"))
	accessible(t, ctx)
	screenshots(t, ctx, "opened")
	openRow(t, ctx, old)
	for _, want := range []string{"This server enables", "Choices", "the client does not offer it"} {
		if shown := text(t, ctx, old); !strings.Contains(shown, want) {
			t.Errorf("the row lacks %q:\n%s", want, shown)
		}
	}
	screenshots(t, ctx, "old")
	press := func(row chromedp.CSS, label string) {
		t.Helper()
		do(t, ctx, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(`+"`"+string(row)+` .actions button`+"`"+`)].find(b => b.textContent === "`+label+`").click()`))
	}
	press(failure, "Compare")
	waitFor(t, ctx, `document.getElementById("comparing").textContent.includes("choose Compare")`)
	press(old, "Compare")
	do(t, ctx, chromedp.WaitVisible(chromedp.CSS("#compare .differs")))
	accessible(t, ctx)
	screenshots(t, ctx, "compared")
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	waitFor(t, ctx, `!document.getElementById("compare").open`)
	do(t, ctx, chromedp.Focus(failure+" .opener"), chromedp.KeyEvent(kb.Escape))
	waitFor(t, ctx, `!document.querySelector('`+string(failure)+`').open && document.activeElement.closest("summary") !== null`)
	link, err := chromedp.Run(ctx, chromedp.Evaluate[string](`linkTo(`+strings.TrimSuffix(strings.TrimPrefix(string(old), `details[data-id="`), `"]`)+`)`))
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(link), chromedp.WaitVisible(old+" table.messages"))
	waitFor(t, ctx, `document.activeElement.closest("details")?.dataset.id === document.querySelector('`+string(old)+`').dataset.id`)
	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(page+"#another.1"), chromedp.WaitVisible(chromedp.CSS("#notice")))
	waitFor(t, ctx, `document.getElementById("notice").textContent.includes("last start")`)
}

// TestPageUnderLoad has strangers connect without an end: the page can be used, and
// holds no more than before.
func TestPageUnderLoad(t *testing.T) {
	ctx := browser(t)
	r := start(t)
	go func() {
		for range r.records {
		}
	}()
	stop := make(chan struct{})
	var strangers sync.WaitGroup
	for range 4 {
		strangers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if conn, err := net.Dial("tcp", r.address); err == nil {
					io.WriteString(conn, "neither TLS nor HTTP")
					io.Copy(io.Discard, conn)
					conn.Close()
				}
			}
		})
	}
	end := sync.OnceFunc(func() { close(stop); strangers.Wait() })
	defer end()
	do(t, ctx, chromedp.Navigate("https://"+r.localhost()+"/"))
	waitFor(t, ctx, `total > 1000 && rows.length >= 200`)
	opened := chromedp.CSS("li:nth-child(100) > details")
	do(t, ctx, chromedp.Click(chromedp.CSS("#hold")))
	waitFor(t, ctx, `held.length === 200`)
	do(t, ctx, chromedp.Click(opened+" > summary"), chromedp.WaitVisible(opened+" .note"))
	do(t, ctx, chromedp.Click(chromedp.CSS("#hold")))
	waitFor(t, ctx, `held.length === 0 && total > 2000`)
	counts, err := chromedp.Run(ctx, chromedp.Evaluate[[]int](`[rows.length, document.querySelectorAll("#list > li").length, document.querySelectorAll("details[open] .note").length]`))
	if err != nil || counts[0] != 200 || counts[1] != counts[0] || counts[2] != 1 {
		t.Errorf("%d rows, %d of them in the list, %d open, %v", counts[0], counts[1], counts[2], err)
	}
	end()
	waitFor(t, ctx, `/^\d+ handshakes, \d+ failed, the last 200 are listed$/.test(document.getElementById("status").textContent)`)
}
