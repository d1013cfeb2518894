// Package optiontest checks that options are documented and tested where they hold
// nothing: nil, empty, "" and 0 mean something in each struct of options, and the
// four do not always mean the same.
package optiontest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Rows are tests of what the values of options mean, by the name of the struct and
// the field, "Options.Field", and by the value, which is one of the constants below.
type Rows map[string]map[string]func(*testing.T)

// The values that hold nothing.
const (
	Nil          = "nil"
	Empty        = "empty"
	EmptyElement = "an empty element"
	EmptyString  = `""`
	Zero         = "0"
	Negative     = "negative"
)

// Check runs the rows, one for each such value of each field of the structs, which
// belong to the package in the working directory. A field without its rows fails,
// and so does one whose comment does not name the values. Fields that are true or
// false, functions, interfaces and structs have no such values.
func Check(t *testing.T, rows Rows, structs ...any) {
	t.Helper()
	docs := comments(t)
	wanted := map[string][]string{}
	for _, s := range structs {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(s)) {
			values := valuesOf(f.Type)
			if !f.IsExported() || f.Anonymous || len(f.Index) > 1 || values == nil {
				continue
			}
			name := reflect.TypeOf(s).Name() + "." + f.Name
			wanted[name] = values
			for _, pattern := range words(values) {
				if !regexp.MustCompile(pattern).MatchString(docs[name]) {
					t.Errorf("%s: its comment does not say what %s means: it does not match %s", name, strings.Join(values, " or "), pattern)
				}
			}
		}
	}
	for option, values := range rows {
		for value, test := range values {
			if !slices.Contains(wanted[option], value) {
				t.Errorf("%s: no field can be %s", option, value)
			}
			t.Run(option+" "+value, test)
		}
	}
	for option, values := range wanted {
		for _, value := range values {
			if rows[option][value] == nil {
				t.Errorf("%s: no row says what %s means", option, value)
			}
		}
	}
}

// valuesOf lists the values of a type that hold nothing.
func valuesOf(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.String:
		return []string{EmptyString}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return []string{Zero, Negative}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return []string{Zero}
	case reflect.Map:
		return []string{Nil, Empty}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return []string{Nil, Empty}
		}
		return []string{Nil, Empty, EmptyElement}
	}
	return nil
}

// words are patterns of what a comment must name. A negative number is an error
// unless the comment says something else.
func words(values []string) []string {
	var patterns []string
	for _, v := range values {
		switch v {
		case Nil, Empty:
			patterns = append(patterns, `\b`+v+`\b`)
		case EmptyString:
			patterns = append(patterns, v)
		case Zero:
			patterns = append(patterns, `(^|\s)0\b`)
		}
	}
	return patterns
}

// comments are those of the fields of all structs in the working directory.
func comments(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				addComments(docs, spec)
			}
			return true
		})
	}
	return docs
}

func addComments(docs map[string]string, spec *ast.TypeSpec) {
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			docs[spec.Name.Name+"."+name.Name] = f.Doc.Text() + f.Comment.Text()
		}
	}
}
