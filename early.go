package polytls

import (
	"context"
	"io"
	"sync"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/reason"
	"polytls/sessionstore"
)

// This file holds early data (RFC 8446, sections 2.3 and 8).

// earlyServer is a server's connection between its first flight and the
// client's second: early data can be read and answered already.
type earlyServer struct {
	mu      sync.Mutex
	pending *handshake.Pending
	timer   *time.Timer
	done    error // why Finish failed
	asked   bool
}

// earlyWindow is how far a client's count of its ticket's age may be from ours,
// both ways together: so long a hello counts as fresh.
const earlyWindow = 120 * time.Second

// acceptsEarly returns the judge of early data, nil if none is accepted. Each
// hello is accepted once: because its ticket was taken from the store, or
// because the register of this server has not seen it.
func (srv *Server) acceptsEarly() func(context.Context, *handshake.EarlyOffer) (bool, error) {
	if srv.strikes == nil {
		return nil
	}
	return func(_ context.Context, o *handshake.EarlyOffer) (bool, error) {
		if srv.options.SingleUseTickets {
			return true, nil
		}
		return !srv.strikes.Seen(o.Binder, time.Now()), nil
	}
}

// newStrikes returns the register of a server that accepts early data.
func newStrikes(o *ServerOptions) *sessionstore.StrikeRegister {
	if o.MaxEarlyData == 0 {
		return nil
	}
	s := sessionstore.StrikeOptions{Window: earlyWindow}
	if o.TicketKeys != nil {
		s.Start = time.Now() // what came before under these keys is not known here
	}
	return sessionstore.NewStrikeRegister(s)
}

// beginEarly makes a socket one whose early data can be read. Both halves of
// the link are locked.
func (s *Socket) beginEarly(p *handshake.Pending, asked bool) {
	e := &earlyServer{pending: p, asked: asked}
	e.timer = time.AfterFunc(s.end.timeout(), func() { s.transport.Conn.Close() })
	s.early.Store(e)
}

// readEarly reads early data, and completes the handshake when it has ended.
// It returns nothing then.
func (s *Socket) readEarly(p []byte) (int, error) {
	n, err := s.link.ReadEarly(p)
	s.earlyData.Add(int64(n))
	if err != io.EOF {
		return n, err
	}
	return 0, s.completeEarly()
}

// completeEarly waits for the client's second flight. Early data that comes
// before it is kept for Read.
func (s *Socket) completeEarly() error {
	e := s.early.Load()
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pending == nil {
		return e.done
	}
	s.link.Begin()
	r, err := e.pending.Finish(context.Background())
	e.pending = nil
	e.timer.Stop()
	if err == nil {
		s.link.Established()
		s.earlyData.Add(int64(s.link.Kept()))
		s.keep(judged(r, e.asked))
	}
	s.link.End()
	if e.done = duringHandshake(s.role, err); e.done == nil {
		s.early.Store(nil)
	}
	return e.done
}

// EarlyData returns how many bytes, at the start of what Read gives, came as
// early data: somebody who recorded them may have sent them again to another
// server, so what they ask for must be safe to do twice.
func (s *Socket) EarlyData() int64 { return s.earlyData.Load() }

// EarlyDataAccepted reports whether a client's early data reached the server.
func (s *Socket) EarlyDataAccepted() bool { return s.live() && s.outcome.Load().EarlyDataAccepted }

// resendEarly sends what of the early data has not reached the server.
func (c *client) resendEarly(s *Socket) error {
	if !c.ResendEarlyData || len(c.EarlyData) == 0 {
		return nil
	}
	rest := c.EarlyData
	if o := s.outcome.Load(); o.EarlyDataAccepted {
		rest = rest[o.EarlyDataSent:]
	}
	_, err := s.Write(rest)
	return err
}

// secureConnection returns what serves the connection after its handshake,
// which it completes if early data was answered before its end.
func (s *Socket) secureConnection() (*handshake.Connection, error) {
	if err := s.Handshake(); err != nil {
		return nil, err
	}
	if err := s.completeEarly(); err != nil {
		return nil, err
	}
	if !s.connection.Ready() {
		return nil, reason.InvalidState.Local("the connection is not secure")
	}
	return &s.connection, nil
}
