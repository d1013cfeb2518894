package fleet

import (
	"os"
	"path/filepath"
	"testing"
)

// redisServer is Redis or Valkey on a Unix socket.
type redisServer struct {
	socket  string
	process *process
	t       testing.TB
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	home, err := os.MkdirTemp("", "fr") // short enough for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	r := &redisServer{socket: filepath.Join(home, "s"), t: t}
	r.start()
	return r
}

// start returns when it accepts connections.
func (r *redisServer) start() {
	r.process = start(r.t, "redis", "--port", "0", "--unixsocket", r.socket, "--dir", filepath.Dir(r.socket), "--save", "", "--appendonly", "no")
	r.process.expect(r.t, `(?i)ready to accept connections`)
}

func (r *redisServer) kill() { r.process.Kill() }
