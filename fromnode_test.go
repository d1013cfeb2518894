package polytls_test

import (
	"regexp"
	"strings"
	"testing"

	"polytls/internal/docpage"
)

// TestFromNodePage: docs/from-node.md is made from the package comment. `go test -run
// TestFromNodePage . -update-docs` writes it.
func TestFromNodePage(t *testing.T) {
	_, text, _ := strings.Cut(documented(t).Doc, "# From Node's names to Go's")
	names, rest, _ := strings.Cut(text, "The options; see docs/options.md:")
	options, rest, found := strings.Cut(rest, "# Where polytls differs from Node, and why")
	differences, errors, too := strings.Cut(rest, "# Errors")
	if !found || !too {
		t.Fatal("the package comment has other sections")
	}
	docpage.Want(t, "docs/from-node.md", fromNodeHead+
		"## Names\n\n"+nodeRows(t, names)+
		"\n## Options\n\n[options.md](options.md) has all options, also those that Node does not have.\n\n"+nodeRows(t, options)+
		"\n## Where polytls differs from Node, and why\n\n"+nodeProse(differences)+
		"\n## Errors\n\n"+nodeProse(errors))
}

const fromNodeHead = `# From Node

What each name of Node's ` + "`tls`" + ` module is here, or why there is none. This page is made
from the package comment (` + "`go doc polytls`" + `), and a test finds each Go name.

Each of Node's lists of options is one struct: ` + "`ContextOptions`" + ` for
` + "`tls.createSecureContext()`, `ServerOptions` for `tls.createServer()`, `ConnectOptions`" + ` for
` + "`tls.connect()`" + `. Getters have no "get" in their names. Buffers are ` + "`[]byte`" + `, times are
` + "`time.Duration`" + `, and the zero value of an option is the safe one. The code of an error is
Node's, so that a program that compares ` + "`err.code`" + ` keeps its strings:
` + "`errors.Is(err, &polytls.Error{Code: \"CERT_HAS_EXPIRED\"})`" + `.

Sessions, tickets and ticket keys have Node's form: servers of both resume each other's
clients. [cookbook.md](cookbook.md) has code for the usual tasks.

`

// nodeRows returns the rows of a table of the package comment in Markdown.
func nodeRows(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| Node | here | what differs |\n| --- | --- | --- |\n")
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "\tNode ") {
			continue
		}
		columns := append(regexp.MustCompile(`  +`).Split(strings.TrimSpace(line), -1), "", "")
		if columns[1] == "" || len(columns) > 5 {
			t.Fatalf("no row: %q", line)
		}
		b.WriteString("| " + codeNames(columns[0]) + " | " + codeNames(columns[1]) + " | " + columns[2] + " |\n")
	}
	return b.String()
}

// codeNames marks the names of a list as code; words stay as they are.
func codeNames(list string) string {
	for _, words := range []string{"not here", "the ", "new "} {
		if strings.HasPrefix(list, words) {
			return list
		}
	}
	if strings.Contains(list, " or ") || strings.ContainsAny(list, "({") {
		return "`" + list + "`"
	}
	return "`" + strings.ReplaceAll(list, ", ", "`, `") + "`"
}

// nodeProse returns text of the package comment in Markdown: links become code.
func nodeProse(text string) string {
	text = regexp.MustCompile(`\[([A-Za-z./*]+)\]`).ReplaceAllString(strings.TrimSpace(text), "`$1`")
	return regexp.MustCompile(`(?m)^  (  |- )`).ReplaceAllString(text, "$1") + "\n"
}
