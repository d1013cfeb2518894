// Command shim lets BoringSSL's protocol tests drive polytls: the runner starts
// it once for each test, with flags that say what to do and what to expect, and
// plays the peer. See the README of the directory above.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"polytls/failure"
)

// The codes with which the shim ends.
const (
	passed        = 0
	failed        = 1
	unimplemented = 89 // the test needs what the shim does not serve
	broken        = 90 // the shim itself is at fault: the test must fail
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if slices.Contains(args, "-is-handshaker-supported") {
		fmt.Fprintln(stdout, "No")
		return passed
	}
	all, err := parse(args)
	var u unserved
	switch {
	case errors.As(err, &u):
		return u.report(stderr)
	case err != nil:
		fmt.Fprintln(stderr, err)
		return broken
	}
	s, err := newShim(all)
	for i := 0; err == nil && i <= all[0].ResumeCount; i++ {
		err = s.connection(i)
	}
	switch {
	case err == nil:
		return passed
	case errors.As(err, &u):
		return u.report(stderr)
	}
	fmt.Fprintln(stderr, describe(err))
	return failed
}

// report ends a test that needs a flag which is not served. The flag's name
// goes to the file that BOGO_UNSERVED names, too, to be counted.
func (u unserved) report(stderr io.Writer) int {
	fmt.Fprintln(stderr, u)
	name := os.Getenv("BOGO_UNSERVED")
	if name == "" {
		return unimplemented
	}
	log, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = fmt.Fprintln(log, u.flag)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return broken
	}
	return unimplemented
}

// describe gives an error in the runner's manner, its reason between colons, so that
// each test can check the cause.
func describe(err error) string {
	var e *failure.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	code := strings.TrimPrefix(e.Code, "ERR_SSL_")
	return fmt.Sprintf(":%s: %v", code, err)
}
