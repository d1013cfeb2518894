package fleet

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/internal/testcert"
	"polytls/ticketkeys"
)

// Durations of the rotation: a session lives as long as its key opens.
const (
	every = time.Hour
	keep  = 2 * time.Hour
	skew  = 5 * time.Minute
	step  = 20 * time.Minute
	night = 8 * time.Hour
)

// shelf is a ticketkeys.Store in memory.
type shelf struct {
	mu     sync.Mutex
	values map[string][]byte
	ends   map[string]time.Time
}

func (s *shelf) Get(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !time.Now().Before(s.ends[name]) {
		return nil, nil
	}
	return bytes.Clone(s.values[name]), nil
}

func (s *shelf) Create(_ context.Context, name string, value []byte, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.ends[name]) {
		return false, nil
	}
	s.values[name], s.ends[name] = bytes.Clone(value), time.Now().Add(ttl)
	return true, nil
}

// TestRotatingFleet runs three servers for a night of synctest's clock, each with
// its own rotation of keys. Each server resumes the sessions of all servers during
// their lifetime, and none does after it.
func TestRotatingFleet(t *testing.T) {
	o := ticketkeys.Options{Every: every, Keep: keep, Skew: skew}
	secret := bytes.Repeat([]byte{7}, 32)
	for name, newSource := range map[string]func(*shelf) (ticketkeys.Source, error){
		"secret": func(*shelf) (ticketkeys.Source, error) { return ticketkeys.FromSecret(secret, o) },
		"store":  func(s *shelf) (ticketkeys.Source, error) { return ticketkeys.FromStore(s, secret, o) },
	} {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(name+"/"+version, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					kept := &shelf{values: map[string][]byte{}, ends: map[string]time.Time{}}
					runNight(t, version, func() (ticketkeys.Source, error) { return newSource(kept) })
				})
			})
		}
	}
}

// given is a session that waits to be resumed.
type given struct {
	session []byte
	at      time.Time
}

func runNight(t *testing.T, version string, source func() (ticketkeys.Source, error)) {
	root := testcert.CA("night")
	id := root.Server("localhost")
	var fleet []*polytls.Server
	for range 3 {
		s, err := source()
		if err != nil {
			t.Fatal(err)
		}
		fleet = append(fleet, startRotating(t, id, version, s))
	}
	secure, err := polytls.NewSecureContext(polytls.ContextOptions{
		CA: [][]byte{root.PEM()}, MinVersion: version, MaxVersion: version,
	})
	if err != nil {
		t.Fatal(err)
	}
	var sessions []given
	keys := map[string]bool{}
	start := time.Now()
	resumed := 0
	for turn := 0; time.Since(start) < night; turn++ {
		giver := fleet[turn%len(fleet)]
		keys[string(giver.TicketKeys())] = true
		_, session := visit(t, giver, secure, nil)
		sessions = append(sessions, given{session, time.Now()})
		time.Sleep(step) // the bubble's time
		for _, g := range sessions {
			age := time.Since(g.at)
			for i, taker := range fleet {
				reused, _ := visit(t, taker, secure, g.session)
				if reused != (age <= keep) {
					t.Fatalf("server %d, after %v: a session %v old: resumed is %t", i, time.Since(start), age, reused)
				}
				if reused {
					resumed++
				}
			}
		}
		if time.Since(sessions[0].at) > keep+every {
			sessions = sessions[1:]
		}
	}
	if want := int(night / every); len(keys) < want {
		t.Errorf("%d keys were in use, wanted %d", len(keys), want)
	}
	t.Logf("%d sessions were resumed under %d keys", resumed, len(keys))
}

// startRotating starts a server whose keys a source changes.
func startRotating(t *testing.T, id *testcert.Cert, version string, source ticketkeys.Source) *polytls.Server {
	t.Helper()
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: polytls.ContextOptions{
		Cert: [][]byte{id.ChainPEM()}, Key: []polytls.Key{{PEM: id.KeyPEM()}},
		MinVersion: version, MaxVersion: version, SessionTimeout: keep,
	}}, func(s *polytls.Socket) {
		defer s.Close()
		io.Copy(s, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &ticketkeys.Rotation{Source: source, Log: slog.New(slog.DiscardHandler)}
	if _, err := r.Step(t.Context(), srv); err != nil {
		t.Fatal(err)
	}
	go r.Run(t.Context(), srv)
	return srv
}

// visit makes a connection to a server through memory. It returns whether it
// resumed, and the session that it got.
func visit(t *testing.T, srv *polytls.Server, secure *polytls.SecureContext, session []byte) (reused bool, next []byte) {
	t.Helper()
	ours, theirs := net.Pipe()
	srv.Inject(theirs)
	s, err := polytls.Client(t.Context(), ours, polytls.ConnectOptions{
		SecureContext: secure, ServerName: "localhost", Session: session, OnSession: func(b []byte) { next = b },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	go io.WriteString(s, "hello") // a pipe holds nothing, and the server may be sending tickets
	if err := read(s, "hello"); err != nil {
		t.Fatal(err)
	}
	return s.SessionReused(), next
}
