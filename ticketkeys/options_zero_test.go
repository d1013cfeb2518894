package ticketkeys

import (
	"bytes"
	"testing"
	"time"

	"polytls/internal/optiontest"
)

// TestOptionsThatHoldNothing tells what 0 and a negative duration mean in the options
// of a source.
func TestOptionsThatHoldNothing(t *testing.T) {
	defaults := func(got func(*Options) time.Duration, want time.Duration) func(*testing.T) {
		return func(t *testing.T) {
			var o Options
			if err := o.complete(); err != nil || got(&o) != want {
				t.Errorf("0 is %v, %v; want %v", got(&o), err, want)
			}
		}
	}
	refuses := func(o Options) func(*testing.T) {
		return func(t *testing.T) {
			secret := bytes.Repeat([]byte{1}, 32)
			if _, err := New(o); err == nil {
				t.Error("New: no error")
			}
			if _, err := FromSecret(secret, o); err == nil {
				t.Error("FromSecret: no error")
			}
			if _, err := FromStore(newMemoryStore(), secret, o); err == nil {
				t.Error("FromStore: no error")
			}
		}
	}
	optiontest.Check(t, optiontest.Rows{
		"Options.Every": {
			optiontest.Zero:     defaults(func(o *Options) time.Duration { return o.Every }, 12*time.Hour),
			optiontest.Negative: refuses(Options{Every: -time.Second}),
		},
		"Options.Keep": {
			optiontest.Zero:     defaults(func(o *Options) time.Duration { return o.Keep }, 24*time.Hour),
			optiontest.Negative: refuses(Options{Keep: -1}),
		},
		"Options.Skew": {
			optiontest.Zero:     defaults(func(o *Options) time.Duration { return o.Skew }, 5*time.Minute),
			optiontest.Negative: refuses(Options{Skew: -1}),
		},
		"Options.Poll": {
			optiontest.Zero:     defaults(func(o *Options) time.Duration { return o.Poll }, time.Minute),
			optiontest.Negative: refuses(Options{Poll: -1}),
		},
	}, Options{}, Rotation{})
}
