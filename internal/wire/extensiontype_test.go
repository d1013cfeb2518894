package wire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestEveryExtensionIsKnown looks for what an extension may lack: a constant
// without a row in the table, and a body without an example among bodies.
func TestEveryExtensionIsKnown(t *testing.T) {
	rows := 0
	for range ExtensionTypes() {
		rows++
	}
	examples := map[string]bool{}
	for _, b := range bodies {
		examples[reflect.TypeOf(b.body).Elem().Name()] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "ExtensionType" {
					constants += len(n.Names)
				}
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "Extension" {
					body := n.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
					if !examples[body] {
						t.Errorf("%s is not among the examples of extensions_test.go", body)
					}
				}
			}
			return true
		})
	}
	if constants != rows {
		t.Errorf("extensiontype.go has %d constants, but %d rows", constants, rows)
	}
}

// TestExtensionsHaveSections: a name comes with the text that defines it, and is in one
// table only.
func TestExtensionsHaveSections(t *testing.T) {
	for id, row := range extensions {
		if !strings.HasPrefix(row.section, "RFC ") && !strings.HasPrefix(row.section, "draft-") {
			t.Errorf("%s: section %q", row.name, row.section)
		}
		if _, twice := others[id]; twice {
			t.Errorf("%s is in both tables", row.name)
		}
	}
	for id, want := range map[ExtensionType][2]string{
		ExtServerName: {"server_name", "RFC 6066, section 3"},
		17613:         {"application_settings", "draft-vvv-tls-alps"},
		4711:          {"extension(4711)", ""},
	} {
		if got := [2]string{id.String(), id.Section()}; got != want {
			t.Errorf("%d is %q, want %q", id, got, want)
		}
	}
}
