package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// command is one command to Redis; a reply that is nil is redis.Nil.
type command func(context.Context) ([]byte, error)

// do sends one command within the deadline, unless the breaker forbids it. The
// outcome is Hit if Redis answered with success.
func (s *Store) do(ctx context.Context, op Op, send command) (value []byte, outcome Outcome, took time.Duration) {
	start := s.options.Now()
	if !s.breaker.allow(start) {
		return nil, Skipped, 0
	}
	value, err := s.calls.within(ctx, s.options.Deadline, send)
	end := s.options.Now()
	took = end.Sub(start)
	switch {
	case err == nil:
		s.breaker.succeed()
		return value, Hit, took
	case errors.Is(err, redis.Nil):
		s.breaker.succeed()
		return nil, Miss, took
	case errors.Is(err, errTooMany), ctx.Err() != nil: // no information about Redis
		s.breaker.abandon(end)
		return nil, Skipped, took
	}
	s.log.warn(end, op, err)
	s.breaker.fail(end)
	return nil, Failed, took
}

// limiter bounds the number of commands that run at the same moment.
type limiter chan struct{}

// maxCalls includes commands whose caller has given up. Beyond it calls are skipped.
const maxCalls = 256

var (
	errTooMany  = errors.New("too many commands are under way")
	errDeadline = errors.New("no reply within the deadline")
)

func newLimiter(n int) limiter { return make(limiter, n) }

// patience bounds a command whose caller has given up. Were it the deadline, a
// connection that takes longer than that to make, over TLS to far away, would never
// be made.
const patience = 2 * time.Second

// within runs a command and waits no longer than the deadline, whether or not
// the client obeys contexts. What comes later is dropped.
func (l limiter) within(ctx context.Context, deadline time.Duration, send command) ([]byte, error) {
	select {
	case l <- struct{}{}:
	default:
		return nil, errTooMany
	}
	type reply struct {
		value []byte
		err   error
	}
	done := make(chan reply, 1)
	go func() {
		defer func() { <-l }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(deadline, patience))
		defer cancel()
		value, err := send(ctx)
		done <- reply{value, err}
	}()
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		return nil, errDeadline
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
