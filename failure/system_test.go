package failure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"polytls/failure"
)

func TestCodeOf(t *testing.T) {
	_, notFound := os.Open("/nonexistent/file")
	for err, want := range map[error]string{
		failure.Decode.New("x"):                               failure.Decode.Code,
		fmt.Errorf("x: %w", failure.Decode.New("x")):          failure.Decode.Code,
		(&failure.Error{Reason: "x"}).Wrap(syscall.EPIPE):     "EPIPE",
		&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}:   "ECONNREFUSED",
		&net.DNSError{Err: "no such host", IsNotFound: true}:  "ENOTFOUND",
		&net.DNSError{Err: "server misbehaving"}:              "EAI_AGAIN",
		&net.DNSError{Err: "i/o timeout", IsTimeout: true}:    "EAI_AGAIN",
		&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}: "ETIMEDOUT",
		&net.OpError{Op: "read", Err: timeout{}}:              "ETIMEDOUT",
		context.Canceled:                                      "ECANCELED",
		notFound:                                              "ENOENT",
		&os.PathError{Op: "write", Err: syscall.EFBIG}:        "EFBIG",
		&os.PathError{Op: "open", Err: syscall.ENXIO}:         "ENXIO",
		&os.PathError{Op: "open", Err: syscall.EPERM}:         "EPERM",
		&os.PathError{Op: "open", Err: syscall.EACCES}:        "EACCES",
		io.ErrUnexpectedEOF:                                   "ECONNRESET",
		errors.New("x"):                                       "",
	} {
		if got := failure.CodeOf(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if got := failure.CodeOf(nil); got != "" {
		t.Errorf("nil has the code %q", got)
	}
}

type timeout struct{}

func (timeout) Error() string { return "timeout" }
func (timeout) Timeout() bool { return true }
