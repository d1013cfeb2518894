//go:build linux

package main

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// startAlone starts an end on a processor that the other end does not use, where there
// are two: else the ends empty each other's caches, the more the busier the machine is.
func startAlone(role string, cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil || all.Count() < 2 {
		return cmd.Start()
	}
	one := processor(&all, role == clientRole)
	if err := unix.SchedSetaffinity(0, &one); err != nil { // the process inherits it
		return err
	}
	defer unix.SchedSetaffinity(0, &all)
	return cmd.Start()
}

// processor returns the first processor of a set, or the second.
func processor(all *unix.CPUSet, second bool) (one unix.CPUSet) {
	for n := range len(all) * 64 {
		if !all.IsSet(n) {
			continue
		}
		if !second {
			one.Set(n)
			return one
		}
		second = false
	}
	return one
}
