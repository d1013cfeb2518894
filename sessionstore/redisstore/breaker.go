package redisstore

import (
	"sync"
	"time"
)

// State is what a store thinks of its Redis.
type State string

// The states of the breaker.
const (
	// BreakerClosed: calls go to Redis.
	BreakerClosed State = "closed"
	// BreakerOpen: Redis failed several times in a row and is left alone.
	BreakerOpen State = "open"
	// BreakerHalfOpen: one call tries whether Redis is back.
	BreakerHalfOpen State = "half-open"
)

// breaker decides which calls go to Redis, so that a dead one costs nothing.
type breaker struct {
	limit    int           // failures in a row that open it
	pause    time.Duration // how long it stays open
	onChange func(State)   // is called without the lock

	mu       sync.Mutex
	state    State
	failures int
	retry    time.Time // when BreakerOpen ends
}

// allow reports whether a call may go to Redis. Each call that may must end
// with succeed, fail or abandon.
func (b *breaker) allow(now time.Time) (allowed bool) {
	b.change(func() {
		allowed = b.state == BreakerClosed
		if b.state == BreakerOpen && !now.Before(b.retry) {
			b.state, allowed = BreakerHalfOpen, true
		}
	})
	return allowed
}

// succeed is called when Redis has answered.
func (b *breaker) succeed() {
	b.change(func() { b.state, b.failures = BreakerClosed, 0 })
}

// fail is called when Redis failed or was too slow.
func (b *breaker) fail(now time.Time) {
	b.change(func() {
		b.failures++
		if b.state == BreakerHalfOpen || b.state == BreakerClosed && b.failures >= b.limit {
			b.state, b.retry = BreakerOpen, now.Add(b.pause)
		}
	})
}

// abandon is called when a call ended with no information about Redis: if it was the
// one that tried, the next one may.
func (b *breaker) abandon(now time.Time) {
	b.change(func() {
		if b.state == BreakerHalfOpen {
			b.state, b.retry = BreakerOpen, now
		}
	})
}

// change applies f under the lock and reports a new state afterwards.
func (b *breaker) change(f func()) {
	b.mu.Lock()
	before := b.state
	f()
	after := b.state
	b.mu.Unlock()
	if before != after {
		b.onChange(after)
	}
}
