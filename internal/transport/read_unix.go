//go:build unix

package transport

import "syscall"

const canReadNonblocking = true

// readFD is read(2). Its error is 0 if there is none.
func readFD(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), p)
	switch err := err.(type) {
	case nil:
		return n, 0
	case syscall.Errno:
		return n, err
	}
	return n, syscall.EIO // not reached: syscall returns an Errno
}
