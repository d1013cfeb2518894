// Package explain says why a command failed: Node's code, the reason, the alert and
// what to try.
package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"polytls"
	"polytls/failure"
	"polytls/internal/visible"
)

// Failure is why a command could not do its work: it ends with exit code 1 and
// one line that says what to try.
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

// MarshalJSON writes null for what is empty.
func (f *Failure) MarshalJSON() ([]byte, error) {
	orNull := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	return json.Marshal(struct {
		Code      any    `json:"code"`
		Reason    string `json:"reason"`
		Alert     any    `json:"alert"`
		AlertFrom any    `json:"alertFrom"`
	}{orNull(f.Code), f.Reason, orNull(f.Alert), orNull(f.AlertFrom)})
}

func (f *Failure) Unwrap() error { return f.err }

// Line is the failure for a reader: code, reason, what to try.
func (f *Failure) Line() string {
	hint := f.Hint
	if hint == "" {
		hint = f.advice()
	}
	return visible.Text(f.Error() + "; " + hint)
}

// Reported ends a command with exit code 1 when all is said already.
type Reported struct{ Err error }

func (e *Reported) Error() string { return e.Err.Error() }

func (e *Reported) Unwrap() error { return e.Err }

// Of describes any error, nil for nil.
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

// At is Of for an error of what, which is a flag, an argument or a file of one.
func At(what string, err error) *Failure {
	f := Of(err)
	f.Reason = what + ": " + f.Reason
	return f
}

// WithHint says what to try.
func (f *Failure) WithHint(hint string) *Failure {
	f.Hint = hint
	return f
}

// Unnamed is the reason of an error without the library's words for what it is
// about: the command has a flag's or a file's.
func Unnamed(err error) string {
	f := Of(err)
	var tls *polytls.Error
	if !errors.As(err, &tls) {
		return f.Reason
	}
	return strings.TrimPrefix(f.Reason, tls.Subject())
}

// New makes a failure of the command's own.
func New(code, hint, format string, args ...any) *Failure {
	return &Failure{Code: code, Reason: fmt.Sprintf(format, args...), Hint: hint}
}
