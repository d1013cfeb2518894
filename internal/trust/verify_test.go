package trust

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
	"polytls/internal/trust/certtest"
)

func (s *scenario) verify(t testing.TB) ([]*Certificate, error) {
	t.Helper()
	return Verify(s.chain(t), s.options(t))
}

func TestErrorCarriesCodeWordsAndAlert(t *testing.T) {
	p := newPKI(3)
	p.links[0].NotAfter = now.Add(-time.Minute)
	_, err := p.build("expired").verify(t)
	var refusal *failure.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("%v is no *failure.Error", err)
	}
	if refusal.Code != "CERT_HAS_EXPIRED" || refusal.Reason != "certificate has expired" ||
		refusal.Alert != failure.AlertCertificateExpired || refusal.AlertFrom != failure.SideUs || resultOf(err) != CertHasExpired {
		t.Errorf("got %+v", refusal)
	}
}

func TestNoCertificate(t *testing.T) {
	_, err := Verify(nil, Options{})
	if resultOf(err) != UnableToGetIssuerCert {
		t.Errorf("got %v", err)
	}
}

func TestPathEndsInTheAnchor(t *testing.T) {
	s := newPKI(4).build("plain")
	path, err := s.verify(t)
	if err != nil || len(path) != 4 || string(path[3].Raw) != string(s.roots[0]) {
		t.Errorf("path of %d, %v", len(path), err)
	}
}

func TestIntermediatesCompleteThePath(t *testing.T) {
	p := newPKI(4)
	p.sent = []int{0}
	s := p.build("leaf alone")
	o := s.options(t)
	if _, err := Verify(s.chain(t), o); resultOf(err) != UnableToVerifyLeafSignature {
		t.Errorf("without: got %v", err)
	}
	o.Intermediates = [][]byte{p.sign(2), p.sign(1), []byte("garbage")}
	if path, err := Verify(s.chain(t), o); err != nil || len(path) != 4 {
		t.Errorf("with: path of %d, %v", len(path), err)
	}
}

func TestDepthIsBounded(t *testing.T) {
	for _, test := range []struct {
		links, depth int
		want         Result
	}{
		{4, 3, OK},
		{4, 2, OK}, // two between leaf and anchor
		{5, 2, CertChainTooLong},
		{4, 1, CertChainTooLong},
	} {
		s := newPKI(test.links).build("long")
		o := s.options(t)
		o.MaxDepth = test.depth
		faults := Faults(s.chain(t), o)
		if test.want == OK && len(faults) > 0 || test.want != OK && !slices.ContainsFunc(faults, func(f Fault) bool { return f.Result == test.want }) {
			t.Errorf("%d links, depth %d: got %v, want %v", test.links, test.depth, faults, test.want)
		}
	}
}

// TestTimeIsBounded verifies a chain of trusted certificates each of which could
// have issued all others: the path stops at its maximum length.
func TestTimeIsBounded(t *testing.T) {
	key := certtest.Keys("p256")
	var ring [][]byte
	for i := range 40 {
		for _, name := range []string{"CN=a", "CN=b"} {
			issuer := map[string]string{"CN=a": "CN=b", "CN=b": "CN=a"}[name]
			c := certtest.Template{
				Serial: int64(i + 1), Subject: certtest.Name(name), Issuer: certtest.Name(issuer), Key: key, Signer: key,
				NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
				Extensions: [][]byte{certtest.BasicConstraints(true, -1)},
			}
			ring = append(ring, c.Sign())
		}
	}
	s := &scenario{name: "ring", sent: ring, roots: ring, purpose: ServerAuth, level: 2}
	path, err := s.verify(t)
	if err == nil || len(path) > DefaultMaxDepth+2 {
		t.Errorf("path of %d, %v", len(path), err)
	}
}

// trustedForm appends OpenSSL's auxiliary settings to a certificate.
func trustedForm(der []byte, accept, reject []string) []byte {
	oids := func(ids []string) func(b *cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			for _, id := range ids {
				b.AddASN1ObjectIdentifier(certtest.OID(id))
			}
		}
	}
	b := cryptobyte.NewBuilder(slices.Clone(der))
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if accept != nil {
			b.AddASN1(cbasn1.SEQUENCE, oids(accept))
		}
		if reject != nil {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), oids(reject))
		}
		b.AddASN1(cbasn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte("alias")) })
	})
	return b.BytesOrPanic()
}

func TestTrustedCertificatesSaySoThemselves(t *testing.T) {
	const server, client, other = certtest.ServerAuth, certtest.ClientAuth, mailProtection
	for _, test := range []struct {
		accept, reject []string
		want           Result
	}{
		{nil, nil, OK},
		{[]string{server}, nil, OK},
		{[]string{certtest.AnyUsage}, nil, OK},
		{[]string{client}, nil, CertRejected},
		{[]string{}, nil, CertRejected},
		{nil, []string{client}, OK},
		{nil, []string{server}, CertRejected},
		{[]string{server}, []string{certtest.AnyUsage}, CertRejected},
		{nil, []string{other}, OK},
	} {
		p := newPKI(3)
		s := p.build("trusted")
		s.roots = [][]byte{trustedForm(s.roots[0], test.accept, test.reject)}
		faults := Faults(s.chain(t), s.options(t))
		if test.want == OK && len(faults) > 0 || test.want != OK && (len(faults) == 0 || faults[0].Result != test.want) {
			t.Errorf("accept %q, reject %q: got %v, want %v", test.accept, test.reject, faults, test.want)
		}
	}
}

func TestTrustedCertificateMakesAnIntermediateAnAnchor(t *testing.T) {
	p := newPKI(4)
	s := p.build("trusted intermediate")
	s.roots = [][]byte{trustedForm(p.sign(2), []string{certtest.ServerAuth}, nil)}
	if _, err := s.verify(t); err != nil {
		t.Error(err)
	}
}

func TestPoolLeavesOutWhatItCannotRead(t *testing.T) {
	p := newPKI(2)
	root := p.sign(1)
	pool := NewPool([]byte("garbage"), root, root, append(slices.Clone(root), 1, 2))
	if pool.Len() != 1 || len(pool.Certificates()) != 1 || len(pool.Subjects()) != 1 {
		t.Errorf("pool of %d", pool.Len())
	}
	if both := pool.With(NewPool(p.sign(0))); both.Len() != 2 || pool.Len() != 1 {
		t.Errorf("union of %d, pool of %d", both.Len(), pool.Len())
	}
}

func TestPoolCompletesAChain(t *testing.T) {
	p := newPKI(4)
	s := p.build("plain")
	sent := s.chain(t)
	if got := NewPool(p.sign(2), p.sign(3)).Complete(sent[:2]); len(got) != 4 {
		t.Errorf("chain of %d, want 4", len(got))
	}
	if got := NewPool(p.sign(3)).Complete(sent[:1]); len(got) != 1 {
		t.Errorf("chain of %d, want 1", len(got))
	}
	shuffled := []*Certificate{sent[0], sent[2], sent[1], sent[1]}
	if got := Linked(shuffled); len(got) != 3 || got[1] != sent[1] || got[2] != sent[2] {
		t.Errorf("linked %d", len(got))
	}
}

func TestMozillaRoots(t *testing.T) {
	roots := MozillaRoots()
	pems := RootCertificates()
	if roots.Len() < 100 || roots.Len() != len(pems) {
		t.Fatalf("%d roots, %d in PEM", roots.Len(), len(pems))
	}
	for i, c := range roots.Certificates() {
		if certtest.PEM(c.Raw) != pems[i]+"\n" {
			t.Errorf("root %d in PEM: %s", i, pems[i])
		}
		if c.Public == nil || !c.facts.selfSigned || !c.Signed(c) {
			t.Errorf("root %v: not self-signed", c.Subject)
		}
	}
	pems[0] = "changed"
	if RootCertificates()[0] == "changed" {
		t.Error("the list is shared")
	}
}

// TestDistrustedRoot uses the one root that Mozilla distrusts after a date.
func TestDistrustedRoot(t *testing.T) {
	var root *Certificate
	for _, c := range MozillaRoots().Certificates() {
		if c.distrust != nil {
			root = c
		}
	}
	if root == nil {
		t.Skip("no root with a date in the bundle")
	}
	sound := newPKI(2)
	leaf, err := ParseCertificate(sound.sign(0))
	if err != nil {
		t.Fatal(err)
	}
	late := *leaf.Certificate
	late.NotBefore = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
	leaf.Certificate = &late
	v := &verification{path: []*Certificate{leaf, root}}
	v.checkDistrust()
	if v.result() != CertRejected {
		t.Errorf("a leaf of 2200: got %v", v.result())
	}
}

func TestSystemRoots(t *testing.T) {
	dir := t.TempDir()
	p := newPKI(2)
	file := writeFile(t, dir, "bundle.pem", "# comment\n"+certtest.PEM(p.sign(1))+certtest.PEM([]byte("garbage")))
	t.Setenv("SSL_CERT_FILE", file)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	pool, err := SystemRoots()
	if err != nil || pool.Len() != 1 {
		t.Fatalf("from a file: %v, %v", pool, err)
	}
	t.Setenv("SSL_CERT_FILE", dir+"/none")
	if _, err := SystemRoots(); err == nil {
		t.Error("nothing found without an error")
	}
	t.Setenv("SSL_CERT_DIR", dir)
	if pool, err = SystemRoots(); err != nil || pool.Len() != 1 {
		t.Errorf("from a directory: %v, %v", pool, err)
	}
}

func TestParseRefuses(t *testing.T) {
	der := newPKI(2).sign(0)
	for n := range der {
		if _, err := ParseCertificate(der[:n]); err == nil {
			t.Fatalf("cut after %d octets: accepted", n)
		}
	}
	_, err := ParseCertificate(append(slices.Clone(der), 0))
	var refusal *failure.Error
	if !errors.As(err, &refusal) || refusal.Alert != failure.AlertBadCertificate {
		t.Errorf("trailing octet: %v", err)
	}
}

// TestReadsWhatX509Refuses: OpenSSL reads these certificates.
func TestReadsWhatX509Refuses(t *testing.T) {
	for name, change := range map[string]func(*link){
		"negative serial number": func(l *link) { l.Serial = -5 },
		"two of an extension":    func(l *link) { l.set("x", certtest.AltNames(certtest.DNS("a")), certtest.AltNames(certtest.DNS("b"))) },
		"other inner algorithm":  func(l *link) { l.Inner = certtest.AlgorithmID("1.2.3.4", false) },
		"broken extension":       func(l *link) { l.set("x", certtest.Extension("2.5.29.19", []byte{1})) },
		"huge identifier":        func(l *link) { l.set("x", hugeIdentifier) },
	} {
		p := newPKI(2)
		p.links[0].set("san")
		change(p.links[0])
		c, err := ParseCertificate(p.sign(0))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Certificate == nil || c.Subject.CommonName != "link 0" || c.Public == nil || c.NotAfter.IsZero() ||
			string(c.Certificate.Raw) != string(c.Raw) || c.SerialNumber.Int64() != p.links[0].Serial {
			t.Errorf("%s: parts are missing: %+v", name, c.Certificate)
		}
	}
}

// hugeIdentifier is an extension whose identifier has an arc of 70 bits.
var hugeIdentifier = []byte("\x30\x10\x06\x0b\x69\x83\x80\x80\x80\x80\x80\x80\x80\x80\x01\x04\x01\x00")

func TestResultTable(t *testing.T) {
	for v := range results {
		r := Result(v)
		if r.Name() == "" || r.Error() == "" {
			t.Errorf("row %d is empty", v)
		}
		if Number(r.Name()) != v && r != OK {
			t.Errorf("%s: number %d, want %d", r.Name(), Number(r.Name()), v)
		}
		if code := Result(v).Code(); r != OK && code != r.Name() && code != "UNSPECIFIED" {
			t.Errorf("%s: code %s", r.Name(), code)
		}
		if (r.Err() == nil) != (r == OK) || resultOf(r.Err()) != r {
			t.Errorf("%s: error %v", r.Name(), r.Err())
		}
		if r != OK && (r.Alert() == failure.AlertCloseNotify || r.Alert().Level() != failure.LevelFatal) {
			t.Errorf("%s: alert %v", r.Name(), r.Alert())
		}
	}
	for _, v := range []int{-1, len(results), 1 << 20} {
		if Result(v).Code() != "UNSPECIFIED" || Result(v).Alert() != failure.AlertCertificateUnknown || Result(v).Name() != "UNSPECIFIED" {
			t.Errorf("%d: %s, %v", v, Result(v).Code(), Result(v).Alert())
		}
	}
	if Number("") != 0 || Number("NO_SUCH") != int(Unspecified) {
		t.Error("unknown names have the wrong numbers")
	}
	if resultOf(fmt.Errorf("wrapped: %w", CertRevoked.Err())) != CertRevoked || resultOf(errors.New("x")) != Unspecified {
		t.Error("the result is lost in the error")
	}
}

func TestErrorTextHasNoRepetition(t *testing.T) {
	if text := CertRevoked.Err().Error(); strings.Count(text, "certificate revoked") != 1 {
		t.Error(text)
	}
}

func TestVerifyLeavesTheChainAlone(t *testing.T) {
	s := newPKI(1).build("self-signed")
	chain := s.chain(t)
	before := chain[0]
	path, err := Verify(chain, s.options(t))
	if err != nil || chain[0] != before || path[0] == before {
		t.Errorf("the peer's copy was not replaced on the path alone: %v", err)
	}
}

// resultOf is the result that an error of Verify carries: OK for nil,
// Unspecified for a foreign error.
func resultOf(err error) Result {
	if err == nil {
		return OK
	}
	r := Unspecified
	errors.As(err, &r)
	return r
}
