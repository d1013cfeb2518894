package failure_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/peertest"
)

// sentence is one sentence in the form of an error: no capital letter at the
// beginning unless it is a name's, no full stop at the end.
var sentence = regexp.MustCompile(`^([a-z]|[A-Z]\w*[A-Z])([^.]|\.\w)*$`)

func TestRowsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for f := range failure.All() {
		if f.Code == "" || f.Alert.String() == "" {
			t.Errorf("%+v has no code or alert", f)
		}
		if seen[f.Code] {
			t.Errorf("%s: two rows", f.Code)
		}
		seen[f.Code] = true
		for _, text := range []string{f.Meaning, f.Remedy} {
			if !sentence.MatchString(text) {
				t.Errorf("%s: %q is not a sentence in the form of an error", f.Code, text)
			}
		}
		if got, ok := failure.Lookup(f.Code); !ok || got != f {
			t.Errorf("%s is not found by its code", f.Code)
		}
		if err := f.New("text"); err.Code != f.Code || err.Alert != f.Alert || err.AlertFrom != failure.SideUs {
			t.Errorf("%s makes %+v", f.Code, err)
		}
	}
	if len(seen) < 150 {
		t.Errorf("%d rows", len(seen))
	}
	if f, ok := failure.Lookup("ERR_NO_SUCH"); ok {
		t.Errorf("an unknown code: %+v", f)
	}
}

// TestAllCanStop leaves the loop at each of the rows.
func TestAllCanStop(t *testing.T) {
	n := 0
	for range failure.All() {
		n++
	}
	for stop := 1; stop <= n; stop++ {
		count := 0
		for range failure.All() {
			if count++; count == stop {
				break
			}
		}
		if count != stop {
			t.Errorf("%d rows, want %d", count, stop)
		}
	}
}

func TestEachAlertHasARow(t *testing.T) {
	last := -1
	for a := range failure.Alerts() {
		if int(a) <= last {
			t.Errorf("%s is out of order", a)
		}
		last = int(a)
		if !sentence.MatchString(a.Meaning()) {
			t.Errorf("%s: %q is not a sentence in the form of an error", a, a.Meaning())
		}
	}
	for n := range 1 << 8 {
		a := failure.Alert(n)
		err := failure.Received(a)
		f, ok := failure.Lookup(err.Code)
		if !ok || f.Alert != a || err.Alert != a || err.AlertFrom != failure.SidePeer {
			t.Errorf("%s: received it is %+v, its row %+v", a, err, f)
		}
	}
}

// TestCodesAreMadeFromReasons applies Node's rule: capitals, and underscores for
// spaces, after the prefix of OpenSSL's library.
func TestCodesAreMadeFromReasons(t *testing.T) {
	for f := range failure.All() {
		suffix := strings.ToUpper(strings.ReplaceAll(f.OpenSSL, " ", "_"))
		if f.OpenSSL != "" && strings.HasPrefix(f.Code, "ERR_") && !strings.HasSuffix(f.Code, "_"+suffix) {
			t.Errorf("%s is not made from %q", f.Code, f.OpenSSL)
		}
	}
}

// elsewhere are the reasons that OpenSSL 3.0 does not list for its library of TLS:
// those that 3.5 has, and those of all its libraries and of that for DH.
var elsewhere = []string{
	"invalid raw public key",
	"called a function you should not call", "internal error", "passed invalid argument",
	"check p not prime", "modulus too large", "modulus too small", "not suitable generator",
}

// TestReasonsAreOpenSSLs compares with the reasons of an installed OpenSSL.
func TestReasonsAreOpenSSLs(t *testing.T) {
	program := peertest.Path(t, "openssl")
	args := []string{"errstr"}
	for reason := range 1200 {
		args = append(args, fmt.Sprintf("0A%06X", reason+1)) // ERR_LIB_SSL
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		_, reason, _ := strings.Cut(strings.TrimSpace(line), "::")
		reason = strings.Replace(reason, "sslv3 alert", "ssl/tls alert", 1) // before 3.2
		if !strings.HasPrefix(reason, "reason(") {
			theirs[strings.ToUpper(strings.ReplaceAll(reason, " ", "_"))] = true
		}
	}
	for f := range failure.All() {
		suffix, ok := strings.CutPrefix(f.Code, "ERR_SSL_")
		if ok && !slices.Contains(elsewhere, f.OpenSSL) && theirs[suffix] != (f.OpenSSL != "") {
			t.Errorf("%s: OpenSSL has it: %t, the row has %q", f.Code, theirs[suffix], f.OpenSSL)
		}
	}
}

// alertCodes sends alerts to clients of Node, and writes the codes of their errors.
const alertCodes = `
const net = require('net'), tls = require('tls')
const alerts = JSON.parse(require('fs').readFileSync(0))
const code = alert => new Promise(resolve => {
	const server = net.createServer(peer => {
		peer.on('error', () => {})
		peer.once('data', () => peer.end(Buffer.from([21, 3, 3, 0, 2, 2, alert])))
	}).listen(0, '127.0.0.1', () => {
		const client = tls.connect({ port: server.address().port, host: '127.0.0.1', maxVersion: 'TLSv1.2' })
		client.once('error', e => {
			client.on('error', () => {})
			client.destroy()
			server.close()
			resolve(e.code)
		})
	})
})
Promise.all(alerts.map(code)).then(codes => process.stdout.write(JSON.stringify(codes)))`

// TestReceivedAlertsHaveNodesCodes asks Node for the code of each alert for which
// OpenSSL has a reason.
func TestReceivedAlertsHaveNodesCodes(t *testing.T) {
	var alerts []int
	var want, got []string
	for f := range failure.All() {
		if f.OpenSSL != "" && f.Code == failure.Received(f.Alert).Code {
			alerts, want = append(alerts, int(f.Alert)), append(want, f.Code)
		}
	}
	peertest.RunNode(t, alertCodes, alerts, &got)
	if len(want) < 30 || !slices.Equal(got, want) {
		t.Errorf("Node has %q, want %q", got, want)
	}
}

// TestLibraryUsesRows finds errors of the library that are made with a code of
// their own instead of a row, and those that are changed after they were made.
func TestLibraryUsesRows(t *testing.T) {
	outside := []string{"failure", "inspect", "cmd", "bogo", "bench", "interop"} // which make no errors of the library
	files := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel("..", path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(outside, name) || strings.HasPrefix(name, ".") && name != "."):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files++
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				key, ok := n.Key.(*ast.Ident)
				if code, text := n.Value.(*ast.BasicLit); ok && text && key.Name == "Code" && code.Kind == token.STRING {
					t.Errorf("%s: an error with the code %s and no row", name, code.Value)
				}
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if field, ok := left.(*ast.SelectorExpr); ok && slices.Contains([]string{"Code", "Reason", "AlertFrom"}, field.Sel.Name) {
						t.Errorf("%s: an error's field %s is written", name, field.Sel.Name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("%d files, %v", files, err)
	}
}
