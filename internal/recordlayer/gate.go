package recordlayer

import (
	"context"
	"net"
	"os"
	"sync"
	"time"
)

// gate is a FIFO lock of one half of a layer. Its mutex protects its own fields;
// nothing blocks while it is held.
type gate struct {
	mu   sync.Mutex
	held bool
	turn bool // the holder entered under a context and may wait for the peer
	// shut says that the gate is closed to all but its holder.
	shut bool
	// lifted says that the user's deadline is not set at the transport: the holder
	// is a conversation, which is bounded by its context.
	lifted   bool
	deadline int64 // of the user's calls, in Unix nanoseconds, 0 for none
	queue    *waiter
}

// waiter is a queued call or conversation.
type waiter struct {
	wake    chan struct{} // receives a signal when the gate must be checked again
	turn    bool
	granted bool
	refused bool
	next    *waiter
}

// tryEnter enters if the gate is free, and reports whether it did.
func (g *gate) tryEnter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held || g.shut {
		return false
	}
	g.held = true
	return true
}

// userCall is the context of the user's calls, which the deadline bounds.
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

// enqueue adds a waiter. The caller holds the mutex.
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

// left returns how long a wait may still take, 0 for no time limit, and an error if
// the wait is over. The caller holds the mutex.
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

// remove removes a waiter from the queue. The caller holds the mutex.
func (g *gate) remove(w *waiter) {
	for at := &g.queue; *at != nil; at = &(*at).next {
		if *at == w {
			*at = w.next
			return
		}
	}
}

// leave grants the gate to the next waiter.
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

// wanted reports whether a waiter is queued.
func (g *gate) wanted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue != nil
}

// close shuts the gate and refuses all waiters. The holder keeps it.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for ; g.queue != nil; g.queue = g.queue.next {
		g.queue.refused = true
		g.queue.signal()
	}
}

// setDeadline bounds the user's calls, waiting ones included. apply sets the
// deadline of the transport.
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

// lift clears the user's deadline at the transport while a conversation holds the
// gate; restore sets it again.
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

// waitFor runs f on a goroutine and waits until it returns or the user's deadline
// passes: f may block on the peer.
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
