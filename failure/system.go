package failure

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// CodeOf returns Node's code for an error: the code of an Error, or that of an error of
// the network or the file system, such as ECONNREFUSED; "" for any other error.
func CodeOf(err error) string {
	var own *Error
	if errors.As(err, &own) && own.Code != "" {
		return own.Code
	}
	for _, known := range system {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "ENOTFOUND"
	case errors.As(err, &dns):
		return "EAI_AGAIN"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "ETIMEDOUT"
	}
	return ""
}

// system lists the errors of the operating system that have their own code in Node.
var system = []struct {
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
	{syscall.ENFILE, "ENFILE"},
	{syscall.ENAMETOOLONG, "ENAMETOOLONG"},
	{syscall.ELOOP, "ELOOP"},
	{syscall.ENOSPC, "ENOSPC"},
	{syscall.EFBIG, "EFBIG"},
	{syscall.EROFS, "EROFS"},
	{syscall.EIO, "EIO"},
	{syscall.ENXIO, "ENXIO"},
	{syscall.EBUSY, "EBUSY"},
	{syscall.ETXTBSY, "ETXTBSY"},
	{syscall.EPERM, "EPERM"}, // which fs.ErrPermission is, too
	{fs.ErrNotExist, "ENOENT"},
	{fs.ErrExist, "EEXIST"},
	{fs.ErrPermission, "EACCES"},
	{context.DeadlineExceeded, "ETIMEDOUT"},
	{os.ErrDeadlineExceeded, "ETIMEDOUT"},
	{context.Canceled, "ECANCELED"},
	{io.ErrUnexpectedEOF, "ECONNRESET"},
	{io.EOF, "ECONNRESET"},
}
