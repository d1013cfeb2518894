package trust

import (
	"net/netip"
	"sync"

	"polytls/certobject"
	"polytls/internal/trust/certder"
)

// names is what CheckServerIdentity looks at in a certificate. It is read once,
// since the same servers are asked again and again.
type names struct {
	once sync.Once
	identities
}

// IsFor reports whether CheckServerIdentity accepts the certificate for host.
func (c *Certificate) IsFor(host string) bool {
	c.names.once.Do(func() { c.names.identities = c.identities() })
	return c.names.mismatch(host) == ""
}

// identities reads from the certificate what CheckServerIdentity reads from
// Node's text of it.
func (c *Certificate) identities() (ids identities) {
	ids.commonNames = certobject.ParseName(c.der.Subject).Get("CN")
	value, ok := c.der.First(certder.SubjectAltName)
	if !ok {
		return ids
	}
	names, ok := certder.ParseGeneralNames(value)
	if !ok || len(names) == 0 {
		names = []certder.GeneralName{{Kind: certder.DNS}} // as certobject, one that fits nothing
	}
	for _, n := range names {
		switch n.Kind {
		case certder.DNS:
			ids.dnsNames = append(ids.dnsNames, certder.Latin1(n.Value))
		case certder.IPAddress:
			address, _ := netip.AddrFromSlice(n.Value)
			ids.addresses = append(ids.addresses, canonicalIP(address.String()))
		}
	}
	return ids
}
