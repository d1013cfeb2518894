package trust

import (
	"crypto/x509"
	"slices"
	"testing"

	"polytls/internal/sign"
	"polytls/internal/trust/certder"
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

// TestAcceptsWhatX509Accepts is the net: what we accept at level 2,
// crypto/x509 accepts, apart from the list.
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
