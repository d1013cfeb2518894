package polytls_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"polytls"
)

// documented parses the package as go doc does.
func documented(t *testing.T) *doc.Package {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, e.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "polytls")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAliasesAreDocumented: go doc shows neither the fields nor the methods of a
// type that is an alias of an internal one, so its comment must name them all.
func TestAliasesAreDocumented(t *testing.T) {
	types := map[string]reflect.Type{
		"Alert":           reflect.TypeFor[*polytls.Alert](),
		"Certificate":     reflect.TypeFor[*polytls.Certificate](),
		"CertificateInfo": reflect.TypeFor[*polytls.CertificateInfo](),
		"CertificateName": reflect.TypeFor[*polytls.CertificateName](),
		"Error":           reflect.TypeFor[*polytls.Error](),
		"Side":            reflect.TypeFor[*polytls.Side](),
	}
	for _, d := range documented(t).Types {
		if spec := d.Decl.Specs[0].(*ast.TypeSpec); !spec.Assign.IsValid() {
			continue
		}
		typ, ok := types[d.Name]
		if !ok {
			t.Errorf("%s is an alias that this test does not know", d.Name)
			continue
		}
		var names []string
		for i := range typ.NumMethod() {
			names = append(names, typ.Method(i).Name)
		}
		if s := typ.Elem(); s.Kind() == reflect.Struct {
			for i := range s.NumField() {
				names = append(names, s.Field(i).Name)
			}
		}
		for _, name := range names {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(d.Doc) {
				t.Errorf("%s: its comment does not name %s", d.Name, name)
			}
		}
	}
}

// TestAlertsAreExported compares the constants with the internal ones.
func TestAlertsAreExported(t *testing.T) {
	constants := func(file, prefix string) []string {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST && len(d.Specs) > 10 {
				for _, s := range d.Specs {
					names = append(names, strings.TrimPrefix(s.(*ast.ValueSpec).Names[0].Name, prefix))
				}
			}
			return true
		})
		return names
	}
	ours, theirs := constants("alerts.go", "Alert"), constants("internal/alert/alert.go", "")
	if len(ours) == 0 || !slices.Equal(ours, theirs) {
		t.Errorf("exported are %v, there are %v", ours, theirs)
	}
	if polytls.AlertUnknownPSKIdentity.String() != "unknown_psk_identity" || polytls.AlertUnknownPSKIdentity != 115 {
		t.Error("a constant has another value")
	}
}
