package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/option"
)

// TestFilesAtFaultAreNamed gives each option a file that is no good, where it can
// be repeated the second of two: the error begins with flag and file.
func TestFilesAtFaultAreNamed(t *testing.T) {
	f := newFiles(t)
	bad := f.write(t, "bad", []byte("neither PEM nor DER\n"))
	execute(t, "cert", "ca", "--out", f.dir).want(t, exitOK)
	in := func(name string) string { return filepath.Join(f.dir, name) }
	execute(t, "cert", "crl", "--out", f.dir).want(t, exitOK)
	execute(t, "cert", "pfx", "--cert", f.cert, "--key", f.key, "--passphrase", "sesame", "--out", f.dir).want(t, exitOK)
	pfx := in("cert.pfx")
	tests := []struct {
		flag, path string
		code       string // "" is none
		hint       string
		args       []string
	}{
		{"--cert", bad, "ERR_OSSL_PEM_NO_START_LINE", "PEM", []string{"--cert", f.cert, "--cert", bad, "--key", f.key}},
		{"--key", bad, "ERR_OSSL_UNSUPPORTED", "PEM", []string{"--cert", f.cert, "--key", f.key, "--key", bad}},
		{"--key", f.clientKey, "ERR_OSSL_X509_KEY_VALUES_MISMATCH", "--cert " + f.cert, []string{"--cert", f.cert, "--key", f.clientKey}},
		{"--crl", bad, "ERR_CRYPTO_OPERATION_FAILED", "cert crl", []string{"--crl", in("crl.pem"), "--crl", bad}},
		{"--pfx", bad, "", "PKCS #12", []string{"--pfx", pfx, "--pfx", bad, "--passphrase", "sesame"}},
		{"--pfx", pfx, "", "--passphrase", []string{"--pfx", pfx}},
		{"--pfx", pfx, "", "--passphrase", []string{"--pfx", pfx, "--passphrase", "wrong"}},
		{"--dhparam", bad, "ERR_INVALID_ARG_VALUE", "openssl dhparam", []string{"--dhparam", bad}},
		{"--extra-ca", bad, "ERR_OSSL_PEM_NO_START_LINE", "PEM", []string{"--extra-ca", bad}},
		{"--session-in", bad, "ERR_SSL_UNUSABLE_SESSION", "--session-out", []string{"--session-in", bad}},
		{"--srp-verifiers", bad, "ERR_SRP_VERIFIERS", "openssl srp", []string{"--srp-verifiers", bad}},
		{"--ocsp-response", bad, "", "DER", []string{"--ocsp-response", bad}},
		{"--sni foo=" + bad + "," + f.key, bad, "ERR_OSSL_PEM_NO_START_LINE", "PEM", []string{"--sni", "foo=" + bad + "," + f.key}},
		{"--sni foo=" + f.cert + "," + bad, bad, "ERR_OSSL_UNSUPPORTED", "PEM", []string{"--sni", "foo=" + f.cert + "," + bad}},
		{"--sni foo=" + f.cert + "," + f.clientKey, f.clientKey, "ERR_OSSL_X509_KEY_VALUES_MISMATCH", f.cert, []string{"--sni", "foo=" + f.cert + "," + f.clientKey}},
		{"--sni foo=" + f.cert + "," + in("missing"), "open " + in("missing"), "ENOENT", "path", []string{"--sni", "foo=" + f.cert + "," + in("missing")}},
	}
	commands := map[string][]string{"serve": {"serve", "--listen", "127.0.0.1:0"}, "connect": {"connect", "localhost:1", "--json"}}
	for _, test := range tests {
		for name, command := range commands {
			if only := map[string]string{"--session-in": "connect", "--srp-verifiers": "serve", "--ocsp-response": "serve", "--sni": "serve"}[test.args[0]]; only != "" && only != name {
				continue
			}
			t.Run(name+" "+strings.Join(test.args, " "), func(t *testing.T) {
				got := execute(t, append(slices.Clone(command), test.args...)...).want(t, exitFailure)
				want := test.flag + ": " + test.path + ": "
				var code any
				if test.code != "" {
					want, code = test.code+": "+want, test.code
				}
				if !strings.HasPrefix(got.stderr, want) || !strings.Contains(got.stderr, test.hint) {
					t.Errorf("%q, want it to begin with %q and to say %q", got.stderr, want, test.hint)
				}
				if name == "connect" {
					object := got.object(t)["error"].(map[string]any)
					if value, there := object["code"]; !there || value != code {
						t.Errorf("the object's code is %v, want %v", value, code)
					}
				}
			})
		}
	}
}

// TestOptionsHaveTheirFlag wants the flag of every option that has one to exist, and
// the command to set the option, unless the flag itself does.
func TestOptionsHaveTheirFlag(t *testing.T) {
	given := map[string]bool{}
	flags.Each(newRoot(), func(f *pflag.Flag) { given[f.Name] = true })
	set := assignedFields(t)
	if !slices.Contains(set, "PSKIdentityHint") || !slices.Contains(set, "MinVersion") {
		t.Fatalf("the assignments are not found: %q", set)
	}
	for o := range option.All() {
		if o.Flag == "" {
			continue
		}
		if !given[o.Flag] {
			t.Errorf("option %s: there is no flag --%s", o.Name, o.Flag)
		}
		if o.Server == nil && o.Connect == nil && !slices.Contains(set, o.Name) {
			t.Errorf("option %s: --%s does not set it", o.Name, o.Flag)
		}
	}
}

// assignedFields are the names that the command's source sets in a variable o or
// given, or in a literal of the library's types.
func assignedFields(t *testing.T) []string {
	t.Helper()
	var names []string
	field := func(e ast.Expr) {
		if star, ok := e.(*ast.UnaryExpr); ok {
			e = star.X
		}
		if s, ok := e.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "o" || x.Name == "given") {
				names = append(names, s.Sel.Name)
			}
		}
	}
	inspect := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				field(left)
			}
		case *ast.UnaryExpr: // what is set through a pointer
			if n.Op == token.AND {
				field(n)
			}
		case *ast.CompositeLit:
			if s, ok := n.Type.(*ast.SelectorExpr); ok && s.X.(*ast.Ident).Name == "polytls" && strings.HasSuffix(s.Sel.Name, "Options") {
				for _, e := range n.Elts {
					names = append(names, e.(*ast.KeyValueExpr).Key.(*ast.Ident).Name)
				}
			}
		}
		return true
	}
	for _, path := range sources() {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, inspect)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
