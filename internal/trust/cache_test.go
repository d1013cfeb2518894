package trust

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// TestCacheAgreesWithVerify verifies every mutation with a cache, at the instants
// around those at which a validity begins or ends, also at earlier instants after
// later ones: its results are those of Verify.
func TestCacheAgreesWithVerify(t *testing.T) {
	var instants []time.Time
	for _, at := range []time.Duration{0, time.Hour, 24 * time.Hour} {
		for _, off := range []time.Duration{-1, 0, 1, time.Second} {
			instants = append(instants, now.Add(at+off))
		}
	}
	instants = append(instants, now.Add(-2*time.Hour), now)
	for _, m := range slices.Concat(linkMutations, crlMutations) {
		for i := range 3 {
			p := newPKI(3)
			p.crls = allCRLs(0)
			m.apply(p, i)
			s := p.build(m.name)
			o, cache := s.options(t), NewCache(10)
			var chain []*Certificate
			for _, der := range s.sent {
				if c, err := ParseCertificate(der); err == nil {
					chain = append(chain, c)
				}
			}
			for _, at := range instants {
				o.Now = at
				_, want := Verify(chain, o)
				if _, got := cache.Verify(chain, o); resultOf(got) != resultOf(want) {
					t.Errorf("%s, link %d, %v from now: cached %v, want %v", m.name, i, at.Sub(now), got, want)
				}
			}
		}
	}
}

// TestCacheForgets: it stores no more leaves than its limit, none that was refused,
// and does not confuse two chains of the same leaf.
func TestCacheForgets(t *testing.T) {
	p := newPKI(3)
	s := p.build("sound")
	chain, o, cache := s.chain(t), s.options(t), NewCache(1)
	path, err := cache.Verify(chain, o)
	again, _ := cache.Verify(chain, o)
	if err != nil || len(path) != 3 || &path[0] != &again[0] {
		t.Fatalf("the second path of %d is not the first one: %v", len(again), err)
	}
	if _, err := cache.Verify(chain[:1], o); !errors.Is(err, UnableToVerifyLeafSignature) {
		t.Errorf("a leaf whose issuer is missing: %v", err)
	}
	if cache.accepted.Len() != 0 {
		t.Error("what was refused is kept")
	}
	cache.Verify(chain, o)
	cache.Verify(s.chain(t), o) // another leaf
	if cache.accepted.Len() != 1 {
		t.Errorf("%d leaves are kept, want 1", cache.accepted.Len())
	}
	if _, err := cache.Verify(nil, o); !errors.Is(err, UnableToGetIssuerCert) {
		t.Errorf("no chain at all: %v", err)
	}
}

func TestChains(t *testing.T) {
	chain := newPKI(4).build("sound").chain(t)
	memory := NewChains(3 * len(chain[1].Raw)) // holds one of them
	memory.Remember(chain)
	if got := memory.Complete(chain[:1]); len(got) != 3 || got[2] != chain[2] {
		t.Errorf("%d certificates, want the chain of 3", len(got))
	}
	if got := memory.Complete(chain[:2]); len(got) != 2 {
		t.Errorf("a chain of 2 became one of %d", len(got))
	}
	p := newPKI(4)
	p.links[0].Serial++
	other := p.build("another").chain(t)
	memory.Remember(other)
	if got := memory.Complete(chain[:1]); len(got) != 1 {
		t.Errorf("a chain is kept over the limit: %d certificates", len(got))
	}
	memory.Remember(other[:1])
	if got := memory.Complete(other[:1]); len(got) != 1 {
		t.Errorf("a leaf that came alone has a chain of %d", len(got))
	}
	if got := memory.Complete(nil); len(got) != 0 {
		t.Error("no leaf has a chain")
	}
}
