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

// TestResumeEveryHourForThirtyDays: however often a client resumes, its first full
// handshake bounds all that follow from it, and its certificate ends them.
func TestResumeEveryHourForThirtyDays(t *testing.T) {
	const days, week = 30, 7 * 24 * time.Hour
	for name, f := range forms {
		for bound, timeouts := range map[string][2]time.Duration{
			"default": {0, 0}, "server": {5 * time.Hour, week}, "client": {week, 24 * time.Hour},
		} {
			t.Run(name+"/"+bound, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					root := testcert.CA("root")
					expires := time.Now().Add(10*24*time.Hour + 30*time.Minute)
					m := meeting{server: serving(root.Server("localhost")), client: trusting(root)}
					id := identity(root.Issue(testcert.Template{CommonName: "alice", NotAfter: expires}))
					m.client.Cert, m.client.Key = id.Cert, id.Key
					m.server.CA, m.server.RequestCert = [][]byte{root.PEM()}, true
					m.server.SessionTimeout, m.client.SessionTimeout = timeouts[0], timeouts[1]
					m = m.in(f, sessionstore.NewMemory(sessionstore.MemoryOptions{MaxAge: days * 24 * time.Hour}))
					timeout := min(timeouts[0], timeouts[1])
					if timeout == 0 {
						timeout = 2 * time.Hour
					}
					srv := m.newServer(t, nil)
					var session []byte
					var full time.Time // the last full handshake
					resumed, admitted := 0, 0
					for hour := range days * 24 {
						v := m.visitOverPipe(t, srv, session)
						now := time.Now()
						switch {
						case v.admitted != now.Before(expires):
							t.Fatalf("hour %d: admitted %v: %v", hour, v.admitted, v.srvErr)
						case !v.admitted:
						case v.resumed && now.Sub(full) > timeout:
							t.Fatalf("hour %d: resumed %v after the full handshake", hour, now.Sub(full))
						case !v.resumed && session != nil && now.Sub(full) < timeout && now.Add(time.Hour).Before(expires):
							t.Fatalf("hour %d: not resumed %v after the full handshake", hour, now.Sub(full))
						case v.resumed:
							resumed++
						default:
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
				})
			})
		}
	}
}

// visitOverPipe is visitAt without a network, whose clock stands still for a bubble.
func (m meeting) visitOverPipe(t testing.TB, srv *polytls.Server, session []byte) (v visit) {
	clientConn, serverConn := net.Pipe()
	return m.visitOver(t, srv, session, clientConn, serverConn)
}
