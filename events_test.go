package polytls_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls"
)

// notes are what handlers of several goroutines note, in order.
type notes struct {
	mu   sync.Mutex
	list []string
}

func (n *notes) add(s string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, s)
}

// taken returns the notes since the last call.
func (n *notes) taken() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	taken := n.list
	n.list = nil
	return taken
}

// TestEventsHaveSeveralFunctions: of each event all functions are called, in the order
// of registration, except for one that was removed.
func TestEventsHaveSeveralFunctions(t *testing.T) {
	so := serving(localhost)
	only(&so.ContextOptions, polytls.TLS12)
	so.MaxConnections, so.SecureOptions = 1, opNoTicket
	srv, err := polytls.NewServer(so, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := &notes{}
	stored := map[string][]byte{}
	var removes []func()
	for _, which := range []string{"1", "2", "3"} {
		note := func(event string) { seen.add(event + which) }
		removes = append(removes,
			srv.OnConnection(func(net.Conn) { note("connection") }),
			srv.OnDrop(func(net.Conn) { note("drop") }),
			srv.OnHandshake(func(*polytls.Socket, error) { note("handshake") }),
			srv.OnTLSClientError(func(error, *polytls.Socket) { note("error") }),
			srv.OnKeylog(func([]byte, *polytls.Socket) { note("keylog") }),
			srv.OnOCSPRequest(func(context.Context, []byte, []byte) ([]byte, error) {
				note("ocsp")
				if which == "1" {
					return nil, nil
				}
				return []byte("response" + which), nil
			}),
			srv.OnNewSession(func(_ context.Context, id, session []byte) error {
				note("new")
				stored[string(id)] = session
				return nil
			}),
			srv.OnResumeSession(func(_ context.Context, id []byte) ([]byte, error) {
				note("resume")
				if which == "1" {
					return nil, nil
				}
				return stored[string(id)], nil
			}),
		)
	}
	accept := socketsOf(t, srv)
	co := trusting(ca)
	only(&co.ContextOptions, polytls.TLS12)
	co.RequestOCSP = true
	var session []byte
	co.OnSession = func(s []byte) { session = s }
	shake := func(want ...string) {
		t.Helper()
		client, server := accept(t, co)
		if got := seen.taken(); !slices.Equal(got, want) {
			t.Errorf("called %q\nwant   %q", got, want)
		}
		client.Close()
		server.Close()
	}
	shake("connection1", "connection2", "connection3", "ocsp1", "ocsp2", "keylog1", "keylog2", "keylog3",
		"new1", "new2", "new3", "handshake1", "handshake2", "handshake3")
	co.Session = session
	client, server := accept(t, co)
	want := []string{"connection1", "connection2", "connection3", "resume1", "resume2"}
	if got := seen.taken(); !client.SessionReused() || !slices.Equal(got[:min(len(want), len(got))], want) {
		t.Errorf("resumed %v: called %q", client.SessionReused(), got)
	}
	if _, err := srv.Handshake(t.Context(), errConn{}); err == nil {
		t.Error("a connection above the limit")
	}
	if got, want := seen.taken(), []string{"drop1", "drop2", "drop3"}; !slices.Equal(got, want) {
		t.Errorf("called %q, want %q", got, want)
	}
	client.Close()
	server.Close()
	for _, remove := range removes[8:16] { // those of 2
		remove()
	}
	co.Session = nil
	shake("connection1", "connection3", "ocsp1", "ocsp3", "keylog1", "keylog3", "new1", "new3", "handshake1", "handshake3")
	failed, err := srv.Handshake(t.Context(), errConn{})
	if failed != nil || err == nil {
		t.Error("a handshake without a peer")
	}
	if got, want := seen.taken(), []string{"connection1", "connection3", "handshake1", "handshake3", "error1", "error3"}; !slices.Equal(got, want) {
		t.Errorf("called %q, want %q", got, want)
	}
}

// errConn is a connection whose peer has left.
type errConn struct{ net.Conn }

var errLeft = errors.New("the peer has left")

func (errConn) Read([]byte) (int, error)  { return 0, errLeft }
func (errConn) Write([]byte) (int, error) { return 0, errLeft }
func (errConn) Close() error              { return nil }

// TestFirstErrorOfAnEvent ends the handshake, and the functions after it are not called.
func TestFirstErrorOfAnEvent(t *testing.T) {
	refusal := &polytls.Error{Code: "MY_CODE"}
	for name, add := range map[string]func(*polytls.Server, error){
		"OCSPRequest": func(srv *polytls.Server, err error) {
			srv.OnOCSPRequest(func(context.Context, []byte, []byte) ([]byte, error) { return nil, err })
		},
		"newSession": func(srv *polytls.Server, err error) {
			srv.OnNewSession(func(context.Context, []byte, []byte) error { return err })
		},
	} {
		srv, co := listening(t, serving(localhost), echo)
		co.RequestOCSP, co.MaxVersion = true, polytls.TLS12
		co.SecureOptions = opNoTicket
		add(srv, nil)
		add(srv, refusal)
		add(srv, errors.New("the third"))
		errs := clientErrors(srv)
		if _, err := polytls.Connect(t.Context(), co); err == nil {
			t.Errorf("%s: the error was ignored", name)
		}
		wantCode(t, name, <-errs, "MY_CODE")
	}
}

// TestSocketOnSession adds functions after Connect, which get the tickets of TLS 1.3.
func TestSocketOnSession(t *testing.T) {
	_, co := listening(t, serving(localhost), echo)
	seen := &notes{}
	co.OnSession = func(session []byte) { seen.add("option") }
	s := connect(t, co)
	seen.taken() // tickets may have arrived with the handshake
	added := &notes{}
	s.OnSession(func(session []byte) { added.add(string(session)) })
	s.OnSession(func([]byte) { t.Error("a function that was removed") })()
	s.OnSession(nil)()
	echoes(t, s)
	got := added.taken()
	if option := seen.taken(); len(option) != len(got) {
		t.Errorf("%d sessions for the option, %d for the function", len(option), len(got))
	}
	if len(got) == 0 {
		t.Fatal("no session arrived after Connect")
	}
	co.Session = []byte(got[0])
	if !connect(t, co).SessionReused() {
		t.Error("a session of the function is not resumed")
	}
	new(polytls.Socket).OnSession(func([]byte) {})()
}

// TestPanicOfAnEvent runs itself as a process, which a panic of a function ends.
func TestPanicOfAnEvent(t *testing.T) {
	if os.Getenv("POLYTLS_TEST_PANIC") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPanicOfAnEvent$", "-test.timeout=1m")
		cmd.Env = append(os.Environ(), "POLYTLS_TEST_PANIC=1")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "panic: in OnHandshake") {
			t.Errorf("%v: %s", err, &out)
		}
		return
	}
	so := serving(localhost)
	srv, co := listening(t, so, echo)
	srv.OnHandshake(func(*polytls.Socket, error) { panic("in OnHandshake") })
	s := connect(t, co)
	s.Read(make([]byte, 1))
}
