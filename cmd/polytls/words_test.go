package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// transcript collects what the commands of all tests wrote.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

var said transcript

func (s *transcript) add(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.WriteString(text + "\n")
}

// checkWords fails a whole run of the tests if no command wrote one of the errors
// that the source can make.
func checkWords(code int) int {
	for _, name := range []string{"test.run", "test.skip", "test.fuzz", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return code
		}
	}
	if code != 0 {
		return code
	}
	for _, missing := range said.lacks() {
		fmt.Fprintln(os.Stderr, "no test triggers", missing)
		code = 1
	}
	return code
}

// lacks lists the errors of the source that nothing written matches. A format
// without a word of its own matches all.
func (s *transcript) lacks() []string {
	text := s.text.String()
	var missing []string
	for format, place := range errorFormats() {
		if !regexp.MustCompile(verbs.ReplaceAllString(regexp.QuoteMeta(format), ".*")).MatchString(text) {
			missing = append(missing, fmt.Sprintf("%q of %s", format, place))
		}
	}
	slices.Sort(missing)
	return missing
}

var verbs = regexp.MustCompile(`%[\\.0-9]*[a-z]`)

// makers are the functions that make errors, and which argument is the format.
var makers = map[string]int{"flags.Wrong": 1, "flags.wrongArgs": 1, "explain.New": 2, "errors.New": 0, "fmt.Errorf": 0}

// sources are the files of the command and of its packages, without tests.
func sources() []string {
	var paths []string
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return paths
}

// errorFormats are the formats of all errors, with their places.
func errorFormats() map[string]token.Position {
	formats := map[string]token.Position{}
	for _, path := range sources() {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			panic(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if format := formatOf(file.Name.Name, n); format != "" {
				formats[format] = set.Position(n.Pos())
			}
			return true
		})
	}
	return formats
}

// formatOf is the format of an expression of a package that makes an error, ""
// for another.
func formatOf(pkg string, n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	name := types.ExprString(call.Fun)
	if !strings.Contains(name, ".") {
		name = pkg + "." + name
	}
	at, ok := makers[name]
	if !ok || at >= len(call.Args) {
		return ""
	}
	literal, ok := call.Args[at].(*ast.BasicLit)
	if !ok {
		return ""
	}
	format, _ := strconv.Unquote(literal.Value)
	return format
}
