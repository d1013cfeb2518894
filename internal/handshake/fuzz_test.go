package handshake_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"testing/cryptotest"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
)

// tape is a transport that reads what was there from the start and forgets what
// is written. Each write winds the random numbers back, as it did when the tape
// was recorded, so that a genuine tape is as good as its peer.
type tape struct {
	t *testing.T
	*bytes.Reader
}

func (p tape) SetReadDeadline(time.Time) error  { return nil }
func (p tape) SetWriteDeadline(time.Time) error { return nil }
func (p tape) Close() error                     { return nil }

// ReadInto ends in silence: a peer that closed the connection would end a callback.
func (p tape) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	n, err := p.Read(s.Free())
	if err == io.EOF {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (p tape) Write(b []byte) (int, error) {
	rewind(p.t)
	return len(b), nil
}

// rewind lets crypto/rand begin anew.
func rewind(t *testing.T) { cryptotest.SetGlobalRandom(t, 1) }

// recording is a genuine handshake: what each end was and what it sent.
type recording struct {
	cc                     *handshake.ClientConfig
	sc                     *handshake.ServerConfig
	client, server         []byte
	clientDone, serverDone []byte // verify_data
}

var recordings = map[string]*recording{}

// recorded returns the recording of a mode at a version, made once.
func recorded(t *testing.T, m *mode, v suite.Version) *recording {
	t.Helper()
	name := fmt.Sprint(m.name, v)
	if r := recordings[name]; r != nil {
		return r
	}
	r := &recording{}
	r.cc, r.sc = m.ends(t, v)
	r.cc.Compressions, r.sc.Compressions = compressions, compressions
	r.cc.RequestOCSP, r.cc.RequestSCT, r.cc.PostHandshakeAuth = true, true, true
	ends := []*[]byte{&r.client, &r.server}
	rewind(t)
	c, s := pairOver(t, r.cc, r.sc, func(conn *recordlayertest.Conn) {
		sent := ends[0]
		ends = ends[1:]
		conn.Written = func(b []byte) {
			*sent = append(*sent, b...)
			rewind(t)
		}
	})
	check(t, c, s)
	r.clientDone, r.serverDone = c.result.Finished(), s.result.Finished()
	recordings[name] = r
	return r
}

// edit puts bytes in the place of cut others.
func edit(tape []byte, at, cut uint16, insert []byte) []byte {
	from := min(int(at), len(tape))
	return slices.Concat(tape[:from], insert, tape[min(from+int(cut), len(tape)):])
}

// play shows an end what its peer sent, or something else. When it takes that
// for a handshake, it was the genuine one.
func (r *recording) play(t *testing.T, role recordlayer.Role, sent []byte) error {
	t.Helper()
	x, err := recordlayer.New(tape{t, bytes.NewReader(sent)}, role).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.End()
	rewind(t)
	var result *handshake.Result
	ours, theirs := r.clientDone, r.serverDone
	if role == recordlayer.Client {
		result, err = handshake.Client(t.Context(), x, r.cc)
	} else {
		ours, theirs = theirs, ours
		result, err = handshake.Server(t.Context(), x, r.sc)
	}
	x.Flush() // before the next one winds randomness back
	if err == nil && !(bytes.Equal(result.Finished(), ours) && bytes.Equal(result.PeerFinished(), theirs)) {
		t.Error("a handshake without a peer was completed")
	}
	return err
}

// TestRecordingsPlay checks that the handshakes that fuzzing begins with complete.
func TestRecordingsPlay(t *testing.T) {
	eachMode(t, func(t *testing.T, m *mode, v suite.Version) {
		r := recorded(t, m, v)
		if err := r.play(t, recordlayer.Client, r.server); err != nil {
			t.Errorf("client: %v", err)
		}
		if err := r.play(t, recordlayer.Server, r.client); err != nil {
			t.Errorf("server: %v", err)
		}
	})
}

// seeds are a mode, a version and edits: the genuine handshake, one that ends
// early, one with a byte that is another, one with a warning between.
func seeds(f *testing.F) {
	warning := []byte{21, 3, 3, 0, 2, 1, 90}
	for i := range modes {
		for v := range versions() {
			f.Add(uint8(i), uint8(v), uint16(0), uint16(0), []byte(nil))
			f.Add(uint8(i), uint8(v), uint16(60), uint16(0xFFFF), []byte(nil))
			f.Add(uint8(i), uint8(v), uint16(90), uint16(1), []byte{0xFF})
			f.Add(uint8(i), uint8(v), uint16(0), uint16(0), warning)
		}
	}
}

// pick returns a mode and a version that it has.
func pick(i, v uint8) (*mode, suite.Version) {
	m := &modes[int(i)%len(modes)]
	all := versions()
	return m, min(all[int(v)%len(all)], m.most)
}

// FuzzClient runs a client of each mode and version with the edited messages of a
// server.
func FuzzClient(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, mode, version uint8, at, cut uint16, insert []byte) {
		r := recorded(pickFor(t, mode, version))
		r.play(t, recordlayer.Client, edit(r.server, at, cut, insert))
	})
}

// FuzzServer runs a server of each mode and version with the edited messages of a
// client.
func FuzzServer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, mode, version uint8, at, cut uint16, insert []byte) {
		r := recorded(pickFor(t, mode, version))
		r.play(t, recordlayer.Server, edit(r.client, at, cut, insert))
	})
}

func pickFor(t *testing.T, i, v uint8) (*testing.T, *mode, suite.Version) {
	m, version := pick(i, v)
	return t, m, version
}

// meddler is a connection in which one byte changes on its way.
type meddler struct {
	net.Conn
	at    int
	flip  byte
	count int
}

func (m *meddler) Write(b []byte) (int, error) {
	if i := m.at - m.count; i >= 0 && i < len(b) {
		b = bytes.Clone(b)
		b[i] ^= m.flip
	}
	m.count += len(b)
	return m.Conn.Write(b)
}

// FuzzTransit changes a byte of a handshake between two genuine ends of each mode
// and version: it must fail on at least one side, unless only record framing has
// changed that the version does not protect.
func FuzzTransit(f *testing.F) {
	for i := range modes {
		for v := range versions() {
			f.Add(uint8(i), uint8(v), true, uint16(20), uint8(1))
			f.Add(uint8(i), uint8(v), false, uint16(60), uint8(0x80))
		}
	}
	// A length that became larger leaves both ends waiting.
	patience = time.Second
	f.Cleanup(func() { patience = 20 * time.Second })
	f.Fuzz(func(t *testing.T, mode, version uint8, client bool, at uint16, flip uint8) {
		if flip == 0 {
			return
		}
		r := recorded(pickFor(t, mode, version))
		i := 0
		c, s := pairOver(t, r.cc, r.sc, func(c *recordlayertest.Conn) {
			if (i == 0) == client {
				c.Conn = &meddler{Conn: c.Conn, at: int(at), flip: flip}
			}
			i++
		})
		if c.err == nil && s.err == nil && !bytes.Equal(c.result.Finished(), s.result.PeerFinished()) {
			t.Error("the two ends disagree about what they said, and do not know it")
		}
	})
}
