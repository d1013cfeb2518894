//go:build unix

package polytls

import "syscall"

const canReadNonblocking = true

func readFD(fd uintptr, p []byte) (int, error) { return syscall.Read(int(fd), p) }
