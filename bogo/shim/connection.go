package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// shim is what lasts from one connection of a test to the next.
type shim struct {
	all     [3]*flags
	clock   time.Time // changes with -resumption-delay only
	session *session.Session
	public  public // what lasts of the connections that -public makes
	stored  map[string]*session.Session
	keys    []*session.TicketKey // of tickets, the newest first
}

func newShim(all [3]*flags) (*shim, error) {
	s := &shim{all: all, clock: time.Now().Truncate(time.Second).Add(time.Millisecond), stored: map[string]*session.Session{}}
	f := all[0]
	var key *session.TicketKey
	var err error
	switch {
	case f.TicketCallback || f.TicketAEAD:
		key, err = session.ParseTicketKeys(make([]byte, session.TicketKeySize))
	case len(f.TicketKey) > 0:
		key, err = session.ParseTicketKeys(f.TicketKey)
	default:
		key, err = session.NewTicketKey()
	}
	if err != nil {
		return nil, err
	}
	s.keys = []*session.TicketKey{key}
	return s, nil
}

func (s *shim) now() time.Time { return s.clock }

// conn is one connection.
type conn struct {
	shim    *shim
	flags   *flags
	resumed bool // it is not the test's first
	offered *session.Session
	narrow  *suite.Policy
	numbers map[*handshake.Certificate]int // of the credentials, -1 for the default one

	transport *transport
	stream    stream             // once the handshake is done
	layer     *recordlayer.Layer // nil for a public connection
	socket    *polytls.Socket    // nil for another
	client    *handshake.ClientConfig
	pending   *handshake.Pending // a server's handshake with early data
	after     *handshake.Connection
	result    *handshake.Result

	verified   bool
	newSession *session.Session
	stored     bool
	messages   strings.Builder
	request    []byte // the last CertificateRequest that was read

	renegotiations int
}

// connection runs the i-th connection of the test.
func (s *shim) connection(i int) error {
	c := &conn{shim: s, flags: s.all[min(i, 1)], resumed: i > 0}
	if c.resumed && !c.flags.Server {
		if c.offered = s.session; c.offered == nil {
			return errors.New("no session to offer")
		}
	}
	s.session = nil
	if i > 0 && c.flags.RenewTicket {
		key, err := session.NewTicketKey()
		if err != nil {
			return err
		}
		s.keys = append([]*session.TicketKey{key}, s.keys...)
	}
	if err := c.run(); err != nil {
		return fmt.Errorf("connection %d: %w", i, err)
	}
	s.session = c.newSession
	s.clock = s.clock.Add(time.Duration(c.flags.ResumptionDelay) * time.Second)
	return nil
}

// stream is a connection whose handshake is done.
type stream interface {
	io.ReadWriter
	CloseWrite() error
	UpdateKeys(requestPeer bool) error
	Exporter(label string, context []byte, length int) ([]byte, error)
}

// internal is a stream below the public interface.
type internal struct {
	*recordlayer.Layer
	*handshake.Connection
}

// finish sends what still waits: the process may end, and with it who would.
func (c *conn) finish() {
	if c.socket != nil {
		c.socket.Close()
	}
	if c.layer != nil {
		c.layer.Send((*recordlayer.Turn).Flush)
	}
	c.transport.finish()
}

func (c *conn) run() error {
	var err error
	if c.transport, err = dial(c.flags); err != nil {
		return err
	}
	defer c.finish()
	establish := c.handshake
	if c.flags.Public {
		establish = c.handshakePublic
	}
	if err := establish(); err != nil {
		return err
	}
	if !c.flags.ImplicitHandshake {
		if err := c.checkHandshake(); err != nil {
			return err
		}
		c.stored = false
	}
	if err := c.exchange(); err != nil {
		return err
	}
	if c.renegotiations != c.flags.ExpectRenegotiations {
		return fmt.Errorf("%d renegotiations, want %d", c.renegotiations, c.flags.ExpectRenegotiations)
	}
	if got := c.messages.String(); c.flags.ExpectMessages != "" && got != c.flags.ExpectMessages {
		return fmt.Errorf("messages:\n%s\nwant:\n%s", got, c.flags.ExpectMessages)
	}
	return nil
}

// handshake makes the layer and runs the conversation on it.
func (c *conn) handshake() error {
	ctx := context.Background()
	role, establish := recordlayer.Client, func(x recordlayer.Exchange) (*handshake.Result, error) {
		var err error
		if c.client, err = c.clientConfig(); err != nil {
			return nil, err
		}
		r, err := handshake.Client(ctx, x, c.client)
		if err == nil && r.EarlyDataOffered && !r.EarlyDataAccepted && c.flags.ExpectRejectEarlyData {
			c.flags = c.shim.all[2]
		}
		return r, err
	}
	if c.flags.Server {
		role, establish = recordlayer.Server, func(x recordlayer.Exchange) (*handshake.Result, error) {
			cfg, err := c.serverConfig()
			if err != nil {
				return nil, err
			}
			if c.pending, err = handshake.Begin(ctx, x, cfg); err != nil {
				return nil, err
			}
			return c.pending.Result(), nil
		}
	}
	c.layer = recordlayer.New(c.transport, role)
	c.layer.SetTracer(recordlayer.TraceFunc(c.record))
	if n := c.flags.MaxSendFragment; n > 0 {
		c.layer.SetMaxSendFragment(n)
	}
	x, err := c.layer.Begin(ctx)
	if err != nil {
		return err
	}
	defer x.End()
	if c.result, err = establish(x); err != nil {
		return err
	}
	if err := c.reverify(ctx, x); err != nil {
		return err
	}
	if c.flags.HandshakeNeverDone {
		return errors.New("the handshake was completed")
	}
	c.after = handshake.NewConnection(c.layer, c.result, role, c.onSession, c.shim.now)
	c.after.SetOwner(owner{c})
	c.stream = internal{c.layer, c.after}
	if c.pending != nil && c.pending.Early() {
		c.layer.Handle(earlyHandler{c})
		return nil
	}
	c.established(x.Reading)
	return nil
}

// reverify verifies a server again whose session was resumed, as BoringSSL does
// in -reverify-on-resume: after the handshake, where we ask before the session is
// offered.
func (c *conn) reverify(ctx context.Context, x recordlayer.Exchange) error {
	if c.flags.Server || !c.flags.ReverifyOnResume || !c.result.Resumed {
		return nil
	}
	verifyError, err := c.verify(ctx, c.result.Peer)
	c.result.VerifyError = verifyError
	if e, ok := errors.AsType[*failure.Error](err); ok {
		x.SendAlert(e.Alert)
	}
	return err
}

// established lets what follows the handshake begin.
func (c *conn) established(in *recordlayer.Reading) {
	c.layer.Handle(observed{c.after, c})
	in.Established()
}

// earlyHandler completes a server's handshake when the client's second flight
// comes. It implements recordlayer.Handler.
type earlyHandler struct{ *conn }

// Message implements recordlayer.Handler.
func (e earlyHandler) Message(_ *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	return func(in *recordlayer.Reading) error {
		ctx := context.Background()
		if err := e.pending.ReadFinished(ctx, in, raw); err != nil {
			return err
		}
		turn, err := e.layer.TakeTurn(ctx)
		if err != nil {
			return err
		}
		defer turn.End()
		if _, err := e.pending.Finish(ctx, turn); err != nil {
			return err
		}
		e.established(in)
		return nil
	}, nil
}

// UpdateWriteKeys implements recordlayer.Handler: no test sends so much.
func (earlyHandler) UpdateWriteKeys(*recordlayer.Turn) error {
	return errors.New("a key update before the handshake is done")
}

// ReadClosed implements recordlayer.Handler.
func (earlyHandler) ReadClosed(error) {}

// ReadReturned implements recordlayer.Handler.
func (earlyHandler) ReadReturned() {}

// owner is the shim as its connection's owner: nothing but the runner ends it.
type owner struct{ *conn }

// Context implements handshake.Owner.
func (owner) Context() context.Context { return context.Background() }

// Timeout implements handshake.Owner.
func (owner) Timeout() time.Duration { return 0 }

// Renegotiator implements handshake.Owner.
func (o owner) Renegotiator() handshake.Renegotiator { return renegotiator(o) }

// renegotiator is what the flags say of renegotiation. BoringSSL's servers know
// none.
type renegotiator struct{ *conn }

func (r renegotiator) ClientConfig() *handshake.ClientConfig {
	cfg := *r.client
	cfg.Session = nil
	return &cfg
}

func (r renegotiator) ServerConfig() *handshake.ServerConfig { return nil }

func (r renegotiator) Done(*handshake.Result) { r.renegotiations++ }

func (r renegotiator) Allow() error {
	switch f := r.flags; {
	case f.RenegotiateFreely && !f.ForbidRenegotiation, f.RenegotiateOnce && r.renegotiations == 0:
		r.verified = false
		return nil
	case f.RenegotiateIgnore:
		return handshake.ErrIgnore
	}
	return failure.NoRenegotiation.New("the peer wants to renegotiate")
}

// observed is a connection whose messages are written down.
type observed struct {
	*handshake.Connection
	conn *conn
}

// Message implements recordlayer.Handler.
func (o observed) Message(in *recordlayer.Reading, raw []byte) (recordlayer.Conversation, error) {
	o.conn.observe(handshake.Step{Raw: raw})
	return o.Connection.Message(in, raw)
}

// observe and record write down what -expect-msg-callback asks for.
func (c *conn) observe(s handshake.Step) {
	if !s.Sent && wire.MessageType(s.Raw[0]) == wire.TypeCertificateRequest {
		c.request = bytes.Clone(s.Raw)
	}
	if s.SSLv2 {
		fmt.Fprintln(&c.messages, "read v2clienthello")
		return
	}
	fmt.Fprintf(&c.messages, "%s hs %d\n", direction(s.Sent), s.Raw[0])
}

func (c *conn) record(e recordlayer.Event) {
	if e.Kind != recordlayer.EventContent {
		return
	}
	switch e.Type {
	case record.ChangeCipherSpec:
		fmt.Fprintf(&c.messages, "%s ccs\n", direction(e.Sent))
	case record.Alert:
		if len(e.Payload) == 2 {
			fmt.Fprintf(&c.messages, "%s alert %d %d\n", direction(e.Sent), e.Payload[0], e.Payload[1])
		}
	}
}

func direction(sent bool) string {
	if sent {
		return "write"
	}
	return "read"
}

func (c *conn) onSession(s *session.Session) { c.newSession = s }

// Put implements handshake.SessionStore.
func (c *conn) Put(_ context.Context, s *session.Session) error {
	c.stored = true
	c.shim.stored[string(s.ID)] = s
	return nil
}

// Get implements handshake.SessionStore.
func (c *conn) Get(_ context.Context, id []byte) (*session.Session, error) {
	return c.shim.stored[string(id)], nil
}

// Claim implements handshake.SessionStore.
func (c *conn) Claim(context.Context, []byte) (handshake.Claim, error) { return handshake.Shared, nil }

// exchange is what a shim does when the handshake is over: it answers
// everything with its complement, until the runner closes.
func (c *conn) exchange() error {
	f := c.flags
	if err := c.export(); err != nil {
		return err
	}
	switch {
	case f.SendAlert:
		return c.layer.Send(func(t *recordlayer.Turn) error { return t.SendAlert(failure.AlertDecompressionFailure) })
	case f.DifferentSizes:
		if err := c.writeSizes(); err != nil {
			return err
		}
		return c.shutdown()
	case f.WritesFirst:
		first := []byte(strings.Repeat(f.InitialWrite, f.RepeatInitialWrite))
		if c.result.EarlyDataAccepted && !f.Server {
			first = first[c.result.EarlyDataSent:]
		}
		if _, err := c.stream.Write(first); err != nil {
			return err
		}
	}
	if !f.ShutsDown {
		err := c.answer()
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
	}
	if err := c.checkSession(); err != nil {
		return err
	}
	return c.shutdown()
}

// answer reads up to the end and writes the complement of what it read.
func (c *conn) answer() error {
	size := 512
	if c.flags.ReadSize > 0 {
		size = c.flags.ReadSize
	}
	buf := make([]byte, size)
	for {
		n, err := c.stream.Read(buf)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if c.flags.ExporterBetween {
			if _, err := c.stream.Exporter("", nil, 1); err != nil {
				return fmt.Errorf("failed to export keying material: %w", err)
			}
		}
		if c.flags.KeyUpdate {
			if err := c.stream.UpdateKeys(false); err != nil {
				return err
			}
		}
		for i := range buf[:n] {
			buf[i] ^= 0xff
		}
		if _, err := c.stream.Write(buf[:n]); err != nil {
			return err
		}
	}
}

// writeSizes writes blocks around the limits of records.
func (c *conn) writeSizes() error {
	for _, n := range []int{0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769} {
		if _, err := c.stream.Write(bytes.Repeat([]byte{0x42}, n)); err != nil {
			return err
		}
	}
	return nil
}

// shutdown says goodbye, if the test looks for it, and waits for the runner's
// answer if we are the first.
func (c *conn) shutdown() error {
	if !c.flags.CheckCloseNotify {
		return nil
	}
	if err := c.stream.CloseWrite(); err != nil {
		return err
	}
	if !c.flags.ShutsDown {
		return nil
	}
	n, err := c.stream.Read(make([]byte, 1))
	switch {
	case n > 0:
		return failure.Failure{Code: "ERR_SSL_APPLICATION_DATA_ON_SHUTDOWN"}.Local("data instead of close_notify")
	case err != io.EOF:
		return fmt.Errorf("close_notify was not answered: %w", err)
	}
	return nil
}

// export writes the secrets that a test compares.
func (c *conn) export() error {
	f := c.flags
	if f.ExportTraffic {
		return unserved{flag: "export-traffic-secrets"}
	}
	var out []byte
	var err error
	if f.ExportKeyingMaterial > 0 {
		ctx := []byte(f.ExportContext)
		if !f.UseExportContext {
			ctx = nil
		}
		if out, err = c.stream.Exporter(f.ExportLabel, ctx, f.ExportKeyingMaterial); err != nil {
			return fmt.Errorf("failed to export keying material: %w", err)
		}
	}
	if f.TLSUnique {
		unique, err := c.unique()
		if err != nil {
			return err
		}
		out = append(out, unique...)
	}
	if len(out) == 0 {
		return nil
	}
	_, err = c.stream.Write(out)
	return err
}

// unique is tls-unique (RFC 5929, section 3.1).
func (c *conn) unique() ([]byte, error) {
	r := c.result
	if r.Version == suite.TLS13 || r.Resumed && !r.ExtendedMasterSecret {
		return nil, errors.New("failed to get tls-unique")
	}
	if r.Resumed == c.flags.Server {
		return r.Finished(), nil
	}
	return r.PeerFinished(), nil
}
