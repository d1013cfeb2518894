package redisstore

import (
	"log/slog"
	"sync"
	"time"
)

// throttle logs failures without filling disks: at a thousand handshakes a
// second each of them fails.
type throttle struct {
	logger *slog.Logger

	mu      sync.Mutex
	quiet   time.Time // nothing is logged before
	dropped int       // records since the last one that was
}

// logEvery is the shortest time between two records of failures.
const logEvery = 10 * time.Second

// warn logs that an operation failed.
func (t *throttle) warn(now time.Time, op Op, err error) {
	t.mu.Lock()
	if now.Before(t.quiet) {
		t.dropped++
		t.mu.Unlock()
		return
	}
	dropped := t.dropped
	t.quiet, t.dropped = now.Add(logEvery), 0
	t.mu.Unlock()
	t.logger.Warn("session store", "op", string(op), "error", err.Error(), "dropped", dropped)
}

// stateChanged reports the breaker. Open and half-open alternate while Redis
// is away; the failures in between are logged, so only the return is here.
func (s *Store) stateChanged(state State) {
	s.options.Metrics.breaker(state)
	if state == BreakerClosed {
		s.log.logger.Info("session store is back")
	}
}
