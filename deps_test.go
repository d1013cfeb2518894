package polytls_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"polytls"
)

// TestDependencies holds what a program links that imports polytls to what the
// project allows: no HTTP, and nothing of the adapters' modules. encoding/json is
// linked for log/slog, which imports it, and for nothing else.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, ".").Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no go command")
	}
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var deps []string
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		deps = append(deps, words[0])
		if slices.Contains(words[1:], "encoding/json") && words[0] != "log/slog" {
			t.Errorf("%s imports encoding/json", words[0])
		}
	}
	if len(deps) < 50 {
		t.Fatalf("%d packages are no list of dependencies", len(deps))
	}
	module := reflect.TypeFor[polytls.Socket]().PkgPath()
	for _, dep := range deps {
		for _, banned := range []string{
			"net/http", "regexp", "testing", "golang.org/x/net/http2", "google.golang.org/", "github.com/prometheus/", "go.opentelemetry.io/",
			"github.com/klauspost/", "github.com/andybalholm/", // certcompress has them
			"github.com/redis/", "github.com/spf13/", "github.com/chromedp/", "pgregory.net/rapid",
			module + "/cmd/", module + "/internal/testcert", module + "/metrics", module + "/spans", module + "/polyhttp", module + "/polygrpc", module + "/inspect",
			module + "/sessionstore/redisstore",
			module + "/secp256k1", "github.com/decred/",
			"golang.org/x/crypto/x509roots/fallback", // sets the roots of the whole program; its bundle does not
		} {
			if dep == banned || strings.HasSuffix(banned, "/") && strings.HasPrefix(dep, banned) {
				t.Errorf("polytls links %s", dep)
			}
		}
	}
}

// TestArchitectureListsPackages compares ARCHITECTURE.md's list of packages with the
// files of this package and with the directories that contain packages. An entry at
// the outermost level may include the packages below it.
func TestArchitectureListsPackages(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "## Packages")
	list, _, _ = strings.Cut(list, "Imports run downward")
	var patterns []string
	var parents []string // directories of the line
	for line := range strings.Lines(list) {
		entry := strings.TrimLeft(line, " ")
		level := (len(line)-len(entry))/2 - 2 // the outermost are four deep
		if level < 0 {
			continue
		}
		for _, name := range strings.Fields(entry) {
			if !strings.HasSuffix(name, "/") && !strings.Contains(name, ".go") {
				break // the description begins
			}
			if name == "polytls/" {
				name = "" // the module itself
			}
			parents = append(parents[:min(level, len(parents))], name)
			patterns = append(patterns, path.Join(parents...))
		}
	}
	for _, p := range patterns {
		if found, err := fs.Glob(os.DirFS("."), p); p != "" && (err != nil || len(found) == 0) {
			t.Errorf("the list has %s, the tree has not", p)
		}
	}
	listed := func(name string) bool {
		for _, p := range patterns {
			if ok, _ := path.Match(p, name); ok && p != "" {
				return true
			}
		}
		return false
	}
	fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case d.IsDir():
			inside, _, _ := strings.Cut(name, "/")
			if !listed(name) && name != "cmd" && (name == inside || inside == "internal" || inside == "sessionstore") {
				t.Errorf("the list lacks %s", name)
			}
		case !strings.Contains(name, "/") && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !listed(name):
			t.Errorf("the list lacks %s", name)
		}
		return nil
	})
}
