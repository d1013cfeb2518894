// Package explain describes why a command failed: Node's code, the reason, the alert
// and what to do.
package explain

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"polytls"
	"polytls/failure"
	"polytls/internal/visible"
)

// Failure is the error of a command that ends with exit code 1 and one line, which
// says what to do.
type Failure struct {
	Code             string // Node's, "" where Node has none
	Reason           string
	Alert, AlertFrom string // the alert's name, and "us" or "peer"; "" without one

	Hint string
	err  error
}

func (f *Failure) Error() string {
	if f.Code == "" {
		return f.Reason
	}
	return f.Code + ": " + f.Reason
}

// MarshalJSON writes null for empty fields. what, fault and remedy explain the failure
// of a connection, a sentence each.
func (f *Failure) MarshalJSON() ([]byte, error) {
	orNull := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	what, fault := f.cause()
	return json.Marshal(struct {
		Code      any    `json:"code"`
		Reason    string `json:"reason"`
		Alert     any    `json:"alert"`
		AlertFrom any    `json:"alertFrom"`
		What      any    `json:"what"`
		Fault     any    `json:"fault"`
		Remedy    string `json:"remedy"`
	}{orNull(f.Code), f.Reason, orNull(f.Alert), orNull(f.AlertFrom), orNull(what), orNull(fault), cmp.Or(f.Hint, f.advice())})
}

func (f *Failure) Unwrap() error { return f.err }

// Line returns code, reason, what happened, whose fault it is and what to do, in one
// line.
func (f *Failure) Line() string {
	what, fault := f.cause()
	return visible.Text(Line(f.Code, f.Reason, what, fault, cmp.Or(f.Hint, f.advice())))
}

// cause returns what happened and whose fault it is if a connection failed. The reasons
// of other failures name the flag and the file at fault.
func (f *Failure) cause() (what, fault string) {
	x := failure.Explain(f.err)
	var e *polytls.Error
	if f.err == nil || x.What == f.err.Error() || errors.As(f.err, &e) && e.Option != "" {
		return "", ""
	}
	return InFlags(x.What), x.Fault
}

// Line joins a failure's code, which may be "", and its reason with its explanation, of
// which what and fault may be "".
func Line(code, reason, what, fault, remedy string) string {
	text := reason
	switch {
	case strings.HasPrefix(what, reason):
		text = what
	case !strings.Contains(reason, what):
		text = reason + "; " + what
	}
	if code != "" {
		text = code + ": " + text
	}
	if fault != "" {
		text += " (" + fault + ")"
	}
	return text + "; " + remedy
}

// Reported is the error of a command that has printed its failure: nothing else is
// printed.
type Reported struct{ Err error }

func (e *Reported) Error() string { return e.Err.Error() }

func (e *Reported) Unwrap() error { return e.Err }

// Of describes an error; it returns nil for nil.
func Of(err error) *Failure {
	var own *Failure
	var tls *polytls.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case !errors.As(err, &tls):
		return &Failure{Code: failure.CodeOf(err), Reason: err.Error(), err: err}
	}
	f := &Failure{Code: failure.CodeOf(err), Reason: tls.Message(), err: err}
	if tls.AlertFrom != polytls.SideNone {
		f.Alert, f.AlertFrom = tls.Alert.String(), tls.AlertFrom.String()
	}
	if identity, ok := polytls.RefusedName(err); ok {
		f.Reason = identity.Reason // Node's err.reason, word for word
	}
	return f
}

// At is Of with a flag, an argument or a file before the reason.
func At(what string, err error) *Failure {
	f := Of(err)
	f.Reason = what + ": " + f.Reason
	return f
}

// Unnamed returns the reason of an error without the library's name for its
// subject. The command names a flag or a file instead.
func Unnamed(err error) string {
	f := Of(err)
	var tls *polytls.Error
	if !errors.As(err, &tls) {
		return f.Reason
	}
	return strings.TrimPrefix(f.Reason, tls.Subject())
}

// New makes a failure that the command detects.
func New(code, hint, format string, args ...any) *Failure {
	return &Failure{Code: code, Reason: fmt.Sprintf(format, args...), Hint: hint}
}
