//go:build linux

package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"polytls/bench"
)

// process is a running end.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	address string // of a server
	silent  bool   // it knows no commands
}

// start starts the end with a role.
func start(role string, cmd *exec.Cmd) (*process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	return &process{cmd: cmd, in: in, out: bufio.NewReader(out)}, startAlone(role, cmd)
}

func (p *process) stop() {
	p.in.Close()
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// ask sends a command and reads the number that answers it.
func (p *process) ask(format string, args ...any) (int64, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return 0, err
	}
	line, err := p.line()
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(line, 10, 64)
}

func (p *process) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s ended: %w", p.cmd.Args[0], err)
	}
	return strings.TrimSpace(line), nil
}

// cpu is what a server has used so far.
func (p *process) cpu() (time.Duration, error) {
	if p.silent {
		return cpuTimeOf(p.cmd.Process.Pid)
	}
	n, err := p.ask("cpu")
	return time.Duration(n), err
}

// end starts this program as one end.
func end(role, stack string, s bench.Spec, d bench.Identities) (*process, error) {
	spec, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := start(role, exec.Command(self, "-child", role, "-stack", stack, "-dir", string(d), "-spec", string(spec)))
	if err != nil || role == clientRole {
		return p, err
	}
	p.address, err = p.line()
	return p, err
}

// server starts a server of any stack.
func server(stack string, s bench.Spec, d bench.Identities) (*process, error) {
	switch stack {
	case bench.Node:
		return nodeServer(s, d)
	case bench.OpenSSL:
		return opensslServer(s, d)
	case bench.Nginx:
		return nginxServer(s, d)
	}
	return end(serverRole, stack, s, d)
}

//go:embed server.js
var nodeScript string

// node returns the path of Node, "" if it is not installed.
func node() string {
	for _, path := range []string{os.Getenv("POLYTLS_NODE"), ".peers/node_modules/nodelatest/bin/node", "node"} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	return ""
}

func nodeServer(s bench.Spec, d bench.Identities) (*process, error) {
	cmd := exec.Command(node(), "-e", nodeScript, "--", d.Cert(s.Cert), d.Key(s.Cert), s.Version, s.Suite, s.Group, strconv.FormatBool(s.Identifier))
	p, err := start(serverRole, cmd)
	if err != nil {
		return nil, err
	}
	p.address, err = p.line()
	return p, err
}

// installed reports whether a stack can run here.
func installed(stack string) bool {
	switch stack {
	case bench.Node:
		return node() != ""
	case bench.OpenSSL:
		_, err := exec.LookPath("openssl")
		return err == nil
	case bench.Nginx:
		return nginxServes()
	}
	return true
}
