package bench

import (
	"net"
	"slices"
	"strings"
	"testing"
)

// inProcess are the stacks of a row that Go benchmarks can run.
func inProcess(beside []string) []string {
	names := []string{Polytls}
	for _, name := range beside {
		if _, ok := Stacks[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// pair serves a Spec on loopback and returns what connects to it.
func pair(tb testing.TB, stack string, s Spec) func() net.Conn {
	tb.Helper()
	d, err := MakeIdentities(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	go Stacks[stack].Serve(l, s, d, Answer)
	client, err := Stacks[stack].Client(s, d)
	if err != nil {
		tb.Fatal(err)
	}
	return func() net.Conn {
		c, err := Dial(client, l.Addr().String())
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
}

func (h *Handshake) spec(stack string) Spec {
	if h.Other != nil && stack != Polytls {
		return *h.Other
	}
	return h.Spec
}

func BenchmarkHandshake(b *testing.B) {
	for _, row := range slices.Concat(Handshakes, Mutual) {
		for _, stack := range inProcess(row.Beside) {
			b.Run(row.Name+"/"+stack, func(b *testing.B) {
				dial := pair(b, stack, row.spec(stack))
				connectAndEcho(b, dial) // the session that is resumed
				b.ReportAllocs()
				for b.Loop() {
					connectAndEcho(b, dial)
				}
			})
		}
	}
}

func connectAndEcho(tb testing.TB, dial func() net.Conn) {
	c := dial()
	defer c.Close()
	if err := Echo(c); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkTransfer(b *testing.B) {
	for _, row := range Transfers {
		for _, stack := range inProcess(row.Beside) {
			b.Run(row.Name+"/"+stack, func(b *testing.B) {
				c := pair(b, stack, row.Spec)()
				defer c.Close()
				b.SetBytes(int64(row.Write))
				b.ReportAllocs()
				b.ResetTimer()
				if err := Send(c, b.N*row.Write, row.Write); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// TestStacks runs every row once: a benchmark that measures failures is none.
func TestStacks(t *testing.T) {
	for _, row := range slices.Concat(Handshakes, Mutual) {
		for _, stack := range inProcess(row.Beside) {
			t.Run(row.Name+"/"+stack, func(t *testing.T) {
				dial := pair(t, stack, row.spec(stack))
				connectAndEcho(t, dial)
				connectAndEcho(t, dial)
			})
		}
	}
	for _, row := range Transfers {
		for _, stack := range inProcess(row.Beside) {
			t.Run(row.Name+"/"+stack, func(t *testing.T) {
				c := pair(t, stack, row.Spec)()
				defer c.Close()
				const total = 100_001
				if err := Send(c, total, row.Write); err != nil {
					t.Error(err)
				}
				if err := Receive(c, total, row.Write); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestSteadyStateAllocatesNothing counts the allocations of both ends.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools forget at random")
	}
	for _, row := range Transfers {
		if strings.Contains(row.Suite, "CCM") {
			continue // package ccm makes its blocks anew for every record
		}
		t.Run(row.Name, func(t *testing.T) {
			c := pair(t, Polytls, row.Spec)()
			defer c.Close()
			const records = 1000
			if err := Send(c, records*row.Write, row.Write); err != nil {
				t.Fatal(err)
			}
			// The command, the answer and the buffers cost some.
			const ofTransfer = 100
			n := testing.AllocsPerRun(1, func() {
				if err := Send(c, records*row.Write, row.Write); err != nil {
					t.Fatal(err)
				}
			})
			if n > ofTransfer {
				t.Errorf("%v allocations for %d records", n, records)
			}
		})
	}
}
