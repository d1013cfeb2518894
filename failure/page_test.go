package failure_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/docpage"
)

// TestFailuresPage holds that the page is the table. `go test -run
// TestFailuresPage ./failure -update-docs` writes it.
func TestFailuresPage(t *testing.T) { docpage.Want(t, "../docs/failures.md", pageText()) }

func pageText() string {
	var b strings.Builder
	b.WriteString(pageIntro)
	b.WriteString("\n| code | alert | OpenSSL's words | what it means | what to do |\n| --- | --- | --- | --- | --- |\n")
	rows := slices.SortedFunc(failure.All(), func(a, b failure.Failure) int { return cmp.Compare(a.Code, b.Code) })
	for _, f := range rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Code, f.Alert, f.OpenSSL, f.Meaning, f.Remedy)
	}
	b.WriteString("\n" + pageAlerts + "\n| number | alert | what its sender says |\n| --- | --- | --- |\n")
	for a := range failure.Alerts() {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", uint8(a), a, a.Meaning())
	}
	return b.String()
}

const pageIntro = `# What each failure means

` + "`Error.Code`" + ` is the code that the same failure has in Node (` + "`err.code`" + `). This page is made
from the table of package ` + "`polytls/failure`" + `: ` + "`failure.Lookup`" + ` finds the row of a code,
` + "`failure.All`" + ` ranges over them.

The alert is the one that is sent when a connection fails so, unless the error says
another; for the codes of alerts that the peer sent (` + "`..._ALERT_...`" + `) it is that alert.
Failures of options and files send none. OpenSSL's words are those of its errors and
of its command line, for searching.
`

const pageAlerts = `# Alerts

` + "`Error.Alert`" + ` is the alert that went with a failure, if ` + "`Error.AlertFrom`" + ` is not
` + "`SideNone`" + `.
`
