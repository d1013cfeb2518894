package option

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"polytls/internal/docpage"
)

// TestOptionsPage: docs/options.md and the rows of options in the package
// documentation are made from the table; `go test ./internal/option -update-docs`
// writes both.
func TestOptionsPage(t *testing.T) {
	docpage.Want(t, "../../docs/options.md", pageText(t))
	const comment, head = "../../doc.go", "//\tNode"
	source, err := os.ReadFile(comment)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	start := strings.LastIndex(text, head)
	end := start + strings.Index(text[start:], "//\n")
	docpage.Want(t, comment, text[:start]+docRows()+text[end:])
}

// docRows are the rows of the package documentation: the options that Node has.
func docRows() string {
	var b strings.Builder
	row := func(columns ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("//\t%-41s%-45s%s", columns...), " ") + "\n")
	}
	row("Node", "here", "what differs")
	for o := range All() {
		if o.Node != "" {
			row(o.Node, o.Name, o.Differs)
		}
	}
	return b.String()
}

const pageHead = `# Options

The options of contexts, of servers and of clients, what Node calls them, and the
flags of ` + "`polytls serve` and `polytls connect`" + `. ServerOptions and ConnectOptions
both have the options of a context. The comments of the fields say the rest, and the
package documentation where an option differs from Node's.

`

func pageText(t *testing.T) string {
	docs := synopses(t)
	var b strings.Builder
	b.WriteString(pageHead)
	for _, s := range []struct {
		in    Struct
		title string
		typ   reflect.Type
	}{{Context, "ContextOptions", structs[Context]}, {Server, "ServerOptions", structs[Server]}, {Connect, "ConnectOptions", structs[Connect]}} {
		fmt.Fprintf(&b, "## %s\n\n| option | type | Node | flag | what it is |\n| --- | --- | --- | --- | --- |\n", s.title)
		for o := range All() {
			if o.In&s.in == 0 {
				continue
			}
			field, _ := s.typ.FieldByName(o.Name)
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o.Name, typeText(field.Type), code(o.Node), flagText(o), docs[s.title+"."+o.Name])
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// typeText is a type as the page shows it: a function without what it takes.
func typeText(t reflect.Type) string {
	if t.Kind() == reflect.Func {
		return "function"
	}
	return "`" + strings.ReplaceAll(strings.ReplaceAll(t.String(), "uint8", "byte"), "polytls.", "") + "`"
}

func flagText(o *Option) string {
	if o.Flag == "" {
		return "none: " + o.NoFlag
	}
	return code("--" + o.Flag)
}

func code(names string) string {
	if names == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(names, ", ", "`, `") + "`"
}

// synopses are the first sentences of the fields' comments. One that several fields
// share is each one's.
func synopses(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				for _, name := range field.Names {
					text := cmp.Or(field.Doc.Text(), field.Comment.Text())
					found[spec.Name.Name+"."+name.Name] = strings.ReplaceAll(synopsis(text), "|", `\|`)
				}
			}
			return true
		})
	}
	return found
}

// synopsis is a comment's first sentence.
func synopsis(text string) string {
	return regexp.MustCompile(`\s+`).ReplaceAllString(new(doc.Package).Synopsis(text), " ")
}
