package trust

import (
	"slices"
	"time"

	"polytls/internal/lru"
)

// Cache stores the chains that Verify accepted, so that the signatures of a peer
// that connects again are not verified again. All calls of one Cache have the same
// Options, apart from Purpose and Now. Chains that Verify refuses are not stored,
// so that unauthenticated peers cannot fill it. Nor are chains of more than 16 KiB,
// so that the memory is bounded in bytes, too.
type Cache struct {
	accepted *lru.Map[cacheKey, *acceptance]
}

// cacheKey is a leaf, which the entry refers to: [Shared] returns the same pointer
// for the same certificate.
type cacheKey struct {
	leaf    *Certificate
	purpose Purpose
}

// acceptance is a chain that was accepted, and the time until which it would be
// accepted again.
type acceptance struct {
	chain, path []*Certificate
	from, until time.Time
}

// NewCache returns a cache for the chains of at most so many leaves.
func NewCache(leaves int) *Cache {
	return &Cache{lru.New[cacheKey, *acceptance](leaves)}
}

// Verify is the function Verify with a cache. The path must not be changed.
func (c *Cache) Verify(chain []*Certificate, o Options) (path []*Certificate, err error) {
	if len(chain) == 0 {
		return Verify(chain, o)
	}
	key := cacheKey{chain[0], o.Purpose}
	if a, ok := c.accepted.Get(key); ok && slices.Equal(a.chain, chain) && !o.Now.Before(a.from) && o.Now.Before(a.until) {
		return a.path, nil
	}
	path, err = Verify(chain, o)
	if err != nil {
		c.accepted.Delete(key)
		return path, err
	}
	if derSize(chain) <= maxCached {
		c.accepted.Put(key, &acceptance{slices.Clone(chain), path, o.Now, o.unchangedUntil(path)}, 1)
	}
	return path, nil
}

// maxCached bounds a chain that is stored, in bytes of DER: few are larger.
const maxCached = 16 << 10

func derSize(chain []*Certificate) (bytes int) {
	for _, c := range chain {
		bytes += len(c.Raw)
	}
	return bytes
}

// unchangedUntil is the first instant after Now at which an accepted path can
// become invalid by the passing of time: a certificate of it expires, or a CRL
// begins or ceases to be valid. A certificate is valid up to the end of its last
// second, a CRL up to the beginning of its own.
func (o *Options) unchangedUntil(path []*Certificate) time.Time {
	until := forever
	next := func(t time.Time) {
		for _, t := range []time.Time{t, t.Add(1), t.Add(time.Second)} {
			if t.After(o.Now) && t.Before(until) {
				until = t
			}
		}
	}
	for _, c := range path {
		next(c.expires.Time)
	}
	for l := range o.CRLs.all() {
		next(l.thisUpdate)
		next(l.nextUpdate)
	}
	return until
}
