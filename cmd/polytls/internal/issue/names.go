package issue

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Names are alternative names.
type Names struct {
	DNS    []string
	IPs    []net.IP
	Emails []string
	URIs   []*url.URL
}

// LocalNames returns the names of the local machine for itself.
func LocalNames() Names {
	return Names{DNS: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
}

// ParseNames reads alternative names: OpenSSL's "DNS:a.example", "IP:::1",
// "URI:..." and "email:...", or a name without a prefix.
func ParseNames(list []string) (Names, error) {
	var n Names
	for _, item := range list {
		if err := n.Add(item); err != nil {
			return Names{}, err
		}
	}
	return n, nil
}

// Add adds one name.
func (n *Names) Add(item string) error {
	item = strings.TrimSpace(item)
	kind, value, ok := strings.Cut(item, ":")
	switch {
	case ok && strings.EqualFold(kind, "DNS"):
		return n.addDNS(value)
	case ok && (strings.EqualFold(kind, "IP") || strings.EqualFold(kind, "IP Address")):
		ip := net.ParseIP(value)
		if ip == nil {
			return fmt.Errorf("%q is not an IP address", value)
		}
		n.IPs = append(n.IPs, ip)
		return nil
	case ok && strings.EqualFold(kind, "email"):
		n.Emails = append(n.Emails, value)
		return nil
	case ok && strings.EqualFold(kind, "URI"):
		return n.addURI(value)
	}
	switch ip := net.ParseIP(item); {
	case ip != nil:
		n.IPs = append(n.IPs, ip)
	case strings.Contains(item, "://"):
		return n.addURI(item)
	case strings.Contains(item, "@"):
		n.Emails = append(n.Emails, item)
	default:
		return n.addDNS(item)
	}
	return nil
}

func (n *Names) addURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		return fmt.Errorf("%q is not a URI", text)
	}
	n.URIs = append(n.URIs, u)
	return nil
}

// addDNS adds a host name, whose first label may be a '*'.
func (n *Names) addDNS(name string) error {
	const maxName, maxLabel = 253, 63
	if name == "" || len(name) > maxName {
		return fmt.Errorf("%q is not a host name", name)
	}
	for i, label := range strings.Split(strings.TrimPrefix(name, "*."), ".") {
		if label == "" || len(label) > maxLabel || strings.Trim(label, hostCharacters) != "" {
			return fmt.Errorf("%q is not a host name (label %d)", name, i+1)
		}
	}
	n.DNS = append(n.DNS, name)
	return nil
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// Empty reports whether there is no name.
func (n Names) Empty() bool { return len(n.DNS)+len(n.IPs)+len(n.Emails)+len(n.URIs) == 0 }

// NamesOf returns the names that a request asks for.
func NamesOf(r *x509.CertificateRequest) Names {
	return Names{DNS: r.DNSNames, IPs: r.IPAddresses, Emails: r.EmailAddresses, URIs: r.URIs}
}
