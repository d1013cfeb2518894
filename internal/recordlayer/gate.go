package recordlayer

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// gate lets one holder at a time use a half of a layer, in the order in which
// they came. Its mutex covers its own fields: nothing is waited for under it.
type gate struct {
	mu   sync.Mutex
	held bool
	turn bool // the holder entered under a context and may wait for the peer
	// shut says that nobody else is let in.
	shut bool
	// lifted says that the user's deadline is not the transport's at the moment:
	// the holder is a conversation, which has a limit of its own.
	lifted   bool
	deadline int64 // of the user's calls, in Unix nanoseconds, 0 for none
	queue    *waiter
}

// waiter is one that waits to enter.
type waiter struct {
	wake    chan struct{} // holds one signal: look again
	turn    bool
	granted bool
	refused bool
	next    *waiter
}

// tryEnter enters if that takes no waiting.
func (g *gate) tryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held || g.shut {
		return false
	}
	g.held = true
	return true
}

// userCall is the context of what the user calls: the deadline bounds it.
var userCall context.Context = callContext{context.Background()}

type callContext struct{ context.Context }

// enter waits until the gate is free, until ctx ends or the gate is shut.
func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	switch {
	case g.shut:
		g.mu.Unlock()
		return net.ErrClosed
	case !g.held:
		g.held, g.turn = true, ctx != userCall
		g.mu.Unlock()
		return nil
	}
	w := g.enqueue(ctx != userCall)
	g.mu.Unlock()
	return g.await(ctx, w)
}

// enterLast enters a gate that was shut, once the call that holds it has
// returned, for which it waits no longer than limit. It does not wait for a turn,
// and reports whether it entered.
func (g *gate) enterLast(limit time.Duration) bool {
	g.mu.Lock()
	switch {
	case g.held && g.turn:
		g.mu.Unlock()
		return false
	case !g.held:
		g.held = true
		g.mu.Unlock()
		return true
	}
	w := g.enqueue(true)
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return g.await(ctx, w) == nil
}

// enqueue adds a waiter. The mutex is held.
func (g *gate) enqueue(turn bool) *waiter {
	w := &waiter{wake: make(chan struct{}, 1), turn: turn}
	end := &g.queue
	for *end != nil {
		end = &(*end).next
	}
	*end = w
	return w
}

// await waits for w's turn.
func (g *gate) await(ctx context.Context, w *waiter) error {
	done := ctx.Done()
	for {
		g.mu.Lock()
		left, err := g.left(ctx)
		switch {
		case w.granted:
			err = nil
		case w.refused:
			err = net.ErrClosed
		case err != nil:
			g.remove(w)
		}
		over := w.granted || err != nil
		g.mu.Unlock()
		if over {
			return err
		}
		var timer <-chan time.Time
		if left > 0 {
			timer = time.After(left)
		}
		select {
		case <-w.wake:
		case <-done:
		case <-timer:
		}
	}
}

// left returns how long a wait may still take, 0 for no bound of the clock, and
// an error if it is over. The mutex is held.
func (g *gate) left(ctx context.Context) (time.Duration, error) {
	switch {
	case ctx != userCall:
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, nil
	case g.deadline == 0:
		return 0, nil
	}
	left := time.Until(time.Unix(0, g.deadline))
	if left <= 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return left, nil
}

// remove takes a waiter out of the queue. The mutex is held.
func (g *gate) remove(w *waiter) {
	for at := &g.queue; *at != nil; at = &(*at).next {
		if *at == w {
			*at = w.next
			return
		}
	}
}

// leave lets the next one in.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.queue
	if w == nil {
		g.held, g.turn = false, false
		return
	}
	g.queue, g.turn, w.granted = w.next, w.turn, true
	w.signal()
}

func (w *waiter) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// wanted reports whether somebody waits to enter.
func (g *gate) wanted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue != nil
}

// close shuts the gate: those who wait are refused. The holder stays.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for ; g.queue != nil; g.queue = g.queue.next {
		g.queue.refused = true
		g.queue.signal()
	}
}

// setDeadline bounds the user's calls, those that wait included. apply is the
// transport's.
func (g *gate) setDeadline(t time.Time, apply func(time.Time) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return net.ErrClosed
	}
	g.deadline = 0
	if !t.IsZero() {
		g.deadline = max(t.UnixNano(), 1)
	}
	for w := g.queue; w != nil; w = w.next {
		w.signal()
	}
	if g.lifted {
		return nil
	}
	return apply(t)
}

// expired reports whether the user's deadline has passed.
func (g *gate) expired() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, err := g.left(userCall)
	return err != nil
}

// lift takes the user's deadline from the transport while a conversation holds
// the gate; restore puts it back.
func (g *gate) lift(apply func(time.Time) error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lifted = true; g.deadline != 0 && !g.shut {
		apply(time.Time{})
	}
}

func (g *gate) restore(apply func(time.Time) error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lifted && g.deadline != 0 && !g.shut {
		apply(time.Unix(0, g.deadline))
	}
	g.lifted = false
}

// waitFor runs f on a goroutine and waits for its end, no longer than the user's
// deadline: f may have to wait for the peer.
func (g *gate) waitFor(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	g.mu.Lock()
	left, err := g.left(userCall)
	g.mu.Unlock()
	if err != nil {
		return
	}
	var timer <-chan time.Time
	if left > 0 {
		timer = time.After(left)
	}
	select {
	case <-done:
	case <-timer:
	}
}
