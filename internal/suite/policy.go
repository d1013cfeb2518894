package suite

import (
	"iter"
	"slices"
	"strings"

	"polytls/failure"
)

// Policy is a compliance policy: what a document allows. It removes what the
// document does not allow, and adds nothing. A nil *Policy removes nothing. A field
// that is zero or nil does not restrict.
type Policy struct {
	Name string
	// Document is the document that the policy follows, with its version. Beyond
	// says which requirements of the document no setting of TLS can express.
	Document, Beyond string

	MinVersion, MaxVersion Version
	// Suites, Groups and Schemes are the allowed ones.
	Suites  []ID
	Groups  [][]Group // in tuples, as in GroupList
	Schemes []Scheme
	// First are the suites of TLS 1.3 that are preferred to all others, regardless
	// of the list and the hardware.
	First []ID
	// MinDHBits is the least prime, in bits, of DHE up to TLS 1.2.
	MinDHBits int

	// Chain are the rules for each certificate of a chain, at both ends; Leaf are
	// further rules for the first.
	Chain, Leaf CertificateRules
}

// CertificateRules are the requirements of a policy for a certificate.
type CertificateRules struct {
	Keys []KeyRule
	// Signatures are the algorithms by which it may be signed, named as in the
	// extension signature_algorithms_cert, where ECDSA is named after the hash alone
	// and RSASSA-PSS by rsa_pss_rsae. A trusted certificate may be signed by any.
	Signatures []Scheme
}

// KeyRule is a type of public key that certificates may hold.
type KeyRule struct {
	Type    KeyType
	MinBits int     // of the RSA modulus or of the order of the curve
	Curves  []Group // of an EC key, nil for all
}

// KeyType is a type of public key.
type KeyType string

// The types of keys in certificates, as words. The zero value is that of a key that
// no policy with rules of keys allows.
const (
	RSAKey     KeyType = "RSA"
	RSAPSSKey  KeyType = "RSA-PSS" // id-RSASSA-PSS
	ECKey      KeyType = "EC"
	Ed25519Key KeyType = "Ed25519"
	Ed448Key   KeyType = "Ed448"
	MLDSAKey   KeyType = "ML-DSA"
)

// Policies returns the registry, the oldest of BoringSSL's first.
func Policies() iter.Seq[*Policy] {
	return func(yield func(*Policy) bool) {
		for i := range policies {
			if !yield(&policies[i]) {
				return
			}
		}
	}
}

// ParsePolicy returns the policy with the name, without regard to case, and nil
// for the empty name. The error of an unknown name is ERR_INVALID_ARG_VALUE.
func ParsePolicy(name string) (*Policy, error) {
	if name == "" {
		return nil, nil
	}
	var known []string
	for p := range Policies() {
		if strings.EqualFold(p.Name, name) {
			return p, nil
		}
		known = append(known, p.Name)
	}
	return nil, failure.InvalidArgValue.Local("%q is not a policy, want one of %s", name, strings.Join(known, ", "))
}

// Versions narrows a range of versions. The result has low above high if the
// policy allows none of it.
func (p *Policy) Versions(low, high Version) (Version, Version) {
	if p == nil {
		return low, high
	}
	if p.MaxVersion != 0 {
		high = min(high, p.MaxVersion)
	}
	return max(low, p.MinVersion), high
}

// FilterSuites returns the allowed suites of a list: those of First, and then the
// others in their order.
func (p *Policy) FilterSuites(list []*CipherSuite) []*CipherSuite {
	if p == nil {
		return list
	}
	list = filter(list, p.AllowsSuite)
	slices.SortStableFunc(list, func(a, b *CipherSuite) int { return p.rank(a) - p.rank(b) })
	return list
}

func (p *Policy) rank(s *CipherSuite) int {
	if i := slices.Index(p.First, s.ID); i >= 0 {
		return i
	}
	return len(p.First)
}

// AllowsSuite reports whether the policy allows a cipher suite.
func (p *Policy) AllowsSuite(s *CipherSuite) bool {
	return p == nil || p.Suites == nil || slices.Contains(p.Suites, s.ID)
}

// AllowsGroup reports whether the policy allows a named group.
func (p *Policy) AllowsGroup(g Group) bool {
	return p == nil || p.Groups == nil || GroupList{Tuples: p.Groups}.Contains(g)
}

// AllowsScheme reports whether the policy allows signing with a scheme and
// accepting its signatures.
func (p *Policy) AllowsScheme(s Scheme) bool {
	return p == nil || p.Schemes == nil || slices.Contains(p.Schemes, s)
}

// AllowsKey reports whether the certificate at a depth of a chain, 0 for the leaf,
// may hold a key of a type and size. The curve is that of an EC key, 0 for others
// and for one that is not a group.
func (p *Policy) AllowsKey(depth int, t KeyType, bits int, curve Group) bool {
	return p.allRules(depth, func(r *CertificateRules) bool {
		return r.Keys == nil || slices.ContainsFunc(r.Keys, func(k KeyRule) bool {
			return k.Type == t && bits >= k.MinBits && (k.Curves == nil || slices.Contains(k.Curves, curve))
		})
	})
}

// AllowsSignature reports whether the certificate at a depth of a chain may be
// signed by an algorithm, named as in CertificateRules.
func (p *Policy) AllowsSignature(depth int, s Scheme) bool {
	return p.allRules(depth, func(r *CertificateRules) bool {
		return r.Signatures == nil || slices.Contains(r.Signatures, s)
	})
}

// allRules reports whether all rules for the certificate at a depth are met.
func (p *Policy) allRules(depth int, met func(*CertificateRules) bool) bool {
	return p == nil || met(&p.Chain) && (depth > 0 || met(&p.Leaf))
}

// DefaultGroups returns the list of a context that names no groups: the
// policy's own with a key share of each tuple, or DefaultGroups.
func (p *Policy) DefaultGroups() GroupList {
	if p == nil || p.Groups == nil {
		return DefaultGroups()
	}
	list := GroupList{Tuples: p.Groups}
	for _, tuple := range p.Groups {
		list.KeyShares = append(list.KeyShares, tuple[0])
	}
	return list
}

// FilterSchemes returns the allowed schemes of a list.
func (p *Policy) FilterSchemes(list []Scheme) []Scheme { return filter(list, p.AllowsScheme) }

// filter returns a new list of the elements that are allowed.
func filter[T any](list []T, allowed func(T) bool) []T {
	var kept []T
	for _, v := range list {
		if allowed(v) {
			kept = append(kept, v)
		}
	}
	return kept
}
