package suite

import (
	"iter"
	"slices"
	"strings"

	"polytls/failure"
)

// Policy is a compliance policy as BoringSSL has it
// (SSL_CTX_set_compliance_policy): it takes away whatever the policy's
// document does not allow. A nil *Policy takes nothing away.
type Policy struct {
	Name string

	// MinVersion and MaxVersion bound the versions; 0 is no bound.
	MinVersion, MaxVersion Version
	// Suites, Groups and Schemes are what is allowed; nil is everything.
	Suites  []ID
	Groups  [][]Group // in tuples, as in GroupList
	Schemes []Scheme
	// First are the suites of TLS 1.3 that come before all others, whatever
	// the list says and the hardware prefers.
	First []ID
	// MinRSABits and MinECBits are the least sizes in bits of the RSA moduli
	// and of the orders of curves in a chain of certificates. BoringSSL leaves
	// them to its callers.
	MinRSABits, MinECBits int
}

var policies = [...]Policy{
	{ // NIST SP 800-52, revision 2, as BoringSSL read it in May 2022
		Name:       "fips-202205",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{0x1301, 0x1302, 0xC02B, 0xC02F, 0xC02C, 0xC030},
		Groups: [][]Group{{P256, P384}},
		Schemes: []Scheme{
			RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512,
			ECDSAP256SHA256, ECDSAP384SHA384,
			RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		},
		MinRSABits: 2048, MinECBits: 256,
	},
	{ // WPA version 3.1, section 3.5, the 192-bit mode
		Name:       "wpa3-192-202304",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites: []ID{0x1302, 0xC02C, 0xC030},
		Groups: [][]Group{{P384}},
		Schemes: []Scheme{
			RSAPKCS1SHA384, RSAPKCS1SHA512,
			ECDSAP384SHA384,
			RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		},
		MinRSABits: 3072, MinECBits: 384,
	},
	{ // CNSA's preference for AES-256, then AES-128: nothing is taken away
		Name:  "cnsa-202407",
		First: []ID{0x1302, 0x1301},
	},
	{ // CNSA 1.0, RFC 9151, with ML-KEM-1024 for peers that support it
		Name:       "cnsa1-202603",
		MinVersion: TLS12, MaxVersion: TLS13,
		Suites:     []ID{0x1302, 0xC02C, 0xC030, 0x009D},
		Groups:     [][]Group{{MLKEM1024}, {P384}},
		Schemes:    cnsaSchemes,
		MinRSABits: 3072, MinECBits: 384,
	},
	{ // CNSA 2.0, draft-becker-cnsa2-tls-profile, with the signatures of 1.0
		Name:       "cnsa2-202603",
		MinVersion: TLS13, MaxVersion: TLS13,
		Suites:     []ID{0x1302},
		Groups:     [][]Group{{MLKEM1024}},
		Schemes:    cnsaSchemes,
		MinRSABits: 3072, MinECBits: 384,
	},
}

// cnsaSchemes are those of RFC 9151, section 5.
var cnsaSchemes = []Scheme{ECDSAP384SHA384, RSAPSSRSAESHA384, RSAPKCS1SHA384}

// Policies returns the registry, the oldest first.
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
	return nil, failure.InvalidArgValue.Local("policy: %q is not one of %s", name, strings.Join(known, ", "))
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

// FilterSuites returns what the policy leaves of a list of suites: First, and then
// the others in their order.
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

// AllowsSuite says whether the policy allows a cipher suite.
func (p *Policy) AllowsSuite(s *CipherSuite) bool {
	return p == nil || p.Suites == nil || slices.Contains(p.Suites, s.ID)
}

// AllowsGroup says whether the policy allows a named group.
func (p *Policy) AllowsGroup(g Group) bool {
	return p == nil || p.Groups == nil || GroupList{Tuples: p.Groups}.Contains(g)
}

// AllowsScheme says whether the policy allows to sign with a scheme and to
// accept its signatures.
func (p *Policy) AllowsScheme(s Scheme) bool {
	return p == nil || p.Schemes == nil || slices.Contains(p.Schemes, s)
}

// AllowsRSA says whether a chain may hold an RSA key whose modulus has so many
// bits.
func (p *Policy) AllowsRSA(bits int) bool { return p == nil || bits >= p.MinRSABits }

// AllowsEC says whether a chain may hold an EC key whose curve's order has so
// many bits.
func (p *Policy) AllowsEC(bits int) bool { return p == nil || bits >= p.MinECBits }

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

// FilterSchemes returns what the policy leaves of a list of schemes.
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
