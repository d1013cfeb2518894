package peertest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Redis is a server of Redis or Valkey that keeps nothing on disk. It listens on a
// Unix socket.
type Redis struct {
	Dir, Socket string
	t           testing.TB
	path        string
	args        []string
	process     *Process
}

// StartRedis starts the first server that is installed, with further arguments.
func StartRedis(t testing.TB, args ...string) *Redis {
	t.Helper()
	return StartRedisAt(t, Path(t, "redis"), args...)
}

// StartRedisAt starts the program at path.
func StartRedisAt(t testing.TB, path string, args ...string) *Redis {
	t.Helper()
	dir, err := os.MkdirTemp("", "rs") // short enough for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &Redis{Dir: dir, Socket: filepath.Join(dir, "s"), t: t, path: path}
	r.args = append([]string{"--port", "0", "--unixsocket", r.Socket, "--dir", dir, "--save", "", "--appendonly", "no"}, args...)
	r.Start()
	return r
}

// URL returns the URL of the server.
func (r *Redis) URL() string { return "unix://" + r.Socket }

// Start starts the server again after Kill. It returns when its log says that it is
// ready.
func (r *Redis) Start() {
	r.t.Helper()
	const ready = "ready to accept connections"
	os.Remove(r.Socket)
	r.process = StartTogether(r.t, exec.Command(r.path, r.args...))
	if !r.process.Stdout.Await(func(text []byte) bool { return bytes.Contains(bytes.ToLower(text), []byte(ready)) }) {
		r.t.Fatalf("%s %q does not start%s", r.path, r.args, r.process.Output())
	}
}

// Kill ends the server at once.
func (r *Redis) Kill() { r.process.Kill() }
