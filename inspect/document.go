package inspect

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// documentFiles are the parts of the page, which is sent as one document.
//
//go:embed page
var documentFiles embed.FS

// scripts are the parts of the page's script, in their order.
var scripts = []string{
	"dom.js", "rows.js", "bar.js", "details.js", "choices.js", "lists.js", "messages.js", "bytes.js", "link.js", "compare.js", "try.js", "stream.js",
}

var (
	pageTemplate = template.Must(template.ParseFS(documentFiles, "page/page.html"))
	pageStyle    = template.CSS(documentPart("page.css"))
	pageScript   = template.JS(documentScript())
)

// documentPart returns the text of a part, which is embedded.
func documentPart(name string) string {
	text, err := documentFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func documentScript() string {
	var all strings.Builder
	for _, name := range scripts {
		all.WriteString(documentPart(name))
	}
	return all.String()
}

// sendPage sends the page with a policy that allows only its own script and style.
func (p *Page) sendPage(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		*Page
		Attempts []attempt
		Style    template.CSS
		Script   template.JS
	}{p, p.attempts(), pageStyle, pageScript})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; "+
		"form-action 'none'; frame-ancestors 'none'; script-src %s; style-src %s", source(b.Bytes(), "script"), source(b.Bytes(), "style")))
	w.Write(b.Bytes())
}

// source returns the policy's source expression for the page's only script or style:
// the hash of its text as sent.
func source(page []byte, element string) string {
	_, rest, _ := bytes.Cut(page, []byte("<"+element+">"))
	text, _, _ := bytes.Cut(rest, []byte("</"+element+">"))
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
