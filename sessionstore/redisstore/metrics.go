package redisstore

import "time"

// Metrics are functions that a store calls; any may be nil. They are called on the
// goroutines of handshakes, several at once, and must not block.
type Metrics struct {
	// Call is called for each call, with the time it waited for Redis.
	Call func(op Op, outcome Outcome, took time.Duration)
	// Breaker is called for each change of the breaker.
	Breaker func(State)
}

func (m *Metrics) call(op Op, outcome Outcome, took time.Duration) {
	if m.Call != nil {
		m.Call(op, outcome, took)
	}
}

func (m *Metrics) breaker(state State) {
	if m.Breaker != nil {
		m.Breaker(state)
	}
}

// Op is a method of Store.
type Op string

// The methods of Store.
const (
	Put    Op = "put"
	Get    Op = "get"
	Take   Op = "take"
	Delete Op = "delete"
)

// Outcome is how a call ended.
type Outcome string

// The outcomes of a call. All but Hit and Done cost a full handshake.
const (
	// Hit: Get or Take returned a session.
	Hit Outcome = "hit"
	// Done: Put or Delete succeeded.
	Done Outcome = "done"
	// Miss: there is no such session.
	Miss Outcome = "miss"
	// Rejected: there is a value, which is not ours, was changed, or was sealed
	// under keys that are not set.
	Rejected Outcome = "rejected"
	// Failed: Redis returned an error or took longer than the deadline.
	Failed Outcome = "failed"
	// Skipped: Redis was not asked, or the caller did not wait for it.
	Skipped Outcome = "skipped"
)
