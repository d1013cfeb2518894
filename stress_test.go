package polytls_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// TestEverythingAtOnce has many goroutines read, write, update keys, end and
// close the same two sockets; the race detector and the end of all of them are
// the judges.
func TestEverythingAtOnce(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	for round := range rounds {
		version := versions[round%len(versions)]
		server, client := pairAt(t, version)
		var all sync.WaitGroup
		for _, s := range []*polytls.Socket{server, client} {
			for range 3 {
				all.Go(func() { io.Copy(io.Discard, s) })
				all.Go(func() { io.Copy(io.Discard, struct{ io.Reader }{s}) })
				all.Go(func() {
					for {
						if _, err := s.Write(make([]byte, 3000)); err != nil {
							return
						}
					}
				})
			}
			all.Go(func() {
				for range 20 {
					s.UpdateKeys()
					s.SetMaxSendFragment(512 + round)
					s.SetReadDeadline(time.Now().Add(time.Minute))
					s.ConnectionState()
					s.Session()
					s.ExportKeyingMaterial(20, "label", nil)
				}
				if round%2 == 0 {
					s.CloseWrite()
				}
				s.Close()
			})
		}
		all.Wait()
	}
}

// TestParallelWritesKeepTheirBytesTogether has several goroutines write lines:
// each Write comes out in one piece.
func TestParallelWritesKeepTheirBytesTogether(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		const writers, lines = 8, 50
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for range lines {
					if _, err := io.WriteString(client, strings.Repeat(string(rune('a'+w)), 20_000)+"\n"); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		go func() {
			all.Wait()
			client.CloseWrite()
		}()
		got, err := io.ReadAll(server)
		if err != nil {
			t.Fatal(err)
		}
		seen := strings.Split(strings.TrimSuffix(string(got), "\n"), "\n")
		if len(seen) != writers*lines {
			t.Fatalf("%d lines, want %d", len(seen), writers*lines)
		}
		for _, line := range seen {
			if len(line) != 20_000 || strings.Trim(line, line[:1]) != "" {
				t.Fatal("a line was torn")
			}
		}
	})
}

// TestFailedHandshakesLeaveNothing lets thousands of handshakes of ten kinds
// fail and counts the goroutines and the memory that are left: a timer that is
// not stopped would hold its socket.
func TestFailedHandshakesLeaveNothing(t *testing.T) {
	each := 1000
	if testing.Short() || raceEnabled {
		each = 60
	}
	so := serving(localhost)
	so.HandshakeTimeout = time.Hour
	good := trusting(ca)
	kinds := map[string]func() error{
		"the client does not trust":       failing(so, func(o *polytls.ConnectOptions) { o.CA = trusting(testcert.CA("other")).CA }),
		"another name":                    failing(so, func(o *polytls.ConnectOptions) { o.ServerName = "other" }),
		"no version":                      failing(so, func(o *polytls.ConnectOptions) { only(&o.ContextOptions, "TLSv1.1") }),
		"no cipher":                       failing(so, func(o *polytls.ConnectOptions) { o.Ciphers, o.MaxVersion = "PSK", "TLSv1.2" }),
		"the client's callback fails":     failing(so, func(o *polytls.ConnectOptions) { o.CheckServerIdentity = refuse }),
		"no certificate, required at 1.2": failing(polytls.ServerOptions{ContextOptions: so.ContextOptions, RequestCert: true}, func(o *polytls.ConnectOptions) { o.MaxVersion = "TLSv1.2" }),
		"the server's callback fails": failing(polytls.ServerOptions{ContextOptions: so.ContextOptions, SNICallback: func(context.Context, string) (*polytls.SecureContext, error) {
			return nil, errors.New("no")
		}}, func(*polytls.ConnectOptions) {}),
		"no protocol": failing(polytls.ServerOptions{ContextOptions: so.ContextOptions, ALPNProtocols: []string{"a"}}, func(o *polytls.ConnectOptions) { o.ALPNProtocols = []string{"b"} }),
		"the context has ended": func() error {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, err := polytls.Client(ctx, ours, good)
			return err
		},
		"the peer goes away": func() error {
			ours, theirs := net.Pipe()
			go func() {
				theirs.Read(make([]byte, 100))
				theirs.Close()
			}()
			_, err := polytls.Client(context.Background(), ours, good)
			return err
		},
	}
	before, held := runtime.NumGoroutine(), memoryInUse()
	var all sync.WaitGroup
	for name, fail := range kinds {
		all.Go(func() {
			for range each {
				if err := fail(); err == nil {
					t.Errorf("%s: no error", name)
					return
				}
			}
		})
	}
	all.Wait()
	eventually(t, fmt.Sprintf("as few goroutines as the %d before", before), func() bool { return runtime.NumGoroutine() <= before })
	const perSocket = 512 // less than a socket that a timer holds
	if grown := memoryInUse() - held; each >= 1000 && grown > int64(len(kinds)*each*perSocket) {
		t.Errorf("%d failed handshakes left %d bytes", len(kinds)*each, grown)
	}
}

func refuse(context.Context, string, *polytls.Certificate) error { return errors.New("no") }

// failing returns a handshake over a pipe between a server and what is made of
// a good client.
func failing(so polytls.ServerOptions, change func(*polytls.ConnectOptions)) func() error {
	co := trusting(ca)
	change(&co)
	clientContext, err := polytls.NewSecureContext(co.ContextOptions)
	if err != nil {
		return func() error { return nil }
	}
	serverContext, err := polytls.NewSecureContext(so.ContextOptions)
	if err != nil {
		return func() error { return nil }
	}
	co.ContextOptions, co.SecureContext = polytls.ContextOptions{}, clientContext
	so.ContextOptions, so.SecureContext = polytls.ContextOptions{}, serverContext
	return func() error {
		ours, theirs := net.Pipe()
		done := make(chan error)
		go func() {
			_, err := polytls.ServerSocket(context.Background(), theirs, so)
			done <- err
		}()
		client, err := polytls.Client(context.Background(), ours, co)
		if err == nil {
			client.NetConn().Close()
		}
		<-done
		return err
	}
}
