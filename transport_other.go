//go:build !unix

package polytls

import "syscall"

const canReadNonblocking = false

func readFD(uintptr, []byte) (int, error) { return 0, syscall.EINVAL }
