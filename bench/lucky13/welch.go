package main

import (
	"math"
	"slices"
)

// kept is the share of times that crop keeps.
const kept = 0.9

// crop drops times above one bound for all kinds: interruptions, which hide
// what is looked for. The bound is taken from all times together, so that it
// favours no kind.
func crop(times [][]float64) {
	all := slices.Concat(times...)
	slices.Sort(all)
	bound := all[int(kept*float64(len(all)-1))]
	for i := range times {
		times[i] = slices.DeleteFunc(times[i], func(t float64) bool { return t > bound })
	}
}

// welch returns how far the mean of b is above that of a, and the standard
// error of this difference. Their quotient is the statistic of Welch's t-test.
func welch(a, b []float64) (difference, deviation float64) {
	deviation = math.Sqrt(variance(a)/float64(len(a)) + variance(b)/float64(len(b)))
	return mean(b) - mean(a), deviation
}

func mean(a []float64) float64 {
	sum := 0.0
	for _, x := range a {
		sum += x
	}
	return sum / float64(len(a))
}

// variance is the unbiased estimate.
func variance(a []float64) float64 {
	m, sum := mean(a), 0.0
	for _, x := range a {
		sum += (x - m) * (x - m)
	}
	return sum / float64(len(a)-1)
}
