package trust

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"

	"polytls/internal/trust/certtest"
)

// restrictions are what certificates, revocation lists and trust settings can say
// against a chain of a leaf, its issuer and a root, and critical values that nothing
// knows. What is not implemented must refuse: a reader that passes over it trusts
// more than was said. OK is where OpenSSL does not look by default, and Node with it.
var restrictions = []struct {
	name  string
	apply func(p *pki)
	want  Result
}{
	// Certificates (RFC 5280, section 4.2).
	{"leaf, unknown critical extension", critical(0, "1.2.3.4"), UnhandledCriticalExtension},
	{"issuer, unknown critical extension", critical(1, "1.2.3.4"), UnhandledCriticalExtension},
	{"root, unknown critical extension", critical(2, "1.2.3.4"), UnhandledCriticalExtension},
	{"leaf, critical TLS feature (RFC 7633)", critical(0, "1.3.6.1.5.5.7.1.24"), UnhandledCriticalExtension},
	{"leaf, TLS feature", extended(0, "1.3.6.1.5.5.7.1.24"), OK},
	{"leaf, critical privateKeyUsagePeriod", critical(0, "2.5.29.16"), UnhandledCriticalExtension},
	{"issuer, critical address blocks (RFC 3779)", oursAlone(critical(1, "1.3.6.1.5.5.7.1.7")), UnhandledCriticalExtension},
	{"leaf, critical poison of Certificate Transparency (RFC 6962)", critical(0, "1.3.6.1.4.1.11129.2.4.3"), UnhandledCriticalExtension},
	{"leaf, proxy certificate (RFC 3820)", func(p *pki) {
		p.links[0].set("san")
		p.links[0].set("x", certtest.Extension("!1.3.6.1.5.5.7.1.14", proxyInfo))
	}, ProxySubjectNameViolation},
	{"issuer, critical policyConstraints", critical(1, "2.5.29.36"), OK},
	{"issuer, critical inhibitAnyPolicy", critical(1, "2.5.29.54"), OK},
	{"issuer, keyUsage for lists alone", func(p *pki) { p.links[1].set("ku", certtest.KeyUsage(certtest.CRLSign)) }, KeyUsageNoCertSign},
	{"issuer, extKeyUsage for mail", func(p *pki) { p.links[1].set("eku", certtest.ExtKeyUsage(mailProtection)) }, InvalidPurpose},
	{"root, extKeyUsage for mail", func(p *pki) { p.links[2].set("eku", certtest.ExtKeyUsage(mailProtection)) }, InvalidPurpose},
	{"leaf, extKeyUsage for mail", func(p *pki) { p.links[0].set("eku", certtest.ExtKeyUsage(mailProtection)) }, InvalidPurpose},
	{"leaf, nsCertType of a client", func(p *pki) { p.links[0].set("ns", certtest.Extension("2.16.840.1.113730.1.1", []byte{3, 2, 7, 0x80})) }, InvalidPurpose},
	{"issuer, path length 0 above another", func(p *pki) { p.links[2].set("bc", certtest.BasicConstraints(true, 0)) }, PathLengthExceeded},
	{"issuer, extension twice", func(p *pki) {
		p.links[1].set("bc", certtest.BasicConstraints(true, -1), certtest.BasicConstraints(true, 0))
	}, UnableToVerifyLeafSignature},

	// Name constraints (section 4.2.1.10), for each form of a name.
	{"constraint, otherName", forms(otherName("1.2.3.4", "x")), UnsupportedConstraintType},
	{"constraint, x400Address", forms(certtest.GeneralName(3, nil)), UnableToVerifyLeafSignature},
	{"constraint, ediPartyName", forms(certtest.GeneralName(5, nil)), UnableToVerifyLeafSignature},
	{"constraint, registeredID", forms(certtest.GeneralName(8, []byte{42})), UnsupportedConstraintType},
	{"constraint with a minimum", func(p *pki) { p.links[1].set("nc", bounded(certtest.DNS("example.com"), 1)) }, SubtreeMinMax},
	{"constraint, address of three bytes", func(p *pki) {
		p.links[0].set("san", certtest.AltNames(certtest.GeneralName(7, []byte{127, 0, 0, 1})))
		p.constrain(1, list(certtest.GeneralName(7, []byte{127, 0, 0})), nil)
	}, UnsupportedNameSyntax},
	{"constraints that cannot be read", func(p *pki) { p.links[1].set("nc", certtest.Extension("2.5.29.30", []byte{5, 0})) }, UnableToVerifyLeafSignature},

	// Revocation lists (section 5.2).
	{"list, unknown critical extension", listWith("!1.2.3.4", []byte{5, 0}), UnhandledCriticalCRLExtension},
	{"list, critical freshestCRL", listWith("!2.5.29.46", []byte{0x30, 0}), UnhandledCriticalCRLExtension},
	{"list of changes (deltaCRLIndicator)", listWith("!2.5.29.27", []byte{2, 1, 1}), UnableToGetCRL},
	{"list for some reasons", scoped(primitive(3, []byte{5, 0x60})), UnableToGetCRL},
	{"list for attribute certificates", scoped(primitive(5, []byte{0xff})), UnableToGetCRL},
	{"list for users and authorities", scoped(primitive(1, []byte{0xff}), primitive(2, []byte{0xff})), UnableToGetCRL},
	{"list of other issuers", scoped(primitive(4, []byte{0xff})), UnableToGetCRL},
	{"list for another distribution point", scoped(at(uriA)), UnableToGetCRL},
	{"list, scope with an unknown field", oursAlone(scoped(primitive(6, []byte{0xff}))), UnableToGetCRL},
	{"list, scope that cannot be read", oursAlone(listWith("!2.5.29.28", []byte{5, 0})), UnableToGetCRL},

	// Trust settings of TRUSTED CERTIFICATE.
	{"trusted for mail", func(p *pki) { trustedFor([]string{mailProtection}, nil)(p, 2) }, InvalidPurpose},
	{"trusted for an unknown use", func(p *pki) { trustedFor([]string{"1.2.3.4"}, nil)(p, 2) }, InvalidPurpose},
	{"trusted for nothing", func(p *pki) { trustedFor([]string{}, nil)(p, 2) }, InvalidPurpose},
	{"rejected for servers", func(p *pki) { trustedFor(nil, []string{certtest.ServerAuth})(p, 2) }, InvalidPurpose},
	{"rejected for an unknown use", func(p *pki) { trustedFor(nil, []string{"1.2.3.4"})(p, 2) }, OK},
}

func extended(i int, id string) func(*pki) {
	return func(p *pki) { p.links[i].set("x", certtest.Extension(id, []byte{0x30, 0})) }
}

func critical(i int, id string) func(*pki) { return extended(i, "!"+id) }

// oursAlone marks what OpenSSL accepts.
func oursAlone(apply func(*pki)) func(*pki) {
	return func(p *pki) {
		apply(p)
		p.stricter = true
	}
}

// forms gives the leaf a name and its issuer a constraint of the same form.
func forms(name []byte) func(*pki) {
	return func(p *pki) { constrained(name, list(name), nil)(p, 1) }
}

func otherName(id, text string) []byte { return certtest.OtherName(id, 12, text) }

// listWith adds an extension to the issuers' revocation lists.
func listWith(id string, value []byte) func(*pki) {
	return func(p *pki) {
		p.crls = allCRLs(1, func(c *certtest.CRL) { c.Extensions = append(c.Extensions, certtest.Extension(id, value)) })
	}
}

// scoped gives the list of the leaf's issuer an issuingDistributionPoint.
func scoped(fields ...[]byte) func(*pki) { return listWith("!2.5.29.28", certtest.Sequence(fields...)) }

func TestRestrictionsCount(t *testing.T) {
	for _, r := range restrictions {
		p := newPKI(3)
		r.apply(p)
		if _, err := p.build(r.name).verify(t); resultOf(err) != r.want {
			t.Errorf("%s: %v, want %s", r.name, err, r.want.Code())
		}
	}
}

// TestRestrictionsOfEntriesCount: an unknown critical extension in any entry of a
// revocation list counts, also in one for another certificate.
func TestRestrictionsOfEntriesCount(t *testing.T) {
	p := newPKI(3)
	p.crls = allCRLs(1, allRevoked(99))
	s := p.build("an entry")
	o := s.options(t)
	if _, err := Verify(s.chain(t), o); err != nil {
		t.Fatal(err)
	}
	unknown := pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}
	lists := readLists(t, s.crls)
	lists[0].RevokedCertificateEntries[0].Extensions = append(lists[0].RevokedCertificateEntries[0].Extensions, unknown)
	o.CRLs = NewRevocationLists(lists...)
	if _, err := Verify(s.chain(t), o); resultOf(err) != UnhandledCriticalCRLExtension {
		t.Errorf("got %v", err)
	}
}
