//go:build !unix

package transport

import "syscall"

const canReadNonblocking = false

func readFD(uintptr, []byte) (int, syscall.Errno) { return 0, syscall.EINVAL }
