// Lucky13 measures whether the time of opening a CBC record reveals what was wrong
// with it: its padding, its MAC, and the length of the padding. That would allow
// decryption (RFC 5246, section 6.2.3.2; AlFardan and Paterson, "Lucky Thirteen").
//
// Records of one length that fail for different reasons are opened in random
// order, and Welch's t-test compares the times of each reason with those of the
// first. An opener that works by the book is measured in the same way, as a
// control: the test must find its leak, or it says nothing of ours.
//
// It exits with 1 if it finds a difference, and with 2 if the control shows none.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"polytls/internal/record"
	"polytls/internal/suite"
)

// threshold is the |t| above which a difference is no accident. It is dudect's:
// among random numbers one comparison in a hundred thousand gets there.
const threshold = 4.5

func main() {
	samples := flag.Int("samples", 100000, "records to open of each kind")
	size := flag.Int("size", 512, "bytes of a record's ciphertext without its IV, a multiple of 16 from 320 on")
	flag.Parse()
	if *size < 320 || *size%16 != 0 || *size > record.MaxPlaintext || *samples < 100 {
		fmt.Fprintln(os.Stderr, "lucky13: -size is a multiple of 16 from 320 to 16384, -samples at least 100")
		os.Exit(2)
	}
	leaks, blind, resolution := false, false, 0.0
	for _, m := range []suite.MAC{suite.SHA1, suite.SHA256, suite.SHA384} {
		k := newKeys(m)
		o, err := record.NewOpener(k)
		if err != nil {
			fmt.Fprintln(os.Stderr, "lucky13:", err)
			os.Exit(2)
		}
		kinds := failures(k, *size)
		ours := compare("polytls", k, kinds, *samples, func(rec []byte) error { _, _, err := o.Open(rec); return err })
		control := compare("control", k, kinds, *samples, byTheBook(k))
		leaks = leaks || ours.differs
		blind = blind || !control.differs
		resolution = max(resolution, ours.resolution)
	}
	switch {
	case leaks:
		fmt.Println("result: the time reveals why a record failed")
		os.Exit(1)
	case blind:
		fmt.Println("result: none, since the control's leak was not found either; take more samples or a quieter machine")
		os.Exit(2)
	}
	fmt.Printf("result: no difference found; one of %.0f ns would have been\n", resolution)
}

// comparison is what the times of all kinds of records say.
type comparison struct {
	differs    bool    // some kind from the first
	resolution float64 // the least difference that counts, in nanoseconds
}

// compare measures open and prints a line for each kind of record.
func compare(name string, k record.Keys, kinds []failure, samples int, open func([]byte) error) comparison {
	times := measure(kinds, samples, open)
	crop(times)
	var c comparison
	for i, kind := range kinds[1:] {
		difference, deviation := welch(times[0], times[i+1])
		result := "same"
		if t := difference / deviation; t > threshold || t < -threshold {
			result, c.differs = "DIFFERS", true
		}
		c.resolution = max(c.resolution, threshold*deviation)
		fmt.Printf("%s  %-7v  %-31s  %+7.1f ns of %.0f  t = %+7.2f  %s\n",
			name, k.Suite.MAC.Hash(), kind.name, difference, mean(times[0]), difference/deviation, result)
	}
	return c
}

// measure opens records of all kinds in random order and returns the times of
// each kind in nanoseconds. All are opened in one buffer, and none succeeds, so
// that the opener's state stays the same.
func measure(kinds []failure, samples int, open func([]byte) error) [][]float64 {
	times := make([][]float64, len(kinds))
	for i := range times {
		times[i] = make([]float64, 0, samples)
	}
	buf := make([]byte, len(kinds[0].rec))
	warmUp := samples / 10
	for n := range warmUp + samples {
		for _, i := range rand.Perm(len(kinds)) {
			copy(buf, kinds[i].rec)
			start := time.Now()
			err := open(buf)
			took := time.Since(start)
			if err == nil {
				panic("lucky13: a record that is wrong was opened: " + kinds[i].name)
			}
			if n >= warmUp {
				times[i] = append(times[i], float64(took.Nanoseconds()))
			}
		}
	}
	return times
}
