package failure_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestEachRowIsTriggered compares the rows with the triggers that the tests of this
// module run. A row that nothing triggers is not one.
func TestEachRowIsTriggered(t *testing.T) {
	rows, triggered := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != "..":
			return filepath.SkipDir
		case filepath.Dir(path) == filepath.Join("..", "failure") && strings.HasSuffix(path, ".go"):
			inspect(t, path, func(n ast.Node) { addRow(rows, n) })
		case strings.HasSuffix(path, "_test.go"):
			inspect(t, path, func(n ast.Node) { addTriggers(triggered, n) })
		}
		return nil
	})
	if err != nil || len(rows) < 100 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for name := range rows {
		if !triggered[name] {
			t.Errorf("no test triggers failure.%s: add it to the failuretest.Triggers of the package that makes it", name)
		}
	}
}

func inspect(t *testing.T, path string, see func(ast.Node)) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		see(n)
		return true
	})
}

// addRow adds the name of X = row(Failure{...}).
func addRow(rows map[string]bool, n ast.Node) {
	if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
		if call, ok := spec.Values[0].(*ast.CallExpr); ok && isName(call.Fun, "row") {
			rows[spec.Names[0].Name] = true
		}
	}
}

// addTriggers adds the keys of failuretest.Triggers{...}.Run(t).
func addTriggers(triggered map[string]bool, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	run, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || run.Sel.Name != "Run" {
		return
	}
	list, ok := run.X.(*ast.CompositeLit)
	if !ok {
		return
	}
	if of, ok := list.Type.(*ast.SelectorExpr); !ok || !isName(of.X, "failuretest") || of.Sel.Name != "Triggers" {
		return
	}
	for _, x := range list.Elts {
		if key, ok := x.(*ast.KeyValueExpr).Key.(*ast.SelectorExpr); ok && isName(key.X, "failure") {
			triggered[key.Sel.Name] = true
		}
	}
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}
