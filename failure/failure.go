// Package failure is the table of failures: the code that each has in Node, the
// alert that goes with it, what it means and what to do about it; and the error
// that carries a code.
//
// The place that detects a failure makes the error from a row, and so chooses
// the alert; only the two ends of a connection send one. An error is never
// changed after it was made.
package failure

import (
	"fmt"
	"iter"
	"sync"
)

// Failure is a row of the table. It is an error, so that
// errors.Is(err, failure.Decode) compares with the row.
type Failure struct {
	// Code is Node's err.code.
	Code string
	// Alert is sent where the place of the failure does not choose another one;
	// for the code of an alert that the peer sent it is that alert. It has no
	// meaning for failures outside of connections.
	Alert Alert
	// OpenSSL is the reason in OpenSSL 3.5's errors, or its words for the result
	// of a verification; "" if OpenSSL has none.
	OpenSSL string
	// Meaning says what is wrong, Remedy what the operator of a client or a
	// server can do, both in one sentence.
	Meaning, Remedy string
}

// All returns the table: the failures of options and connections, those of X.509
// verification, and one for each registered alert that a peer can send.
func All() iter.Seq[Failure] {
	return func(yield func(Failure) bool) {
		for _, f := range table {
			if !yield(f) {
				return
			}
		}
		for a := range Alerts() {
			if !yield(received(a)) {
				return
			}
		}
	}
}

// Lookup returns the row of a code, which may also be that of an unregistered
// alert.
func Lookup(code string) (f Failure, ok bool) {
	f, ok = byCode()[code]
	return f, ok
}

var byCode = sync.OnceValue(func() map[string]Failure {
	index := map[string]Failure{}
	for a := range 1 << 8 {
		f := received(Alert(a))
		index[f.Code] = f
	}
	for _, f := range table {
		index[f.Code] = f
	}
	return index
})

// table holds what row was given.
var table []Failure

// row puts a failure into the table.
func row(f Failure) Failure {
	table = append(table, f)
	return f
}

// Error returns the code.
func (f Failure) Error() string { return f.Code }

// New makes the error of this failure with the row's own alert.
func (f Failure) New(format string, args ...any) *Error {
	return f.With(f.Alert, format, args...)
}

// With makes the error of this failure with another alert.
func (f Failure) With(a Alert, format string, args ...any) *Error {
	return &Error{Code: f.Code, Reason: fmt.Sprintf(format, args...), Alert: a, AlertFrom: SideUs}
}

// Local makes the error of this failure where no alert is sent: before a
// connection exists, or after it has ended.
func (f Failure) Local(format string, args ...any) *Error {
	return &Error{Code: f.Code, Reason: fmt.Sprintf(format, args...)}
}

// Option makes the error of this failure at an option.
func (f Failure) Option(name, format string, args ...any) *Error {
	return f.Local(format, args...).OfOption(Item{name, -1})
}

// About is Local with the failure's subject in front of the reason.
func (f Failure) About(subject, format string, args ...any) *Error {
	return f.Local(format, args...).About(subject)
}
