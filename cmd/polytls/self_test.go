package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"polytls"
)

// TestHintsNameTheCommand runs the command from where go run has it, from a
// directory of PATH, and from elsewhere.
func TestHintsNameTheCommand(t *testing.T) {
	f := newFiles(t)
	data, err := os.ReadFile(program())
	if err != nil {
		t.Fatal(err)
	}
	install := func(elements ...string) string {
		path := filepath.Join(append([]string{f.dir}, elements...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cached, inPath := install("go-build1", "b001", "exe", "polytls"), install("bin", "polytls")
	root, module := filepath.Join("..", ".."), reflect.TypeFor[polytls.Socket]().PkgPath()
	for _, test := range []struct{ executable, directory, want string }{
		{cached, root, "go run ./cmd/polytls connect "},
		{cached, ".", "go run " + module + "/cmd/polytls connect "},
		{inPath, ".", "polytls connect "},
		{program(), ".", program() + " connect "},
	} {
		cmd := command(t, test.executable, "serve", "--listen", "127.0.0.1:0", "--log", "json")
		cmd.Dir = test.directory
		cmd.Env = append(cmd.Env, "PATH="+filepath.Dir(inPath)+string(filepath.ListSeparator)+os.Getenv("PATH"))
		r := serveCmd(t, cmd)
		if hint, _ := r.record("try")["command"].(string); !strings.HasPrefix(hint, test.want) {
			t.Errorf("%s in %s: the hint is %q, want it to begin with %q", test.executable, test.directory, hint, test.want)
		}
		r.stop()
	}
}
