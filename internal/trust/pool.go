package trust

import (
	"crypto/x509"
	"slices"

	"polytls/internal/trust/certder"
)

// Pool is an immutable set of trusted certificates.
type Pool struct {
	all       []*Certificate
	bySubject map[string][]*Certificate

	read func() *Pool // of a pool that is not read before it is used, nil for others
}

// contents returns the pool, read.
func (p *Pool) contents() *Pool {
	if p.read != nil {
		return p.read()
	}
	return p
}

// named returns the certificates whose subject this is.
func (p *Pool) named(subject string) []*Certificate { return p.contents().bySubject[subject] }

// NewPool makes a pool of certificates in DER, also in OpenSSL's trusted form (the
// contents of a TRUSTED CERTIFICATE block). What cannot be read is left out, as
// Node does with ca; Len returns how many were read.
func NewPool(certs ...[]byte) *Pool {
	p := &Pool{bySubject: make(map[string][]*Certificate, len(certs))}
	for _, der := range certs {
		if c, err := parseTrusted(der); err == nil {
			p.add(c)
		}
	}
	return p
}

// With returns a pool that holds the certificates of both.
func (p *Pool) With(other *Pool) *Pool {
	union := &Pool{bySubject: make(map[string][]*Certificate, p.Len()+other.Len())}
	for _, c := range slices.Concat(p.contents().all, other.contents().all) {
		union.add(c)
	}
	return union
}

func (p *Pool) add(c *Certificate) {
	if !p.contains(c) {
		p.all = append(p.all, c)
		p.bySubject[c.subject] = append(p.bySubject[c.subject], c)
	}
}

func (p *Pool) contains(c *Certificate) bool {
	return slices.ContainsFunc(p.bySubject[c.subject], c.same)
}

// Len returns how many different certificates the pool holds.
func (p *Pool) Len() int { return len(p.contents().all) }

// Certificates returns the pool's certificates in the order in which they were
// given.
func (p *Pool) Certificates() []*Certificate { return slices.Clone(p.contents().all) }

// Subjects returns the distinguished names in DER, for
// certificate_authorities.
func (p *Pool) Subjects() [][]byte {
	var names [][]byte
	all := p.contents().all
	seen := make(map[string]bool, len(all))
	for _, c := range all {
		if !seen[c.subject] {
			seen[c.subject] = true
			names = append(names, c.der.Subject)
		}
	}
	return names
}

// Complete returns chain with the issuers appended that the pool holds, up to the
// root: the chain that Node sends for its own certificate and shows for a peer's.
// No signature is checked.
func (p *Pool) Complete(chain []*Certificate) []*Certificate {
	chain = slices.Clone(chain)
	for len(chain) > 0 && len(chain) <= DefaultMaxDepth {
		last := chain[len(chain)-1]
		if last.likelyIssued(last) {
			break
		}
		issuers := p.named(last.issuer)
		i := slices.IndexFunc(issuers, func(c *Certificate) bool { return c.likelyIssued(last) })
		if i < 0 || slices.ContainsFunc(chain, issuers[i].same) {
			break
		}
		chain = append(chain, issuers[i])
	}
	return chain
}

// Linked orders the certificates that a peer sent, leaf first and each followed by
// its issuer, as Node does; certificates that issued none of the others are left
// out.
func Linked(sent []*Certificate) []*Certificate {
	if len(sent) == 0 {
		return nil
	}
	chain, rest := []*Certificate{sent[0]}, slices.Clone(sent[1:])
	for {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(rest, func(c *Certificate) bool { return c.issued(last) })
		if i < 0 || last.issued(last) {
			return chain
		}
		chain = append(chain, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
}

// issued is X509_check_issued.
func (c *Certificate) issued(d *Certificate) bool {
	return c.likelyIssued(d) && (!c.facts.hasKeyUsage || c.facts.keyUsage&keyCertSign != 0)
}

var purposeOIDs = map[Purpose]string{
	ServerAuth: "1.3.6.1.5.5.7.3.1",
	ClientAuth: "1.3.6.1.5.5.7.3.2",
}

const anyUsage = "2.5.29.37.0"

// trustSetting is OpenSSL's obj_trust: a list of accepted usages rejects all
// others.
func (c *Certificate) trustSetting(p Purpose) trustResult {
	names := func(id string) bool { return id == purposeOIDs[p] || id == anyUsage }
	switch {
	case slices.ContainsFunc(c.auxiliary.Reject, names):
		return rejected
	case c.auxiliary.Accept == nil:
		return undecided
	case slices.ContainsFunc(c.auxiliary.Accept, names):
		return trusted
	}
	return rejected
}

func parseTrusted(der []byte) (*Certificate, error) {
	c, rest, err := parse(der)
	if err != nil || len(rest) == 0 {
		return c, err
	}
	var ok bool
	if c.auxiliary, ok = certder.ParseAuxiliary(rest); !ok {
		return nil, refused("trusted certificate: trust settings: malformed")
	}
	return c, nil
}

// checkDistrust refuses chains to a root that Mozilla distrusts after a date.
//
// Stricter: OpenSSL has no such dates.
func (v *verification) checkDistrust() bool {
	anchor := v.path[len(v.path)-1]
	if anchor.distrust == nil {
		return true
	}
	chain := make([]*x509.Certificate, len(v.path))
	for i, c := range v.path {
		chain[i] = c.Certificate
	}
	if anchor.distrust(chain) != nil {
		v.fault(CertRejected, len(v.path)-1)
	}
	return true
}
