package trust

import (
	"testing"

	"polytls/internal/trust/certtest"
)

// revokedAmong makes a chain whose authority has revoked so many others.
func revokedAmong(n int) *scenario {
	p := newPKI(3)
	p.crls = allCRLs(1, func(c *certtest.CRL) {
		for i := range n {
			c.Revoked = append(c.Revoked, 1<<40+int64(i))
		}
	})
	return p.build("many revoked")
}

// TestLongRevocationListsAllocateNoMore checks that a verification allocates no
// more with a long list than with a short one.
func TestLongRevocationListsAllocateNoMore(t *testing.T) {
	allocations := func(revoked int) float64 {
		s := revokedAmong(revoked)
		chain, o := s.chain(t), s.options(t)
		return testing.AllocsPerRun(10, func() {
			if _, err := Verify(chain, o); err != nil {
				t.Fatal(err)
			}
		})
	}
	if short, long := allocations(10), allocations(20_000); long > short+10 {
		t.Errorf("%v allocations with a long list, %v with a short one", long, short)
	}
}

// TestRevocationListsAreProvenOnce: the signature of a list is checked again only
// for another issuer's key.
func TestRevocationListsAreProvenOnce(t *testing.T) {
	s := revokedAmong(1)
	chain, o := s.chain(t), s.options(t)
	first, second := verify(chain, o), verify(chain, o)
	if first.err() != nil || second.err() != nil {
		t.Fatal(first.err(), second.err())
	}
	const lists = 2
	if saved := first.spent - second.spent; saved < lists*signatureWork(first.path[1].Public) {
		t.Errorf("%d units of work the first time, %d the second", first.spent, second.spent)
	}
	for _, l := range o.CRLs.byIssuer[chain[0].issuer] {
		if l.provenBy(chain[0]) {
			t.Error("the list counts as signed by another key")
		}
	}
}

func BenchmarkRevocationList(b *testing.B) {
	s := revokedAmong(100_000)
	chain, o := s.chain(b), s.options(b)
	for b.Loop() {
		if _, err := Verify(chain, o); err != nil {
			b.Fatal(err)
		}
	}
}
