// Package weakness lists which parameters of a connection are weaker than RFC 9325
// recommends, and why.
package weakness

import (
	"crypto/rsa"
	"fmt"
	"strings"

	"polytls/internal/handshake"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

// minBits is the smallest size of keys of RSA and finite-field DHE that RFC 9325
// accepts.
const minBits = 2048

const (
	retired   = "RFC 8996 retires it"
	forgeable = "SHA-1 and MD5 can be forged"
)

// Of returns the weaknesses of what a handshake has negotiated, nil without any.
func Of(f *handshake.Facts) []string {
	var weak []string
	add := func(format string, args ...any) { weak = append(weak, fmt.Sprintf(format, args...)) }
	if f.Version < suite.TLS12 {
		add("%s (%s)", f.Version, retired)
	}
	weak = append(weak, ofSuite(f)...)
	if f.DHBits > 0 && f.DHBits < minBits {
		add("DHE with %d bits (the minimum is 2048)", f.DHBits)
	}
	for _, scheme := range []suite.Scheme{f.OurScheme, f.Scheme} {
		if info := scheme.Info(); info != nil && info.Weak {
			add("signature %s (%s)", scheme, forgeable)
		}
	}
	if bits := rsaBits(f.Peer); bits > 0 && bits < minBits {
		add("certificate with an RSA key of %d bits (the minimum is 2048)", bits)
	}
	return weak
}

// rsaBits returns the size of the RSA key in the peer's certificate, 0 without one.
func rsaBits(peer *handshake.Peer) int {
	if peer == nil || len(peer.Chain) == 0 {
		return 0
	}
	switch key := peer.Chain[0].Public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *sign.PSSPublicKey:
		return key.Key.N.BitLen()
	}
	return 0
}

// ofSuite lists the weaknesses of the cipher suite.
func ofSuite(f *handshake.Facts) []string {
	var weak []string
	c := f.Suite
	switch info := c.Cipher.Info(); {
	case c.Cipher == suite.NULL:
		weak = append(weak, "no encryption")
	case c.Cipher == suite.RC4:
		weak = append(weak, "RC4 (RFC 7465 forbids it)")
	case c.Cipher == suite.TripleDESCBC, c.Cipher == suite.IDEACBC:
		weak = append(weak, "blocks of 64 bits (Sweet32)")
	case c.IsCBC() && !f.EncryptThenMAC:
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
		if f.Group == 0 && f.DHBits == 0 {
			weak = append(weak, "no forward secrecy (a pre-shared key alone)")
		}
	}
	if c.MinVersion < suite.TLS13 && !f.ExtendedMasterSecret && !f.WithoutCertificates() {
		weak = append(weak, "no extended master secret (RFC 7627)")
	}
	return weak
}

// OfValue returns why a version, a cipher suite or a signature scheme that an end offers
// or enables is weak, "" if it is not. Of a cipher suite that is what it always is, and
// what it is without encrypt-then-MAC.
func OfValue(name string) string {
	if v, ok := suite.ParseVersion(name); ok && v < suite.TLS12 {
		return retired
	}
	if c := suite.ByName(name); c != nil {
		alone := &handshake.Facts{Suite: c, Group: suite.X25519, ExtendedMasterSecret: true}
		return strings.Join(ofSuite(alone), "; ")
	}
	for scheme := range suite.Schemes() {
		if scheme.Name == name && scheme.Weak {
			return forgeable
		}
	}
	return ""
}
