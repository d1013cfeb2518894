package redisstore

import (
	"slices"
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	type act string
	const (
		allowed act = "allowed"
		refused act = "refused"
		succeed act = "succeed"
		fail    act = "fail"
		abandon act = "abandon"
		pause   act = "pause"        // the pause is over
		almost  act = "almost"       // all but a nanosecond of it
		closed  act = "is closed"    // what was reported last
		open    act = "is open"      //
		half    act = "is half-open" //
	)
	for _, test := range []struct {
		name  string
		steps []act
	}{
		{"closed", []act{allowed, succeed, allowed, fail, allowed, fail, allowed}},
		{"successes start the count anew", []act{fail, fail, succeed, fail, fail, allowed, fail, refused}},
		{"opens at the limit", []act{fail, fail, fail, open, refused, almost, refused}},
		{"one tries", []act{fail, fail, fail, pause, allowed, half, refused, refused, succeed, closed, allowed, allowed}},
		{"it fails", []act{fail, fail, fail, pause, allowed, fail, open, refused, almost, refused, pause, allowed}},
		{"it tells nothing", []act{fail, fail, fail, pause, allowed, abandon, open, allowed, half, refused}},
		{"abandoned while closed", []act{abandon, allowed, fail, fail, abandon, allowed, fail, refused}},
		{"late failures", []act{fail, fail, fail, almost, fail, pause, allowed}},
		{"late success", []act{fail, fail, fail, succeed, closed, allowed}},
		{"counts anew once closed", []act{fail, fail, fail, pause, allowed, succeed, fail, fail, allowed, fail, refused}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Unix(1_700_000_000, 0)
			state := BreakerClosed
			b := breaker{state: BreakerClosed, limit: 3, pause: time.Second, onChange: func(s State) { state = s }}
			for i, step := range test.steps {
				ok := true
				switch step {
				case allowed, refused:
					ok = b.allow(now) == (step == allowed)
				case succeed:
					b.succeed()
				case fail:
					b.fail(now)
				case abandon:
					b.abandon(now)
				case pause:
					now = now.Add(time.Second)
				case almost:
					now = now.Add(time.Second - 1)
				case closed:
					ok = state == BreakerClosed
				case open:
					ok = state == BreakerOpen
				case half:
					ok = state == BreakerHalfOpen
				}
				if !ok {
					t.Fatalf("step %d of %v: not %s; the state is %s", i, test.steps, step, state)
				}
			}
		})
	}
}

func TestBreakerReportsWithoutItsLock(t *testing.T) {
	var states []State
	b := &breaker{state: BreakerClosed, limit: 1}
	now := time.Unix(1_700_000_000, 0)
	b.onChange = func(s State) {
		states = append(states, s)
		b.allow(now.Add(-time.Hour)) // would wait for ever
	}
	b.fail(now)
	b.allow(now)
	b.succeed()
	b.succeed()
	if want := []State{BreakerOpen, BreakerHalfOpen, BreakerClosed}; !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
}
