package report

import (
	"fmt"
	"strings"

	"polytls"
	"polytls/internal/suite"
)

// negotiated is what a connection came to, as far as its strength goes.
type negotiated struct {
	protocol   string
	cipher     string // OpenSSL's name
	group      string
	dhBits     int
	signatures []string // IANA's names of the schemes in use
	etm, ems   bool
	resumed    bool
	certBits   int // of an RSA key that the peer showed, 0 without one
}

// StrengthOf reads it off a connection.
func StrengthOf(s *polytls.Socket) negotiated {
	p := s.Parameters()
	n := negotiated{
		protocol: s.Protocol(), group: p.Group, dhBits: p.DHBits,
		signatures: []string{p.Sigalg, p.PeerSigalg},
		etm:        p.EncryptThenMAC, ems: p.ExtendedMasterSecret, resumed: s.SessionReused(),
	}
	if c := s.Cipher(); c != nil {
		n.cipher = c.Name
	}
	if cert := s.PeerCertificate(false); cert != nil && cert.Modulus != "" {
		n.certBits = cert.Bits
	}
	return n
}

// BelowFloor says what of it is weaker than what is accepted today (RFC 9325)
// and why, nothing if all is well.
func BelowFloor(n negotiated) []string {
	const minBits = 2048
	var weak []string
	add := func(format string, args ...any) { weak = append(weak, fmt.Sprintf(format, args...)) }
	if n.protocol == polytls.TLS10 || n.protocol == polytls.TLS11 {
		add("%s (RFC 8996 retires it)", n.protocol)
	}
	if c := suite.ByName(n.cipher); c != nil {
		weak = append(weak, weakSuite(c, n)...)
	}
	if n.dhBits > 0 && n.dhBits < minBits {
		add("DHE with %d bits (2048 is the least)", n.dhBits)
	}
	for scheme := range suite.Schemes() {
		for _, name := range n.signatures {
			if scheme.Name == name && scheme.Weak {
				add("signature %s (SHA-1 and MD5 can be forged)", name)
			}
		}
	}
	if n.certBits > 0 && n.certBits < minBits {
		add("certificate with an RSA key of %d bits (2048 is the least)", n.certBits)
	}
	return weak
}

// weakSuite checks the cipher suite.
func weakSuite(c *suite.CipherSuite, n negotiated) []string {
	var weak []string
	switch info := c.Cipher.Info(); {
	case c.Cipher == suite.NULL:
		weak = append(weak, "no encryption at all")
	case c.IsCBC() && !n.etm:
		weak = append(weak, "CBC without encrypt-then-MAC (Lucky 13)")
	case info.Kind == suite.AEADCipher && info.TagLen < 16:
		weak = append(weak, "CCM_8 (its tag has 64 bits only)")
	}
	if c.Auth == suite.AuthNone {
		weak = append(weak, "anonymous server (anyone can be in between)")
	}
	switch c.Kx {
	case suite.KxRSA, suite.KxPSK, suite.KxRSAPSK:
		weak = append(weak, "no forward secrecy (who gets the key later reads it all)")
	case suite.KxAny:
		if n.group == "" && n.dhBits == 0 {
			weak = append(weak, "no forward secrecy (a pre-shared key alone)")
		}
	}
	if c.MinVersion < suite.TLS13 && !n.ems && !n.resumed {
		weak = append(weak, "no extended master secret (RFC 7627)")
	}
	return weak
}

// FloorLine is one line about all of it, "" if all is well.
func FloorLine(weak []string) string {
	if len(weak) == 0 {
		return ""
	}
	return "below today's floor: " + strings.Join(weak, ", ")
}
