//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"polytls/bench"
)

// commandServer starts "polytls serve", which logs to a file and records every
// handshake, in its mode echo. One processor, as for our other ends.
func (r *report) commandServer(s bench.Spec) (*process, error) {
	dir, err := os.MkdirTemp(string(r.dir), "serve")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(r.command, "serve", "--mode", "echo", "--listen", "127.0.0.1:0",
		"--cert", r.dir.Cert(s.Cert), "--key", r.dir.Key(s.Cert),
		"--min-version", s.Version, "--max-version", s.Version, "--ciphers", s.Suite, "--ecdh-curve", s.Group)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = log
	p, err := start(serverRole, cmd)
	if err != nil {
		return nil, err
	}
	line, err := p.line()
	p.address, p.silent = strings.TrimPrefix(line, "listening on "), true
	return p, err
}

// buildCommand builds the command for commandServer.
func (r *report) buildCommand() error {
	r.command = filepath.Join(string(r.dir), "polytls")
	out, err := exec.Command("go", "build", "-o", r.command, "polytls/cmd/polytls").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return nil
}

// commands compares the command serve with the library.
func (r *report) commands(w io.Writer) error {
	fmt.Fprintln(w, "| Command, CPU of a handshake | serve | the library | ratio |\n| --- | ---: | ---: | ---: |")
	for _, row := range bench.Served {
		if !r.run.MatchString(row.Name) {
			continue
		}
		if r.command == "" {
			if err := r.buildCommand(); err != nil {
				return err
			}
		}
		x, err := r.serveBesideLibrary(row.Spec)
		if err != nil {
			return fmt.Errorf("%s: %w", row.Name, err)
		}
		fmt.Fprintf(w, "| %s | %.1f µs | %.1f µs | %.3f |\n", row.Name, microseconds(x.ours), microseconds(x.theirs), x.server)
		r.add("command", row.Name, bench.Library, map[string]float64{"ratio": x.server, "µs": microseconds(x.ours), "library's µs": microseconds(x.theirs)})
	}
	fmt.Fprintln(w)
	return nil
}

func (r *report) serveBesideLibrary(s bench.Spec) (ratio, error) {
	command, err := r.commandServer(s)
	if err != nil {
		return ratio{}, err
	}
	ours, err := loaded(command, bench.Polytls, s, r.dir)
	if err != nil {
		return ratio{}, err
	}
	defer ours.stop()
	library, err := begin(bench.Library, s, r.dir)
	if err != nil {
		return ratio{}, err
	}
	defer library.stop()
	return duel(ours, library, r.rounds, "handshakes", 0)
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
