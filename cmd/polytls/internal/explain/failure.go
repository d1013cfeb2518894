// Package explain says why a command failed: Node's code, the reason, the alert and
// what to try.
package explain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"polytls"
	"polytls/internal/visible"
)

// Failure is why a command could not do its work: it ends with exit code 1 and
// one line that says what to try.
type Failure struct {
	Code      string // Node's, "" where Node has none
	Reason    string
	Alert     *string // the alert's name
	AlertFrom *string // "us" or "peer"

	Hint string
	err  error
}

func (f *Failure) Error() string {
	if f.Code == "" {
		return f.Reason
	}
	return f.Code + ": " + f.Reason
}

// MarshalJSON writes null for what there is not.
func (f *Failure) MarshalJSON() ([]byte, error) {
	object := struct {
		Code      *string `json:"code"`
		Reason    string  `json:"reason"`
		Alert     *string `json:"alert"`
		AlertFrom *string `json:"alertFrom"`
	}{nil, f.Reason, f.Alert, f.AlertFrom}
	if f.Code != "" {
		object.Code = &f.Code
	}
	return json.Marshal(object)
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
	case errors.As(err, &tls):
		return failedTLS(err, tls)
	}
	return failedSystem(err)
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

// failedTLS describes a failure of the protocol, of trust or of an option.
func failedTLS(err error, e *polytls.Error) *Failure {
	f := &Failure{Code: e.Code, Reason: e.Reason, err: err}
	if e.AlertFrom != polytls.SideNone {
		name, from := e.Alert.String(), e.AlertFrom.String()
		f.Alert, f.AlertFrom = &name, &from
	}
	if identity, ok := polytls.RefusedName(err); ok {
		f.Reason = identity.Reason // Node's err.reason, word for word
		return f
	}
	if e.Err != nil && !strings.Contains(f.Reason, e.Err.Error()) {
		f.Reason = strings.TrimPrefix(f.Reason+": "+e.Err.Error(), ": ")
	}
	if f.Code == "" {
		f.Code = failedSystem(err).Code
	}
	return f
}

// failedSystem describes a failure of the network or of the file system by the
// code that Node gives it. Any other error has none.
func failedSystem(err error) *Failure {
	f := &Failure{Reason: err.Error(), err: err}
	for _, known := range systemErrors {
		if errors.Is(err, known.err) {
			f.Code = known.code
			return f
		}
	}
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		f.Code = "ENOTFOUND"
	case errors.As(err, &dns):
		f.Code = "EAI_AGAIN"
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Code = "ETIMEDOUT"
	}
	return f
}

// systemErrors are the errors of the system that have a code of their own. The
// order matters: a deadline is a timeout of the network, too.
var systemErrors = []struct {
	err  error
	code string
}{
	{syscall.ECONNREFUSED, "ECONNREFUSED"},
	{syscall.ECONNRESET, "ECONNRESET"},
	{syscall.EPIPE, "EPIPE"},
	{syscall.EADDRINUSE, "EADDRINUSE"},
	{syscall.EADDRNOTAVAIL, "EADDRNOTAVAIL"},
	{syscall.EHOSTUNREACH, "EHOSTUNREACH"},
	{syscall.ENETUNREACH, "ENETUNREACH"},
	{syscall.ETIMEDOUT, "ETIMEDOUT"},
	{syscall.EISDIR, "EISDIR"},
	{syscall.ENOTDIR, "ENOTDIR"},
	{syscall.EMFILE, "EMFILE"},
	{syscall.ENAMETOOLONG, "ENAMETOOLONG"},
	{syscall.ELOOP, "ELOOP"},
	{syscall.ENOSPC, "ENOSPC"},
	{syscall.EROFS, "EROFS"},
	{syscall.EIO, "EIO"},
	{fs.ErrNotExist, "ENOENT"},
	{fs.ErrExist, "EEXIST"},
	{fs.ErrPermission, "EACCES"},
	{context.DeadlineExceeded, "ETIMEDOUT"},
	{os.ErrDeadlineExceeded, "ETIMEDOUT"},
	{context.Canceled, "ECANCELED"},
	{io.ErrUnexpectedEOF, "ECONNRESET"},
	{io.EOF, "ECONNRESET"},
}

// New makes a failure of the command's own.
func New(code, hint, format string, args ...any) *Failure {
	return &Failure{Code: code, Reason: fmt.Sprintf(format, args...), Hint: hint}
}
