package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// redisServer is Redis or Valkey on a Unix socket.
type redisServer struct {
	path, socket string
	cmd          *exec.Cmd
	t            testing.TB
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	home, err := os.MkdirTemp("", "fr") // short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	r := &redisServer{path: peer(t, "redis"), socket: filepath.Join(home, "s"), t: t}
	r.start()
	t.Cleanup(r.kill)
	return r
}

// start returns when it accepts connections.
func (r *redisServer) start() {
	r.cmd = exec.Command(r.path, "--port", "0", "--unixsocket", r.socket, "--dir", filepath.Dir(r.socket), "--save", "", "--appendonly", "no")
	out := newTranscript()
	r.cmd.Stdout = out
	if err := r.cmd.Start(); err != nil {
		r.t.Error(err)
		return
	}
	if out.next(regexp.MustCompile(`(?i)ready to accept connections`)) == nil {
		r.t.Errorf("%s does not start: %s", r.path, out.tail())
	}
}

func (r *redisServer) kill() {
	r.cmd.Process.Kill()
	r.cmd.Wait()
}
