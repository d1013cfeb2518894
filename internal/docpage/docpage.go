// Package docpage makes pages of docs from code: a test that writes a page with
// -update-docs fails, without it, if the page is not what the code says.
package docpage

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// update is the flag of tests that import this package.
var update = flag.Bool("update-docs", false, "write the pages of docs that are made from code")

// Want compares a page with its text, or writes it with -update-docs.
func Want(t testing.TB, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if *update {
		if string(got) != want {
			err = os.WriteFile(path, []byte(want), 0o644)
		} else {
			err = nil
		}
	}
	switch {
	case err != nil:
		t.Fatal(err)
	case !*update && string(got) != want:
		t.Errorf("%s is not what the code says: run go test -run %s . -update-docs in this directory", path, t.Name())
	}
}

// Task is a task of a page: what a test file shows before its first test.
type Task struct {
	Title  string // the heading of the first comment
	Text   string // the rest of that comment, in Markdown
	Source string // the declarations
	File   string // where they are
}

// ReadTask reads a test file. The comment of its first declaration after the imports
// begins with a heading, "# An HTTPS server"; the declarations from there to the first
// test are the code.
func ReadTask(t testing.TB, file string) Task {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	task := Task{File: file}
	var begin, end token.Pos
	for _, d := range parsed.Decls {
		doc, isTest := describe(d)
		switch {
		case isTest:
			end = d.Pos()
			if doc != nil {
				end = doc.Pos()
			}
		case !begin.IsValid() && doc != nil:
			begin = d.Pos()
			title, text, _ := strings.Cut(doc.Text(), "\n")
			task.Title, task.Text = strings.TrimPrefix(title, "# "), strings.TrimSpace(text)
		}
		if end.IsValid() {
			break
		}
	}
	if task.Title == "" || !end.IsValid() {
		t.Fatalf("%s: want a declaration whose comment begins with a heading, and a test after it", file)
	}
	task.Source = strings.TrimSpace(string(source[files.Position(begin).Offset:files.Position(end).Offset]))
	return task
}

// describe returns the comment of a declaration, and whether it is a test.
func describe(d ast.Decl) (doc *ast.CommentGroup, isTest bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc, strings.HasPrefix(d.Name.Name, "Test")
	case *ast.GenDecl:
		return d.Doc, false
	}
	return nil, false
}

// Markdown returns the section of a task, with the link to its file.
func (task Task) Markdown(directory string) string {
	return fmt.Sprintf("## %s\n\n%s\n\n```go\n%s\n```\n\n[imports and test](%s/%s)\n",
		task.Title, task.Text, task.Source, directory, task.File)
}

// Contents returns a list of links to the tasks.
func Contents(tasks []Task) string {
	var b strings.Builder
	for _, task := range tasks {
		fmt.Fprintf(&b, "- [%s](#%s)\n", task.Title, Anchor(task.Title))
	}
	return b.String()
}

// Anchor returns the fragment by which renderers of Markdown name a heading.
func Anchor(title string) string {
	keep := func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return -1
	}
	return strings.Map(keep, strings.ToLower(title))
}
