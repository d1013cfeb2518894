//go:build linux

// Report measures polytls beside crypto/tls, Node and OpenSSL and prints the
// ratios, ours divided by theirs, as Markdown: below 1 we need less.
//
//	go run ./bench/report [-rounds 9] [-run regexp] [-idle 20000] [-release v1.0 -json bench/history/v1.0.json]
//
// Every end runs in a process of its own. A round lets our ends work and then theirs,
// and a ratio is the median over the rounds: what else the machine does hits both
// alike. The command serve, which records and logs every handshake, is compared with a
// server of the library that does neither. Node is found by POLYTLS_NODE, or in .peers,
// or in the PATH; what is not installed is left out. It runs on Linux alone.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"time"

	"polytls/bench"
	"polytls/bench/history"
)

const (
	serverRole = "server"
	clientRole = "client"
)

func main() {
	r := &report{}
	flag.IntVar(&r.rounds, "rounds", 9, "rounds of each pair")
	flag.IntVar(&r.idle, "idle", 20000, "idle connections to hold, as far as open files allow; 0 for none")
	run := flag.String("run", "", "regular expression of the rows' names")
	file := flag.String("json", "", "file to write the results to, for docs/benchmarks.md")
	release := flag.String("release", "", "what -json calls the run")
	note := flag.String("note", "", "what a reader of -json should know of the run")
	role := flag.String("child", "", "run as this end: server or client, of -stack, with -dir and -spec")
	stack := flag.String("stack", "", "of a child")
	dir := flag.String("dir", "", "of a child")
	spec := flag.String("spec", "{}", "of a child")
	flag.Parse()
	err := error(nil)
	if *role != "" {
		var s bench.Spec
		if err = json.Unmarshal([]byte(*spec), &s); err == nil {
			err = child(*role, *stack, *dir, s)
		}
	} else if r.run, err = regexp.Compile(*run); err == nil {
		err = r.print(os.Stdout)
		if err == nil && *file != "" {
			err = r.point(*release, *note).Write(*file)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// point returns the results for the history.
func (r *report) point(release, note string) *history.Point {
	return &history.Point{
		Release: release, Note: note, Date: time.Now().UTC().Format(time.DateOnly), Go: runtime.Version(), Rounds: r.rounds, Rows: r.rows,
		Machine: fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
	}
}
