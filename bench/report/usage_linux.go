package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// cpuTime is what this process has used, in user and kernel mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// residentMemory is what this process holds of memory, in bytes.
func residentMemory() int64 {
	b, _ := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// cpuTimeOf is what another process has used, by its CPU clock, whose number the kernel
// makes of the process's (clock_getcpuclockid(3)).
func cpuTimeOf(pid int) (time.Duration, error) {
	const processClock = 2 // CPUCLOCK_SCHED
	var t syscall.Timespec
	clock := ^uintptr(pid)<<3 | processClock
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		return 0, fmt.Errorf("the CPU clock of process %d: %w", pid, errno)
	}
	return time.Duration(t.Nano()), nil
}

// raiseFileLimit allows as many open files as the system lets it: the hard
// limit too, where that is permitted.
func raiseFileLimit() error {
	for _, limit := range []syscall.Rlimit{{Cur: 1 << 18, Max: 1 << 18}, hardLimit()} {
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
			return nil
		}
	}
	return fmt.Errorf("the limit of open files cannot be raised")
}

func hardLimit() syscall.Rlimit {
	var r syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r)
	r.Cur = r.Max
	return r
}
