package trust

import (
	"crypto/sha256"

	"polytls/internal/lru"
)

// Chains stores the certificates that peers sent after their leaves, by the leaf: a
// session holds the leaf alone. They are as untrusted as those that a peer sends.
type Chains struct {
	issuers *lru.Map[[sha256.Size]byte, []*Certificate]
}

// NewChains returns a store of so many bytes of certificates in DER, those
// that several chains share counted in each.
func NewChains(bytes int) *Chains {
	return &Chains{lru.New[[sha256.Size]byte, []*Certificate](bytes)}
}

// Remember stores what follows the leaf of a chain, in place of what followed it
// before.
func (c *Chains) Remember(chain []*Certificate) {
	if len(chain) == 0 {
		return
	}
	leaf, size := sha256.Sum256(chain[0].Raw), 0
	for _, cert := range chain[1:] {
		size += len(cert.Raw)
	}
	if size == 0 {
		c.issuers.Delete(leaf)
		return
	}
	c.issuers.Put(leaf, chain[1:], size)
}

// Complete returns a chain with what is stored for its leaf, if it is a leaf
// alone.
func (c *Chains) Complete(chain []*Certificate) []*Certificate {
	if len(chain) != 1 {
		return chain
	}
	issuers, _ := c.issuers.Get(sha256.Sum256(chain[0].Raw))
	return append(chain[:1:1], issuers...)
}
