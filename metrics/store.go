package metrics

import (
	"context"
	"time"

	"polytls/sessionstore"
)

// Store returns a store that counts the operations on s, for
// ServerOptions.SessionStore. The result is "hit" or "miss" for lookups, "ok" for other
// operations, and "error" for failed ones.
func (c *Collector) Store(s sessionstore.Store) sessionstore.Store { return &store{s, c} }

type store struct {
	sessionstore.Store
	collector *Collector
}

// counted counts an operation that began at start.
func (s *store) counted(operation, result string, err error, start time.Time) {
	if err != nil {
		result = "error"
	}
	s.collector.store.WithLabelValues(operation, result).Inc()
	s.collector.storeTime.WithLabelValues(operation).Observe(time.Since(start).Seconds())
}

// found returns the result of a lookup.
func found(session []byte) string {
	if session == nil {
		return "miss"
	}
	return "hit"
}

func (s *store) Put(ctx context.Context, id, session []byte, ttl time.Duration) error {
	start := time.Now()
	err := s.Store.Put(ctx, id, session, ttl)
	s.counted("put", "ok", err, start)
	return err
}

func (s *store) Get(ctx context.Context, id []byte) ([]byte, error) {
	start := time.Now()
	session, err := s.Store.Get(ctx, id)
	s.counted("get", found(session), err, start)
	return session, err
}

func (s *store) Take(ctx context.Context, id []byte) ([]byte, error) {
	start := time.Now()
	session, err := s.Store.Take(ctx, id)
	s.counted("take", found(session), err, start)
	return session, err
}

func (s *store) Delete(ctx context.Context, id []byte) error {
	start := time.Now()
	err := s.Store.Delete(ctx, id)
	s.counted("delete", "ok", err, start)
	return err
}

// SetTicketKeys passes the server's ticket keys on to a store that encrypts its values.
func (s *store) SetTicketKeys(keys ...[]byte) error {
	if sealed, ok := s.Store.(interface{ SetTicketKeys(...[]byte) error }); ok {
		return sealed.SetTicketKeys(keys...)
	}
	return nil
}
