package keys

import (
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
)

func TestFailures(t *testing.T) {
	failuretest.Triggers{
		failure.DigestCheckFailed: func(*testing.T) error { return checkFinished([]byte{1}, []byte{2}) },
	}.Run(t)
}
