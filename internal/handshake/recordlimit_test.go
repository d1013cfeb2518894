package handshake_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// recordLimits are what two ends agree on about their records. Each end refuses
// what is larger, by a byte even, so that data that arrives was within the limit.
var recordLimits = []struct {
	name           string
	client, server recordOptions
	// fromClient and fromServer bound the plaintext of an end's records, in bytes,
	// in TLS 1.3 with the content type.
	fromClient, fromServer int
}{
	{"none", recordOptions{}, recordOptions{}, 16385, 16385},
	{"max_fragment_length", recordOptions{fragment: 512}, recordOptions{}, 513, 513},
	{"the longest max_fragment_length", recordOptions{fragment: 4096}, recordOptions{}, 4097, 4097},
	{"record_size_limit of the client", recordOptions{size: 64}, recordOptions{}, 16385, 64},
	{"record_size_limit that limits nothing", recordOptions{size: 16385}, recordOptions{}, 16385, 16385},
	{"record_size_limit of both", recordOptions{size: 1000}, recordOptions{size: 101}, 101, 1000},
	{"record_size_limit of the server, to a client without one", recordOptions{}, recordOptions{size: 64}, 16385, 16385},
	{"both extensions", recordOptions{size: 1000, fragment: 512}, recordOptions{size: 101}, 101, 1000},
}

// recordOptions are those of one end.
type recordOptions struct{ size, fragment int }

func (o recordOptions) set(c *handshake.Config, cc *handshake.ClientConfig) {
	c.RecordSizeLimit = o.size
	if cc != nil {
		cc.MaxFragmentLength = o.fragment
	}
}

// TestRecordLimits runs full, resumed and renegotiated handshakes with each limit,
// sends data both ways and checks the records.
func TestRecordLimits(t *testing.T) {
	for _, tt := range recordLimits {
		for _, v := range versions() {
			t.Run(fmt.Sprint(tt.name, "/", v), func(t *testing.T) {
				cc := &handshake.ClientConfig{Config: config(v, identity(t, "p256-b"))}
				sc := &handshake.ServerConfig{Config: config(v, identity(t, "rsa2048")), ClientAuth: handshake.RequestClientCert}
				tt.client.set(cc.Config, cc)
				tt.server.set(sc.Config, nil)
				ring := ticketRing(t)
				sc.Tickets, sc.TicketCount = func() *session.Ring { return ring }, 1
				cc.OnSession = func(s *session.Session) { cc.Session = s }
				for i := range 2 {
					wire := new(measuredWire)
					c, s := pairOver(t, cc, sc, wire.measure)
					check(t, c, s)
					if c.result.Resumed != (i == 1) {
						t.Fatalf("handshake %d: resumed: %v", i, c.result.Resumed)
					}
					if v == suite.TLS13 {
						for _, e := range []end{c, s} {
							if err := e.conn.UpdateKeys(true); err != nil {
								t.Fatal(err)
							}
						}
					}
					bulk(t, c, s)
					bulk(t, s, c)
					wire.within(t, v, tt.fromClient, tt.fromServer)
					if v == suite.TLS13 || i == 1 {
						continue
					}
					c.conn.SetOwner(renegotiator{ctx: t.Context(), client: cc})
					s.conn.SetOwner(renegotiator{ctx: t.Context(), server: sc})
					renegotiate(t, c, s)
					bulk(t, c, s)
					bulk(t, s, c)
					wire.within(t, v, tt.fromClient, tt.fromServer)
					free := *cc
					free.MaxFragmentLength, free.OnSession = 0, nil
					without := *cc.Config
					without.RecordSizeLimit = 0
					free.Config = &without
					c.conn.SetOwner(renegotiator{ctx: t.Context(), client: &free})
					renegotiate(t, c, s)
					wire.reset()
					bulk(t, c, s)
					bulk(t, s, c)
					wire.within(t, v, 16385, 16385)
				}
			})
		}
	}
}

// renegotiate lets a client renegotiate with a server that reads.
func renegotiate(t *testing.T, c, s end) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- c.conn.Renegotiate(t.Context(), nil) }()
	// The server's Read returns with the data after the handshake.
	go func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.layer.Write([]byte("x"))
	}()
	if _, err := io.ReadFull(reader{s.layer}, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// bulk sends more than fits a record.
func bulk(t *testing.T, from, to end) {
	t.Helper()
	data := bytes.Repeat([]byte("0123456789"), 2000)
	go from.layer.Write(data)
	got := make([]byte, len(data))
	if _, err := io.ReadFull(reader{to.layer}, got); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("the data did not come through: %v", err)
	}
}

// measuredWire is what two ends write to each other.
type measuredWire struct {
	mu   sync.Mutex
	ends []*measuredConn
}

// measure is called for the client's end, then for the server's.
func (w *measuredWire) measure(c *recordlayertest.Conn) {
	m := &measuredConn{Conn: c.Conn, wire: w, server: len(w.ends) > 0}
	w.ends = append(w.ends, m)
	c.Conn = m
}

func (w *measuredWire) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.ends {
		e.longest = 0
	}
}

// within checks the longest record of each end: it is near the limit, not above it.
func (w *measuredWire) within(t *testing.T, v suite.Version, limits ...int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, most := range limits {
		if v < suite.TLS13 {
			most = min(most, 16384)
		}
		const protection = 128 // bytes, of the longest of a record
		if n := w.ends[i].longest; n > most+protection || n < most {
			t.Errorf("end %d: the longest record has %d bytes, want %d and its protection", i, n, most)
		}
	}
}

// measuredConn is one end. Of the client's, who hears of a limit after its hello,
// the data counts.
type measuredConn struct {
	net.Conn
	wire    *measuredWire
	server  bool
	rest    []byte
	longest int
}

func (m *measuredConn) Write(b []byte) (int, error) {
	m.wire.mu.Lock()
	m.rest = append(m.rest, b...)
	for len(m.rest) >= record.HeaderLen {
		n := record.ParseHeader(m.rest).Length
		if len(m.rest) < record.HeaderLen+n {
			break
		}
		if t := record.ParseHeader(m.rest).Type; m.server || t == record.ApplicationData {
			m.longest = max(m.longest, n)
		}
		m.rest = m.rest[record.HeaderLen+n:]
	}
	m.wire.mu.Unlock()
	return m.Conn.Write(b)
}

// TestRecordsAboveTheLimit are refused by both ends, whichever extension set the
// limit, and also after a key update.
func TestRecordsAboveTheLimit(t *testing.T) {
	for _, o := range []recordOptions{{size: 1000}, {fragment: 512}} {
		for _, v := range versions() {
			for _, role := range []recordlayer.Role{recordlayer.Client, recordlayer.Server} {
				for _, updated := range []bool{false, true} {
					if updated && v < suite.TLS13 {
						continue
					}
					t.Run(fmt.Sprint(o, "/", v, "/sender ", role, "/updated=", updated), func(t *testing.T) {
						cc := &handshake.ClientConfig{Config: config(v)}
						sc := &handshake.ServerConfig{Config: config(v, identity(t, "p256"))}
						o.set(cc.Config, cc)
						o.set(sc.Config, nil)
						from, to := mustPair(t, cc, sc)
						if role == recordlayer.Server {
							from, to = to, from
						}
						if updated {
							if err := from.conn.UpdateKeys(false); err != nil {
								t.Fatal(err)
							}
						}
						from.layer.Send(func(turn *recordlayer.Turn) error { turn.LimitFragments(0); return nil })
						most := max(o.size, o.fragment)
						for _, n := range []int{most / 2, most + 2} { // TLS 1.0 may send the first byte apart
							from.layer.Write(make([]byte, n))
							_, err := io.ReadFull(reader{to.layer}, make([]byte, n))
							if n <= most {
								if err != nil {
									t.Fatal(err)
								}
								continue
							}
							var e *failure.Error
							if !errors.Is(err, failure.DataLengthTooLong) || !errors.As(err, &e) || e.Alert != failure.AlertRecordOverflow {
								t.Errorf("a record of %d bytes: %v", n, err)
							}
							_, err = from.layer.Read(make([]byte, 1))
							if !errors.As(err, &e) || e.Alert != failure.AlertRecordOverflow || e.AlertFrom != failure.SidePeer {
								t.Errorf("the sender heard %v", err)
							}
						}
					})
				}
			}
		}
	}
}

// TestInvalidRecordLimits are refused by both ends.
func TestInvalidRecordLimits(t *testing.T) {
	for _, v := range versions() {
		pairOf := func(client, server int) (c, s end) {
			cc := &handshake.ClientConfig{Config: config(v)}
			sc := &handshake.ServerConfig{Config: config(v, identity(t, "p256"))}
			cc.RecordSizeLimit, sc.RecordSizeLimit = client, server
			return pair(t, cc, sc)
		}
		c, s := pairOf(handshake.MinRecordSizeLimit-1, 0)
		refused(t, s, c, failure.BadExtension, failure.AlertIllegalParameter)
		c, s = pairOf(1000, handshake.MinRecordSizeLimit-1)
		refused(t, c, s, failure.BadExtension, failure.AlertIllegalParameter)
	}
	both := wire.Extensions{{Type: wire.ExtMaxFragmentLength, Body: []byte{1}}, {Type: wire.ExtRecordSizeLimit, Body: []byte{1, 0}}}
	for _, where := range []wire.Place{wire.InServerHello12, wire.InEncryptedExtensions} {
		var e *failure.Error
		err := handshake.AcceptExtensions(both, both, where)
		if !errors.Is(err, failure.BadExtension) || !errors.As(err, &e) || e.Alert != failure.AlertIllegalParameter {
			t.Errorf("both extensions in the %s: %v", where, err)
		}
		err = handshake.AcceptExtensions(both, both[:1], where)
		if !errors.Is(err, failure.InvalidMaxFragmentLength) || !errors.As(err, &e) || e.Alert != failure.AlertIllegalParameter {
			t.Errorf("another max_fragment_length in the %s: %v", where, err)
		}
	}
}

// TestFragmentLengthOfASession: with another length, or none, there is a full
// handshake (RFC 6066, section 4).
func TestFragmentLengthOfASession(t *testing.T) {
	for _, v := range versions() {
		for _, lengths := range [][2]int{{512, 1024}, {512, 0}, {0, 512}, {512, 512}} {
			cc := &handshake.ClientConfig{Config: config(v), MaxFragmentLength: lengths[0]}
			sc := &handshake.ServerConfig{Config: config(v, identity(t, "p256"))}
			resumed(t, cc, sc)
			cc.MaxFragmentLength = lengths[1]
			if c, _ := mustPair(t, cc, sc); c.result.Resumed != (lengths[0] == lengths[1]) {
				t.Errorf("%s, %d and then %d bytes: resumed: %v", v, lengths[0], lengths[1], c.result.Resumed)
			}
		}
	}
}
