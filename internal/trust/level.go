package trust

import "polytls/internal/sign"

// levels are the security bits that OpenSSL's levels 1 to 5 ask for.
var levels = [...]int{80, 112, 128, 192, 256}

// wanted returns the security bits that the level asks for, 0 for none.
func (o *Options) wanted() int {
	if o.Level <= 0 {
		return 0
	}
	return levels[min(o.Level, len(levels))-1]
}

func (v *verification) strongKey(c *Certificate) bool {
	wanted := v.wanted()
	return wanted == 0 || c.Public != nil && sign.Strength(c.Public) >= wanted
}

// checkLevel checks the keys of the issuers and the signatures of all but the
// last (check_auth_level). The leaf's key was checked before.
func (v *verification) checkLevel() bool {
	wanted := v.wanted()
	if wanted == 0 {
		return true
	}
	top := len(v.path) - 1
	for i, c := range v.path {
		if i > 0 && !v.strongKey(c) {
			v.fault(CAKeyTooSmall, i)
		}
		if i < top {
			if a, ok := parseAlgorithm(c.der.Algorithm); !ok || a.strength < wanted {
				v.fault(CAMDTooWeak, i)
			}
		}
	}
	return true
}
