package peertest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Patience bounds each wait for a program. It measures nothing: a test that exceeds
// it has failed.
const Patience = 60 * time.Second

// Process is a running program. It is killed when its test ends, and a failed test
// shows what it wrote, unless it exited successfully.
type Process struct {
	Name           string
	Stdin          io.WriteCloser
	Stdout, Stderr *Transcript
	Done           <-chan struct{}
	Err            error // how it ended, when Done is closed
	cmd            *exec.Cmd
}

// Start runs a command without the machine's OpenSSL configuration and without the
// environment's options for Node and polytls.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	return start(t, cmd, NewTranscript(), NewTranscript())
}

// StartTogether is Start with one transcript for both outputs.
func StartTogether(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	both := NewTranscript()
	return start(t, cmd, both, both)
}

func start(t testing.TB, cmd *exec.Cmd, stdout, stderr *Transcript) *Process {
	t.Helper()
	done := make(chan struct{})
	p := &Process{Name: filepath.Base(cmd.Path), Stdout: stdout, Stderr: stderr, Done: done, cmd: cmd}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "OPENSSL_CONF=/dev/null", "NODE_OPTIONS=", "SSLKEYLOGFILE=", "POLYTLS_OPTIONS=")
	cmd.Stdout, cmd.Stderr = stdout, stderr
	var err error
	if p.Stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.Err = cmd.Wait()
		stdout.end()
		stderr.end()
		close(done)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() && p.Err != nil {
			t.Logf("%s %q: %v%s", p.Name, cmd.Args[1:], p.Err, p.Output())
		}
	})
	return p
}

// Kill ends the program and returns when it has ended.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.Done
}

// Interrupt asks the program to end and returns when it has ended.
func (p *Process) Interrupt(t testing.TB) {
	t.Helper()
	p.cmd.Process.Signal(os.Interrupt)
	p.Wait(t)
}

// Output is all that the program wrote, bounded for a message.
func (p *Process) Output() string {
	if p.Stdout == p.Stderr {
		return "\noutput: " + p.Stdout.tail()
	}
	return fmt.Sprintf("\nstdout: %s\nstderr: %s", p.Stdout.tail(), p.Stderr.tail())
}

// Wait returns how the program ended.
func (p *Process) Wait(t testing.TB) error {
	t.Helper()
	select {
	case <-p.Done:
	case <-time.After(Patience):
		t.Fatalf("%s did not end%s", p.Name, p.Output())
	}
	return p.Err
}

// Write gives the program input.
func (p *Process) Write(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(p.Stdin, text); err != nil {
		t.Fatalf("%s: %v%s", p.Name, err, p.Output())
	}
}

// Expect waits until the program has written what an expression matches, after the
// first from bytes. It returns the submatches, and where the match ends.
func (p *Process) Expect(t testing.TB, out *Transcript, from int, expression string) (match []string, end int) {
	t.Helper()
	re := regexp.MustCompile(expression)
	found := out.Await(func(text []byte) bool {
		start := min(from, len(text))
		at := re.FindSubmatchIndex(text[start:])
		if at == nil {
			return false
		}
		for i := 0; i < len(at); i += 2 {
			match = append(match, string(text[start:][max(at[i], 0):max(at[i+1], 0)]))
		}
		end = start + at[1]
		return true
	})
	if !found {
		t.Fatalf("%s did not write %q%s", p.Name, expression, p.Output())
	}
	return match, end
}
