//go:build !unix

package polytls

import "syscall"

const canReadNonblocking = false

func readFD(uintptr, []byte) (int, syscall.Errno) { return 0, syscall.EINVAL }
