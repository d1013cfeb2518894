package cookbook

import (
	"os"
	"slices"
	"strings"
	"testing"

	"polytls/internal/docpage"
)

// page is a page that is made from files of this package.
type page struct {
	path, head string
	files      []string // in the order of the page, without _test.go
}

var pages = map[string]page{
	"Cookbook": {"../cookbook.md", `# Cookbook

Tasks with the code that does them. Each block compiles and runs in the tests of
[docs/cookbook](cookbook), from which this page is made; the link below a block leads to
its imports and its test. Certificates and keys are PEM or
DER, in memory or, as with CertFile, in files.
[libraries.md](libraries.md) has the clients of databases, brokers and directories.

`, []string{
		"https", "ownca", "mutual", "servernames", "reload", "acme",
		"resume", "fleet", "ticketkeys", "earlydata",
		"psk", "srp", "pinned", "revocation", "verify",
		"starttls", "grpc",
		"policy", "postquantum", "oldversion",
		"explain", "choices", "keylog", "metrics", "logs",
	}},
	"Libraries": {"../libraries.md", `# Libraries over polytls

A ` + "`polytls.Dialer`" + ` has the method ` + "`DialContext(ctx, network, address)`" + `, which is what the
clients of other protocols want: its connections are handshaken, verified and resume
sessions. The last argument of each function below is such a Dialer or its options.
Protocols that begin in plain text need the few lines that ask for TLS.

Each block compiles and runs in the tests of [docs/cookbook](cookbook), from which this
page is made, against the server that the text names.

`, []string{"pgx", "pq", "redis", "mysql", "mqtt", "smtp", "ldap", "websocket", "gorilla"}},
}

// TestPages: the pages are made from the files, and have all of them.
func TestPages(t *testing.T) {
	listed := []string{"page", "harness"}
	for name, p := range pages {
		t.Run(name, func(t *testing.T) {
			var tasks []docpage.Task
			for _, file := range p.files {
				tasks = append(tasks, docpage.ReadTask(t, file+"_test.go"))
			}
			text := p.head + docpage.Contents(tasks)
			for _, task := range tasks {
				text += "\n" + task.Markdown("cookbook")
			}
			docpage.Want(t, p.path, text)
		})
		listed = append(listed, p.files...)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name, isTest := strings.CutSuffix(e.Name(), "_test.go"); isTest && !slices.Contains(listed, name) {
			t.Errorf("no page has %s", e.Name())
		}
	}
}
