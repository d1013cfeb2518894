package polytls_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/internal/testcert"
	"polytls/sessionstore"
)

const week = 7 * 24 * time.Hour

// endings are what ends the admission of a client, and the timeouts of the
// sessions before that, 0 for the default.
var endings = map[string]struct {
	server, client time.Duration // SessionTimeout of the ends
	apply          func(m *meeting, root *testcert.Cert, expires time.Time)
}{
	"client's certificate": {0, 0, func(m *meeting, root *testcert.Cert, expires time.Time) {
		id := identity(root.Issue(testcert.Template{CommonName: "alice", NotAfter: expires}))
		m.client.Cert, m.client.Key = id.Cert, id.Key
	}},
	"server's certificate": {week, 24 * time.Hour, func(m *meeting, root *testcert.Cert, expires time.Time) {
		template := testcert.ServerTemplate("localhost")
		template.NotAfter = expires
		id := identity(root.Issue(template))
		m.server.Cert, m.server.Key = id.Cert, id.Key
	}},
	"CRL of the server": {5 * time.Hour, week, func(m *meeting, root *testcert.Cert, expires time.Time) {
		m.server.CRL = [][]byte{root.CRL(expires)}
	}},
}

// TestResumeEveryHourForThirtyDays: however often a client resumes, its first full
// handshake bounds all that follow from it, and what a full handshake is refused
// for ends them.
func TestResumeEveryHourForThirtyDays(t *testing.T) {
	for name, f := range forms {
		for ending, e := range endings {
			t.Run(name+"/"+ending, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					root := testcert.CA("root")
					expires := time.Now().Add(10*24*time.Hour + 30*time.Minute)
					m := meeting{server: serving(root.Server("localhost")), client: trusting(root)}
					id := identity(root.Client("alice"))
					m.client.Cert, m.client.Key = id.Cert, id.Key
					m.server.CA, m.server.RequestCert = [][]byte{root.PEM()}, true
					m.server.SessionTimeout, m.client.SessionTimeout = e.server, e.client
					e.apply(&m, root, expires)
					m = m.in(f, sessionstore.NewMemory(sessionstore.MemoryOptions{MaxAge: week}))
					timeout := min(e.server, e.client)
					if timeout == 0 {
						timeout = 2 * time.Hour
					}
					m.everyHour(t, expires, timeout)
				})
			})
		}
	}
}

// everyHour connects for thirty days, with the last session that there was.
func (m meeting) everyHour(t *testing.T, expires time.Time, timeout time.Duration) {
	t.Helper()
	srv := m.newServer(t, nil)
	var session []byte
	var full time.Time // the last full handshake
	resumed, admitted := 0, 0
	for hour := range 30 * 24 {
		v := m.visitOverPipe(t, srv, session)
		now := time.Now()
		switch {
		case v.admitted != now.Before(expires):
			t.Fatalf("hour %d: admitted %v: %v; %v", hour, v.admitted, v.srvErr, v.clientErr)
		case v.resumed && now.Sub(full) > timeout:
			t.Fatalf("hour %d: resumed %v after the full handshake", hour, now.Sub(full))
		case v.admitted && !v.resumed && session != nil && now.Sub(full) < timeout:
			t.Fatalf("hour %d: not resumed %v after the full handshake", hour, now.Sub(full))
		case v.resumed:
			resumed++
		case v.admitted:
			full = now
		}
		if v.admitted {
			admitted++
			session = v.session
		}
		time.Sleep(time.Hour)
	}
	if resumed == 0 || admitted != 10*24+1 {
		t.Errorf("resumed %d times, admitted %d times", resumed, admitted)
	}
}

// visitOverPipe is visitAt without a network, whose clock does not advance in a
// bubble.
func (m meeting) visitOverPipe(t testing.TB, srv *polytls.Server, session []byte) (v visit) {
	t.Helper()
	clientConn, serverConn := net.Pipe()
	return m.visitOver(t, srv, session, clientConn, serverConn)
}

// TestChangedTrustAppliesToResumption: another CA, and a CRL, count for the
// sessions of a server from the moment at which it has them.
func TestChangedTrustAppliesToResumption(t *testing.T) {
	alice := ca.Client("alice")
	for name, f := range forms {
		m := meeting{server: serving(localhost), client: trusting(ca)}
		id := identity(alice)
		m.client.Cert, m.client.Key = id.Cert, id.Key
		m.server.CA, m.server.RequestCert = [][]byte{ca.PEM()}, true
		m = m.in(f, sessionstore.NewMemory(sessionstore.MemoryOptions{}))
		srv := m.newServer(t, nil)
		session := m.visitAt(t, srv, nil).session
		for _, step := range []struct {
			what     string
			change   func(*polytls.ContextOptions)
			admitted bool
			code     string
		}{
			{"the same again", func(*polytls.ContextOptions) {}, true, ""},
			{"another CA", func(o *polytls.ContextOptions) { o.CA = [][]byte{testcert.CA("other").PEM()} }, false, "SELF_SIGNED_CERT_IN_CHAIN"},
			{"a CRL", func(o *polytls.ContextOptions) { o.CRL = [][]byte{ca.CRL(time.Time{}, alice)} }, false, "CERT_REVOKED"},
			{"a CRL without it", func(o *polytls.ContextOptions) { o.CRL = [][]byte{ca.CRL(time.Time{}, localhost)} }, true, ""},
		} {
			o := m.server.ContextOptions
			step.change(&o)
			c, err := polytls.NewSecureContext(o)
			if err != nil {
				t.Fatal(err)
			}
			if err := srv.SetSecureContext(c); err != nil {
				t.Fatal(err)
			}
			v := m.visitAt(t, srv, session)
			if v.admitted != step.admitted || v.resumed != step.admitted || codeOf(v.srvErr) != step.code {
				t.Errorf("%s, %s: admitted %v, resumed %v: %v", name, step.what, v.admitted, v.resumed, v.srvErr)
			}
		}
	}
}
