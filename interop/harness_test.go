package interop

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"testing"
	"time"

	"polytls/internal/peertest"
)

const patience = peertest.Patience

// process is a peer's program.
type process struct{ *peertest.Process }

// start runs a peer's program.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	return &process{peertest.Start(t, exec.Command(peertest.Path(t, name), args...))}
}

// expect waits until the program has written what the expression matches, and
// returns the submatches.
func (p *process) expect(t testing.TB, out *peertest.Transcript, expression string) []string {
	t.Helper()
	return p.expectFrom(t, out, 0, expression)
}

// expectFrom is expect for what comes after the first from bytes.
func (p *process) expectFrom(t testing.TB, out *peertest.Transcript, from int, expression string) []string {
	t.Helper()
	match, _ := p.Expect(t, out, from, expression)
	return match
}

// freePort returns a port without a listener. Only peers that cannot choose one for
// themselves need it.
func freePort(t testing.TB) int {
	t.Helper()
	return peertest.FreePort(t)
}

// awaitPort returns when a peer accepts connections.
func (p *process) awaitPort(t testing.TB, port int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-again.C:
		case <-p.Done:
			t.Fatalf("%s ended: %v%s", p.Name, p.Err, p.Output())
		case <-ctx.Done():
			t.Fatalf("%s does not listen: %v%s", p.Name, err, p.Output())
		}
	}
}

// run runs a program to its end and returns what it wrote to stdout.
func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	p := start(t, name, args...)
	p.Stdin.Close()
	if err := p.Wait(t); err != nil {
		t.Fatalf("%s %q: %v%s", name, args, err, p.Output())
	}
	return p.Stdout.Bytes()
}

// eachLine calls f with each line of standard output until the program ends.
func (p *process) eachLine(f func(line []byte)) {
	var line []byte
	for at := 0; ; {
		text := p.Stdout.More(at)
		if len(text) == 0 {
			return
		}
		at += len(text)
		for {
			head, tail, found := bytes.Cut(text, []byte("\n"))
			line = append(line, head...)
			if !found {
				break
			}
			f(line)
			line, text = nil, tail
		}
	}
}

// loop gives a program back what it writes.
func (p *process) loop() {
	for at := 0; ; {
		text := p.Stdout.More(at)
		if len(text) == 0 {
			return
		}
		if _, err := p.Stdin.Write(text); err != nil {
			return
		}
		at += len(text)
	}
}
