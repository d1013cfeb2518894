package polytls_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/internal/testcert"
)

// scene is a conversation that a peer can leave at any byte.
type scene struct {
	name    string
	version string
	// client and server say what the two ends do, each on a goroutine of its own,
	// once the connection is there.
	client, server func(*polytls.Socket)
	// early lets the client send early data; first cuts the first handshake.
	early, first bool
}

// What the ends of a scene show: a bubble's clock begins in 2000.
var (
	sceneFrom   = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	sceneTo     = sceneFrom.AddDate(30, 0, 0)
	sceneCA     = testcert.SelfSigned(testcert.Template{CommonName: "scene root", CA: true, NotBefore: sceneFrom, NotAfter: sceneTo})
	sceneServer = sceneCA.Issue(testcert.Template{DNS: []string{"localhost"}, NotBefore: sceneFrom, NotAfter: sceneTo})
	sceneClient = sceneCA.Issue(testcert.Template{CommonName: "somebody", NotBefore: sceneFrom, NotAfter: sceneTo})
)

func nothing(*polytls.Socket) {}

func write(s *polytls.Socket)      { s.Write([]byte("hello")) }
func updateKeys(s *polytls.Socket) { s.UpdateKeys() }
func closeWrite(s *polytls.Socket) { s.CloseWrite() }
func renegotiate(s *polytls.Socket) {
	s.Renegotiate(context.Background(), polytls.RenegotiateOptions{})
}
func requestCert(s *polytls.Socket) { s.RequestClientCertificate(context.Background()) }

var scenes = []scene{
	{name: "first handshake", version: "TLSv1.2", first: true, client: nothing, server: nothing},
	{name: "first handshake", version: "TLSv1.3", first: true, client: nothing, server: nothing},
	{name: "renegotiation", version: "TLSv1.2", client: renegotiate, server: nothing},
	{name: "HelloRequest", version: "TLSv1.2", client: nothing, server: renegotiate},
	{name: "renegotiation of both", version: "TLSv1.2", client: renegotiate, server: renegotiate},
	{name: "post-handshake authentication", version: "TLSv1.3", client: nothing, server: requestCert},
	{name: "early data", version: "TLSv1.3", first: true, early: true, client: nothing, server: write},
	{name: "key update", version: "TLSv1.3", client: updateKeys, server: updateKeys},
	{name: "close", version: "TLSv1.2", client: closeWrite, server: closeWrite},
	{name: "close", version: "TLSv1.3", client: closeWrite, server: closeWrite},
}

// leave is how a peer leaves.
type leave func(peer *lineEnd)

var leaves = map[string]leave{
	"silent": func(peer *lineEnd) { peer.in.change(func() { peer.in.stalled = true }) },
	"reset":  (*lineEnd).reset,
	"FIN":    (*lineEnd).finish,
}

// The bounds of a scene.
const (
	sceneTimeout = 20 * time.Second // of handshakes
	callTimeout  = time.Second      // of calls
	closeBound   = 5 * time.Second
)

// TestNoPeerKeepsACall: whatever a peer does, and at whichever byte, deadlines,
// contexts, Close and Shutdown take effect in their bounds, and nothing of the
// connection is left.
func TestNoPeerKeepsACall(t *testing.T) {
	for _, sc := range scenes {
		for _, victim := range []string{"client", "server"} {
			points := sc.points(t, victim)
			for how, leave := range leaves {
				t.Run(fmt.Sprint(sc.version, "/", sc.name, "/", victim, "/", how), func(t *testing.T) {
					for i, n := range points {
						synctest.Test(t, func(t *testing.T) {
							st := sc.stage(t, victim)
							st.reading = i%2 == 0
							st.cut(n, leave)
							st.play()
							st.probe(t)
						})
						if t.Failed() {
							t.Fatalf("the peer left after %d bytes", n)
						}
					}
				})
			}
		}
	}
}

// points are where a peer may leave: at each byte of its first record, and at the
// ends of the others.
func (sc *scene) points(t *testing.T, victim string) (points []int) {
	var log []byte
	synctest.Test(t, func(t *testing.T) {
		st := sc.stage(t, victim)
		st.reading = true
		before := len(st.peer.out.log)
		st.play()
		log = st.peer.out.log[before:]
		st.end()
	})
	if len(log) < 5 {
		t.Fatalf("%s: the peer sends %d bytes", sc.name, len(log))
	}
	step := 1
	if raceEnabled || testing.Short() {
		step = 17
	}
	for at := 0; at+5 <= len(log); {
		next := at + 5 + int(log[at+3])<<8 + int(log[at+4])
		if at == 0 {
			for n := 0; n < next; n += step {
				points = append(points, n)
			}
		}
		points = append(points, next, next+1)
		at = next
	}
	return points
}

// stage is a scene with its two ends.
type stage struct {
	scene                *scene
	srv                  *polytls.Server
	options              polytls.ConnectOptions
	clientEnd, serverEnd *lineEnd
	peer                 *lineEnd // of the two, the one that leaves
	victimIsServer       bool
	reading              bool // the victim has a Read of its own
	client, server       *polytls.Socket
	clientErr            error
	accepted             chan *polytls.Socket
}

// stage makes the ends, and the connection if the scene begins with one.
func (sc *scene) stage(t *testing.T, victim string) *stage {
	t.Helper()
	so, co := serving(sceneServer), trusting(sceneCA)
	so.HandshakeTimeout, co.HandshakeTimeout = sceneTimeout, sceneTimeout
	only(&so.ContextOptions, sc.version)
	only(&co.ContextOptions, sc.version)
	so.CA, so.AllowPostHandshakeAuth = [][]byte{sceneCA.PEM()}, true
	so.AllowHalfOpen, co.AllowHalfOpen = true, true
	id := identity(sceneClient)
	co.Cert, co.Key, co.AllowPostHandshakeAuth = id.Cert, id.Key, true
	if sc.early {
		so.MaxEarlyData = 1000
	}
	st := &stage{scene: sc, accepted: make(chan *polytls.Socket, 2), victimIsServer: victim == "server"}
	var err error
	if st.srv, err = polytls.NewServer(so, func(s *polytls.Socket) { st.accepted <- s }); err != nil {
		t.Fatal(err)
	}
	st.options = co
	if sc.early {
		st.options.Session, st.options.EarlyData = st.earlySession(t), []byte("early")
	}
	st.clientEnd, st.serverEnd = lines()
	st.peer = st.serverEnd
	if st.victimIsServer {
		st.peer = st.clientEnd
	}
	if !sc.first {
		st.connect(t.Context())
		if st.client == nil || st.server == nil {
			t.Fatalf("%s: no connection: %v", sc.name, st.clientErr)
		}
		// What follows a handshake by itself, tickets, is not the scene's.
		st.client.SetReadDeadline(time.Now().Add(time.Second))
		st.client.Read(make([]byte, 1))
		st.client.SetReadDeadline(time.Time{})
		synctest.Wait()
	}
	return st
}

// earlySession is a session that allows early data.
func (st *stage) earlySession(t *testing.T) []byte {
	sessions := make(chan []byte, 4)
	o := st.options
	o.OnSession = func(s []byte) { sessions <- s }
	a, b := lines()
	st.srv.Inject(b)
	c, err := polytls.Client(t.Context(), a, o)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, c)
	session := <-sessions
	(<-st.accepted).Close()
	c.Close()
	return session
}

// connect runs the first handshake, as far as it gets.
func (st *stage) connect(ctx context.Context) {
	st.srv.Inject(st.serverEnd)
	st.client, st.clientErr = polytls.Client(ctx, st.clientEnd, st.options)
	synctest.Wait()
	select {
	case st.server = <-st.accepted:
	default:
	}
}

// cut lets the peer leave after n bytes.
func (st *stage) cut(n int, leave leave) {
	st.peer.out.cutAt(n, func() { leave(st.peer) })
}

// play lets both ends do what the scene says, until nothing moves any more.
func (st *stage) play() {
	if st.scene.first {
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), sceneTimeout)
		st.connect(ctx)
		cancel()
		if took := time.Since(start); took > sceneTimeout {
			panic(fmt.Sprint("the handshake took ", took))
		}
	}
	victim, peer := st.ends()
	if peer != nil {
		go io.Copy(io.Discard, peer)
	}
	if victim != nil && st.reading {
		go io.Copy(io.Discard, victim)
	}
	for s, f := range map[*polytls.Socket]func(*polytls.Socket){st.client: st.scene.client, st.server: st.scene.server} {
		if s != nil {
			go f(s)
		}
	}
	synctest.Wait()
}

func (st *stage) ends() (victim, peer *polytls.Socket) {
	if st.victimIsServer {
		return st.server, st.client
	}
	return st.client, st.server
}

// probe makes all calls that may wait, and ends the connection.
func (st *stage) probe(t *testing.T) {
	victim, _ := st.ends()
	if victim != nil {
		st.probeSocket(t, victim)
	}
	st.end()
	if n := st.srv.Connections(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

func (st *stage) probeSocket(t *testing.T, victim *polytls.Socket) {
	within := func(what string, bound time.Duration, f func() error) error {
		start := time.Now()
		err := f()
		if took := time.Since(start); took > bound {
			t.Errorf("%s took %v, at most %v are allowed: %v", what, took, bound, err)
		}
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	victim.SetDeadline(time.Now().Add(callTimeout))
	within("Read", callTimeout, func() error { _, err := victim.Read(make([]byte, 1)); return err })
	victim.SetDeadline(time.Now().Add(callTimeout))
	within("Write", callTimeout, func() error { _, err := victim.Write(make([]byte, 3*lineRoom)); return err })
	within("Renegotiate", callTimeout, func() error { return victim.Renegotiate(ctx, polytls.RenegotiateOptions{}) })
	victim.SetDeadline(time.Now().Add(callTimeout))
	within("CloseWrite", callTimeout, victim.CloseWrite)
	go victim.SetDeadline(time.Time{}) // another goroutine does not prolong it
	within("Close", closeBound, victim.Close)
	if err := victim.SetDeadline(time.Now()); err == nil {
		t.Error("SetDeadline after Close returned no error")
	}
}

// end closes what is left, as Shutdown does.
func (st *stage) end() {
	for _, s := range []*polytls.Socket{st.client, st.server} {
		if s != nil {
			go s.Close()
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	start := time.Now()
	if err := st.srv.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		panic(err)
	}
	cancel()
	if took := time.Since(start); took > callTimeout {
		panic(fmt.Sprint("Shutdown took ", took))
	}
	time.Sleep(closeBound)
	st.clientEnd.Close()
	st.serverEnd.Close()
	synctest.Wait()
}
