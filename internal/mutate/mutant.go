package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

// mutant is one change of a file.
type mutant struct {
	file     string
	line     int
	function string
	source   []byte
	from, to int // what is replaced
	text     string
}

func (m *mutant) apply() []byte {
	return slices.Concat(m.source[:m.from], []byte(m.text), m.source[m.to:])
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %q becomes %q", m.file, m.line, m.function, m.source[m.from:m.to], m.text)
}

// changer collects the changes of one file.
type changer struct {
	name, function string
	source         []byte
	set            *token.FileSet
	mutants        []mutant
}

// replace adds the mutant that has text in place of a node.
func (c *changer) replace(from, to token.Pos, text string) {
	at := c.set.Position(from)
	c.mutants = append(c.mutants, mutant{
		file: c.name, line: at.Line, function: c.function, source: c.source,
		from: at.Offset, to: c.set.Position(to).Offset, text: text,
	})
}

func (c *changer) text(n ast.Node) string {
	return string(c.source[c.set.Position(n.Pos()).Offset:c.set.Position(n.End()).Offset])
}

// operators are the replacements of an operator.
var operators = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==", token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&", token.ADD: "-", token.SUB: "+",
}

// visit adds the changes of a node.
func (c *changer) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if op, ok := operators[n.Op]; ok {
			c.replace(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), op)
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			c.replace(n.OpPos, n.X.Pos(), "")
		}
	case *ast.IfStmt:
		c.condition(n.Cond)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, clause := range n.Body.List {
				for _, e := range clause.(*ast.CaseClause).List {
					c.condition(e)
				}
			}
		}
	case *ast.Ident:
		switch n.Name {
		case "true":
			c.replace(n.Pos(), n.End(), "false")
		case "false":
			c.replace(n.Pos(), n.End(), "true")
		}
	case *ast.BasicLit:
		if v, err := strconv.Atoi(n.Value); n.Kind == token.INT && err == nil {
			c.replace(n.Pos(), n.End(), strconv.Itoa(v+1))
		}
	case *ast.CallExpr:
		c.arguments(n)
	case *ast.ExprStmt, *ast.IncDecStmt, *ast.BranchStmt:
		c.replace(n.Pos(), n.End(), "")
	case *ast.AssignStmt:
		if n.Tok == token.ASSIGN {
			c.replace(n.Pos(), n.End(), "")
		}
	}
	return true
}

// condition adds two mutants of a condition: always true, and always false.
func (c *changer) condition(e ast.Expr) {
	c.replace(e.Pos(), e.End(), "("+c.text(e)+") || true")
	c.replace(e.Pos(), e.End(), "("+c.text(e)+") && false")
}

// arguments exchanges the last two arguments of a call, except those of formatted
// texts.
func (c *changer) arguments(call *ast.CallExpr) {
	n := len(call.Args)
	if n < 2 || call.Ellipsis.IsValid() || isText(call.Args[0]) || isText(call.Args[1]) {
		return
	}
	a, b := call.Args[n-2], call.Args[n-1]
	if c.text(a) != c.text(b) {
		c.replace(a.Pos(), b.End(), c.text(b)+", "+c.text(a))
	}
}

func isText(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}
