package trust

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"polytls/internal/sign"
	"polytls/internal/trust/certder"
	"polytls/internal/trust/certtest"
)

// x509Refuses is the written list: the reasons for which crypto/x509 refuses a
// path that OpenSSL and we accept at level 2. What a path has of them is told
// from the path alone.
var x509Refuses = []struct {
	reason  string
	applies func(path []*Certificate, s *scenario) bool
}{
	{"a key that crypto/x509 does not know", func(path []*Certificate, _ *scenario) bool {
		return slices.ContainsFunc(path, func(c *Certificate) bool {
			_, known := c.Public.(*sign.PSSPublicKey)
			return known || c.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm
		})
	}},
	{"a certificate that crypto/x509 does not parse", func(path []*Certificate, _ *scenario) bool {
		return slices.ContainsFunc(path, func(c *Certificate) bool {
			_, err := x509.ParseCertificate(c.Raw)
			return err != nil
		})
	}},
	{"a critical extension that OpenSSL handles and crypto/x509 does not", func(path []*Certificate, _ *scenario) bool {
		return slices.ContainsFunc(path, func(c *Certificate) bool { return len(c.UnhandledCriticalExtensions) > 0 })
	}},
	{"a root that is none to crypto/x509: of version 1, without basicConstraints", func(path []*Certificate, _ *scenario) bool {
		root := path[len(path)-1]
		return !root.BasicConstraintsValid && root.caMark() != noCA
	}},
	{"a self-signed leaf that is trusted as it is", func(path []*Certificate, _ *scenario) bool {
		return len(path) == 1
	}},
	{"server gated crypto for servers", func(path []*Certificate, s *scenario) bool {
		return slices.ContainsFunc(path, func(c *Certificate) bool {
			return c.facts.extKeyUsage&ekuGatedCrypto != 0 && c.facts.extKeyUsage&(ekuServer|ekuClient) == 0
		})
	}},
	{"a name of an issuer spelled differently", func(path []*Certificate, _ *scenario) bool {
		for i, c := range path[:len(path)-1] {
			if string(c.RawIssuer) != string(path[i+1].RawSubject) {
				return true
			}
		}
		return false
	}},
	{"a URI or an email address without a host, under constraints of another kind", func(path []*Certificate, _ *scenario) bool {
		return slices.ContainsFunc(path[0].facts.names, func(n certder.GeneralName) bool {
			return (n.Kind == certder.URI || n.Kind == certder.Email) && newName(n).broken
		})
	}},
	{"a self-issued certificate, which counts for path lengths", func(path []*Certificate, _ *scenario) bool {
		return slices.ContainsFunc(path[:len(path)-1], func(c *Certificate) bool { return c.facts.selfIssued })
	}},
}

// TestAcceptsWhatX509Accepts: crypto/x509 accepts what we accept at level 2, with
// the listed exceptions.
func TestAcceptsWhatX509Accepts(t *testing.T) {
	used := make(map[string]int)
	accepted := 0
	for _, s := range append(singleScenarios(), randomScenarios(*seed, *count)...) {
		s.level, s.crls = max(s.level, 2), nil
		path, err := Verify(s.chain(t), s.options(t))
		if err != nil {
			continue
		}
		accepted++
		refusal := x509Verdict(path, s)
		if refusal == nil {
			continue
		}
		listed := false
		for _, r := range x509Refuses {
			if r.applies(path, s) {
				used[r.reason]++
				listed = true
			}
		}
		if !listed {
			t.Errorf("%s: accepted, but crypto/x509 says %v", s.name, refusal)
		}
	}
	if accepted < 100 {
		t.Errorf("only %d chains were accepted", accepted)
	}
	for _, r := range x509Refuses {
		if used[r.reason] == 0 {
			t.Errorf("nothing was refused for: %s", r.reason)
		}
	}
	t.Logf("%d accepted; refused by crypto/x509 for: %v", accepted, used)
}

func x509Verdict(path []*Certificate, s *scenario) error {
	usage := x509.ExtKeyUsageServerAuth
	if s.purpose == ClientAuth {
		usage = x509.ExtKeyUsageClientAuth
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(path[len(path)-1].Certificate)
	for _, c := range path[1:] {
		intermediates.AddCert(c.Certificate)
	}
	_, err := path[0].Certificate.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage},
	})
	return err
}

// x509RefusesHost is the written list for host names: crypto/x509 does not find a
// host in a certificate that it otherwise accepts, and CheckServerIdentity does.
var x509RefusesHost = []struct {
	reason  string
	applies func(leaf *Certificate, host string) bool
}{
	{"a common name, for want of DNS names", func(leaf *Certificate, _ string) bool { return !leaf.hasDNSName() }},
	{"a wildcard that is part of a label", func(leaf *Certificate, host string) bool {
		return slices.ContainsFunc(leaf.DNSNames, func(name string) bool {
			first, _, _ := strings.Cut(name, ".")
			return strings.Contains(first, "*") && first != "*"
		})
	}},
	{"a name with a dot at its end", func(leaf *Certificate, _ string) bool {
		return slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return strings.HasSuffix(name, ".") })
	}},
}

var x509Hosts = []string{
	"localhost", "LOCALHOST", "a.example.com", "a.example.com.", "foo.example.com", "b.a.example.com", "x", "xlocalhost",
	"evil", "a.evil.example", "b.evil.example", "a-.example.com", "127.0.0.1", "10.0.0.1", "::1",
}

// TestNamesHostsAsX509: crypto/x509 accepts a chain for the host names for which we
// accept it, with the listed exceptions.
func TestNamesHostsAsX509(t *testing.T) {
	used, named := make(map[string]int), 0
	for _, s := range append(singleScenarios(), randomScenarios(*seed, *count)...) {
		s.level, s.crls, s.purpose = max(s.level, 2), nil, ServerAuth
		path, err := Verify(s.chain(t), s.options(t))
		if err != nil || x509Verdict(path, s) != nil {
			continue
		}
		for _, host := range x509Hosts {
			if !path[0].IsFor(host) {
				continue
			}
			named++
			if path[0].Certificate.VerifyHostname(host) == nil {
				continue
			}
			listed := false
			for _, r := range x509RefusesHost {
				if r.applies(path[0], host) {
					used[r.reason]++
					listed = true
				}
			}
			if !listed {
				t.Errorf("%s: taken for %s, which crypto/x509 does not", s.name, host)
			}
		}
	}
	if named < 100 {
		t.Errorf("only %d hosts were named", named)
	}
	for _, r := range x509RefusesHost {
		if used[r.reason] == 0 {
			t.Errorf("nothing was refused for: %s", r.reason)
		}
	}
}

// TestCommonNamesAreConstrainedAsDNSNames: if we accept a common name below a
// constrained authority, crypto/x509 accepts the same name as a DNS name.
func TestCommonNamesAreConstrainedAsDNSNames(t *testing.T) {
	names := []string{
		"example.com", "a.example.com", "A.Example.COM", "a.example.com.", "example.com.", "*.example.com", "*.example.com.",
		"*.a.example.com", "evil", "*.evil", "a.evil.example", "*.evil.example", "a_b.example.com", "-a.example.com", "localhost",
	}
	hosts := []string{"example.com", "a.example.com", "b.a.example.com", "evil", "x.evil", "a.evil.example", "a_b.example.com", "-a.example.com", "localhost"}
	bases := []string{"example.com", ".example.com", "a.example.com", "evil.example", "localhost", "com"}
	taken := 0
	for _, base := range bases {
		for _, constraints := range [][2][][]byte{{list(certtest.DNS(base)), nil}, {nil, list(certtest.DNS(base))}} {
			for _, name := range names {
				p := newPKI(3)
				commonName(name, constraints[0], constraints[1])(p, 1)
				path, err := p.build(name).verify(t)
				// crypto/x509 holds no name with a dot at its end against
				// constraints.
				p.links[0].set("san", certtest.AltNames(certtest.DNS(unfqdn(name))))
				twin := p.build(name)
				for _, host := range hosts {
					if err != nil || !path[0].IsFor(host) {
						continue
					}
					taken++
					if refusal := x509Verdict(twin.chain(t), twin); refusal != nil {
						t.Errorf("%s below %q: taken for %s, crypto/x509 says %v", name, base, host, refusal)
					}
				}
			}
		}
	}
	if taken == 0 {
		t.Error("no common name was taken for a host")
	}
}

// TestStricterThanOpenSSL: only names that can match outside their constraints are
// refused.
func TestStricterThanOpenSSL(t *testing.T) {
	inside := []string{"wildcard beside an excluded host", "wildcard above an excluded domain"}
	for _, m := range stricterMutations {
		p := newPKI(3)
		m.apply(p, 1)
		_, err := p.build(m.name).verify(t)
		r := resultOf(err)
		if refused := r == PermittedViolation || r == ExcludedViolation; refused == slices.Contains(inside, m.name) {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}
