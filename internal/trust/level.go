package trust

import (
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// strongKey checks the key of the certificate at a depth against the level and the
// policy. A key that cannot be read is too weak for every level but 0, and for
// every policy.
func (v *verification) strongKey(depth int) bool {
	c := v.path[depth]
	switch {
	case v.Level <= 0 && v.Policy == nil:
		return true
	case c.Public == nil:
		return false
	}
	return v.Level.AllowsKey(sign.Strength(c.Public)) && sign.Allowed(c.Public, v.Policy, depth)
}

// checkLevel checks the keys of the issuers and the signatures of all but the
// last (check_auth_level). The leaf's key was checked before.
func (v *verification) checkLevel() bool {
	top := len(v.path) - 1
	for i := range v.path {
		if i > 0 && !v.strongKey(i) {
			v.fault(CAKeyTooSmall, i)
		}
		if i < top && !v.strongSignature(i) {
			v.fault(CAMDTooWeak, i)
		}
	}
	return true
}

// strongSignature checks the signature algorithm of the certificate at a depth
// against the level and the policy.
func (v *verification) strongSignature(depth int) bool {
	c := v.path[depth]
	if !c.SignatureAllowed(v.Policy, depth) {
		return false
	}
	return v.Level <= 0 || c.outer != nil && v.Level.AllowsKey(c.outer.strength)
}

// SignatureAllowed reports whether a policy allows the certificate to be signed as it is
// at a depth of a chain, 0 for the leaf.
func (c *Certificate) SignatureAllowed(p *suite.Policy, depth int) bool {
	var scheme suite.Scheme
	if c.outer != nil {
		scheme = c.outer.scheme
	}
	return p.AllowsSignature(depth, scheme)
}

// SelfSigned reports whether the certificate is self-issued and names its own key
// as the one that signed it, which is OpenSSL's definition. The signature is not
// verified.
func (c *Certificate) SelfSigned() bool { return c.facts.selfSigned }
