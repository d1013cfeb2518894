// Package serving tracks the open listeners and connections of a server.
package serving

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"polytls/internal/conn"
)

// Group is the listeners and connections of a server. The zero Group is empty. Any
// number of goroutines may use it.
type Group struct {
	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn.Conn]struct{} // those in their handshake included
	closed    bool
	idle      chan struct{} // closed when the last connection ends after Close; nil if no Wait runs
}

// ErrFull is Add's error for a connection above the limit.
var ErrFull = errors.New("serving: too many connections")

// Add registers the connection that init returns. If there are limit connections
// already it returns ErrFull; a limit of 0 is no limit. After Close it returns
// net.ErrClosed.
func (g *Group) Add(limit int, init func() *conn.Conn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return net.ErrClosed
	case limit > 0 && len(g.conns) >= limit:
		return ErrFull
	}
	if g.conns == nil {
		g.conns = map[*conn.Conn]struct{}{}
	}
	g.conns[init()] = struct{}{}
	return nil
}

// Remove removes a connection; one that is not in the group is ignored.
func (g *Group) Remove(c *conn.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
	g.signalIdle()
}

// signalIdle wakes Wait if the group is closed and has no connections. The caller holds
// the lock.
func (g *Group) signalIdle() {
	if g.closed && len(g.conns) == 0 && g.idle != nil {
		close(g.idle)
		g.idle = nil
	}
}

// Len returns the number of connections.
func (g *Group) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// AddListener registers a listener. After Close it returns net.ErrClosed.
func (g *Group) AddListener(l net.Listener) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return net.ErrClosed
	}
	if g.listeners == nil {
		g.listeners = map[net.Listener]struct{}{}
	}
	g.listeners[l] = struct{}{}
	return nil
}

// RemoveListener removes a listener.
func (g *Group) RemoveListener(l net.Listener) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.listeners, l)
}

// Address returns the address of a listener, nil if there is none.
func (g *Group) Address() net.Addr {
	g.mu.Lock()
	defer g.mu.Unlock()
	for l := range g.listeners {
		return l.Addr()
	}
	return nil
}

// Serve calls f for each connection that a registered listener accepts. It returns nil
// once the group is closed, or the listener's error, and closes and removes the
// listener.
func (g *Group) Serve(l net.Listener, f func(net.Conn)) error {
	defer g.RemoveListener(l)
	defer l.Close()
	for {
		c, err := Accept(l)
		switch {
		case err == nil:
			f(c)
		case g.isClosed():
			return nil
		default:
			return err
		}
	}
}

// Accept calls l.Accept, and tries again after a pause on temporary errors, such as
// when the process has no file descriptors left.
func Accept(l net.Listener) (net.Conn, error) {
	for {
		c, err := l.Accept()
		if err == nil || !isTemporary(err) {
			return c, err
		}
		time.Sleep(acceptPause)
	}
}

// acceptPause is how long Accept pauses after a temporary error.
const acceptPause = 5 * time.Millisecond

func isTemporary(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

func (g *Group) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// Close closes the listeners. Connections stay open.
func (g *Group) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return net.ErrClosed
	}
	g.closed = true
	var errs []error
	for l := range g.listeners {
		errs = append(errs, l.Close())
	}
	clear(g.listeners)
	g.signalIdle()
	return errors.Join(errs...)
}

// Wait waits, after Close, until the last connection has ended. If the context ends
// first, it closes the remaining connections and returns the context's cause.
func (g *Group) Wait(ctx context.Context) error {
	select {
	case <-g.ended():
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		go c.Close()
	}
	return context.Cause(ctx)
}

// ended returns a channel that is closed when the last connection has ended.
func (g *Group) ended() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.idle == nil {
		g.idle = make(chan struct{})
	}
	idle := g.idle
	g.signalIdle()
	return idle
}
