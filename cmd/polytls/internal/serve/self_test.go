package serve

import (
	"strings"
	"testing"
)

func TestFromGoRun(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	for path, want := range map[string]bool{
		"/tmp/go-build615741237/b001/exe/polytls":            true,
		`C:\Temp\go-build61\b001\exe\polytls.exe`:            true,
		"/root/.cache/go-build/01/" + hash + "-d/polytls":    true,
		"/usr/local/bin/polytls":                             false,
		"/home/me/go-build/polytls":                          false,
		"/home/me/go/pkg/mod/cache/" + hash + "/polytls":     false,
		"/tmp/go-build615741237/b001/polytls.test/x/polytls": false,
	} {
		if got := fromGoRun(path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
