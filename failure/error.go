package failure

import (
	"fmt"
	"strings"
)

// Error is a failure of a connection or of a configuration. It is immutable: methods
// that add something return a copy.
type Error struct {
	// Code is what Node's err.code would be: ERR_TLS_..., ERR_SSL_..., an
	// X.509 verification code such as CERT_HAS_EXPIRED, or ECONNRESET.
	Code string
	// Reason says in words what is wrong, naming the option, message or
	// extension at fault.
	Reason string
	// Alert is the alert that was sent or received; it is meaningful only if AlertFrom
	// is not SideNone.
	Alert     Alert
	AlertFrom Side
	// Option is the Go name of the option at fault, such as "Cert", "" if none is.
	// Index is the element at fault of an option that is a list, counted from 0; it is
	// -1 for an option as a whole, and is meaningful only if Option is set.
	Option string
	Index  int
	// Err is the cause, if there is one.
	Err error

	subject string // the prefix of Reason that About has added
}

// Item is an option, or an element of one that is a list. As the cause of an Error it
// is a second item of the failure, such as the certificate to which a key does not
// belong.
type Item struct {
	Option string
	Index  int // -1 for the option as a whole
}

// String returns the item's name in errors, such as "Cert[1]".
func (i Item) String() string {
	if i.Index < 0 {
		return i.Option
	}
	return fmt.Sprintf("%s[%d]", i.Option, i.Index)
}

// Error returns the same as String.
func (i Item) Error() string { return i.String() }

// Error returns the reason, the cause and the code, in one line.
func (e *Error) Error() string {
	text := "tls: " + e.Message()
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	return text
}

// Message returns the reason and the cause, in one line.
func (e *Error) Message() string {
	switch {
	case e.Err == nil, strings.Contains(e.Reason, e.Err.Error()):
		return e.Reason
	case e.Reason == "":
		return e.Err.Error()
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a failure with the same code, so that errors.Is works
// against sentinels, which have only a code, and against the rows of the table.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case *Error:
		return t.Code != "" && t.Code == e.Code
	case Failure:
		return t.Code == e.Code
	}
	return false
}

// Wrap returns a copy of e with err as its cause.
func (e *Error) Wrap(err error) *Error {
	wrapped := *e
	wrapped.Err = err
	return &wrapped
}

// Prefixed returns a copy of e with text in front of its reason.
func (e *Error) Prefixed(text string) *Error {
	prefixed := *e
	prefixed.Reason = text + e.Reason
	return &prefixed
}

// At returns a copy of e with Option and Index set. Reason does not change: it names
// the option in its own words.
func (e *Error) At(i Item) *Error {
	at := *e
	at.Option, at.Index = i.Option, i.Index
	return &at
}

// About returns a copy of e whose reason begins with its subject.
func (e *Error) About(subject string) *Error {
	about := e.Prefixed(subject + ": ")
	about.subject = subject + ": " + e.subject
	return about
}

// OfOption returns a copy of e with Option and Index set, whose reason begins with the
// name of the option. The copy has no alert, because options are checked before there
// is a connection.
func (e *Error) OfOption(i Item) *Error {
	of := e.At(i).About("option " + i.String())
	of.Reason = strings.TrimSuffix(of.Reason, ": ") // if e has no reason
	of.Alert, of.AlertFrom = 0, SideNone
	return of
}

// Subject returns the prefix of Reason that names its subject, such as "option Cert[1]:
// cert: ", for programs that replace it with another name.
func (e *Error) Subject() string { return e.subject }
