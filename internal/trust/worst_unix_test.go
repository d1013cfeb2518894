//go:build unix

package trust

import (
	"os/exec"
	"sort"
	"syscall"
	"testing"
	"time"

	"polytls/internal/peertest"
)

// BenchmarkWorstMessage measures the CPU time for a full message, with an untrusted
// chain and with one below a trusted root, and that of `openssl verify` including
// its start: "x-openssl" is the ratio.
func BenchmarkWorstMessage(b *testing.B) {
	for _, w := range worstChains {
		sent, root := w.fill()
		for who, roots := range map[string][][]byte{"stranger": nil, "trusted": {root}} {
			b.Run(w.name+"/"+who, func(b *testing.B) {
				pool := NewPool(roots...)
				var v *verification
				before := cpuTime()
				for b.Loop() {
					v = peer(sent, pool)
				}
				perOp := (cpuTime() - before) / time.Duration(b.N)
				if v != nil {
					b.ReportMetric(float64(v.spent)/1e6, "work-ms")
				}
				s := &scenario{sent: sent, roots: roots, purpose: ServerAuth, level: 2}
				b.ReportMetric(float64(perOp)/1e6, "cpu-ms/op")
				peers := opensslTime(b, s)
				b.ReportMetric(float64(peers)/1e6, "openssl-ms")
				b.ReportMetric(float64(perOp)/float64(peers), "x-openssl")
			})
		}
	}
}

// fill adds parts until the message is full.
func (w *worst) fill() (sent [][]byte, root []byte) {
	fits := func(parts int) bool {
		sent, _ := w.build(parts)
		return size(sent) <= messageSize
	}
	parts := 1
	for fits(2 * parts) {
		parts *= 2
	}
	more := sort.Search(parts, func(n int) bool { return !fits(parts + n + 1) })
	return w.build(parts + more)
}

// opensslTime is the least CPU time of three runs.
func opensslTime(tb testing.TB, s *scenario) time.Duration {
	args := opensslArguments(tb, s)
	var least time.Duration
	for i := range 3 {
		cmd := exec.Command(peertest.Path(tb, "openssl"), args...)
		_ = cmd.Run() // it may refuse the chain, as it likes
		spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if i == 0 || spent < least {
			least = spent
		}
	}
	return least
}

// cpuTime returns the CPU time that this process has used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
