package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"polytls/internal/testcert"
)

// binaryDir holds the command under test; it goes when the tests have ended.
var binaryDir string

func TestMain(m *testing.M) {
	code := checkWords(m.Run())
	if binaryDir != "" {
		os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}

var buildFlags []string

// program is the command's path. The first test that runs it builds it.
var program = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "polytls-test-*")
	if err != nil {
		panic(err)
	}
	binaryDir = dir
	path := filepath.Join(dir, "polytls")
	build := exec.Command("go", append(append([]string{"build"}, buildFlags...), "-o", path, ".")...)
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	return path
})

// limit ends what hangs; nothing here waits for it.
const limit = 2 * time.Minute

// result is the result of a finished command.
type result struct {
	stdout, stderr string
	code           int
}

// command prepares a run without what the environment says of TLS.
func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	// With the race detector every process would sleep a second before it ends.
	cmd.Env = append(cmd.Env, "GORACE=atexit_sleep_ms=0")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "POLYTLS_") && !strings.HasPrefix(v, "SSLKEYLOGFILE=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// execute runs the command to its end.
func execute(t *testing.T, args ...string) result {
	t.Helper()
	return finish(t, command(t, program(), args...))
}

func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	timer := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	said.add(stdout.String() + stderr.String())
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// want checks an exit code.
func (r result) want(t *testing.T, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", r.code, code, r.stdout, r.stderr)
	}
	return r
}

// object reads the one JSON object of standard output.
func (r result) object(t *testing.T) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(r.stdout))
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("standard output is no JSON: %v\n%s\nstderr: %s", err, r.stdout, r.stderr)
	}
	if rest, _ := io.ReadAll(d.Buffered()); strings.TrimSpace(string(rest)) != "" {
		t.Fatalf("standard output has more than one object: %s", rest)
	}
	return v
}

// running is a serve command.
type running struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string // as the line of standard output says
	out     *bufio.Reader
	records chan map[string]any
	mu      sync.Mutex
	log     strings.Builder
}

// start starts a server on a free port that logs in JSON.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--log", "json"}, args...)
	return serveCmd(t, command(t, program(), args...))
}

func serveCmd(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{t: t, cmd: cmd, records: make(chan map[string]any, 1000)}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { r.read(stderr); close(done) }()
	r.out = bufio.NewReader(stdout)
	line, err := r.out.ReadString('\n')
	if err != nil {
		<-done
		cmd.Wait()
		t.Fatalf("no line on standard output: %v\n%s", err, r.text())
	}
	address, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	if !ok {
		t.Fatalf("standard output begins with %q", line)
	}
	r.address = address
	t.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			r.stop()
		}
		if strings.Contains(r.text(), "DATA RACE") {
			t.Error(r.text())
		}
	})
	return r
}

// read takes the log apart.
func (r *running) read(stderr io.Reader) {
	s := bufio.NewScanner(stderr)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		r.mu.Lock()
		r.log.WriteString(s.Text() + "\n")
		said.add(s.Text())
		r.mu.Unlock()
		var record map[string]any
		if json.Unmarshal(s.Bytes(), &record) == nil {
			r.records <- record
		}
	}
	close(r.records)
}

func (r *running) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.String()
}

// record returns the next record of the log with a message.
func (r *running) record(msg string) map[string]any {
	r.t.Helper()
	timeout := time.After(limit)
	for {
		select {
		case record, ok := <-r.records:
			if !ok {
				r.t.Fatalf("the log has no record %q:\n%s", msg, r.text())
			}
			if record["msg"] == msg {
				return record
			}
		case <-timeout:
			r.t.Fatalf("the log has no record %q:\n%s", msg, r.text())
		}
	}
}

// stop ends the server by SIGTERM and returns what was left on standard output
// and the exit code.
func (r *running) stop() (rest string, code int) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	left, _ := io.ReadAll(r.out)
	for range r.records { // until standard error ends
	}
	r.cmd.Wait()
	return string(left), r.cmd.ProcessState.ExitCode()
}

// localhost is the server's address by name.
func (r *running) localhost() string {
	return strings.Replace(r.address, "127.0.0.1", "localhost", 1)
}

// files are certificates that tests use, written once per test.
type files struct {
	dir                                  string
	ca, cert, key, clientCert, clientKey string
}

func newFiles(t *testing.T) *files {
	t.Helper()
	root := testcert.CA("test root")
	f := &files{dir: t.TempDir()}
	f.ca = f.write(t, "ca.pem", root.PEM())
	server, client := root.Server("localhost", "127.0.0.1"), root.Client("client one")
	f.cert, f.key = f.write(t, "cert.pem", server.ChainPEM()), f.write(t, "key.pem", server.KeyPEM())
	f.clientCert, f.clientKey = f.write(t, "ccert.pem", client.ChainPEM()), f.write(t, "ckey.pem", client.KeyPEM())
	return f
}

func (f *files) write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts an echo with the files.
func (f *files) serve(t *testing.T, args ...string) *running {
	t.Helper()
	return start(t, append([]string{"--mode", "echo", "--cert", f.cert, "--key", f.key}, args...)...)
}

// connect runs connect --json.
func (f *files) connect(t *testing.T, r *running, args ...string) result {
	t.Helper()
	return execute(t, append([]string{"connect", r.localhost(), "--ca", f.ca, "--json"}, args...)...)
}
