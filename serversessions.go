package polytls

import (
	"bytes"
	"context"

	"polytls/internal/handshake"
	"polytls/internal/session"
	"polytls/sessionstore"
)

// OnNewSession registers f, which is called with each session that a client may
// resume by its identifier: up to TLS 1.2 those that got no ticket, in TLS 1.3 every
// ticket. The handshake waits for it, and its error ends the connection: Node's
// 'newSession' event. The session is OpenSSL's DER and holds secrets.
func (srv *Server) OnNewSession(f func(ctx context.Context, id, session []byte) error) {
	srv.events.newSession.Store(handler(f, f == nil))
}

// OnResumeSession registers f, which returns the session of an identifier, nil if
// there is none. The handshake waits for it, and its error ends the connection:
// Node's 'resumeSession' event. A session that cannot be used means a full handshake.
// Early data of such a session counts as that of a ticket; with SingleUseTickets none
// is accepted, since nothing shows that the session is used only once.
func (srv *Server) OnResumeSession(f func(ctx context.Context, id []byte) ([]byte, error)) {
	srv.events.resumeSession.Store(handler(f, f == nil))
}

// serverSessions is where a server's handshakes keep sessions: the handlers,
// and the store of its options. It implements handshake.SessionStore.
type serverSessions struct {
	onNew    *func(ctx context.Context, id, session []byte) error
	onResume *func(ctx context.Context, id []byte) ([]byte, error)
	store    sessionstore.Store
	once     bool   // tickets of TLS 1.3 serve one resumption
	handed   []byte // the identifier of the session that onResume returned
}

// sessions returns what keeps sessions, nil if nothing does.
func (srv *Server) sessions() *serverSessions {
	k := &serverSessions{
		onNew:    srv.events.newSession.Load(),
		onResume: srv.events.resumeSession.Load(),
		store:    srv.options.SessionStore,
		once:     srv.options.SingleUseTickets,
	}
	if k.onNew == nil && k.onResume == nil && k.store == nil {
		return nil
	}
	return k
}

// Put implements handshake.SessionStore. A store that fails costs a later full
// handshake, not this connection.
func (k *serverSessions) Put(ctx context.Context, s *session.Session) error {
	data := s.Marshal()
	if k.store != nil && s.Timeout > 0 {
		_ = k.store.Put(ctx, s.ID, data, s.Timeout) // a store logs its own troubles
	}
	if k.onNew != nil {
		return (*k.onNew)(ctx, s.ID, data)
	}
	return nil
}

// Get implements handshake.SessionStore.
func (k *serverSessions) Get(ctx context.Context, id []byte) (*session.Session, error) {
	var data []byte
	if k.store != nil {
		data, _ = k.store.Get(ctx, id) // a store logs its own troubles
	}
	if data == nil && k.onResume != nil {
		var err error
		if data, err = (*k.onResume)(ctx, id); err != nil {
			return nil, err
		}
		k.handed = id
	}
	if data == nil {
		return nil, nil
	}
	s, err := session.Parse(data)
	if err != nil {
		return nil, nil // not a session: a full handshake
	}
	return s, nil
}

// Claim implements handshake.SessionStore. What the handler returned is its to
// keep.
func (k *serverSessions) Claim(ctx context.Context, id []byte) (handshake.Claim, error) {
	if !k.once || bytes.Equal(id, k.handed) {
		return handshake.Shared, nil
	}
	if data, err := k.store.Take(ctx, id); data == nil || err != nil {
		return handshake.Lost, nil
	}
	return handshake.Exclusive, nil
}
