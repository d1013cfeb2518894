package trust

import (
	"sync"

	"polytls/internal/certobject"
)

// names is what CheckServerIdentity looks at in a certificate. It is read once,
// since the same servers are asked again and again.
type names struct {
	once sync.Once
	// of is nil if nothing can be told of the certificate.
	of *certobject.Certificate
}

// IsFor reports whether CheckServerIdentity accepts the certificate for host.
func (c *Certificate) IsFor(host string) bool {
	c.names.once.Do(func() {
		if whole, err := certobject.New(c.Raw); err == nil {
			c.names.of = &certobject.Certificate{Subject: whole.Subject, SubjectAltName: whole.SubjectAltName}
		}
	})
	return c.names.of != nil && CheckServerIdentity(host, c.names.of) == nil
}
