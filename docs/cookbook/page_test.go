package cookbook

import (
	"os"
	"slices"
	"strings"
	"testing"

	"polytls/internal/docpage"
)

// order is the order of the page: the names of files without _test.go.
var order = []string{
	"https", "ownca", "mutual", "servernames", "reload", "acme",
	"resume", "fleet", "ticketkeys", "earlydata",
	"psk", "srp", "pinned", "revocation", "verify",
	"starttls", "grpc",
	"policy", "postquantum", "oldversion",
	"explain", "keylog", "metrics", "logs",
}

const head = `# Cookbook

Tasks with the code that does them. Each block compiles and runs in the tests of
[docs/cookbook](cookbook), from which this page is made; the link below a block leads to
its imports and its test. Certificates and keys are PEM, as files have them.

`

// TestCookbookPage: the page is made from the files, and has all of them.
func TestCookbookPage(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isTest := strings.CutSuffix(e.Name(), "_test.go")
		if isTest && name != "page" && name != "harness" && !slices.Contains(order, name) {
			t.Errorf("the page lacks %s", e.Name())
		}
	}
	var tasks []docpage.Task
	for _, name := range order {
		tasks = append(tasks, docpage.ReadTask(t, name+"_test.go"))
	}
	text := head + docpage.Contents(tasks)
	for _, task := range tasks {
		text += "\n" + task.Markdown("cookbook")
	}
	docpage.Want(t, "../cookbook.md", text)
}
