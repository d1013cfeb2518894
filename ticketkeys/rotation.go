package ticketkeys

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// Server takes keys: *polytls.Server does, and so does *redisstore.Store, whose
// keys are derived from the server's.
type Server interface {
	// SetTicketKeys replaces the keys; the first seals, all open.
	SetTicketKeys(keys ...[]byte) error
}

// Rotation sets the keys of a source at servers.
type Rotation struct {
	// Source is where the keys come from.
	Source Source
	// Log receives what goes wrong, nil for slog.Default(). Keys are never
	// logged.
	Log *slog.Logger
	// Now is the clock, nil for time.Now.
	Now func() time.Time

	last [][]byte
}

// Bounds of the pause between two looks at the source. The longer one holds because
// timers stop while a machine sleeps, and clocks may be set.
const (
	minPause = time.Second
	maxPause = time.Minute
)

// Run sets the servers' keys at once and whenever they change, until ctx ends; it
// returns the cause. It starts no goroutine. The error of a source is logged and the
// source called again; servers keep their keys meanwhile.
func (r *Rotation) Run(ctx context.Context, servers ...Server) error {
	r.last = nil // these servers do not have the keys yet
	for {
		next, err := r.Step(ctx, servers...)
		if err != nil && ctx.Err() == nil {
			r.log().Warn("ticket keys", "error", err.Error())
		}
		pause := min(max(next.Sub(r.now()), minPause), maxPause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// Step sets the servers' keys once, if they have changed, and returns when to call it
// again. Before the first connection it makes sure that no ticket is
// sealed under other keys than the source's. It must not run while Run does.
func (r *Rotation) Step(ctx context.Context, servers ...Server) (next time.Time, err error) {
	now := r.now()
	keys, next, err := r.Source.Keys(ctx, now)
	if next.IsZero() {
		next = now.Add(maxPause)
	}
	if len(keys) == 0 || slices.EqualFunc(keys, r.last, slices.Equal) {
		return next, err
	}
	errs := []error{err}
	for _, server := range servers {
		errs = append(errs, server.SetTicketKeys(keys...))
	}
	if err := errors.Join(errs[1:]...); err == nil {
		r.last = keys
	}
	return next, errors.Join(errs...)
}

func (r *Rotation) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

func (r *Rotation) log() *slog.Logger {
	if r.Log == nil {
		return slog.Default()
	}
	return r.Log
}
