package trust

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestPoolIsReadWhenUsed: a pool that is not read before it is used gives what it gives
// after it, whatever is asked first, by several goroutines. It is read once.
func TestPoolIsReadWhenUsed(t *testing.T) {
	p := newPKI(3)
	s := p.build("sound")
	sent, o, other := s.chain(t), s.options(t), NewPool(p.sign(1))
	for what, holds := range map[string]func(*Pool) bool{
		"Len":          func(roots *Pool) bool { return roots.Len() == 1 },
		"Certificates": func(roots *Pool) bool { return len(roots.Certificates()) == 1 },
		"Subjects":     func(roots *Pool) bool { return len(roots.Subjects()) == 1 },
		"With":         func(roots *Pool) bool { return roots.With(other).Len() == 2 },
		"With it":      func(roots *Pool) bool { return other.With(roots).Len() == 2 },
		"With itself":  func(roots *Pool) bool { return roots.With(roots).Len() == 1 },
		"Complete":     func(roots *Pool) bool { return len(roots.Complete(sent)) == 3 },
		"Verify": func(roots *Pool) bool {
			o := o
			o.Roots = roots
			path, err := Verify(sent, o)
			return err == nil && len(path) == 3
		},
		"Cache": func(roots *Pool) bool {
			o := o
			o.Roots = roots
			_, err := NewCache(1).Verify(sent, o)
			return err == nil
		},
	} {
		var reads atomic.Int32
		roots := &Pool{read: sync.OnceValue(func() *Pool {
			reads.Add(1)
			return NewPool(p.sign(p.top()))
		})}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if !holds(roots) {
					t.Errorf("%s: not as after reading", what)
				}
			})
		}
		all.Wait()
		if n := reads.Load(); n != 1 || !holds(roots.contents()) {
			t.Errorf("%s: read %d times", what, n)
		}
	}
}
