package issue

import (
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
)

// Bounds are the names and addresses for which a CA may issue certificates: by its name
// constraints (RFC 5280, section 4.2.1.10), peers refuse those for others, also if its
// key was stolen.
type Bounds struct {
	DNS []string // with all names below them
	IPs []netip.Prefix
}

// PrivateBounds returns names and addresses that nobody owns: the local machine's and
// those of private networks (RFC 1918, 3927, 4193, 4291, 6761, 6762 and 8375), and
// besides them those of names.
func PrivateBounds(names Names) *Bounds {
	b := &Bounds{DNS: []string{"localhost", "local", "test", "internal", "home.arpa"}}
	for _, prefix := range []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"} {
		b.IPs = append(b.IPs, netip.MustParsePrefix(prefix))
	}
	for _, name := range names.DNS {
		if !slices.Contains(b.DNS, name) {
			b.DNS = append(b.DNS, name)
		}
	}
	for _, ip := range names.IPs {
		a, _ := netip.AddrFromSlice(ip)
		a = a.Unmap()
		if !slices.ContainsFunc(b.IPs, func(p netip.Prefix) bool { return p.Contains(a) }) {
			b.IPs = append(b.IPs, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return b
}

// constrain adds the bounds to the certificate of a CA, which may issue certificates
// for TLS only.
func (b *Bounds) constrain(t *x509.Certificate) {
	t.PermittedDNSDomainsCritical = true // as RFC 5280 requires for all name constraints
	t.PermittedDNSDomains = b.DNS
	for _, prefix := range b.IPs {
		t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{
			IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
		})
	}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
}
