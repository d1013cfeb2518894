package trust

import (
	"crypto/sha256"

	"polytls/internal/lru"
)

// Chains stores the certificates that peers sent after their leaves, indexed by
// leaf: a session holds only the leaf. They are as untrusted as when the peer sent
// them.
type Chains struct {
	issuers *lru.Map[[sha256.Size]byte, []*Certificate]
}

// NewChains returns a store for so many bytes of certificates in DER. A certificate
// that several chains share counts in each.
func NewChains(bytes int) *Chains {
	return &Chains{lru.New[[sha256.Size]byte, []*Certificate](bytes)}
}

// Remember stores the certificates after the leaf of a chain, and replaces those
// stored for that leaf before.
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

// Complete appends the certificates that are stored for the leaf to a chain that
// consists of the leaf only. Other chains are returned unchanged.
func (c *Chains) Complete(chain []*Certificate) []*Certificate {
	if len(chain) != 1 {
		return chain
	}
	issuers, _ := c.issuers.Get(sha256.Sum256(chain[0].Raw))
	return append(chain[:1:1], issuers...)
}
