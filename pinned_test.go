package polytls_test

import (
	"crypto/sha256"
	"crypto/x509"
	"testing"
	"time"

	"polytls"
	"polytls/internal/session"
	"polytls/internal/testcert"
)

func keyHash(c *testcert.Cert) []byte {
	hash := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hash[:]
}

// TestPinnedKeys: one key of the path is enough, and nothing else makes up for it.
func TestPinnedKeys(t *testing.T) {
	other := testcert.CA("other")
	for name, tt := range map[string]struct {
		pins    [][]byte
		trusted bool // the root is in CA
		lenient bool // AllowUnauthorized
		want    string
	}{
		"the server's own key":          {[][]byte{keyHash(other), keyHash(localhost)}, true, false, ""},
		"its issuer's":                  {[][]byte{keyHash(ca)}, true, false, ""},
		"another":                       {[][]byte{keyHash(other)}, true, false, "ERR_TLS_PINNED_KEY_MISMATCH"},
		"not trusted":                   {[][]byte{keyHash(localhost)}, false, false, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		"not trusted, but allowed":      {[][]byte{keyHash(localhost)}, false, true, ""},
		"allowed by the issuer's claim": {[][]byte{keyHash(ca)}, false, true, "ERR_TLS_PINNED_KEY_MISMATCH"},
		"allowed, another":              {[][]byte{keyHash(other)}, true, true, "ERR_TLS_PINNED_KEY_MISMATCH"},
	} {
		t.Run(name, func(t *testing.T) {
			co := trusting()
			if tt.trusted {
				co = trusting(ca)
			}
			co.PinnedKeys, co.AllowUnauthorized = tt.pins, tt.lenient
			wantCode(t, "client", handshake(t, serving(localhost), co).clientErr, tt.want)
		})
	}
}

// TestPinnedClient: a server's pins are for its clients.
func TestPinnedClient(t *testing.T) {
	somebody, other := ca.Client("somebody"), ca.Client("other")
	so := serving(localhost)
	so.RequestCert, so.CA, so.PinnedKeys = true, [][]byte{ca.PEM()}, [][]byte{keyHash(somebody)}
	for c, want := range map[*testcert.Cert]string{somebody: "", other: "ERR_TLS_PINNED_KEY_MISMATCH"} {
		co := trusting(ca)
		co.Cert, co.Key = identity(c).Cert, identity(c).Key
		wantCode(t, "server", handshake(t, so, co).serverErr, want)
	}
}

// TestPinsOfASession: a session is not resumed by a client that pins another key.
func TestPinsOfASession(t *testing.T) {
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		srv, err := polytls.NewServer(serving(localhost), echo)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		co := trusting(ca)
		co.MinVersion, co.MaxVersion = version, version
		session := sessionOfEcho(t, srv, co)
		for _, pins := range [][][]byte{{keyHash(localhost)}, {keyHash(testcert.CA("other"))}} {
			co.Session, co.PinnedKeys = session, pins
			a, b := lines()
			srv.Inject(b)
			s, err := polytls.Client(t.Context(), a, co)
			if string(pins[0]) == string(keyHash(localhost)) {
				if err != nil || !s.SessionReused() {
					t.Errorf("%s: its own key is pinned: %v", version, err)
				}
				s.Close()
				continue
			}
			wantCode(t, version, err, "ERR_TLS_PINNED_KEY_MISMATCH")
		}
	}
}

// sessionOfEcho returns a session of a server that echoes.
func sessionOfEcho(t *testing.T, srv *polytls.Server, co polytls.ConnectOptions) (last []byte) {
	t.Helper()
	co.OnSession = func(s []byte) { last = s }
	a, b := lines()
	srv.Inject(b)
	s, err := polytls.Client(t.Context(), a, co)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Write([]byte("x"))
	if _, err := s.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return last
}

// TestRootCAs are trusted besides CA, and in place of Mozilla's roots.
func TestRootCAs(t *testing.T) {
	other := testcert.CA("other")
	intermediate := ca.Issue(testcert.Template{CommonName: "intermediate", CA: true})
	below := intermediate.Server("localhost")
	poolOf := func(certs ...*testcert.Cert) *x509.CertPool {
		pool := x509.NewCertPool()
		for _, c := range certs {
			pool.AddCert(c.Certificate)
		}
		return pool
	}
	for name, tt := range map[string]struct {
		server *testcert.Cert
		pool   *x509.CertPool
		ca     [][]byte
		want   string
	}{
		"the root":                       {localhost, poolOf(other, ca), nil, ""},
		"the root, below an issuer":      {below, poolOf(ca), nil, ""},
		"an issuer below the root":       {below, poolOf(intermediate), nil, ""},
		"another":                        {localhost, poolOf(other), nil, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		"an empty pool":                  {localhost, poolOf(), nil, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		"another, and the root in CA":    {localhost, poolOf(other), [][]byte{ca.PEM()}, ""},
		"the root, and another in CA":    {localhost, poolOf(ca), [][]byte{other.PEM()}, ""},
		"ExtraCA does not add to a pool": {localhost, poolOf(other), nil, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
	} {
		t.Run(name, func(t *testing.T) {
			co := trusting()
			co.RootCAs, co.CA, co.ExtraCA = tt.pool, tt.ca, [][]byte{ca.PEM()}
			wantCode(t, "client", handshake(t, serving(tt.server), co).clientErr, tt.want)
		})
	}
	so := serving(localhost)
	so.RequestCert, so.RootCAs = true, poolOf(ca)
	co := trusting(ca)
	somebody := identity(ca.Client("somebody"))
	co.Cert, co.Key = somebody.Cert, somebody.Key
	server, _ := pair(t, so, co)
	if !server.Authorized() {
		t.Errorf("the client is not authorized: %v", server.AuthorizationError())
	}
}

// TestTime: the time of certificates is that of the option.
func TestTime(t *testing.T) {
	for at, want := range map[time.Duration]string{0: "", 20 * 365 * 24 * time.Hour: "CERT_HAS_EXPIRED", -24 * time.Hour: "CERT_NOT_YET_VALID"} {
		co := trusting(ca)
		co.Time = func() time.Time { return time.Now().Add(at) }
		wantCode(t, at.String(), handshake(t, serving(localhost), co).clientErr, want)
	}
}

// TestTimeOfTickets: a client dates the tickets of TLS 1.3 by it, too.
func TestTimeOfTickets(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), echo)
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	then := time.Now().Add(time.Hour)
	co := trusting(ca)
	co.Time = func() time.Time { return then }
	got, _, _, err := session.Open(sessionOfEcho(t, srv, co))
	if err != nil || got.Created.Unix() != then.Unix() {
		t.Errorf("the ticket is of %v, want %v: %v", got.Created, then, err)
	}
}
