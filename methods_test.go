package polytls_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
)

// scriptSeeds is how many scripts made from a seed run as a normal test; the seed
// is the name of the subtest.
const scriptSeeds = 400

// TestSocketMethodsAtRandom runs FuzzSocketMethods's scripts without a fuzzer.
func TestSocketMethodsAtRandom(t *testing.T) {
	seeds := uint64(scriptSeeds)
	if testing.Short() || raceEnabled {
		seeds /= 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			kinds := len(calls)
			if seed%2 == 1 {
				kinds = lasting
			}
			script := []byte{byte(random.Uint32())}
			for range random.IntN(60) {
				script = append(script, byte(random.IntN(kinds*2*scriptWorkers)), byte(random.Uint32()))
			}
			runScript(t, script)
		})
	}
}

// FuzzSocketMethods calls the methods of two connected sockets in parallel, in an
// order that the fuzzer chooses, while the connection between them fails.
func FuzzSocketMethods(f *testing.F) {
	for version := range versions {
		f.Add([]byte{byte(version)})
		for i := range calls {
			f.Add([]byte{byte(version), byte(i), 0, byte(len(calls) + i), 1, byte(i), 2, byte(i), 3})
		}
	}
	f.Fuzz(runScript)
}

// The bounds of a script's calls.
const (
	scriptTimeout = 8 * time.Second // of handshakes
	scriptClose   = 5 * time.Second
	scriptWorkers = 3 // goroutines at each end
)

// runScript runs a script in a bubble, in which time is exact and every goroutine
// must end. Its first byte chooses the version. Pairs of bytes follow: who calls
// what, and an argument.
func runScript(t *testing.T, script []byte) {
	if len(script) == 0 {
		return
	}
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began)) // certificates are not valid yet at a bubble's start
		p := newPlayers(t, versions[int(script[0])%len(versions)])
		if p == nil {
			return
		}
		steps := make([][]step, len(p))
		for i, body := 0, script[1:]; len(body) >= 2 && i < 100; i, body = i+1, body[2:] {
			at := int(body[0]) % len(p)
			steps[at] = append(steps[at], step{calls[int(body[0])/len(p)%len(calls)], body[1]})
		}
		var all sync.WaitGroup
		for i, own := range steps {
			all.Go(func() {
				for _, s := range own {
					p[i].call(t, s)
				}
			})
		}
		all.Wait()
		for _, end := range []*player{p[0], p[1]} {
			all.Go(func() { end.call(t, step{call: closing}) })
		}
		all.Wait()
		synctest.Wait()
	})
}

// player is a goroutine that calls methods of a socket.
type player struct {
	*end
	read, write []byte
}

// end is one end of a script's connection.
type end struct {
	name   string
	socket *polytls.Socket
	line   *lineEnd
	// until is the latest deadline of the user's calls that was set, in Unix
	// nanoseconds: no call lasts longer.
	until atomic.Int64
}

// newPlayers connects two ends and returns those who play, in turn of one end and
// of the other.
func newPlayers(t *testing.T, version string) []*player {
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	so.CA, so.AllowPostHandshakeAuth = [][]byte{ca.PEM()}, true
	so.AllowHalfOpen, co.AllowHalfOpen = true, true
	so.HandshakeTimeout, co.HandshakeTimeout = scriptTimeout, scriptTimeout
	user := identity(ca.Client("user"))
	co.Cert, co.Key, co.AllowPostHandshakeAuth = user.Cert, user.Key, true
	co.CheckServerIdentity = func(ctx context.Context, _ string, _ *polytls.Certificate) error {
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond): // so that the peer is watched
		}
		return nil
	}
	var client, server *end
	o := handshakeOver(t, func(testing.TB) (c, s net.Conn) {
		a, b := lines()
		client, server = &end{name: "client", line: a}, &end{name: "server", line: b}
		return a, b
	}, so, co)
	server.socket, client.socket = o.must(t)
	var ps []*player
	for range scriptWorkers {
		for _, e := range []*end{client, server} {
			ps = append(ps, &player{end: e, read: make([]byte, 21_000), write: make([]byte, 100_000)})
		}
	}
	for _, e := range []*end{client, server} {
		ps[0].deadline(e, time.Now().Add(scriptTimeout))
	}
	return ps
}

// step is a call with an argument.
type step struct {
	call call
	arg  byte
}

// call is a method of a socket, or something that happens to the connection.
type call struct {
	name string
	do   func(p *player, arg byte)
	// most is how long it may take, below 0 for as long as the deadlines allow. What
	// takes longer hangs.
	most func(arg byte) time.Duration
}

// span makes a time of an argument: from none to 5.1 s.
func span(arg byte) time.Duration { return time.Duration(arg) * 20 * time.Millisecond }

// atOnce is the bound of what does not wait, byDeadline of what the deadlines
// bound.
func atOnce(byte) time.Duration { return 0 }

func byDeadline(byte) time.Duration { return -1 }

func byClose(byte) time.Duration { return scriptClose }

// under calls f under a context whose time is an argument's.
func under(arg byte, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), span(arg))
	defer cancel()
	f(ctx)
}

var closing = call{"Close", func(p *player, _ byte) { p.socket.Close() }, byClose}

// lasting is how many of the calls, the first, do not end the connection.
const lasting = 14

// calls are what a script is made of.
var calls = []call{
	{"Read", func(p *player, arg byte) { p.socket.Read(p.read[:1+80*int(arg)]) }, byDeadline},
	{"Read again", func(p *player, arg byte) {
		for range arg % 8 {
			p.socket.Read(p.read)
		}
	}, byDeadline},
	{"Write", func(p *player, arg byte) { p.socket.Write(p.write[:int(arg)]) }, byDeadline},
	{"Write much", func(p *player, arg byte) { p.socket.Write(p.write[:300*int(arg)]) }, byDeadline},
	{"Renegotiate", func(p *player, arg byte) {
		under(arg, func(ctx context.Context) {
			p.socket.Renegotiate(ctx, polytls.RenegotiateOptions{RequestCert: arg%2 == 0, AllowUnauthorized: arg%3 == 0})
		})
	}, span},
	{"RequestClientCertificate", func(p *player, arg byte) {
		under(arg, func(ctx context.Context) { p.socket.RequestClientCertificate(ctx) })
	}, span},
	{"HandshakeContext", func(p *player, arg byte) {
		under(arg, func(ctx context.Context) { p.socket.HandshakeContext(ctx) })
	}, span},
	{"UpdateKeys", func(p *player, _ byte) { p.socket.UpdateKeys() }, byDeadline},
	{"SetDeadline", func(p *player, arg byte) { p.deadline(p.end, time.Now().Add(span(arg))) }, atOnce},
	{"SetReadDeadline", func(p *player, arg byte) {
		at := time.Now().Add(span(arg))
		p.note(at)
		p.socket.SetReadDeadline(at)
	}, atOnce},
	{"SetWriteDeadline", func(p *player, arg byte) {
		at := time.Now().Add(span(arg))
		p.note(at)
		p.socket.SetWriteDeadline(at)
	}, atOnce},
	{"getters", func(p *player, arg byte) {
		s := p.socket
		s.ConnectionState()
		s.Session()
		s.Protocol()
		s.Finished()
		s.PeerFinished()
		s.PeerCertificate(true)
		s.Authorized()
		s.AuthorizationError()
		s.SessionReused()
		s.BytesRead()
		s.WireBytesWritten()
		s.EarlyDataAccepted()
		s.ExportKeyingMaterial(20, "label", nil)
		s.SetMaxSendFragment(512 + 60*int(arg))
	}, byDeadline},
	{"DisableRenegotiation", func(p *player, _ byte) { p.socket.DisableRenegotiation() }, atOnce},
	{"wait", func(_ *player, arg byte) { time.Sleep(span(arg)) }, span},
	{"CloseWrite", func(p *player, _ byte) { p.socket.CloseWrite() }, byDeadline},
	closing,
	{"RST", func(p *player, _ byte) { p.line.reset() }, atOnce},
	{"FIN", func(p *player, _ byte) { p.line.finish() }, atOnce},
	{"silence", func(p *player, _ byte) { p.line.in.change(func() { p.line.in.stalled = true }) }, atOnce},
	{"an end of silence", func(p *player, _ byte) { p.line.in.change(func() { p.line.in.stalled = false }) }, atOnce},
}

// deadline sets both deadlines of an end.
func (p *player) deadline(e *end, at time.Time) {
	e.note(at)
	e.socket.SetDeadline(at)
}

// note remembers the latest deadline.
func (e *end) note(at time.Time) {
	for {
		was := e.until.Load()
		if was >= at.UnixNano() || e.until.CompareAndSwap(was, at.UnixNano()) {
			return
		}
	}
}

// call makes a call and fails if it has taken longer than its bound.
func (p *player) call(t *testing.T, s step) {
	start := time.Now()
	s.call.do(p, s.arg)
	end := start
	if most := s.call.most(s.arg); most >= 0 {
		end = start.Add(most)
	} else if until := time.Unix(0, p.until.Load()); until.After(start) {
		end = until
	}
	if late := time.Since(end); late > 0 {
		t.Errorf("%s: %s(%d) returned %v after its bound of %v", p.name, s.call.name, s.arg, late, end.Sub(start))
	}
}

// TestCloseDoesNotProlongAWrite: a Write that is stuck ends with its deadline,
// although Close waits longer for it.
func TestCloseDoesNotProlongAWrite(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began))
		p := newPlayers(t, "TLSv1.3")[1] // the server: the client does not read
		start := time.Now()
		p.deadline(p.end, start.Add(time.Second))
		go func() {
			time.Sleep(900 * time.Millisecond)
			p.socket.Close()
		}()
		p.socket.Write(p.write)
		if took := time.Since(start); took != time.Second {
			t.Errorf("Write took %v, want its deadline of 1 s", took)
		}
	})
}
