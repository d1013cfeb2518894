package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"
)

// patience bounds each wait for a peer. It is no measurement: a test that runs
// into it has failed.
const patience = 60 * time.Second

// peer returns the path of a peer's program. A missing one skips the test, or
// fails it if peers are required.
func peer(t testing.TB, name string) string {
	t.Helper()
	path, err := findPeer(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("POLYTLS_REQUIRE_PEERS") == "1":
		t.Fatalf("peer %s is required: %v", name, err)
	}
	t.Skipf("no peer %s: %v", name, err)
	return ""
}

func findPeer(name string) (string, error) {
	switch name {
	case "node12":
		return findNode("POLYTLS_NODE12", "node12")
	case "node":
		return findNode("POLYTLS_NODE", "nodelatest")
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/" + name)
}

func findNode(variable, pkg string) (string, error) {
	if path := os.Getenv(variable); path != "" {
		return exec.LookPath(path)
	}
	path, err := filepath.Abs(filepath.Join("..", ".peers", "node_modules", pkg, "bin", "node"))
	if err != nil {
		return "", err
	}
	return exec.LookPath(path)
}

// process is a peer's program. It is killed when its test ends, and a failed
// test shows what it wrote, unless it ended well by itself.
type process struct {
	name           string
	stdin          io.WriteCloser
	stdout, stderr *transcript
	done           chan struct{}
	err            error // set when done is closed
}

// start runs a peer's program with neither OpenSSL's configuration nor Node's
// options of this machine.
func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	return startCommand(t, exec.Command(peer(t, name), args...))
}

func startCommand(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{
		name:   filepath.Base(cmd.Path),
		stdout: newTranscript(),
		stderr: newTranscript(),
		done:   make(chan struct{}),
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "OPENSSL_CONF=/dev/null", "NODE_OPTIONS=", "SSLKEYLOGFILE=")
	cmd.Stdout, cmd.Stderr = p.stdout, p.stderr
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		p.stdout.end()
		p.stderr.end()
		close(p.done)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-p.done
		if t.Failed() && p.err != nil {
			t.Logf("%s %q: %v%s", p.name, cmd.Args[1:], p.err, p.output())
		}
	})
	return p
}

// output is all that the program wrote, bounded for a message.
func (p *process) output() string {
	return fmt.Sprintf("\nstdout: %s\nstderr: %s", tail(p.stdout.bytes()), tail(p.stderr.bytes()))
}

func tail(b []byte) string {
	const most = 4000
	if len(b) > most {
		return "..." + string(bytes.ToValidUTF8(b[len(b)-most:], []byte("?")))
	}
	return string(bytes.ToValidUTF8(b, []byte("?")))
}

// wait returns how the program ended.
func (p *process) wait(t testing.TB) error {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		t.Fatalf("%s did not end%s", p.name, p.output())
	}
	return p.err
}

// write gives the program input.
func (p *process) write(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		t.Fatalf("%s: %v%s", p.name, err, p.output())
	}
}

// expect waits until the program has written what the expression matches, and
// returns the submatches.
func (p *process) expect(t testing.TB, out *transcript, expression string) []string {
	t.Helper()
	return p.expectFrom(t, out, 0, expression)
}

// expectFrom is expect for what comes after the first from bytes.
func (p *process) expectFrom(t testing.TB, out *transcript, from int, expression string) []string {
	t.Helper()
	re := regexp.MustCompile(expression)
	var match []string
	found := out.await(func(text []byte) bool {
		if m := re.FindSubmatch(text[min(from, len(text)):]); m != nil {
			match = nil
			for _, part := range m {
				match = append(match, string(part))
			}
		}
		return match != nil
	})
	if !found {
		t.Fatalf("%s did not write %q%s", p.name, expression, p.output())
	}
	return match
}

// transcript is what a program writes, to be waited for.
type transcript struct {
	mu      sync.Mutex
	text    []byte
	ended   bool
	changed chan struct{}
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (o *transcript) Write(b []byte) (int, error) {
	o.update(func() { o.text = append(o.text, b...) })
	return len(b), nil
}

func (o *transcript) end() { o.update(func() { o.ended = true }) }

func (o *transcript) update(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	close(o.changed)
	o.changed = make(chan struct{})
}

func (o *transcript) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.text)
}

func (o *transcript) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.text)
}

// await reports whether the condition came true before the program ended.
func (o *transcript) await(condition func(text []byte) bool) bool {
	deadline := time.After(patience)
	for {
		o.mu.Lock()
		met, ended, changed := condition(o.text), o.ended, o.changed
		o.mu.Unlock()
		if met || ended {
			return met
		}
		select {
		case <-changed:
		case <-deadline:
			return false
		}
	}
}

// freePort returns a port that nobody listens on. Only peers that cannot
// choose one for themselves need it.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
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
		case <-p.done:
			t.Fatalf("%s ended: %v%s", p.name, p.err, p.output())
		case <-ctx.Done():
			t.Fatalf("%s does not listen: %v%s", p.name, err, p.output())
		}
	}
}

// run runs a program to its end and returns what it wrote to stdout.
func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	p := start(t, name, args...)
	p.stdin.Close()
	if err := p.wait(t); err != nil {
		t.Fatalf("%s %q: %v%s", name, args, err, p.output())
	}
	return p.stdout.bytes()
}

// more waits for what comes after the first from bytes; it returns nothing
// when the program has ended.
func (o *transcript) more(from int) []byte {
	for {
		o.mu.Lock()
		rest, ended, changed := bytes.Clone(o.text[from:]), o.ended, o.changed
		o.mu.Unlock()
		if len(rest) > 0 || ended {
			return rest
		}
		<-changed
	}
}

// eachLine calls f with each line until the program ends.
func (o *transcript) eachLine(f func(line []byte)) {
	var line []byte
	for at := 0; ; {
		text := o.more(at)
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
		text := p.stdout.more(at)
		if len(text) == 0 {
			return
		}
		if _, err := p.stdin.Write(text); err != nil {
			return
		}
		at += len(text)
	}
}
