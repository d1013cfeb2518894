package polytls_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/session"
	"polytls/internal/testcert"
	"polytls/sessionstore"
)

// meeting is a configuration of both ends.
type meeting struct {
	server   polytls.ServerOptions
	client   polytls.ConnectOptions
	contexts map[string]polytls.ContextOptions // of AddContext
	same     []string                          // names that share the context of the first of them
}

// visit is what came of a connection.
type visit struct {
	admitted, resumed  bool
	server, client     peerState
	session            []byte // the client's
	clientErr, srvErr  error
	verified           int // certificates in the path that the server verified
	certificate        bool
	clientsOwnVerified int
}

// peerState is what an end says of its peer.
type peerState struct {
	authorized bool
	code       string
}

func stateOf(s *polytls.Socket) peerState {
	return peerState{s.Authorized(), codeOf(s.AuthorizationError())}
}

// newServer makes the meeting's server. Names in same share one SecureContext.
func (m *meeting) newServer(t testing.TB, handler func(*polytls.Socket)) *polytls.Server {
	t.Helper()
	srv, err := polytls.NewServer(m.server, handler)
	if err != nil {
		t.Fatal(err)
	}
	var shared *polytls.SecureContext
	for _, name := range slices.Sorted(maps.Keys(m.contexts)) {
		c, err := polytls.NewSecureContext(m.contexts[name])
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(m.same, name) {
			if shared == nil {
				shared = c
			}
			c = shared
		}
		if err := srv.AddContext(name, c); err != nil {
			t.Fatal(err)
		}
	}
	return srv
}

// visit connects once, with a session if one is given.
func (m meeting) visit(t testing.TB, session []byte) (v visit) {
	t.Helper()
	return m.visitAt(t, nil, session)
}

// visitAt is visit at a server that is there already, nil for a new one.
func (m meeting) visitAt(t testing.TB, srv *polytls.Server, session []byte) (v visit) {
	t.Helper()
	if srv == nil {
		srv = m.newServer(t, nil)
	}
	clientConn, serverConn := overTCP(t)
	return m.visitOver(t, srv, session, clientConn, serverConn)
}

// visitOver is visitAt over a connection.
func (m meeting) visitOver(t testing.TB, srv *polytls.Server, session []byte, clientConn, serverConn net.Conn) (v visit) {
	t.Helper()
	defer clientConn.Close()
	defer serverConn.Close()
	var both sync.WaitGroup
	both.Go(func() {
		var s *polytls.Socket
		s, v.srvErr = srv.Handshake(context.Background(), serverConn)
		if v.srvErr != nil {
			return
		}
		defer s.Close()
		v.server, v.resumed = stateOf(s), s.SessionReused()
		if chains := s.ConnectionState().VerifiedChains; len(chains) > 0 {
			v.verified = len(chains[0])
		}
		v.certificate = s.PeerCertificate(false) != nil
		io.WriteString(s, "x")
		io.Copy(io.Discard, s)
	})
	co := m.client
	co.Session = session
	c, err := polytls.Client(context.Background(), clientConn, co)
	if v.clientErr = err; err == nil {
		_, v.clientErr = io.ReadFull(c, make([]byte, 1)) // what the server says against us in TLS 1.3 comes here
		v.client, v.session = stateOf(c), c.Session()
		if chains := c.ConnectionState().VerifiedChains; len(chains) > 0 {
			v.clientsOwnVerified = len(chains[0])
		}
		c.Close()
	}
	both.Wait()
	v.admitted = v.clientErr == nil && v.srvErr == nil
	return v
}

// form is one of the ways in which a server finds a session again.
type form struct {
	version string
	store   bool // by identifier
}

var forms = map[string]form{
	"1.2 ticket":     {"TLSv1.2", false},
	"1.2 identifier": {"TLSv1.2", true},
	"1.3 ticket":     {"TLSv1.3", false},
	"1.3 identifier": {"TLSv1.3", true},
}

// in is the meeting in a form. All servers share the store and the keys.
func (m meeting) in(f form, store sessionstore.Store) meeting {
	only(&m.server.ContextOptions, f.version)
	only(&m.client.ContextOptions, f.version)
	m.server.TicketKeys = ticketKeys
	if f.store {
		m.server.SessionStore = store
		m.server.SecureOptions |= opNoTicket
	}
	return m
}

// nameless takes from a session for whom it was made, as a client would that
// wants in under another name.
func nameless(t testing.TB, data []byte) []byte {
	t.Helper()
	s, _, _, err := session.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	s.ServerName = ""
	return s.Marshal()
}

// matrix is a set of configurations, of which a session goes from each to each.
type matrix struct {
	configs map[string]meeting
	forms   []string // all, if it is empty
	// bare offers the sessions whatever name they were made for.
	bare bool
	// never resumes although nothing has changed.
	never []string
}

// TestResumptionAcceptsWhatAFullHandshakeAccepts lets each configuration of a set
// make a session, and each, after it, resume that: what comes of it must be what
// comes of a full handshake under the second configuration. Where nothing has
// changed and the full handshake is good, it does resume.
func TestResumptionAcceptsWhatAFullHandshakeAccepts(t *testing.T) {
	counts := map[string]int{}
	for name, m := range matrices(t) {
		for formName, f := range forms {
			if len(m.forms) > 0 && !slices.Contains(m.forms, formName) {
				continue
			}
			t.Run(name+"/"+formName, func(t *testing.T) {
				counts["resumed"] += m.run(t, f)
				counts["subtests"]++
			})
		}
	}
	t.Logf("%d resumed in %d subtests", counts["resumed"], counts["subtests"])
}

func (m *matrix) run(t *testing.T, f form) (resumed int) {
	store := sessionstore.NewMemory(sessionstore.MemoryOptions{})
	full := map[string]visit{}
	for name, config := range m.configs {
		full[name] = config.in(f, store).visit(t, nil)
	}
	for made, first := range m.configs {
		for name, second := range m.configs {
			before := first.in(f, store).visit(t, nil)
			if before.session == nil {
				continue
			}
			if m.bare {
				before.session = nameless(t, before.session)
			}
			want, got := full[name], second.in(f, store).visit(t, before.session)
			if got.admitted != want.admitted || got.server != want.server || got.client != want.client {
				t.Errorf("made by %q, at %q: resumed %v, admitted %v, server says %v, client %v; a full handshake: %v, %v, %v (%v; %v)", made, name,
					got.resumed, got.admitted, got.server, got.client, want.admitted, want.server, want.client, got.srvErr, got.clientErr)
			}
			if got.verified != want.verified || got.clientsOwnVerified != want.clientsOwnVerified {
				t.Errorf("made by %q, at %q: resumed %v, paths of %d and %d; a full handshake: %d and %d", made, name,
					got.resumed, got.verified, got.clientsOwnVerified, want.verified, want.clientsOwnVerified)
			}
			if got.resumed {
				resumed++
			}
			if must := want.admitted && !slices.Contains(m.never, name); made == name && got.resumed != must {
				t.Errorf("made and shown at %q: resumed %v, want %v", name, got.resumed, must)
			}
		}
	}
	return resumed
}

// matrices are the sets by what differs in them.
func matrices(t *testing.T) map[string]matrix {
	t.Helper()
	other := testcert.CA("another root")
	alice, bob := ca.Client("alice"), ca.Client("bob")
	mallory := other.Client("mallory")
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	clients := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	carol := middle.Issue(testcert.Template{CommonName: "carol", Usage: clients})
	rsa2048 := ca.Issue(testcert.Template{CommonName: "rsa", Kind: testcert.RSA2048, Usage: clients})
	forServers := ca.Server("localhost")
	hosts := ca.Server("localhost", "a.test", "b.test", "c.test", "other.test")

	base := meeting{server: serving(hosts), client: trusting(ca)}
	as := func(m meeting, cert *testcert.Cert) meeting {
		id := identity(cert)
		m.client.Cert, m.client.Key = id.Cert, id.Key
		return m
	}
	asking := base
	asking.server.RequestCert, asking.server.CA = true, [][]byte{ca.PEM()}
	server := func(m meeting, change func(*polytls.ServerOptions)) meeting { change(&m.server); return m }
	client := func(m meeting, change func(*polytls.ConnectOptions)) meeting { change(&m.client); return m }
	with := func(m meeting) map[string]meeting { // what a server may ask of its clients
		return map[string]meeting{
			"strict":  m,
			"lenient": server(m, func(o *polytls.ServerOptions) { o.AllowUnauthorized = true }),
			"open":    server(m, func(o *polytls.ServerOptions) { o.RequestCert = false }),
		}
	}
	trustingCA := func(m meeting) map[string]meeting {
		return map[string]meeting{
			"ca":    m,
			"other": server(m, func(o *polytls.ServerOptions) { o.CA = [][]byte{other.PEM()} }),
			"both":  server(m, func(o *polytls.ServerOptions) { o.CA = [][]byte{ca.PEM(), other.PEM()} }),
			"none":  server(m, func(o *polytls.ServerOptions) { o.CA = [][]byte{} }),
		}
	}
	lenient := server(asking, func(o *polytls.ServerOptions) { o.AllowUnauthorized = true })
	revoking := func(crls ...[]byte) meeting {
		return as(server(asking, func(o *polytls.ServerOptions) { o.CRL = crls }), carol)
	}
	ofMiddle, past := middle.CRL(time.Time{}), time.Now().Add(-time.Hour)
	level := func(list string) meeting {
		return as(server(asking, func(o *polytls.ServerOptions) { o.Ciphers = list }), rsa2048)
	}
	ofRSA := ca.Issue(testcert.Template{CommonName: "rsa middle", CA: true, Kind: testcert.RSA2048}).Client("dave")
	largest := func(c *testcert.Cert, bits int) meeting {
		return as(server(asking, func(o *polytls.ServerOptions) { o.MaxRSABits = bits }), c)
	}
	policy := func(name string) meeting {
		return as(server(asking, func(o *polytls.ServerOptions) { o.CompliancePolicy = name }), carol)
	}
	at := func(m meeting, name string) meeting {
		return client(m, func(o *polytls.ConnectOptions) { o.ServerName, o.OmitServerName = name, name == "" })
	}
	contextFor := func(c *testcert.Cert, idContext string) polytls.ContextOptions {
		o := identity(hosts)
		o.CA, o.SessionIDContext = [][]byte{c.PEM()}, idContext
		return o
	}
	named := asking
	named.contexts = map[string]polytls.ContextOptions{"a.test": contextFor(ca, ""), "b.test": contextFor(other, ""), "c.test": contextFor(ca, "")}
	named.same = []string{"a.test", "c.test"}
	separate := named
	separate.server.SessionIDContext = "default"
	separate.contexts = map[string]polytls.ContextOptions{"a.test": contextFor(ca, "a"), "b.test": contextFor(ca, "b"), "c.test": contextFor(ca, "")}
	checks := func(check func(context.Context, string, *polytls.Certificate) error) meeting {
		return client(base, func(o *polytls.ConnectOptions) { o.CheckServerIdentity = check })
	}
	refuse := func(context.Context, string, *polytls.Certificate) error { return errors.New("not pinned") }
	accept := func(context.Context, string, *polytls.Certificate) error { return nil }
	servedBy := func(m meeting, c *testcert.Cert) meeting {
		return server(m, func(o *polytls.ServerOptions) { id := identity(c); o.Cert, o.Key = id.Cert, id.Key })
	}
	ofMiddleServer := servedBy(base, middle.Issue(testcert.ServerTemplate("localhost")))
	ofRSAServer := servedBy(base, ca.Issue(testcert.Template{DNS: []string{"localhost"}, Kind: testcert.RSA2048}))
	clientTrusts := func(m meeting, change func(*polytls.ConnectOptions)) map[string]meeting {
		return map[string]meeting{
			"plain":   m,
			"changed": client(m, change),
			"lenient": client(client(m, change), func(o *polytls.ConnectOptions) { o.AllowUnauthorized = true }),
		}
	}
	return map[string]matrix{
		"who is asked, good client":          {configs: with(as(asking, alice))},
		"who is asked, stranger":             {configs: with(as(asking, mallory))},
		"who is asked, nobody":               {configs: with(asking)},
		"who is asked, certificate of hosts": {configs: with(as(asking, forServers))},
		"CA, good client":                    {configs: trustingCA(as(asking, alice))},
		"CA, client behind an intermediate":  {configs: trustingCA(as(asking, carol))},
		"CA, stranger":                       {configs: trustingCA(as(asking, mallory))},
		"CA, lenient":                        {configs: trustingCA(as(lenient, alice))},
		"CA, lenient, intermediate":          {configs: trustingCA(as(lenient, carol))},
		"CRL": {configs: map[string]meeting{
			"none":                 revoking(),
			"not in it":            revoking(ca.CRL(time.Time{}, alice), middle.CRL(time.Time{}, bob)),
			"revoked":              revoking(ca.CRL(time.Time{}), middle.CRL(time.Time{}, carol)),
			"intermediate revoked": revoking(ca.CRL(time.Time{}, middle), ofMiddle),
			"out of date":          revoking(ca.CRL(past), ofMiddle),
			"missing":              revoking(ca.CRL(time.Time{})),
		}},
		"level": {configs: map[string]meeting{
			"1": level("DEFAULT@SECLEVEL=1"), "2": level("DEFAULT@SECLEVEL=2"), "3": level("DEFAULT@SECLEVEL=3"),
		}, forms: []string{"1.2 identifier", "1.3 ticket", "1.3 identifier"}},
		"RSA key size": {configs: map[string]meeting{
			"as made": largest(rsa2048, 0), "smaller": largest(rsa2048, 2047),
		}},
		"RSA key size of an intermediate": {configs: map[string]meeting{
			"as made": largest(ofRSA, 0), "smaller": largest(ofRSA, 2047),
		}},
		"policy": {configs: map[string]meeting{
			"none": policy(""), "fips": policy("fips-202205"),
		}},
		"name, for one context's client": {configs: map[string]meeting{
			"a.test": at(as(named, alice), "a.test"), "b.test": at(as(named, alice), "b.test"),
			"c.test": at(as(named, alice), "c.test"), "none": at(as(named, alice), ""), "other.test": at(as(named, alice), "other.test"),
		}, bare: true},
		"name, for the other's": {configs: map[string]meeting{
			"a.test": at(as(named, mallory), "a.test"), "b.test": at(as(named, mallory), "b.test"), "none": at(as(named, mallory), ""),
		}, bare: true},
		"id context": {configs: map[string]meeting{
			"a.test": at(as(separate, alice), "a.test"), "b.test": at(as(separate, alice), "b.test"),
			"c.test": at(as(separate, alice), "c.test"), "other.test": at(as(separate, alice), "other.test"),
		}, bare: true},
		"client's CA": {configs: clientTrusts(base, func(o *polytls.ConnectOptions) { o.CA = [][]byte{other.PEM()} })},
		"client's CRL": {configs: clientTrusts(base, func(o *polytls.ConnectOptions) {
			o.CRL = [][]byte{ca.CRL(time.Time{}, hosts)}
		})},
		"client's CRL, server behind an intermediate": {configs: clientTrusts(ofMiddleServer, func(o *polytls.ConnectOptions) {
			o.CRL = [][]byte{ca.CRL(time.Time{}, middle), ofMiddle}
		})},
		"client's CA, server behind an intermediate": {configs: clientTrusts(ofMiddleServer, func(o *polytls.ConnectOptions) { o.CA = [][]byte{other.PEM()} })},
		"client's level": {configs: clientTrusts(ofRSAServer, func(o *polytls.ConnectOptions) { o.Ciphers = "DEFAULT@SECLEVEL=3" }),
			forms: []string{"1.2 identifier", "1.3 ticket"}},
		"client's RSA key size": {configs: clientTrusts(ofRSAServer, func(o *polytls.ConnectOptions) { o.MaxRSABits = 2047 })},
		"client's name": {configs: map[string]meeting{
			"localhost": base, "a.test": at(base, "a.test"), "wrong.test": at(base, "wrong.test"), "none": at(base, ""),
			"lenient": at(client(base, func(o *polytls.ConnectOptions) { o.AllowUnauthorized = true }), "wrong.test"),
		}, bare: true},
		"client's own check": {configs: map[string]meeting{
			"default": base, "refuses": checks(refuse), "accepts": checks(accept),
			"accepts any name": at(checks(accept), "wrong.test"), "refuses, lenient": client(checks(refuse), func(o *polytls.ConnectOptions) { o.AllowUnauthorized = true }),
		}, bare: true},
		"anonymous":  anonymous(base),
		"PSK, 1.2":   {configs: preShared(t, "PSK:@SECLEVEL=0", [][]byte{ca.PEM()}), forms: []string{"1.2 ticket", "1.2 identifier"}},
		"PSK, ECDHE": {configs: preShared(t, "ECDHE-PSK-CHACHA20-POLY1305", nil), forms: []string{"1.2 ticket", "1.2 identifier"}},
		"PSK, 1.3":   {configs: preShared(t, "TLS_AES_128_GCM_SHA256", nil), forms: []string{"1.3 ticket", "1.3 identifier"}},
		"SRP":        {configs: withSRP(t), forms: []string{"1.2 ticket", "1.2 identifier"}},
	}
}

// anonymous are servers that do and do not ask for a certificate where a suite
// without one is offered.
func anonymous(base meeting) matrix {
	base.server.Ciphers = "AECDH-AES256-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0"
	base.client.Ciphers = "AECDH-AES256-SHA:@SECLEVEL=0"
	base.client.AllowUnauthorized = true
	strict := base
	strict.server.RequestCert, strict.server.CA = true, [][]byte{ca.PEM()}
	lenient := strict
	lenient.server.AllowUnauthorized = true
	return matrix{
		configs: map[string]meeting{"open": base, "strict": strict, "lenient": lenient},
		forms:   []string{"1.2 ticket", "1.2 identifier"},
	}
}

// preShared are ends that have the same key, another, or none.
func preShared(t *testing.T, ciphers string, clientCA [][]byte) map[string]meeting {
	t.Helper()
	configs := map[string]meeting{}
	keys := map[string][]byte{"one": []byte("the first key of the sensor"), "two": []byte("the second key of the sensor"), "none": nil}
	for ours, serverKey := range keys {
		for theirs, clientKey := range keys {
			var m meeting
			m.server.Ciphers, m.client.Ciphers, m.client.ServerName = ciphers, ciphers, "localhost"
			m.server.RequestCert = clientCA != nil // which a secret makes up for
			m.server.CA = clientCA
			m.server.PSKCallback = func(_ context.Context, _ *polytls.Socket, id []byte) (*polytls.PSK, error) {
				if serverKey == nil || string(id) != "sensor" {
					return nil, nil
				}
				return &polytls.PSK{Key: serverKey}, nil
			}
			m.client.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
				if clientKey == nil {
					return nil, nil
				}
				return []polytls.PSK{{Identity: []byte("sensor"), Key: clientKey}}, nil
			}
			configs["server "+ours+", client "+theirs] = m
		}
	}
	return configs
}

// withSRP are ends that have the same password, another, or none.
func withSRP(t *testing.T) map[string]meeting {
	t.Helper()
	configs := map[string]meeting{}
	for _, ours := range []string{"first", "second", ""} {
		verifier, err := polytls.NewSRPVerifier(2048, "alice", ours)
		if err != nil {
			t.Fatal(err)
		}
		for _, theirs := range []string{"first", "second"} {
			var m meeting
			m.server.Ciphers, m.client.Ciphers, m.client.ServerName = "SRP", "SRP", "localhost"
			m.client.SRPUser, m.client.SRPPassword = "alice", theirs
			m.server.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) {
				if ours == "" {
					return nil, nil
				}
				return verifier, nil
			}
			configs["server "+ours+", client "+theirs] = m
		}
	}
	return configs
}

// TestChainsOfSessions resumes behind intermediates as long as they are
// remembered, and else falls back to a full handshake.
func TestChainsOfSessions(t *testing.T) {
	middle := ca.Issue(testcert.Template{CommonName: "unheard-of", CA: true})
	m := meeting{server: serving(localhost), client: trusting(ca)}
	m.server.RequestCert, m.server.CA = true, [][]byte{ca.PEM()}
	id := identity(middle.Issue(testcert.Template{CommonName: "dave"}))
	m.client.Cert, m.client.Key = id.Cert, id.Key
	key, err := session.ParseTicketKeys(ticketKeys)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range forms {
		if f.store {
			continue
		}
		in := m.in(f, nil)
		first := in.visit(t, nil)
		if v := in.visit(t, first.session); !v.resumed || v.verified != 3 {
			t.Errorf("%s: resumed %v, a path of %d, want 3", name, v.resumed, v.verified)
		}
		// Another process' ticket: the same, for a client whose chain is unknown here.
		s, _, _, err := session.Open(first.session)
		if err != nil {
			t.Fatal(err)
		}
		sealed, _, err := session.NewRing(key).Open(s.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		sealed.PeerCertificate = middle.Issue(testcert.Template{CommonName: "erin"}).Raw
		if s.Ticket, err = session.NewRing(key).Seal(sealed); err != nil {
			t.Fatal(err)
		}
		s.ID = session.TicketID(s.Ticket)
		if v := in.visit(t, s.Marshal()); v.resumed || !v.admitted {
			t.Errorf("%s: a chain that is unknown here: resumed %v, admitted %v: %v", name, v.resumed, v.admitted, v.srvErr)
		}
	}
}

// resealed changes what a server has sealed in the ticket of a client's session.
func resealed(t *testing.T, data []byte, change func(*session.Session)) []byte {
	t.Helper()
	key, err := session.ParseTicketKeys(ticketKeys)
	if err != nil {
		t.Fatal(err)
	}
	ring := session.NewRing(key)
	s, _, _, err := session.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err := ring.Open(s.Ticket)
	if err != nil {
		t.Fatal(err)
	}
	change(sealed)
	if s.Ticket, err = ring.Seal(sealed); err != nil {
		t.Fatal(err)
	}
	s.ID = session.TicketID(s.Ticket)
	return s.Marshal()
}

// TestServerNamesOfSessions: a session goes with its name, in TLS 1.3 with others
// of its context, too; one without a name, as Node's are, goes with each.
func TestServerNamesOfSessions(t *testing.T) {
	hosts := ca.Server("a.test", "also-a.test", "b.test", "other.test")
	m := meeting{server: serving(hosts), client: trusting(ca)}
	m.contexts = map[string]polytls.ContextOptions{"a.test": identity(hosts), "also-a.test": identity(hosts), "b.test": identity(hosts)}
	m.same = []string{"a.test", "also-a.test"}
	named := func(f form, name string) meeting {
		in := m.in(f, nil)
		in.client.ServerName, in.client.OmitServerName = name, name == ""
		if name == "" {
			in.client.Host = "a.test"
		}
		return in
	}
	for name, f := range forms {
		if f.store {
			continue
		}
		for _, tt := range []struct {
			made, shown string
			resumed     bool
		}{
			{"a.test", "a.test", true},
			{"a.test", "A.TEST", true},
			{"a.test", "also-a.test", f.version == "TLSv1.3"},
			{"a.test", "b.test", false}, // another context, if an equal one
			{"a.test", "other.test", false},
			{"other.test", "a.test", false},
			{"a.test", "", false},
			{"", "", true},
			{"", "b.test", true},
		} {
			at := m.in(f, nil)
			server := at.newServer(t, nil)
			made := named(f, tt.made).visitAt(t, server, nil)
			v := named(f, tt.shown).visitAt(t, server, nameless(t, made.session))
			if !v.admitted || v.resumed != tt.resumed {
				t.Errorf("%s, of %q under %q: admitted %v, resumed %v, want %v: %v", name, tt.made, tt.shown, v.admitted, v.resumed, tt.resumed, v.srvErr)
			}
			if tt.made == "" || tt.shown == "" {
				continue
			}
			asNode := resealed(t, made.session, func(s *session.Session) { s.ServerName = "" })
			if v := named(f, tt.shown).visitAt(t, server, nameless(t, asNode)); !v.resumed {
				t.Errorf("%s, of %q without its name under %q: not resumed: %v", name, tt.made, tt.shown, v.srvErr)
			}
		}
	}
}

// TestSecretsOfOthersSessions: a session that does not say which key it was made
// by, as Node's, or another one, is not resumed.
func TestSecretsOfOthersSessions(t *testing.T) {
	for version, ciphers := range map[string]string{"TLSv1.2": "ECDHE-PSK-CHACHA20-POLY1305", "TLSv1.3": "TLS_AES_128_GCM_SHA256"} {
		m := preShared(t, ciphers, nil)["server one, client one"].in(form{version, false}, nil)
		for what, change := range map[string]func(*session.Session){
			"nothing":          func(*session.Session) {},
			"no digest":        func(s *session.Session) { s.SetMarks(session.Marks{}) },
			"another digest":   func(s *session.Session) { s.SetMarks(session.Marks{Secret: [session.MarkSize]byte{1}}) },
			"another identity": func(s *session.Session) { s.PSKIdentity = "somebody" },
			"an SRP user":      func(s *session.Session) { s.SRPUsername = "somebody" },
			"no identity":      func(s *session.Session) { s.PSKIdentity = "" },
		} {
			srv := m.newServer(t, nil)
			v := m.visitAt(t, srv, resealed(t, m.visitAt(t, srv, nil).session, change))
			want := polytls.HandshakeCounts{PSK: 2}
			if what == "nothing" {
				want = polytls.HandshakeCounts{PSK: 1, Resumed: 1}
			}
			if n := srv.HandshakeCounts(); !v.admitted || n != want {
				t.Errorf("%s, %s: admitted %v, counts %+v, want %+v: %v", version, what, v.admitted, n, want, v.srvErr)
			}
		}
	}
}

// TestOCSPResponseOfASession: whoever wants to see the response sees it of a session
// that was kept in memory, and gets a full handshake where it was lost.
func TestOCSPResponseOfASession(t *testing.T) {
	for _, version := range versions {
		so, co := resumable(version)
		so.OCSPResponse = []byte("a response")
		c, err := polytls.NewSecureContext(co.ContextOptions)
		if err != nil {
			t.Fatal(err)
		}
		co.SecureContext, co.ContextOptions = c, polytls.ContextOptions{}
		co.Host = "localhost"
		memory := polytls.NewClientSessions(1)
		var seen []string
		var last []byte
		refusing := false
		co.OnOCSPResponse = func(_ context.Context, response []byte) error {
			seen = append(seen, string(response))
			if response == nil || refusing && len(seen) == 1 {
				return errors.New("not good enough")
			}
			return nil
		}
		for _, tt := range []struct {
			what     string
			set      func()
			resumed  bool
			expected []string
		}{
			{"full", func() { co.Sessions = memory }, false, []string{"a response"}},
			{"from memory", func() {}, true, []string{"a response"}},
			{"refused", func() { refusing = true }, false, []string{"a response", "a response"}},
			{"written down", func() { refusing, co.Sessions, co.Session = false, nil, last }, false, []string{"", "a response"}},
		} {
			tt.set()
			seen = nil
			server, client := pair(t, so, co)
			exchange(t, server, client, "x")
			if client.SessionReused() != tt.resumed || !slices.Equal(seen, tt.expected) {
				t.Errorf("%s, %s: resumed %v, want %v; asked about %q, want %q", version, tt.what, client.SessionReused(), tt.resumed, seen, tt.expected)
			}
			last = client.Session()
		}
	}
}
