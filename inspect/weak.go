package inspect

import (
	"fmt"
	"strings"

	"polytls"
	"polytls/internal/suite"
)

// minBits is the smallest size of keys of RSA and finite-field DHE that RFC 9325
// accepts.
const minBits = 2048

// weaknesses lists which parameters of a connection are weaker than RFC 9325
// recommends, and why. rsaBits is the size of the RSA key in the peer's certificate, 0
// without one.
func weaknesses(h *Handshake, p *polytls.Parameters, rsaBits int) []string {
	var weak []string
	add := func(format string, args ...any) { weak = append(weak, fmt.Sprintf(format, args...)) }
	if h.Protocol == polytls.TLS10 || h.Protocol == polytls.TLS11 {
		add("%s (RFC 8996 retires it)", h.Protocol)
	}
	if c := suite.ByName(h.Cipher); c != nil {
		weak = append(weak, weakSuite(c, h, p)...)
	}
	if p.DHBits > 0 && p.DHBits < minBits {
		add("DHE with %d bits (the minimum is 2048)", p.DHBits)
	}
	for scheme := range suite.Schemes() {
		for _, name := range []string{h.Sigalg, h.PeerSigalg} {
			if scheme.Name == name && scheme.Weak {
				add("signature %s (SHA-1 and MD5 can be forged)", name)
			}
		}
	}
	if rsaBits > 0 && rsaBits < minBits {
		add("certificate with an RSA key of %d bits (the minimum is 2048)", rsaBits)
	}
	return weak
}

// weakSuite lists the weaknesses of the cipher suite.
func weakSuite(c *suite.CipherSuite, h *Handshake, p *polytls.Parameters) []string {
	var weak []string
	switch info := c.Cipher.Info(); {
	case c.Cipher == suite.NULL:
		weak = append(weak, "no encryption")
	case c.Cipher == suite.RC4:
		weak = append(weak, "RC4 (RFC 7465 forbids it)")
	case c.Cipher == suite.TripleDESCBC, c.Cipher == suite.IDEACBC:
		weak = append(weak, "blocks of 64 bits (Sweet32)")
	case c.IsCBC() && !p.EncryptThenMAC:
		weak = append(weak, "CBC without encrypt-then-MAC (Lucky 13)")
	case info.Kind == suite.AEADCipher && info.TagLen < 16:
		weak = append(weak, "CCM_8 (its tag has only 64 bits)")
	}
	if c.Auth == suite.AuthNone {
		weak = append(weak, "anonymous server (anyone can impersonate it)")
	}
	switch c.Kx {
	case suite.KxRSA, suite.KxPSK, suite.KxRSAPSK:
		weak = append(weak, "no forward secrecy (whoever obtains the key later can decrypt)")
	case suite.KxAny:
		if h.Group == "" && p.DHBits == 0 {
			weak = append(weak, "no forward secrecy (a pre-shared key alone)")
		}
	}
	if c.MinVersion < suite.TLS13 && !p.ExtendedMasterSecret && !h.Reused {
		weak = append(weak, "no extended master secret (RFC 7627)")
	}
	return weak
}

// weakValue returns why a value that an end offers or enables is weak, "" if it is not.
// Of a cipher suite that is what it always is, and what it is without the extensions
// that make it stronger.
func weakValue(name string) string {
	if v, ok := suite.ParseVersion(name); ok && v < suite.TLS12 {
		return "RFC 8996 retires it"
	}
	if c := suite.ByName(name); c != nil {
		strongest := &polytls.Parameters{ExtendedMasterSecret: true}
		return strings.Join(weakSuite(c, &Handshake{Group: "any"}, strongest), "; ")
	}
	for scheme := range suite.Schemes() {
		if scheme.Name == name && scheme.Weak {
			return "SHA-1 and MD5 can be forged"
		}
	}
	return ""
}
