package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/suite"
)

// cell is a way to protect a connection that the matrix tries.
type cell struct {
	version suite.Version
	suite   *suite.CipherSuite
	group   string // of the key exchange, as OpenSSL names it; "" for none
	dh      int    // bits of DHE up to TLS 1.2, 0 for none
	key     string // of the server's certificate; "none", "psk" or "srp"
}

func (c *cell) String() string {
	parts := []string{c.suite.Name}
	if c.group != "" {
		parts = append(parts, c.group)
	}
	if c.dh != 0 {
		parts = append(parts, fmt.Sprintf("dh%d", c.dh))
	}
	return strings.Join(append(parts, c.key), "/")
}

var (
	curves      = []string{"X25519", "P-256", "X448", "P-384", "P-521"}
	fields      = []string{"ffdhe2048", "ffdhe3072", "ffdhe4096"}
	largeFields = []string{"ffdhe6144", "ffdhe8192"} // with one suite and one key: they are slow
	dhSizes     = []int{2048, 1024, 3072}
	allKeys     = []string{"rsa", "p256", "p384", "p521", "ed25519", "ed448", "rsapss"}
)

// cells lists all that a version has: each suite with every group and key, or
// thinned out to every group with the first key and every key with the first
// group. With -short each suite comes once.
func cells(v suite.Version, thin bool) []cell {
	var all []cell
	for s := range suite.Suites() {
		if !s.Implemented || v < s.MinVersion || v > s.MaxVersion {
			continue
		}
		mine := cellsOf(s, v)
		first := mine[0]
		switch {
		case testing.Short():
			mine = mine[:1]
		case thin:
			mine = slices.DeleteFunc(mine, func(c cell) bool {
				return c.key != first.key && (c.group != first.group || c.dh != first.dh)
			})
		}
		all = append(all, mine...)
	}
	return all
}

func cellsOf(s *suite.CipherSuite, v suite.Version) []cell {
	groups, sizes := []string{""}, []int{0}
	switch {
	case v == suite.TLS13:
		groups = slices.Concat(curves, fields)
	case s.UsesECDHE():
		groups = curves
	case s.UsesDHE():
		sizes = dhSizes
	}
	var all []cell
	for _, key := range keysFor(s, v) {
		for _, group := range groups {
			for _, dh := range sizes {
				all = append(all, cell{v, s, group, dh, key})
			}
		}
	}
	if s.Name == "TLS_AES_128_GCM_SHA256" {
		for _, group := range largeFields {
			all = append(all, cell{v, s, group, 0, "rsa"})
		}
	}
	return all
}

// keysFor lists the keys of certificates that go with a suite.
func keysFor(s *suite.CipherSuite, v suite.Version) []string {
	switch {
	case v == suite.TLS13:
		return allKeys
	case s.Kx == suite.KxSRP:
		return []string{"srp"}
	case s.UsesPSK():
		return []string{"psk"}
	case s.Auth == suite.AuthNone:
		return []string{"none"}
	case s.Auth == suite.AuthECDSA && v == suite.TLS12:
		return []string{"p256", "p384", "p521", "ed25519", "ed448"}
	case s.Auth == suite.AuthECDSA:
		return []string{"p256", "p384", "p521"}
	case s.UsesRSAEncryption(), v < suite.TLS12:
		return []string{"rsa"}
	}
	return []string{"rsa", "rsapss"}
}

// ciphers is the list that selects the cell's suite alone.
func (c *cell) ciphers() string {
	if c.version == suite.TLS13 {
		return c.suite.Name + ":ALL:@SECLEVEL=0"
	}
	return c.suite.Name + ":@SECLEVEL=0"
}

// groups is the client's list: up to TLS 1.2 it must name the curve of an
// ECDSA certificate, too.
func (c *cell) groups() string {
	if c.group == "" {
		return strings.Join(curves, ":")
	}
	curve := map[string]string{"p256": "P-256", "p384": "P-384", "p521": "P-521"}[c.key]
	if c.version == suite.TLS13 || curve == "" || curve == c.group {
		return c.group
	}
	return c.group + ":" + curve
}

// certificateKey names the certificate that a server of the cell loads: those
// without one of their own have an RSA key for RSA-PSK and SRP-RSA.
func (c *cell) certificateKey() string {
	switch c.key {
	case "none", "psk", "srp":
		return "rsa"
	}
	return c.key
}

const (
	pskIdentity = "interop"
	srpUser     = "alice"
	srpPassword = "password123"
)

var pskKeys = map[string][]byte{pskIdentity: bulk(32)}

func (c *cell) context() polytls.ContextOptions {
	return polytls.ContextOptions{
		Ciphers: c.ciphers(), ECDHCurve: c.groups(),
		MinVersion: c.version.String(), MaxVersion: c.version.String(),
	}
}

// client returns the options of our client.
func (c *cell) client(t testing.TB) polytls.ConnectOptions {
	o := polytls.ConnectOptions{ContextOptions: c.context(), AllowUnauthorized: c.key == "none"}
	o.CA = [][]byte{ca(t).cert}
	switch c.key {
	case "psk":
		o.PSKCallback = pskClient(pskKeys)
	case "srp":
		o.SRPUser, o.SRPPassword = srpUser, srpPassword
	}
	return o
}

// server returns the options of our server.
func (c *cell) server(t testing.TB) polytls.ServerOptions {
	id := certificate(t, c.certificateKey())
	o := polytls.ServerOptions{ContextOptions: c.context(), ClientCipherOrder: true}
	o.Cert, o.Key = id.options().Cert, id.options().Key
	if c.dh != 0 {
		o.DHParam = dhParam(t, c.dh)
	}
	switch c.key {
	case "psk":
		o.PSKCallback, o.PSKIdentityHint = pskServer(pskKeys), "a hint"
	case "srp":
		o.SRPCallback = srpServer
	}
	return o
}

var verifier = sync.OnceValues(func() (*polytls.SRPVerifier, error) {
	return polytls.NewSRPVerifier(2048, srpUser, srpPassword)
})

func srpServer(_ context.Context, user string) (*polytls.SRPVerifier, error) {
	if user != srpUser {
		return nil, nil
	}
	return verifier()
}

// opponent is a peer of the matrix.
type opponent interface {
	// refuses says why the peer does not have the cell when we are "client" or
	// "server", "" if it does.
	refuses(t testing.TB, c *cell, ours string) string
	// serve returns the port of a server that has the cell, and what returns
	// what it tells of its next connection.
	serve(t testing.TB, c *cell) (port int, next func(t testing.TB) seen)
	// connect connects to our server, then again with the session of the first
	// time, and returns what the client tells of each connection.
	connect(t testing.TB, c *cell, port int) []seen
	// text is what the server sends back for a line.
	text(line string) string
}

// seen holds what a peer reports about a connection.
type seen struct{ protocol, suite string }

// TestMatrix checks that every suite, in every version that has it, with every
// group and key that it can use, connects and resumes with OpenSSL, with Node 12
// and, for a selection, with GnuTLS, as client and as server, and that both ends
// report the same facts.
func TestMatrix(t *testing.T) {
	table := newTable()
	t.Cleanup(func() { t.Log("\n" + table.String()) })
	opponents := []struct {
		name  string
		thin  bool
		start func(testing.TB) opponent
	}{
		{"openssl", false, newOpenSSL},
		{"node12", false, newNode12},
		{"gnutls", true, newGnuTLS},
	}
	for _, o := range opponents {
		for _, direction := range []string{"client", "server"} {
			for v := range suite.Versions() {
				t.Run(fmt.Sprintf("%s/our %s/%s", o.name, direction, v), func(t *testing.T) {
					t.Parallel()
					peer := o.start(t)
					column := o.name + ", our " + direction
					for _, c := range cells(v, o.thin) {
						t.Run(c.String(), func(t *testing.T) {
							defer func() { table.add(column, &c, t) }()
							if why := peer.refuses(t, &c, direction); why != "" {
								table.absent(column, &c, why)
								t.Skip(why)
							}
							if direction == "client" {
								c.asClient(t, peer)
							} else {
								c.asServer(t, peer)
							}
						})
					}
				})
			}
		}
	}
}

// asClient plays the cell with our client.
func (c *cell) asClient(t *testing.T, peer opponent) {
	port, next := peer.serve(t, c)
	o := c.client(t)
	for _, resumed := range []bool{false, true} {
		given := newSessions()
		o.OnSession = given.add
		s := connect(t, port, o)
		c.check(t, "our client", factsOf(s), resumed)
		exchange(t, s, "hello\n", peer.text("hello\n"))
		s.Close()
		c.checkSeen(t, next(t))
		if !resumed {
			select {
			case o.Session = <-given:
			default:
				t.Fatal("the server gave no session")
			}
		}
	}
}

// asServer plays the cell with our server.
func (c *cell) asServer(t *testing.T, peer opponent) {
	srv := serve(t, c.server(t), nil)
	full := 0
	for _, connection := range peer.connect(t, c, srv.port) {
		c.checkSeen(t, connection)
		f := srv.next(t) // in any order
		if !f.Reused {
			full++
		}
		c.check(t, "our server", f, f.Reused)
	}
	if full != 1 {
		t.Errorf("%d full handshakes, wanted the first to be the only one", full)
	}
}

// check checks what we report of a connection.
func (c *cell) check(t *testing.T, who string, f facts, resumed bool) {
	t.Helper()
	if f.Protocol != c.version.String() || f.Cipher.Name != c.suite.Name || f.Reused != resumed {
		t.Errorf("%s: %s, %s, reused %t; wanted %s, %s, %t", who, f.Protocol, f.Cipher.Name, f.Reused, c.version, c.suite.Name, resumed)
	}
	if group := groupNamed(c.group); group != f.group && (!resumed || c.version == suite.TLS13) {
		t.Errorf("%s: group %q, wanted %q", who, f.group, group)
	}
	if f.Ephemeral != nil && c.dh != 0 && !resumed && (f.Ephemeral.Type != "DH" || f.Ephemeral.Size != c.dh) {
		t.Errorf("%s: ephemeral key %+v, wanted DH of %d bits", who, *f.Ephemeral, c.dh)
	}
	if f.Ephemeral != nil && f.Authorized == (c.key == "none") {
		t.Errorf("%s: authorized is %t (%s)", who, f.Authorized, f.AuthError)
	}
}

func (c *cell) checkSeen(t *testing.T, s seen) {
	t.Helper()
	if s.protocol != c.version.String() || s.suite != c.suite.Name {
		t.Errorf("the peer says %s, %s; wanted %s, %s", s.protocol, s.suite, c.version, c.suite.Name)
	}
}

// groupNamed returns the IANA name of a group that OpenSSL names.
func groupNamed(name string) string {
	for g := range suite.Groups() {
		if name == g.Name || slices.Contains(g.Aliases, name) {
			return g.Name
		}
	}
	return ""
}

// table counts what became of the cells, by suite and column.
type table struct {
	mu      sync.Mutex
	columns []string
	counts  map[string]map[string]*count // by suite, column
	reasons map[string]int
}

type count struct{ passed, absent, failed int }

func newTable() *table {
	return &table{counts: map[string]map[string]*count{}, reasons: map[string]int{}}
}

func (m *table) count(column string, c *cell) *count {
	if !slices.Contains(m.columns, column) {
		m.columns = append(m.columns, column)
		slices.Sort(m.columns)
	}
	row := m.counts[c.suite.Name]
	if row == nil {
		row = map[string]*count{}
		m.counts[c.suite.Name] = row
	}
	if row[column] == nil {
		row[column] = &count{}
	}
	return row[column]
}

func (m *table) add(column string, c *cell, t *testing.T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.count(column, c)
	switch {
	case t.Failed():
		n.failed++
	case t.Skipped():
		n.absent++
	default:
		n.passed++
	}
}

func (m *table) absent(column string, c *cell, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reasons[column+": "+why]++
}

// String is the table with a row for each suite and a column for each peer and
// direction: cells that passed, that the peer does not have, that failed.
func (m *table) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	total := map[string]*count{}
	fmt.Fprintf(&b, "%-34s", "passed/not offered/failed")
	for _, column := range m.columns {
		fmt.Fprintf(&b, "%22s", column)
		total[column] = &count{}
	}
	for s := range suite.Suites() {
		row := m.counts[s.Name]
		if row == nil {
			continue
		}
		fmt.Fprintf(&b, "\n%-34s", s.Name)
		for _, column := range m.columns {
			n := row[column]
			if n == nil {
				n = &count{}
			}
			fmt.Fprintf(&b, "%22s", n)
			total[column].passed += n.passed
			total[column].absent += n.absent
			total[column].failed += n.failed
		}
	}
	fmt.Fprintf(&b, "\n%-34s", "all")
	for _, column := range m.columns {
		fmt.Fprintf(&b, "%22s", total[column])
	}
	var reasons []string
	for why, n := range m.reasons {
		reasons = append(reasons, fmt.Sprintf("\nnot offered by %s (%d cells)", why, n))
	}
	slices.Sort(reasons)
	return b.String() + strings.Join(reasons, "") + "\n"
}

func (n *count) String() string { return fmt.Sprintf("%d/%d/%d", n.passed, n.absent, n.failed) }
