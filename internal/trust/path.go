package trust

import "slices"

// trustResult is the result of a path's trust settings.
type trustResult uint8

const (
	undecided trustResult = iota
	trusted
	rejected
)

// buildPath extends the path, issuer by issuer, until it ends in an anchor
// (build_chain), and checks the signatures on it. It searches the trusted
// certificates first, and uses no more certificates of the peer once it has found
// an issuer there. It makes one choice per step without backtracking, so the
// maximum length of a path bounds the number of steps.
func (v *verification) buildPath() bool {
	found, ok := v.extendPath()
	if !ok {
		return false
	}
	if found == undecided && len(v.path) <= v.limit() && v.fromPeer == len(v.path) {
		found = v.checkLeafTrust()
	}
	if found == rejected {
		v.fault(CertRejected, len(v.path)-1)
	}
	if found != trusted {
		v.reportMissingAnchor()
	}
	return v.verifySignatures(found == trusted)
}

// limit is the length above which the path is certainly too long.
func (v *verification) limit() int { return v.MaxDepth + 1 }

func (v *verification) extendPath() (found trustResult, ok bool) {
	peers := newCandidates(v.untrusted)
	for askPeer := true; ; {
		last := v.path[len(v.path)-1]
		if issuer := v.trustedIssuer(last); issuer != nil {
			added, ok := v.addTrusted(issuer)
			if !ok {
				return undecided, false
			}
			if added {
				askPeer = false
				found = v.checkTrust(v.path[len(v.path)-1])
				if found != undecided {
					return found, true
				}
				if !v.path[len(v.path)-1].facts.selfSigned {
					continue
				}
			}
		}
		if !askPeer {
			return undecided, true
		}
		issuer := v.peersIssuer(peers, last)
		if issuer == nil {
			return undecided, !v.exhausted
		}
		v.path = append(v.path, issuer)
		v.fromPeer++
	}
}

func (v *verification) trustedIssuer(c *Certificate) *Certificate {
	if len(v.path) > v.limit() {
		return nil
	}
	return v.bestIssuer(v.Roots.named(c.issuer), c)
}

// peersIssuer finds c's issuer among the certificates of the peer that are not on
// the path yet. A self-issued leaf may follow itself, as in OpenSSL.
func (v *verification) peersIssuer(peers candidates, c *Certificate) *Certificate {
	if c.facts.selfSigned || len(v.path) > v.limit() {
		return nil
	}
	if len(v.path) > 1 || !c.facts.selfIssued {
		peers.take(v.path[0])
		peers.take(c)
	}
	return v.bestIssuer(peers[c.issuer], c)
}

// candidates are certificates indexed by subject, without duplicates.
type candidates map[string][]*Certificate

func newCandidates(certs []*Certificate) candidates {
	all := make(candidates, len(certs))
	seen := make(map[string]bool, len(certs))
	for _, c := range certs {
		if !seen[string(c.Raw)] {
			seen[string(c.Raw)] = true
			all[c.subject] = append(all[c.subject], c)
		}
	}
	return all
}

func (all candidates) take(c *Certificate) {
	all[c.subject] = slices.DeleteFunc(all[c.subject], c.same)
}

// bestIssuer returns the first candidate that could have issued c and is valid now,
// else the one that is valid longest.
func (v *verification) bestIssuer(candidates []*Certificate, c *Certificate) *Certificate {
	var best *Certificate
	for _, issuer := range candidates {
		if !v.spend(candidateWork) {
			return nil
		}
		if !issuer.likelyIssued(c) {
			continue
		}
		if issuer.validAt(v.Now) {
			return issuer
		}
		if best == nil || issuer.expires.After(best.expires.Time) {
			best = issuer
		}
	}
	return best
}

// addTrusted adds a trusted issuer to the path, or replaces the peer's copy by it. A
// self-signed certificate must be equal to the trusted one. The last result is false
// where OpenSSL stops.
func (v *verification) addTrusted(issuer *Certificate) (added, ok bool) {
	last := v.path[len(v.path)-1]
	if last.Public == nil || last.facts.invalid || issuer.facts.invalid {
		return false, false
	}
	if !last.facts.selfSigned {
		v.path = append(v.path, issuer)
		return true, true
	}
	if !last.same(issuer) {
		return false, true
	}
	v.path[len(v.path)-1] = issuer
	v.fromPeer = len(v.path) - 1
	return true, true
}

// checkTrust evaluates a trusted certificate's settings (check_trust).
func (v *verification) checkTrust(c *Certificate) trustResult {
	switch found := c.trustSetting(v.Purpose); {
	case found != undecided:
		return found
	case c.auxiliary.Accept == nil && c.facts.selfSigned && !c.facts.invalid:
		return trusted
	case v.AllowPartialChain:
		return trusted
	}
	return undecided
}

// checkLeafTrust accepts a path without trusted issuers if partial chains are allowed
// and its leaf is itself in Roots.
func (v *verification) checkLeafTrust() trustResult {
	if !v.AllowPartialChain {
		return undecided
	}
	leaf := v.path[0]
	for _, c := range v.Roots.named(leaf.subject) {
		if c.same(leaf) {
			if c.trustSetting(v.Purpose) == rejected {
				return rejected
			}
			v.path[0], v.fromPeer = c, 0
			return trusted
		}
	}
	return undecided
}

// reportMissingAnchor reports why a path is not trusted.
func (v *verification) reportMissingAnchor() {
	top := len(v.path) - 1
	last := v.path[top]
	switch {
	case v.result() != OK: // a fault that was found before has become final
		v.fault(v.result(), top)
	case len(v.path) > v.limit():
		v.fault(CertChainTooLong, top)
	case last.facts.selfSigned && top == 0:
		v.fault(DepthZeroSelfSignedCert, top)
	case last.facts.selfSigned:
		v.fault(SelfSignedCertInChain, top)
	case v.fromPeer < len(v.path):
		v.fault(UnableToGetIssuerCert, top)
	default:
		v.fault(UnableToGetIssuerCertLocally, top)
	}
}

// likelyIssued reports whether c could be the issuer of d by names, identifiers and
// algorithms (ossl_x509_likely_issued); signatures are checked later.
func (c *Certificate) likelyIssued(d *Certificate) bool {
	return c.subject == d.issuer && !c.facts.invalid && !d.facts.invalid &&
		d.facts.authority.matches(c.der, &c.facts, c.issuer) && c.couldHaveSigned(d)
}
