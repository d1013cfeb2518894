package peertest

import (
	"bytes"
	"net"
	"os/exec"
	"testing"
	"time"
)

// FreePort returns a port of 127.0.0.1 without a listener, for a program that cannot
// choose one for itself. Another program may listen there first: StartListening starts
// a program again then.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// StartListening starts the program that command returns for a free port, again with
// another port if that is in use by then, and returns when ready has.
func StartListening(t testing.TB, command func(port int) *exec.Cmd, ready func(p *Process, port int) bool) (p *Process, port int) {
	t.Helper()
	for range 5 {
		port = FreePort(t)
		p = StartTogether(t, command(port))
		if ready(p, port) {
			return p, port
		}
		if !bytes.Contains(bytes.ToLower(p.Stdout.Bytes()), []byte("address already in use")) {
			break
		}
	}
	p.Kill()
	t.Fatalf("%s does not start: %v%s", p.Name, p.Err, p.Output())
	return nil, 0
}

// Logs returns a condition for StartListening: the program has written text.
func Logs(text string) func(p *Process, port int) bool {
	return func(p *Process, _ int) bool {
		return p.Stdout.Await(func(b []byte) bool { return bytes.Contains(b, []byte(text)) })
	}
}

// Answers returns a condition for StartListening: a request of the program succeeds.
// It is repeated until the program has ended.
func Answers(request func(port int) error) func(p *Process, port int) bool {
	return func(p *Process, port int) bool {
		deadline := time.After(Patience)
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		for {
			if request(port) == nil {
				return true
			}
			select {
			case <-again.C:
			case <-p.Done:
				return false
			case <-deadline:
				return false
			}
		}
	}
}
