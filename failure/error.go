package failure

import (
	"fmt"
	"strings"
)

// Error is a failure of a connection or of a configuration.
type Error struct {
	// Code is what Node's err.code would be: ERR_TLS_..., ERR_SSL_..., an
	// X.509 verification code such as CERT_HAS_EXPIRED, or ECONNRESET.
	Code string
	// Reason says in words what is wrong, naming the option, message or
	// extension at fault.
	Reason string
	// Alert is the alert that was sent or received; it means something only
	// when AlertFrom is not SideNone.
	Alert     Alert
	AlertFrom Side
	// Err is the cause, if there is one.
	Err error
}

// Error returns the code, the reason and the cause, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("tls: ")
	b.WriteString(e.Reason)
	if e.Err != nil && !strings.Contains(e.Reason, e.Err.Error()) {
		if e.Reason != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a failure with the same code, so that
// errors.Is works against sentinels, which carry nothing but a code, and
// against the rows of the table.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case *Error:
		return t.Code != "" && t.Code == e.Code
	case Failure:
		return t.Code == e.Code
	}
	return false
}

// Wrap returns e with err as its cause.
func (e *Error) Wrap(err error) *Error {
	e.Err = err
	return e
}
