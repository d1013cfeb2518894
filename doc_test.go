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
				if f := s.Field(i); f.IsExported() {
					names = append(names, f.Name)
				}
			}
		}
		for _, name := range names {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(d.Doc) {
				t.Errorf("%s: its comment does not name %s", d.Name, name)
			}
		}
	}
}

// TestAlertsAreExported compares the constants with those of package failure.
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
	ours, theirs := constants("alerts.go", "Alert"), constants("failure/alert.go", "Alert")
	if len(ours) == 0 || !slices.Equal(ours, theirs) {
		t.Errorf("exported are %v, there are %v", ours, theirs)
	}
	if polytls.AlertUnknownPSKIdentity.String() != "unknown_psk_identity" || polytls.AlertUnknownPSKIdentity != 115 {
		t.Error("a constant has another value")
	}
}

// tableRow is a row of the package comment's table: what Node has, what is here.
type tableRow struct{ node, here string }

func table(t *testing.T) []tableRow {
	t.Helper()
	_, text, _ := strings.Cut(documented(t).Doc, "# From Node's names to Go's")
	text, _, _ = strings.Cut(text, "# Where polytls differs")
	var rows []tableRow
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "\tNode ") {
			continue
		}
		columns := regexp.MustCompile(`  +`).Split(strings.TrimSpace(line), -1)
		if len(columns) < 2 {
			t.Fatalf("no row: %q", line)
		}
		rows = append(rows, tableRow{columns[0], columns[1]})
	}
	return rows
}

// exported returns the names of the package: "Ciphers", "Server.Listen", and the fields
// of options also by themselves.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	p := documented(t)
	for _, f := range p.Funcs {
		known[f.Name] = true
	}
	for _, typ := range p.Types {
		known[typ.Name] = true
		for _, f := range typ.Funcs {
			known[f.Name] = true
		}
		for _, m := range typ.Methods {
			known[typ.Name+"."+m.Name] = true
		}
		s, ok := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range s.Fields.List {
			for _, name := range f.Names {
				known[typ.Name+"."+name.Name] = true
				if strings.HasSuffix(typ.Name, "Options") {
					known[name.Name] = true
				}
			}
		}
	}
	return known
}

// TestTableNamesExist finds every Go name of the table in the package, a name of
// package net in that.
func TestTableNamesExist(t *testing.T) {
	known := exported(t)
	net := map[string]bool{"net.Dialer": true, "net.ListenConfig": true, "net.TCPConn": true}
	for _, row := range table(t) {
		if strings.HasPrefix(row.here, "not here") || strings.HasPrefix(row.here, "the ") {
			continue
		}
		owner := ""
		for _, name := range strings.Split(regexp.MustCompile(`\(.*\)|: true`).ReplaceAllString(row.here, ""), ", ") {
			if of, _, qualified := strings.Cut(name, "."); qualified {
				owner = of + "."
			}
			if !known[name] && !known[owner+name] && !net[name] {
				t.Errorf("%s: there is no %s", row.node, name)
			}
		}
	}
}

// nodeNames are what Node 12 and Node 26 have: the exports of tls, the methods
// and properties of its classes, options, events, switches, and what else its page
// names.
const nodeNames = `
CLIENT_RENEG_LIMIT CLIENT_RENEG_WINDOW DEFAULT_CIPHERS DEFAULT_ECDH_CURVE DEFAULT_MIN_VERSION DEFAULT_MAX_VERSION
getCiphers getCertificateCompressionAlgorithms rootCertificates getCACertificates setDefaultCACertificates
convertALPNProtocols checkServerIdentity parseCertString createSecureContext SecureContext TLSSocket Server
createServer connect createSecurePair SecurePair CryptoStream cryptoStream.bytesWritten getCurves defaultCoreCipherList
disableRenegotiation renegotiate exportKeyingMaterial setMaxSendFragment setServername setSession getSession
getPeerCertificate getCertificate getPeerX509Certificate getX509Certificate setKeyCert getCipher getSharedSigalgs
getEphemeralKeyInfo getFinished getPeerFinished getProtocol getTLSTicket isSessionReused enableTrace
authorized authorizationError alpnProtocol encrypted address localAddress localPort remoteAddress remotePort remoteFamily
bytesRead bytesWritten setTimeout end destroy secureConnecting
setSecureContext getTicketKeys setTicketKeys addContext listen close getConnections connections maxConnections emit fd
connection keylog newSession OCSPRequest resumeSession secureConnection tlsClientError OCSPResponse secureConnect session secure
allowPartialTrustChain ca cert sigalgs ciphers clientCertEngine crl dhparam ecdhCurve honorCipherOrder key privateKeyEngine
privateKeyIdentifier maxVersion minVersion passphrase pfx secureOptions secureProtocol sessionIdContext ticketKeys sessionTimeout
certificateCompression ALPNProtocols ALPNCallback SNICallback requestCert rejectUnauthorized handshakeTimeout pskCallback
pskIdentityHint host port path socket allowHalfOpen servername minDHSize lookup timeout requestOCSP onread highWaterMark
pauseOnConnect noDelay keepAlive family hints backlog exclusive ipv6Only reusePort blockList secureContext isServer
--tls-cipher-list --tls-min-v1.x --tls-max-v1.x --tls-keylog --trace-tls --use-system-ca
SSLKEYLOGFILE NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED`

// TestTableHasNodesNames finds each of Node's names in the table.
func TestTableHasNodesNames(t *testing.T) {
	var nodes strings.Builder
	for _, row := range table(t) {
		nodes.WriteString(row.node + "\n")
	}
	for _, name := range strings.Fields(nodeNames) {
		if !regexp.MustCompile(`(^|[^A-Za-z0-9_])` + regexp.QuoteMeta(name) + `($|[^A-Za-z0-9_])`).MatchString(nodes.String()) {
			t.Errorf("%s is not in the table", name)
		}
	}
}
