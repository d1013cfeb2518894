package examples

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs returns the directories of the programs.
func programs(t *testing.T) (dirs []string) {
	t.Helper()
	for _, pattern := range []string{"*/main.go", "*/*/main.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	if len(dirs) < 8 {
		t.Fatalf("only %q", dirs)
	}
	return dirs
}

// TestProgramsAreSmallAndPublic: a program is one file, is read in one go, and imports
// nothing that another module cannot.
func TestProgramsAreSmallAndPublic(t *testing.T) {
	for _, dir := range programs(t) {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%s: %d files, want 1: %v", dir, len(entries), err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		const most = 130
		if n := strings.Count(string(text), "\n"); n > most {
			t.Errorf("%s has %d lines, want at most %d", dir, n, most)
		}
		f, err := parser.ParseFile(token.NewFileSet(), dir, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name.Name != "main" || !strings.HasPrefix(f.Doc.Text(), "Command "+filepath.Base(dir)+" ") {
			t.Errorf("%s: package %s, %q", dir, f.Name.Name, f.Doc.Text())
		}
		for _, spec := range f.Imports {
			if strings.Contains(spec.Path.Value, "internal/") {
				t.Errorf("%s imports %s", dir, spec.Path.Value)
			}
		}
	}
}

// TestProgramsCopied compiles the programs in a module of their own, made as README.md
// says, but for go mod tidy: that would ask the module proxy, also for what the tests of
// other modules need. The flag -mod=mod adds what is missing, as far as go.sum has it.
func TestProgramsCopied(t *testing.T) {
	checkout, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(checkout, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(module, "go.sum"), sums, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range programs(t) {
		if err := os.CopyFS(filepath.Join(module, dir), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{
		"go mod init copied.example/programs",
		"go mod edit -require polytls@v0.0.0 -replace polytls=" + checkout,
		"go vet ./...",
	} {
		args := strings.Fields(command)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}
