package sessions

import (
	"bytes"
	"context"

	"polytls/internal/handshake"
	"polytls/internal/session"
	"polytls/sessionstore"
)

// Server stores and finds the sessions of one handshake of a server. It implements
// handshake.SessionStore.
type Server struct {
	// OnNew is called with each session in OpenSSL's DER, and OnResume returns a
	// session that the user has stored; nil for none.
	OnNew    func(ctx context.Context, id, session []byte) error
	OnResume func(ctx context.Context, id []byte) ([]byte, error)
	// Store is searched before OnResume is called; nil for none.
	Store sessionstore.Store
	// SingleUse makes tickets of TLS 1.3 valid for one resumption. It needs Store.
	SingleUse bool

	resumed []byte // the identifier of the session that OnResume returned
}

// IsEmpty reports whether there is neither a store nor a function.
func (k *Server) IsEmpty() bool { return k.OnNew == nil && k.OnResume == nil && k.Store == nil }

// Put implements handshake.SessionStore. If the store fails, a later handshake is a
// full one; this connection does not fail.
func (k *Server) Put(ctx context.Context, s *session.Session) error {
	data := s.Marshal()
	if k.Store != nil && s.Timeout > 0 {
		_ = k.Store.Put(ctx, s.ID, data, s.Timeout) // the store logs its errors
	}
	if k.OnNew != nil {
		return k.OnNew(ctx, s.ID, data)
	}
	return nil
}

// Get implements handshake.SessionStore.
func (k *Server) Get(ctx context.Context, id []byte) (*session.Session, error) {
	var data []byte
	if k.Store != nil {
		data, _ = k.Store.Get(ctx, id) // the store logs its errors
	}
	if data == nil && k.OnResume != nil {
		var err error
		if data, err = k.OnResume(ctx, id); err != nil {
			return nil, err
		}
		k.resumed = id
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

// Claim implements handshake.SessionStore. A session that OnResume returned is not
// claimed: the user's function decides how often it is used.
func (k *Server) Claim(ctx context.Context, id []byte) (handshake.Claim, error) {
	if !k.SingleUse || bytes.Equal(id, k.resumed) {
		return handshake.Shared, nil
	}
	if data, err := k.Store.Take(ctx, id); data == nil || err != nil {
		return handshake.Lost, nil
	}
	return handshake.Exclusive, nil
}
