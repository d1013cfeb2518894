package sessionstore

import (
	"testing"
	"time"

	"polytls/internal/optiontest"
)

// TestOptionsThatHoldNothing tells what 0 and a negative number mean in the options
// of the stores.
func TestOptionsThatHoldNothing(t *testing.T) {
	is := func(want func(MemoryOptions) bool) func(*testing.T) {
		return func(t *testing.T) {
			if got := NewMemory(MemoryOptions{}).limits; !want(got) {
				t.Errorf("the limits are %+v", got)
			}
		}
	}
	keepsNothing := func(o MemoryOptions) func(*testing.T) {
		return func(t *testing.T) {
			m := NewMemory(o)
			m.Put(ctx, id(1), []byte("x"), time.Hour)
			m.mustHold(t, id(1), "")
		}
	}
	panics := func(o StrikeOptions) func(*testing.T) {
		return func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			NewStrikeRegister(o)
		}
	}
	optiontest.Check(t, optiontest.Rows{
		"MemoryOptions.Entries": {
			optiontest.Zero:     is(func(o MemoryOptions) bool { return o.Entries == 100_000 }),
			optiontest.Negative: keepsNothing(MemoryOptions{Entries: -1}),
		},
		"MemoryOptions.Bytes": {
			optiontest.Zero:     is(func(o MemoryOptions) bool { return o.Bytes == 64<<20 }),
			optiontest.Negative: keepsNothing(MemoryOptions{Bytes: -1}),
		},
		"MemoryOptions.MaxAge": {
			optiontest.Zero:     is(func(o MemoryOptions) bool { return o.MaxAge == 24*time.Hour }),
			optiontest.Negative: keepsNothing(MemoryOptions{MaxAge: -1}),
		},
		"StrikeOptions.Window": {
			optiontest.Zero: func(t *testing.T) {
				c, r := newClock(), NewStrikeRegister(StrikeOptions{})
				r.Seen(id(1), c.now)
				c.advance(10*time.Second - 1)
				if !r.Seen(id(1), c.now) {
					t.Error("forgotten before 10 s")
				}
				c.advance(1)
				if r.Seen(id(1), c.now) {
					t.Error("still known after 10 s")
				}
			},
			optiontest.Negative: panics(StrikeOptions{Window: -1}),
		},
		"StrikeOptions.Entries": {
			optiontest.Zero: func(t *testing.T) {
				if r := NewStrikeRegister(StrikeOptions{}); r.entries != 65_536 {
					t.Errorf("%d entries", r.entries)
				}
			},
			optiontest.Negative: panics(StrikeOptions{Entries: -1}),
		},
	}, MemoryOptions{}, StrikeOptions{})
}
