package trust

import "polytls/internal/sign"

// isCA is OpenSSL's check_ca: whether c may sign certificates. Without
// basicConstraints it may if it is an old root, or if other extensions allow it.
type caMark uint8

const (
	noCA caMark = iota
	markedCA
	oldRoot    // version 1, self-signed
	usageCA    // no basicConstraints, but keyCertSign
	netscapeCA // only by nsCertType
)

func (c *Certificate) caMark() caMark {
	f := &c.facts
	switch {
	case f.invalid, f.hasKeyUsage && f.keyUsage&keyCertSign == 0:
		return noCA
	case f.hasBasicConstraints && f.ca:
		return markedCA
	case f.hasBasicConstraints:
		return noCA
	case c.der.Version == 0 && f.selfSigned:
		return oldRoot
	case f.hasKeyUsage:
		return usageCA
	case f.hasNetscape && f.netscape&nsAnyCA != 0:
		return netscapeCA
	}
	return noCA
}

// checkExtensions checks that each certificate is allowed at its position on the
// path (check_extensions).
func (v *verification) checkExtensions() bool {
	below := 0 // CA certificates below, self-issued ones not counted
	top := len(v.path) - 1
	for i, c := range v.path {
		if c.facts.unknownCritical {
			v.fault(UnhandledCriticalExtension, i)
		}
		if c.facts.proxy {
			v.fault(ProxyCertificatesNotAllowed, i)
		}
		mark := c.caMark()
		if i > 0 && (mark == noCA || i < top && mark != markedCA) {
			v.fault(InvalidCA, i)
		}
		if top > 0 && c.Public == nil {
			v.fault(Unspecified, i) // in OpenSSL, a key whose curve cannot be determined
		}
		if top > 0 && sign.HasExplicitCurve(c.der.SPKI) {
			v.fault(ECKeyExplicitParams, i)
		}
		if !v.fitsPurpose(c, i) {
			v.fault(InvalidPurpose, i)
		}
		if i > 1 && c.facts.pathLength >= 0 && below > c.facts.pathLength {
			v.fault(PathLengthExceeded, i)
		}
		if i > 0 && !c.facts.selfIssued {
			below++
		}
	}
	return true
}

// fitsPurpose checks the trust settings of a trusted certificate, else the
// extensions (check_purpose).
func (v *verification) fitsPurpose(c *Certificate, depth int) bool {
	if depth >= v.fromPeer {
		switch c.trustSetting(v.Purpose) {
		case trusted:
			return true
		case rejected:
			return false
		}
	}
	if c.facts.invalid {
		return true // as in OpenSSL, which refuses such paths elsewhere
	}
	if depth > 0 {
		return c.issuesFor(v.Purpose)
	}
	return c.leafFor(v.Purpose)
}

func (c *Certificate) issuesFor(p Purpose) bool {
	if !c.facts.hasUsage(p) {
		return false
	}
	mark := c.caMark()
	return mark != noCA && (mark != netscapeCA || c.facts.netscape&nsTLSCA != 0)
}

func (c *Certificate) leafFor(p Purpose) bool {
	f := &c.facts
	usage, netscape := digitalSignature|keyAgreement, nsClient
	if p == ServerAuth {
		usage, netscape = usage|keyEncipherment, nsServer
	}
	return f.hasUsage(p) &&
		(!f.hasKeyUsage || f.keyUsage&usage != 0) &&
		(!f.hasNetscape || f.netscape&netscape != 0)
}

// hasUsage reports whether the extended key usage, if there is one, names the
// purpose. As in OpenSSL, anyExtendedKeyUsage does not count.
func (f *facts) hasUsage(p Purpose) bool {
	wanted := ekuClient
	if p == ServerAuth {
		wanted = ekuServer | ekuGatedCrypto
	}
	return !f.hasExtKeyUsage || f.extKeyUsage&wanted != 0
}
