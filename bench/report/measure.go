//go:build linux

package main

import (
	"slices"
	"time"

	"polytls/bench"
)

// run is a server and the client that loads it.
type run struct {
	server, client *process
}

// cost is the CPU time of some work at both ends.
type cost struct{ server, client time.Duration }

// begin starts both ends. Stacks that are no client of ours are loaded by our
// own.
func begin(stack string, s bench.Spec, d bench.Identities) (*run, error) {
	srv, err := server(stack, s, d)
	if err != nil {
		return nil, err
	}
	if _, ok := bench.Stacks[stack]; !ok {
		stack = bench.Polytls
	}
	return loaded(srv, stack, s, d)
}

// loaded starts a client of a stack for a server, which it stops if that fails.
func loaded(srv *process, stack string, s bench.Spec, d bench.Identities) (*run, error) {
	client, err := end(clientRole, stack, s, d)
	if err != nil {
		srv.stop()
		return nil, err
	}
	return &run{srv, client}, nil
}

func (r *run) stop() {
	r.server.stop() // first, or it complains of the client's end
	r.client.stop()
}

// work lets the client do something n times and returns what it cost.
func (r *run) work(verb string, n, size int) (cost, error) {
	before, err := r.server.cpu()
	if err != nil {
		return cost{}, err
	}
	ns, err := r.client.ask("%s %s %d %d", verb, r.server.address, n, size)
	if err != nil {
		return cost{}, err
	}
	after, err := r.server.cpu()
	return cost{after - before, time.Duration(ns)}, err
}

// ratio is ours divided by theirs, at either end.
type ratio struct {
	server, client float64
	ours, theirs   time.Duration // CPU time of the servers for one unit of work
}

// duel measures two runs in turn, in batches of work of about a quarter of a
// second. The first of a round is the second of the next: after a change, caches and
// clocks are not what they were.
func duel(ours, theirs *run, rounds int, verb string, size int) (ratio, error) {
	n, err := calibrate(ours, verb, size)
	if err != nil {
		return ratio{}, err
	}
	if _, err := theirs.work(verb, n, size); err != nil { // warm, too
		return ratio{}, err
	}
	var atServer, atClient, ourTimes, theirTimes []float64
	for round := range rounds {
		a, b, err := both(ours, theirs, round%2 == 1, func(r *run) (cost, error) { return r.work(verb, n, size) })
		if err != nil {
			return ratio{}, err
		}
		atServer = append(atServer, float64(a.server)/float64(b.server))
		atClient = append(atClient, float64(a.client)/float64(b.client))
		ourTimes = append(ourTimes, float64(a.server)/float64(n))
		theirTimes = append(theirTimes, float64(b.server)/float64(n))
	}
	return ratio{median(atServer), median(atClient), time.Duration(median(ourTimes)), time.Duration(median(theirTimes))}, nil
}

// both measures two runs, the second one first if swapped.
func both(x, y *run, swapped bool, measure func(*run) (cost, error)) (ofX, ofY cost, err error) {
	if swapped {
		ofY, ofX, err = both(y, x, false, measure)
		return ofX, ofY, err
	}
	if ofX, err = measure(x); err == nil {
		ofY, err = measure(y)
	}
	return ofX, ofY, err
}

// calibrate finds how much work a batch is.
func calibrate(r *run, verb string, size int) (int, error) {
	const batch = 250 * time.Millisecond
	n := 32
	if size > 0 {
		n = 1 << 20
	}
	for {
		c, err := r.work(verb, n, size)
		if err != nil {
			return 0, err
		}
		if c.server+c.client >= batch/4 {
			return max(n, int(float64(n)*float64(batch)/float64(c.server+c.client))), nil
		}
		n *= 4
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
