// Package failure has the table of failures: each failure's code in Node, its alert,
// what it means and what to do about it. It also has the error type that carries a
// code.
//
// The code that detects a failure makes the error from a row and so chooses the alert,
// which the handshake or the record layer sends. Errors are immutable.
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
	// Alert is sent unless the code that detects the failure chooses another one. In
	// the row of an alert that the peer sent it is that alert. It has no meaning for
	// failures outside of connections.
	Alert Alert
	// OpenSSL is the reason in OpenSSL 3.5's errors, or its text for the result of a
	// verification; "" if OpenSSL has none.
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

// Lookup returns the row of a code. It also knows the codes of unregistered alerts.
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

// table holds the failures that row has added.
var table []Failure

// row adds a failure to the table and returns it.
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

// Option is Local for a failure of an option, whose name the reason begins with.
func (f Failure) Option(name, format string, args ...any) *Error {
	return f.Local(format, args...).OfOption(Item{name, -1})
}

// About is Local with a reason that begins with the failure's subject.
func (f Failure) About(subject, format string, args ...any) *Error {
	return f.Local(format, args...).About(subject)
}
