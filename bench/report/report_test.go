//go:build linux

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMain lets the test's own binary be the children.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestReport runs one row of each table.
func TestReport(t *testing.T) {
	for _, tt := range []struct{ row, want string }{
		{"^TLS 1.3, resumed by ticket$", `\| crypto/tls \| [0-9.]+ \| [0-9.]+ \|\n`},
		{"^AES-128-GCM, TLS 1.3, 1 KiB$", `\| crypto/tls \| [0-9.]+ \| [0-9.]+ \|\n`},
		{"one byte sent$", `\| [0-9.]+ KiB \| [0-9.]+ KiB \| [0-9.]+ \|\n`},
	} {
		r := &report{rounds: 1, idle: 200, run: regexp.MustCompile(tt.row)}
		var out strings.Builder
		if err := r.print(&out); err != nil {
			t.Fatalf("%s: %v", tt.row, err)
		}
		if !regexp.MustCompile(tt.want).MatchString(out.String()) {
			t.Errorf("%s: no row %s in\n%s", tt.row, tt.want, out.String())
		}
	}
}
