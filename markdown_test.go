package polytls_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/docpage"
)

// markdown returns the text of each Markdown file of the project by its path.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			text, err := os.ReadFile(path)
			pages[path] = string(text)
			return err
		}
		return nil
	})
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	return pages
}

// TestLinksLead: each link of a page to a file or to a heading has its target.
func TestLinksLead(t *testing.T) {
	pages := markdown(t)
	anchors := map[string]bool{}
	for path, text := range pages {
		for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
			anchors[path+"#"+docpage.Anchor(h[1])] = true
		}
	}
	for path, text := range pages {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(link[1], "#")
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s: %v", path, link[1], err)
			}
			if anchor != "" && !anchors[target+"#"+anchor] {
				t.Errorf("%s: %s has no such heading", path, link[1])
			}
		}
	}
}

// TestBlocksAreGo: the blocks of Go in the pages are checked against the packages that
// they name. They are parts of functions: names of variables that are not declared,
// unused values and missing returns are allowed.
func TestBlocksAreGo(t *testing.T) {
	packages := exports(t)
	part := regexp.MustCompile(`^undefined: [a-z]\w*$|declared and not used|is not used|missing return|^too many return values|^not enough return values`)
	for path, text := range markdown(t) {
		if path == "docs/cookbook.md" || path == "docs/libraries.md" { // made from code that compiles
			continue
		}
		for i, block := range regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(text, -1) {
			files := token.NewFileSet()
			f, err := parse(files, block[1])
			if err != nil {
				t.Errorf("%s, block %d: %v", path, i+1, err)
				continue
			}
			config := types.Config{Importer: packages(files), Error: func(err error) {
				if e := err.(types.Error); !part.MatchString(e.Msg) {
					t.Errorf("%s, block %d: %s", path, i+1, e.Msg)
				}
			}}
			config.Check("block", files, []*ast.File{f}, nil)
		}
	}
}

// blockImports are the packages that blocks may name.
var blockImports = map[string]string{
	"polytls": "polytls", "polyhttp": "polytls/polyhttp", "polygrpc": "polytls/polygrpc", "inspect": "polytls/inspect",
	"metrics": "polytls/metrics", "failure": "polytls/failure", "ticketkeys": "polytls/ticketkeys",
	"context": "context", "fmt": "fmt", "io": "io", "log": "log", "slog": "log/slog", "errors": "errors",
	"http": "net/http", "tls": "crypto/tls", "os": "os",
}

// parse parses a block as the body of a function, with the imports that it needs.
func parse(files *token.FileSet, block string) (*ast.File, error) {
	source := "package block\n"
	for name, path := range blockImports {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(block) {
			source += fmt.Sprintf("import %q\n", path)
		}
	}
	return parser.ParseFile(files, "block.go", source+"func _() {\n"+block+"\n}\n", parser.SkipObjectResolution)
}

// exports returns an importer of the compiled packages.
func exports(t *testing.T) func(*token.FileSet) types.Importer {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}
	for _, path := range blockImports {
		args = append(args, path)
	}
	out, err := exec.Command("go", args...).Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no go command")
	}
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	compiled := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		compiled[path] = file
	}
	return func(files *token.FileSet) types.Importer {
		return importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })
	}
}

// TestPagesNameWhatExists: each name of a type with its field or method is in the package,
// and each code in the table of failures.
func TestPagesNameWhatExists(t *testing.T) {
	known := exported(t)
	code := regexp.MustCompile("`((?:ERR|CERT|UNABLE)_[A-Z0-9_/]+)`")
	for path, text := range markdown(t) {
		for _, name := range code.FindAllStringSubmatch(text, -1) {
			if _, ok := failure.Lookup(name[1]); !ok {
				t.Errorf("%s: there is no code %s", path, name[1])
			}
		}
		for _, name := range regexp.MustCompile("`(\\w+)\\.(\\w+)`").FindAllStringSubmatch(text, -1) {
			if known[name[1]] && !known[name[1]+"."+name[2]] && name[1] != "Error" {
				t.Errorf("%s: there is no %s.%s", path, name[1], name[2])
			}
		}
	}
}
