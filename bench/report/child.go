//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"polytls/bench"
)

// A child is one end of connections in a process of its own, so that the
// kernel counts its CPU time and memory apart. It answers each line of its
// standard input with one on its standard output.

// child runs the end that os.Args ask for. One processor keeps the collector's
// idle workers out of the count.
func child(role, stack, dir string, s bench.Spec) error {
	runtime.GOMAXPROCS(1)
	if err := raiseFileLimit(); err != nil {
		return err
	}
	d := bench.Identities(dir)
	if role == serverRole {
		return serve(bench.Stacks[stack], s, d)
	}
	client, err := bench.Stacks[stack].Client(s, d)
	if err != nil {
		return err
	}
	return (&load{client: client}).obey(os.Stdin)
}

// serve serves until its standard input ends. Its first line is the address.
func serve(stack bench.Stack, s bench.Spec, d bench.Identities) error {
	// All of 127.0.0.0/8, for clients that need more ports than one address has.
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- stack.Serve(l, s, d, bench.Answer) }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	fmt.Println("127.0.0.1:" + port)
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		select {
		case err := <-failed:
			return err
		default:
		}
		switch commands.Text() {
		case "cpu":
			fmt.Println(int64(cpuTime()))
		case "memory":
			// What a process would hold after a while without work.
			debug.FreeOSMemory()
			fmt.Println(residentMemory())
		}
	}
	return nil
}

// load is a client that obeys commands.
type load struct {
	client func(net.Conn) (net.Conn, error)
	warm   bool
	bulk   net.Conn   // of transfers
	held   []net.Conn // that idle
}

func (l *load) obey(in io.Reader) error {
	commands := bufio.NewScanner(in)
	for commands.Scan() {
		var verb, address string
		var n, size int
		fmt.Sscan(commands.Text(), &verb, &address, &n, &size)
		before := cpuTime()
		if err := l.run(verb, address, n, size); err != nil {
			return fmt.Errorf("%s: %w", commands.Text(), err)
		}
		fmt.Println(int64(cpuTime() - before))
	}
	return nil
}

func (l *load) run(verb, address string, n, size int) error {
	switch verb {
	case "handshakes":
		return l.handshakes(address, n)
	case "send", "receive":
		if l.bulk == nil {
			c, err := bench.Dial(l.client, address)
			if err != nil {
				return err
			}
			l.bulk = c
		}
		if verb == "send" {
			return bench.Send(l.bulk, n, size)
		}
		return bench.Receive(l.bulk, n, size)
	case "idle":
		return l.hold(address, n, l.idle)
	case "slow":
		return l.hold(address, n, oneByte)
	}
	return fmt.Errorf("unknown command %q", verb)
}

// atOnce is how many connections a client has open. With one at a time both ends
// mostly wait, and what a process spends on falling asleep and waking up, which
// is no handshake's, would be a third of what is measured.
const atOnce = 8

func (l *load) handshakes(address string, n int) error {
	if !l.warm { // what is resumed needs a first one
		l.warm = true
		if err := l.handshake(address); err != nil {
			return err
		}
	}
	var all sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	failed := make(chan error, atOnce)
	for range atOnce {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := l.handshake(address); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}

func (l *load) handshake(address string) error {
	c, err := bench.Dial(l.client, address)
	if err != nil {
		return err
	}
	defer c.Close()
	return bench.Echo(c)
}

// hold keeps n connections open, to as many addresses as they need ports.
func (l *load) hold(address string, n int, prepare func(net.Conn) (net.Conn, error)) error {
	const perAddress = 10_000
	for i := range n {
		raw, err := net.Dial("tcp", strings.Replace(address, "127.0.0.1", fmt.Sprintf("127.0.0.%d", 1+i/perAddress), 1))
		if err != nil {
			return err
		}
		c, err := prepare(raw)
		if err != nil {
			return err
		}
		l.held = append(l.held, c)
	}
	return nil
}

func (l *load) idle(raw net.Conn) (net.Conn, error) {
	c, err := l.client(raw)
	if err != nil {
		return nil, err
	}
	return c, bench.Echo(c)
}

// oneByte is a peer that begins a handshake and leaves it at that.
func oneByte(raw net.Conn) (net.Conn, error) {
	const handshakeRecord = 22
	_, err := raw.Write([]byte{handshakeRecord})
	return raw, err
}
