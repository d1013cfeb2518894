package polytls_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// ownCache is a SessionCache as a program would write it around a store of bytes.
type ownCache struct {
	mu    sync.Mutex
	bytes map[string][]byte
}

func (c *ownCache) Put(key polytls.SessionKey, s polytls.ClientSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Before(s.Expires()) {
		c.bytes[key.String()] = s.MarshalPEM()
	}
}

func (c *ownCache) Take(key polytls.SessionKey) (polytls.ClientSession, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, err := polytls.ParseClientSession(c.bytes[key.String()])
	if s.SingleUse() {
		delete(c.bytes, key.String())
	}
	return s, err == nil
}

// TestSessionCaches: a session is resumed by a later process, which has made its context
// anew, under the same conditions only.
func TestSessionCaches(t *testing.T) {
	middle := ca.Issue(testcert.Template{CommonName: "middle", CA: true})
	so := serving(middle.Server("localhost"))
	so.TicketKeys = ticketKeys
	for name, open := range map[string]func(t *testing.T) func() polytls.SessionCache{
		"files": func(t *testing.T) func() polytls.SessionCache {
			dir := filepath.Join(t.TempDir(), "cache")
			return func() polytls.SessionCache { // of each process
				f, err := polytls.NewFileSessions(dir, polytls.FileSessionsOptions{OnError: func(err error) { t.Error(err) }})
				if err != nil {
					t.Fatal(err)
				}
				return f
			}
		},
		"one's own": func(*testing.T) func() polytls.SessionCache {
			cache := &ownCache{bytes: map[string][]byte{}}
			return func() polytls.SessionCache { return cache }
		},
	} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			t.Run(name+" "+version, func(t *testing.T) {
				process := open(t)
				resumes := func(change func(*polytls.ConnectOptions)) bool {
					t.Helper()
					co := polytls.ConnectOptions{Host: "localhost", Port: 1}
					co.CA = [][]byte{ca.PEM()}
					only(&co.ContextOptions, version)
					if change != nil {
						change(&co)
					}
					c, err := polytls.NewSecureContext(co.ContextOptions)
					if err != nil {
						t.Fatal(err)
					}
					co.ContextOptions, co.SecureContext, co.Sessions = polytls.ContextOptions{}, c, process()
					server, client := pair(t, so, co)
					exchange(t, server, client, "x")
					return client.SessionReused()
				}
				if resumes(nil) || !resumes(nil) || !resumes(nil) {
					t.Error("the second and third process resume")
				}
				for what, change := range map[string]func(*polytls.ConnectOptions){
					"another port":                func(co *polytls.ConnectOptions) { co.Port = 2 },
					"AllowUnauthorized":           func(co *polytls.ConnectOptions) { co.AllowUnauthorized = true },
					"a certificate of the client": func(co *polytls.ConnectOptions) { id := identity(ca.Client("c")); co.Cert, co.Key = id.Cert, id.Key },
					"SessionIDContext":            func(co *polytls.ConnectOptions) { co.SessionIDContext = "another" },
				} {
					if resumes(change) {
						t.Errorf("%s: resumed", what)
					}
				}
				refused := polytls.ConnectOptions{Host: "localhost", Port: 1}
				refused.CA = [][]byte{testcert.CA("another").PEM()}
				only(&refused.ContextOptions, version)
				c, err := polytls.NewSecureContext(refused.ContextOptions)
				if err != nil {
					t.Fatal(err)
				}
				refused.ContextOptions, refused.SecureContext, refused.Sessions = polytls.ContextOptions{}, c, process()
				if o := handshake(t, so, refused); o.clientErr == nil {
					t.Error("a session of a server that is not trusted any more is resumed")
				}
			})
		}
	}
}

// TestFileSessionsReportErrors: a file that holds no session means a full handshake.
func TestFileSessionsReportErrors(t *testing.T) {
	so := serving(localhost)
	so.TicketKeys = ticketKeys
	c, err := polytls.NewSecureContext(polytls.ContextOptions{CA: [][]byte{ca.PEM()}})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "cache")
	var mu sync.Mutex
	var reported []error
	files, err := polytls.NewFileSessions(dir, polytls.FileSessionsOptions{OnError: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		reported = append(reported, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	co := polytls.ConnectOptions{SecureContext: c, Sessions: files, Host: "localhost"}
	server, client := pair(t, so, co)
	exchange(t, server, client, "x")
	names, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil || len(names) == 0 || len(names) != files.Len() {
		t.Fatal(names, files.Len(), err)
	}
	for _, name := range names {
		if err := os.WriteFile(name, []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server, client = pair(t, so, co)
	exchange(t, server, client, "x")
	mu.Lock()
	defer mu.Unlock()
	if client.SessionReused() || len(reported) != 1 || !bytes.Contains([]byte(reported[0].Error()), []byte(names[0])) {
		t.Errorf("resumed %v; reported %v", client.SessionReused(), reported)
	}
}

// TestFileSessionsRefusesDirectories names what is wrong.
func TestFileSessionsRefusesDirectories(t *testing.T) {
	file := writeFile(t, "file", nil)
	for dir, code := range map[string]string{"": argument, file: "ENOTDIR"} {
		_, err := polytls.NewFileSessions(dir, polytls.FileSessionsOptions{})
		wantCode(t, "directory "+dir, err, code)
	}
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := polytls.NewFileSessions(open, polytls.FileSessionsOptions{})
	wantCode(t, "a directory that others read", err, argument)
}
