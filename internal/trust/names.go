package trust

import (
	"net/netip"
	"sync"

	"polytls/certobject"
	"polytls/internal/trust/certder"
)

// names are the parts of a certificate that CheckServerIdentity uses. They are read
// once, because clients connect to the same servers repeatedly.
type names struct {
	once sync.Once
	identities
}

// IsFor reports whether CheckServerIdentity accepts the certificate for host.
func (c *Certificate) IsFor(host string) bool {
	c.names.once.Do(func() { c.names.identities = c.identities() })
	return c.names.mismatch(host) == ""
}

// identities reads from the certificate the names that CheckServerIdentity reads
// from its certificate object.
func (c *Certificate) identities() (ids identities) {
	ids.commonNames = certobject.ParseName(c.der.Subject).Get("CN")
	value, ok := c.der.First(certder.SubjectAltName)
	if !ok {
		return ids
	}
	names, ok := certder.ParseGeneralNames(value)
	if !ok || len(names) == 0 {
		names = []certder.GeneralName{{Kind: certder.DNS}} // as in certobject, a name that matches nothing
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
