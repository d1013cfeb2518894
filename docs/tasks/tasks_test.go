package tasks

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/testcert"
)

// tasks are the methods of both types, in the order of the page.
var tasks = []struct {
	name         string
	theirs, ours any
}{
	{"httpsServer", cryptoTLS.httpsServer, polyTLS.httpsServer},
	{"httpsClient", cryptoTLS.httpsClient, polyTLS.httpsClient},
	{"server", cryptoTLS.server, polyTLS.server},
	{"client", cryptoTLS.client, polyTLS.client},
	{"mutualServer", cryptoTLS.mutualServer, polyTLS.mutualServer},
	{"mutualClient", cryptoTLS.mutualClient, polyTLS.mutualClient},
	{"acme", cryptoTLS.acme, polyTLS.acme},
	{"grpc", cryptoTLS.grpc, polyTLS.grpc},
	{"byHello", cryptoTLS.byHello, polyTLS.byHello},
	{"pinned", cryptoTLS.pinned, polyTLS.pinned},
}

// TestTable compares the statements of each task with the page, and ours with theirs.
func TestTable(t *testing.T) {
	page, err := os.ReadFile("../api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Ten tasks")
	theirs, ours := statements(t, "cryptotls_test.go"), statements(t, "polytls_test.go")
	for i, task := range tasks {
		n, m := theirs[task.name], ours[task.name]
		if n == 0 || m == 0 || m > n+1 {
			t.Errorf("%s: %d statements, crypto/tls has %d", task.name, m, n)
		}
		_, row, _ := strings.Cut(table, fmt.Sprintf("\n| %d. ", i+1))
		row, _, _ = strings.Cut(row, "\n")
		columns := strings.Split(row, " | ")
		if len(columns) != 3 || !strings.HasSuffix(columns[1], fmt.Sprintf(": %d", n)) || !strings.HasSuffix(columns[2], fmt.Sprintf(": %d |", m)) {
			t.Errorf("%s: the page has %q, counted are %d and %d", task.name, row, n, m)
		}
	}
}

// statements counts the statements of each method, also of functions in it. Checks of
// errors do not count, and the result of a task that ends with two is none.
func statements(t *testing.T, file string) map[string]int {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, d := range f.Decls {
		method, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(method.Body, func(n ast.Node) bool {
			switch s := n.(type) {
			case *ast.BlockStmt:
			case *ast.IfStmt:
				if isErrorCheck(s) {
					return false
				}
				counts[method.Name.Name]++
			case *ast.ReturnStmt:
				if !isNames(s) {
					counts[method.Name.Name]++
				}
			case ast.Stmt:
				counts[method.Name.Name]++
			}
			return true
		})
	}
	return counts
}

// isErrorCheck reports whether a statement is if err != nil.
func isErrorCheck(s *ast.IfStmt) bool {
	c, ok := s.Cond.(*ast.BinaryExpr)
	if !ok {
		return false
	}
	x, ok := c.X.(*ast.Ident)
	return ok && x.Name == "err"
}

// isNames reports whether a return gives back variables of the task, as the last line of
// one with two results.
func isNames(s *ast.ReturnStmt) bool {
	for _, r := range s.Results {
		if x, ok := r.(*ast.Ident); !ok || x.Name == "nil" {
			return false
		}
	}
	return true
}

// TestServersAndClients connects clients of both kinds to servers of both kinds, with
// certificates at both ends.
func TestServersAndClients(t *testing.T) {
	ca := testcert.CA("tasks")
	dir := t.TempDir()
	cert, key, roots := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "ca.pem")
	leaf := ca.Issue(testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}})
	for name, text := range map[string][]byte{cert: leaf.PEM(), key: leaf.KeyPEM(), roots: ca.PEM()} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, listen := range []func(addr, cert, key, ca string) (net.Listener, error){cryptoTLS{}.mutualServer, polyTLS{}.mutualServer} {
		l, err := listen("127.0.0.1:0", cert, key, roots)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Write([]byte("hello"))
				c.Close()
			}
		}()
		port := l.Addr().(*net.TCPAddr).Port
		for name, dial := range map[string]func() (net.Conn, error){
			"crypto/tls": func() (net.Conn, error) {
				return cryptoTLS{}.mutualClient(context.Background(), fmt.Sprintf("localhost:%d", port), cert, key, roots)
			},
			"polytls": func() (net.Conn, error) {
				return polyTLS{}.mutualClient(context.Background(), "localhost", port, cert, key, roots)
			},
		} {
			c, err := dial()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			defer c.Close()
			text := make([]byte, 5)
			if _, err := io.ReadFull(c, text); string(text) != "hello" {
				t.Errorf("%s: %q, %v", name, text, err)
			}
		}
	}
}
