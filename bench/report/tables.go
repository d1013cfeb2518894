//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"syscall"
	"time"

	"polytls/bench"
	"polytls/bench/history"
)

type report struct {
	rounds int
	idle   int
	run    *regexp.Regexp
	dir    bench.Identities

	command string // the command's binary, "" before it is built
	rows    []history.Row
}

// add keeps the values of a row for the history.
func (r *report) add(table, name, beside string, values map[string]float64) {
	for column, v := range values {
		values[column] = math.Round(v*1000) / 1000
	}
	r.rows = append(r.rows, history.Row{Table: table, Name: name, Beside: beside, Values: values})
}

func (r *report) print(w io.Writer) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if r.dir, err = bench.MakeIdentities(dir); err != nil {
		return err
	}
	if err := r.handshakes(w); err != nil {
		return err
	}
	if err := r.commands(w); err != nil {
		return err
	}
	if err := r.transfers(w); err != nil {
		return err
	}
	if r.idle == 0 {
		return nil
	}
	return r.memory(w)
}

func (r *report) handshakes(w io.Writer) error {
	fmt.Fprintln(w, "| Handshake | beside | server CPU | client CPU |\n| --- | --- | ---: | ---: |")
	for _, row := range bench.Handshakes {
		if !r.run.MatchString(row.Name) {
			continue
		}
		for _, other := range row.Beside {
			if !installed(other) {
				continue
			}
			theirs := row.Spec
			if row.Other != nil {
				theirs = *row.Other
			}
			x, err := r.compare(other, row.Spec, theirs, "handshakes", 0)
			if err != nil {
				return fmt.Errorf("%s beside %s: %w", row.Name, other, err)
			}
			fmt.Fprintf(w, "| %s | %s | %.2f | %s |\n", row.Name, other, x.server, clientCell(other, x))
			values := map[string]float64{"server": x.server}
			if isClient(other) {
				values["client"] = x.client
			}
			r.add("handshakes", row.Name, other, values)
		}
	}
	fmt.Fprintln(w)
	return nil
}

// clientCell is empty where the client was our own on both sides.
func clientCell(other string, x ratio) string {
	if !isClient(other) {
		return ""
	}
	return fmt.Sprintf("%.2f", x.client)
}

func isClient(stack string) bool {
	_, ok := bench.Stacks[stack]
	return ok
}

func (r *report) compare(other string, ours, theirs bench.Spec, verb string, size int) (ratio, error) {
	a, err := begin(bench.Polytls, ours, r.dir)
	if err != nil {
		return ratio{}, err
	}
	defer a.stop()
	b, err := begin(other, theirs, r.dir)
	if err != nil {
		return ratio{}, err
	}
	defer b.stop()
	return duel(a, b, r.rounds, verb, size)
}

func (r *report) transfers(w io.Writer) error {
	fmt.Fprintln(w, "| Bulk data, size of writes | beside | sending CPU | receiving CPU |\n| --- | --- | ---: | ---: |")
	for _, row := range bench.Transfers {
		if !r.run.MatchString(row.Name) {
			continue
		}
		for _, other := range row.Beside {
			if !installed(other) {
				continue
			}
			// The server is the end that every stack has.
			sends, err := r.compare(other, row.Spec, row.Spec, "receive", row.Write)
			if err != nil {
				return fmt.Errorf("%s beside %s: %w", row.Name, other, err)
			}
			receives, err := r.compare(other, row.Spec, row.Spec, "send", row.Write)
			if err != nil {
				return fmt.Errorf("%s beside %s: %w", row.Name, other, err)
			}
			fmt.Fprintf(w, "| %s | %s | %.2f | %.2f |\n", row.Name, other, sends.server, receives.server)
			r.add("bulk data", row.Name, other, map[string]float64{"sending": sends.server, "receiving": receives.server})
		}
	}
	fmt.Fprintln(w)
	return nil
}

// memory compares what a server holds for each connection.
func (r *report) memory(w io.Writer) error {
	n := min(r.idle, openFiles()-spareFiles)
	fmt.Fprintf(w, "| Server's memory, %d connections | polytls | crypto/tls | ratio |\n| --- | ---: | ---: | ---: |\n", n)
	for _, row := range []struct {
		name, verb string
		bench.Spec
	}{
		{"idle, TLS 1.3", "idle", bench.Full13},
		{"idle, TLS 1.2", "idle", bench.Full12},
		{"in the handshake, one byte sent", "slow", bench.Full13},
	} {
		if !r.run.MatchString(row.name) {
			continue
		}
		ours, err := r.perConnection(bench.Polytls, row.Spec, row.verb, n)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		theirs, err := r.perConnection(bench.CryptoTLS, row.Spec, row.verb, n)
		if err != nil {
			return fmt.Errorf("%s beside crypto/tls: %w", row.name, err)
		}
		fmt.Fprintf(w, "| %s | %.1f KiB | %.1f KiB | %.2f |\n", row.name, ours/1024, theirs/1024, ours/theirs)
		r.add("memory", row.name, bench.CryptoTLS, map[string]float64{"ratio": ours / theirs, "KiB": ours / 1024, "their KiB": theirs / 1024})
	}
	return nil
}

// perConnection is what n connections of a kind add to a server's resident
// memory, in bytes each.
func (r *report) perConnection(stack string, s bench.Spec, verb string, n int) (float64, error) {
	x, err := begin(stack, s, r.dir)
	if err != nil {
		return 0, err
	}
	defer x.stop()
	const warm = 50
	if _, err := x.client.ask("handshakes %s %d 0", x.server.address, warm); err != nil {
		return 0, err
	}
	before, err := x.server.ask("memory")
	if err != nil {
		return 0, err
	}
	if _, err := x.client.ask("%s %s %d 0", verb, x.server.address, n); err != nil {
		return 0, err
	}
	time.Sleep(settle)
	after, err := x.server.ask("memory")
	return float64(after-before) / float64(n), err
}

// settle is how long the server has to accept what the kernel holds for it.
const settle = 2 * time.Second

// spareFiles are those that a process opens beside its connections.
const spareFiles = 50

func openFiles() int {
	if raiseFileLimit() != nil {
		return 1024
	}
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return int(limit.Cur)
}
