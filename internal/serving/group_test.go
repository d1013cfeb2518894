package serving

import (
	"context"
	"errors"
	"net"
	"testing"

	"polytls/internal/conn"
)

// add adds a connection to a group.
func add(g *Group, limit int) (*conn.Conn, error) {
	c := new(conn.Conn)
	return c, g.Add(limit, func() *conn.Conn { return c })
}

// TestLimit counts the connections that are open.
func TestLimit(t *testing.T) {
	var g Group
	a, err := add(&g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := add(&g, 1); err != ErrFull || g.Len() != 1 {
		t.Errorf("one too many: %v, %d are open", err, g.Len())
	}
	g.Remove(a)
	if _, err := add(&g, 1); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
	if _, err := add(&g, 0); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

// TestWait: every waiter returns when the last connection or its context has ended.
func TestWait(t *testing.T) {
	var g Group
	a, _ := add(&g, 0)
	b, _ := add(&g, 0)
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if err := g.Wait(ctx); err != gone {
		t.Errorf("with two connections: %v", err)
	}
	done := make(chan error)
	for range 2 {
		go func() { done <- g.Wait(t.Context()) }()
	}
	g.Remove(a)
	g.Remove(b)
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("the last connection has ended: %v", err)
		}
	}
	if err := g.Wait(t.Context()); err != nil {
		t.Errorf("nothing to wait for: %v", err)
	}
}

// TestClosed: after Close, connections are refused, and Serve returns without an
// error.
func TestClosed(t *testing.T) {
	var g Group
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.AddListener(l); err != nil || g.Address() != l.Addr() {
		t.Fatalf("listens at %v: %v", g.Address(), err)
	}
	done := make(chan error)
	go func() { done <- g.Serve(l, func(c net.Conn) { c.Close() }) }()
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || g.Address() != nil {
		t.Errorf("Serve returned %v, still listening at %v", err, g.Address())
	}
	if _, err := add(&g, 0); err != net.ErrClosed {
		t.Errorf("Add: %v", err)
	}
	if err := g.AddListener(l); err != net.ErrClosed {
		t.Errorf("AddListener: %v", err)
	}
	if err := g.Close(); err != net.ErrClosed {
		t.Errorf("Close again: %v", err)
	}
}
