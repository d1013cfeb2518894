package trust

import "polytls/internal/sign"

// strongKey checks a certificate's key against the level and the policy. One that
// cannot be read is too weak for every level but 0, and for every policy.
func (v *verification) strongKey(c *Certificate) bool {
	switch {
	case v.Level <= 0 && v.Policy == nil:
		return true
	case c.Public == nil:
		return false
	}
	return v.Level.AllowsKey(sign.Strength(c.Public)) && sign.Allowed(c.Public, v.Policy)
}

// checkLevel checks the keys of the issuers and the signatures of all but the
// last (check_auth_level). The leaf's key was checked before.
func (v *verification) checkLevel() bool {
	top := len(v.path) - 1
	for i, c := range v.path {
		if i > 0 && !v.strongKey(c) {
			v.fault(CAKeyTooSmall, i)
		}
		if i < top && !v.strongSignature(c) {
			v.fault(CAMDTooWeak, i)
		}
	}
	return true
}

func (v *verification) strongSignature(c *Certificate) bool {
	if v.Level <= 0 {
		return true
	}
	return c.outer != nil && v.Level.AllowsKey(c.outer.strength)
}
