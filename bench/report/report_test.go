//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"polytls/bench"
)

// TestMain lets the test's own binary be the children.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestNginxWithoutItsStreamModule counts as not installed: a program that
// refuses the configuration stands for it, and one that takes it for the other.
func TestNginxWithoutItsStreamModule(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if installed(bench.Nginx) {
		t.Fatal("nginx is found where there is none")
	}
	for script, want := range map[string]bool{"exit 1": false, "exit 0": true} {
		if err := os.WriteFile(filepath.Join(dir, "nginx"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		if got := installed(bench.Nginx); got != want {
			t.Errorf("a program that says %q: installed is %t", script, got)
		}
	}
}

// TestReport runs one row of each table.
func TestReport(t *testing.T) {
	for _, tt := range []struct{ row, want string }{
		{"^TLS 1.3, resumed by ticket$", `\| crypto/tls \| [0-9.]+ \| [0-9.]+ \|\n`},
		{"^AES-128-GCM, TLS 1.3, 1 KiB$", `\| crypto/tls \| [0-9.]+ \| [0-9.]+ \|\n`},
		{"^serve, TLS 1.3", `\| [0-9.]+ µs \| [0-9.]+ µs \| [0-9.]+ \|\n`},
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
		if p := r.point("now", ""); len(p.Rows) == 0 || len(p.Rows[0].Values) == 0 {
			t.Errorf("%s: the history gets %+v", tt.row, p)
		}
	}
}
