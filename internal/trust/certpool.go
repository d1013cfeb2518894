package trust

import (
	"crypto/x509"
	"time"
)

// maxAsked bounds the certificates of a chain that are looked up in a pool.
const maxAsked = 10

// anchorsIn returns the certificates of a crypto/x509 pool that issued a
// certificate of the chain or are part of it, with the setting that each may end a
// chain. Such a pool cannot be listed; crypto/x509 finds them by verifying each
// certificate of the chain alone.
func anchorsIn(pool *x509.CertPool, chain []*Certificate, now time.Time) *Pool {
	found := NewPool()
	for _, c := range chain[:min(len(chain), maxAsked)] {
		cert, err := x509.ParseCertificate(c.Raw)
		if err != nil {
			continue
		}
		paths, err := cert.Verify(x509.VerifyOptions{
			Roots: pool, Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if err != nil {
			continue
		}
		for _, path := range paths {
			if root, err := ParseCertificate(path[len(path)-1].Raw); err == nil {
				root.auxiliary.Accept = []string{anyUsage}
				found.add(root)
			}
		}
	}
	return found
}
