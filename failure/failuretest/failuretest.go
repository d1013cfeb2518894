// Package failuretest holds tests to the table of failures: each row has a trigger
// in the tests of the package that makes it.
package failuretest

import (
	"errors"
	"testing"

	"polytls/failure"
)

// Triggers are calls that end in a failure, by its row. The tests of package
// failure find the rows that no test triggers, so they must be written out where
// Run is called: Triggers{failure.Decode: ...}.Run(t).
type Triggers map[failure.Failure]func(t *testing.T) error

// Run calls each trigger and wants its failure.
func (triggers Triggers) Run(t *testing.T) {
	t.Helper()
	for row, trigger := range triggers {
		t.Run(row.Code, func(t *testing.T) {
			if err := trigger(t); !errors.Is(err, row) {
				t.Errorf("got %v, want %s", err, row.Code)
			}
		})
	}
}
