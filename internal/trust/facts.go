package trust

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// facts are the parsed extensions of a certificate, as in OpenSSL's
// ossl_x509v3_cache_extensions.
type facts struct {
	invalid    bool // an extension that we read is malformed or present twice
	selfIssued bool
	// selfSigned is what OpenSSL calls so: self-issued, with key identifiers and
	// algorithms that match. The signature is not checked.
	selfSigned      bool
	unknownCritical bool
	proxy           bool

	hasBasicConstraints, ca bool
	pathLength              int // -1: none
	hasKeyUsage             bool
	keyUsage                keyUsage
	hasExtKeyUsage          bool
	extKeyUsage             extKeyUsage
	hasNetscape             bool
	netscape                byte
	subjectKeyID            []byte // nil: none
	authority               *authority
	names                   []certder.GeneralName
	constraints             *nameConstraints
	distribution            []distributionPoint
}

// keyUsage has bit n of the KeyUsage at 1<<n, as in crypto/x509.
type keyUsage uint16

const (
	digitalSignature keyUsage = 1 << 0
	keyEncipherment  keyUsage = 1 << 2
	keyAgreement     keyUsage = 1 << 4
	keyCertSign      keyUsage = 1 << 5
	crlSign          keyUsage = 1 << 6
)

// extKeyUsage is the set of usages that matter to TLS.
type extKeyUsage uint8

const (
	ekuServer extKeyUsage = 1 << iota
	ekuClient
	ekuGatedCrypto // Netscape's and Microsoft's server gated crypto
)

var extKeyUsages = map[string]extKeyUsage{
	"1.3.6.1.5.5.7.3.1":      ekuServer,
	"1.3.6.1.5.5.7.3.2":      ekuClient,
	"1.3.6.1.4.1.311.10.3.3": ekuGatedCrypto,
	"2.16.840.1.113730.4.1":  ekuGatedCrypto,
}

// Bits of nsCertType, the first octet from the left.
const (
	nsClient byte = 0x80
	nsServer byte = 0x40
	nsTLSCA  byte = 0x04
	nsAnyCA  byte = 0x07
)

// known are the critical extensions that OpenSSL processes.
var known = map[string]bool{
	certder.NetscapeCertType: true, certder.KeyUsage: true, certder.SubjectAltName: true,
	certder.BasicConstraints: true, certder.CertificatePolicy: true, certder.CRLDistribution: true,
	certder.ExtKeyUsage: true, certder.OCSPNoCheck: true, certder.PolicyConstraints: true,
	certder.ProxyCertInfo: true, certder.NameConstraints: true, certder.PolicyMappings: true,
	certder.InhibitAnyPolicy: true,
	// Stricter: OpenSSL also processes RFC 3779's resources, which TLS does not
	// use; as critical extensions they are unknown here.
}

// authority is an AuthorityKeyIdentifier (RFC 5280, section 4.2.1.1).
type authority struct {
	keyID, serial []byte
	issuer        string // the first directory name, canonical
	hasIssuer     bool
}

func (c *Certificate) readFacts() facts {
	f := facts{pathLength: -1}
	f.read(c.der, certder.BasicConstraints, f.parseBasicConstraints)
	f.read(c.der, certder.KeyUsage, f.parseKeyUsage)
	f.read(c.der, certder.ExtKeyUsage, f.parseExtKeyUsage)
	f.read(c.der, certder.NetscapeCertType, f.parseNetscape)
	f.read(c.der, certder.SubjectKeyID, func(s cryptobyte.String) bool {
		f.subjectKeyID = []byte{}
		return s.ReadASN1Bytes(&f.subjectKeyID, cbasn1.OCTET_STRING) && s.Empty()
	})
	f.read(c.der, certder.AuthorityKeyID, func(s cryptobyte.String) (ok bool) {
		f.authority, ok = parseAuthority(s)
		return ok
	})
	f.read(c.der, certder.SubjectAltName, func(s cryptobyte.String) (ok bool) {
		f.names, ok = certder.ParseGeneralNames(s)
		return ok
	})
	f.read(c.der, certder.NameConstraints, func(s cryptobyte.String) (ok bool) {
		f.constraints, ok = parseNameConstraints(s)
		return ok
	})
	f.read(c.der, certder.CRLDistribution, func(s cryptobyte.String) (ok bool) {
		f.distribution, ok = parseDistributionPoints(s, c.issuer)
		return ok
	})
	f.read(c.der, certder.ProxyCertInfo, func(s cryptobyte.String) bool {
		f.proxy = true
		_, issuerNames := c.der.First(certder.IssuerAltName)
		return !f.ca && f.names == nil && !issuerNames && readsAsProxyInfo(s)
	})
	for _, ext := range c.der.Extensions {
		f.unknownCritical = f.unknownCritical || ext.Critical && !known[ext.ID]
	}
	f.selfIssued = c.subject == c.issuer
	f.selfSigned = f.selfIssued && !f.invalid && f.authority.matches(c.der, &f, c.issuer) && c.couldHaveSigned(c)
	return f
}

// read passes the value of an extension to parse.
func (f *facts) read(c *certder.Certificate, id string, parse func(cryptobyte.String) bool) {
	value, n := c.Find(id)
	if n > 1 || n == 1 && !parse(value) {
		f.invalid = true
	}
}

func (f *facts) parseBasicConstraints(s cryptobyte.String) bool {
	var seq, ca cryptobyte.String
	var hasCA bool
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() ||
		!seq.ReadOptionalASN1(&ca, &hasCA, cbasn1.BOOLEAN) || hasCA && len(ca) != 1 {
		return false
	}
	f.hasBasicConstraints = true
	f.ca = hasCA && ca[0] != 0
	if seq.Empty() {
		return true
	}
	return seq.ReadASN1Integer(&f.pathLength) && f.pathLength >= 0 && seq.Empty()
}

func (f *facts) parseKeyUsage(s cryptobyte.String) bool {
	bits, ok := readBitString(&s)
	if !ok || !s.Empty() {
		return false
	}
	f.hasKeyUsage = true
	for n := range 9 {
		if n/8 < len(bits) && bits[n/8]&(0x80>>(n%8)) != 0 {
			f.keyUsage |= 1 << n
		}
	}
	return f.keyUsage != 0 // RFC 5280, section 4.2.1.3: at least one bit
}

func (f *facts) parseExtKeyUsage(s cryptobyte.String) bool {
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return false
	}
	f.hasExtKeyUsage = true
	for !seq.Empty() {
		var id string
		if !certder.ReadOID(&seq, &id) {
			return false
		}
		f.extKeyUsage |= extKeyUsages[id]
	}
	return true
}

func (f *facts) parseNetscape(s cryptobyte.String) bool {
	bits, ok := readBitString(&s)
	if !ok || !s.Empty() {
		return false
	}
	f.hasNetscape = true
	if len(bits) > 0 {
		f.netscape = bits[0]
	}
	return true
}

func readBitString(s *cryptobyte.String) ([]byte, bool) {
	var v cryptobyte.String
	if !s.ReadASN1(&v, cbasn1.BIT_STRING) || len(v) == 0 || v[0] > 7 || v[0] != 0 && len(v) == 1 {
		return nil, false
	}
	bits := append([]byte(nil), v[1:]...)
	if len(bits) > 0 {
		bits[len(bits)-1] &= 0xff << v[0]
	}
	return bits, true
}

func parseAuthority(s cryptobyte.String) (*authority, bool) {
	var seq, keyID, issuer, serial cryptobyte.String
	var hasKeyID, hasIssuer, hasSerial bool
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() ||
		!seq.ReadOptionalASN1(&keyID, &hasKeyID, cbasn1.Tag(0).ContextSpecific()) ||
		!seq.ReadOptionalASN1(&issuer, &hasIssuer, cbasn1.Tag(1).ContextSpecific().Constructed()) ||
		!seq.ReadOptionalASN1(&serial, &hasSerial, cbasn1.Tag(2).ContextSpecific()) || !seq.Empty() {
		return nil, false
	}
	a := new(authority)
	if hasKeyID {
		a.keyID = append([]byte{}, keyID...)
	}
	if hasSerial {
		a.serial = append([]byte{}, serial...)
	}
	names, ok := certder.ParseGeneralNameList(issuer)
	for _, n := range names {
		if n.Kind == certder.DirectoryName { // OpenSSL, too, uses only the first
			a.issuer, a.hasIssuer = n.Canonical, true
			break
		}
	}
	return a, ok
}

// readsAsProxyInfo reports whether a ProxyCertInfo (RFC 3820, section 3.8) is well
// formed. Its contents are not used: no proxy certificate is accepted.
func readsAsProxyInfo(s cryptobyte.String) bool {
	var seq, policy cryptobyte.String
	var language string
	return s.ReadASN1(&seq, cbasn1.SEQUENCE) && s.Empty() &&
		seq.SkipOptionalASN1(cbasn1.INTEGER) &&
		seq.ReadASN1(&policy, cbasn1.SEQUENCE) && seq.Empty() &&
		certder.ReadOID(&policy, &language) &&
		policy.SkipOptionalASN1(cbasn1.OCTET_STRING) && policy.Empty()
}

// matches reports whether the issuer with these parts is the one that the
// identifier names (X509_check_akid). Parts that are absent match everything.
func (a *authority) matches(issuer *certder.Certificate, f *facts, issuersIssuer string) bool {
	if a == nil {
		return true
	}
	if a.keyID != nil && f.subjectKeyID != nil && string(a.keyID) != string(f.subjectKeyID) {
		return false
	}
	if a.serial != nil && string(a.serial) != string(issuer.Serial) {
		return false
	}
	return !a.hasIssuer || a.issuer == issuersIssuer
}
