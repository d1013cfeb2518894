package trust

import "polytls/internal/sign"

// strongKey judges a certificate's key by the level. One that cannot be read
// is too weak for every level but 0.
func (v *verification) strongKey(c *Certificate) bool {
	return v.Level <= 0 || c.Public != nil && v.Level.AllowsKey(sign.Strength(c.Public))
}

// checkLevel checks the keys of the issuers and the signatures of all but the
// last (check_auth_level). The leaf's key was checked before.
func (v *verification) checkLevel() bool {
	if v.Level <= 0 {
		return true
	}
	top := len(v.path) - 1
	for i, c := range v.path {
		if i > 0 && !v.strongKey(c) {
			v.fault(CAKeyTooSmall, i)
		}
		if i < top {
			if a, ok := parseAlgorithm(c.der.Algorithm); !ok || !v.Level.AllowsKey(a.strength) {
				v.fault(CAMDTooWeak, i)
			}
		}
	}
	return true
}
