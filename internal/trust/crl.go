package trust

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"iter"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trust/certder"
)

// allReasons is the set of all ReasonFlags (RFC 5280, section 4.2.1.13).
const allReasons = 0x807f

// removeFromCRL is the CRLReason of delta CRLs that lifts a hold.
const removeFromCRL = 8

// RevocationLists are CRLs, read and indexed once for all verifications.
type RevocationLists struct {
	byIssuer map[string][]*revocationList // by canonical name
}

// NewRevocationLists indexes CRLs. The result does not refer to them.
func NewRevocationLists(crls ...*x509.RevocationList) *RevocationLists {
	lists := &RevocationLists{byIssuer: make(map[string][]*revocationList, len(crls))}
	for _, crl := range crls {
		l := newRevocationList(crl)
		lists.byIssuer[l.name] = append(lists.byIssuer[l.name], l)
	}
	return lists
}

// all yields each list; a nil r has none.
func (r *RevocationLists) all() iter.Seq[*revocationList] {
	return func(yield func(*revocationList) bool) {
		if r == nil {
			return
		}
		for _, lists := range r.byIssuer {
			for _, l := range lists {
				if !yield(l) {
					return
				}
			}
		}
	}
}

// revocationList is a CRL with what OpenSSL caches of it (crl_cb).
type revocationList struct {
	name                   string // the issuer's, canonical
	thisUpdate, nextUpdate time.Time
	algorithm              *algorithm // nil if unknown
	digest, signature      []byte     // digest is that of algorithm
	// proven is the last certificate whose key was verified to have signed the CRL.
	proven          atomic.Pointer[Certificate]
	authority       *authority
	unknownCritical bool
	delta           bool
	scope           crlScope
	revoked         map[string]bool // by serialKey; false: removed from the list
}

// crlScope is an IssuingDistributionPoint (RFC 5280, section 5.2.5).
type crlScope struct {
	present, broken            bool
	point                      *pointName
	onlyUser, onlyCA, onlyAttr bool
	indirect, someReasons      bool
}

// pointName is a DistributionPointName: names, or one made of the issuer's
// name and a relative part, both canonical.
type pointName struct {
	full             []certder.GeneralName
	issuer, relative string
}

// distributionPoint is a DistributionPoint of a certificate.
type distributionPoint struct {
	point   *pointName
	reasons int
	issuers []certder.GeneralName // nil: the certificate's issuer
}

func newRevocationList(crl *x509.RevocationList) *revocationList {
	l := &revocationList{
		thisUpdate: crl.ThisUpdate, nextUpdate: crl.NextUpdate, signature: crl.Signature,
		revoked: make(map[string]bool, len(crl.RevokedCertificateEntries)),
	}
	var ok bool
	if l.name, ok = certder.Canonical(crl.RawIssuer); !ok {
		l.scope.broken = true
	}
	if l.algorithm = crlAlgorithm(crl.Raw); l.algorithm != nil {
		l.digest = l.algorithm.digest(crl.RawTBSRevocationList)
	}
	l.readExtensions(crl)
	l.readEntries(crl)
	return l
}

// crlAlgorithm reads the signatureAlgorithm of a CertificateList.
func crlAlgorithm(der cryptobyte.String) *algorithm {
	var body, identifier cryptobyte.String
	if !der.ReadASN1(&body, cbasn1.SEQUENCE) || !body.SkipASN1(cbasn1.SEQUENCE) ||
		!body.ReadASN1Element(&identifier, cbasn1.SEQUENCE) {
		return nil
	}
	return parseAlgorithm(identifier)
}

func (l *revocationList) readExtensions(crl *x509.RevocationList) {
	seen := make(map[string]bool, len(crl.Extensions))
	for _, ext := range crl.Extensions {
		id := ext.Id.String()
		if seen[id] {
			// Stricter: OpenSSL ignores the scope if there are two.
			l.scope.broken = true
		}
		seen[id] = true
		switch id {
		case certder.AuthorityKeyID:
			var ok bool
			if l.authority, ok = parseAuthority(ext.Value); !ok {
				l.scope.broken = true
			}
		case certder.IssuingDistPoint:
			l.scope.parse(ext.Value, l.name)
		case certder.DeltaCRL:
			l.delta = true
		default:
			l.unknownCritical = l.unknownCritical || ext.Critical
		}
	}
}

// readEntries indexes the entries, the first of a serial number.
//
// Stricter: an entry counts whatever its certificateIssuer is, which is meant for
// indirect lists only.
func (l *revocationList) readEntries(crl *x509.RevocationList) {
	unknown := func(ext pkix.Extension) bool {
		return ext.Critical && ext.Id.String() != certder.CertificateIssuer
	}
	for _, entry := range crl.RevokedCertificateEntries {
		l.unknownCritical = l.unknownCritical || slices.ContainsFunc(entry.Extensions, unknown)
		key := serialKey(entry.SerialNumber)
		if _, ok := l.revoked[key]; !ok {
			l.revoked[key] = entry.ReasonCode != removeFromCRL
		}
	}
}

func serialKey(n *big.Int) string { return string(append(n.Bytes(), byte(n.Sign()))) }

func (s *crlScope) parse(der cryptobyte.String, issuer string) {
	s.present = true
	var seq, point, reasons cryptobyte.String
	var hasPoint bool
	ok := der.ReadASN1(&seq, cbasn1.SEQUENCE) && der.Empty() &&
		seq.ReadOptionalASN1(&point, &hasPoint, cbasn1.Tag(0).ContextSpecific().Constructed()) &&
		readFlag(&seq, 1, &s.onlyUser) && readFlag(&seq, 2, &s.onlyCA) &&
		seq.ReadOptionalASN1(&reasons, &s.someReasons, cbasn1.Tag(3).ContextSpecific()) &&
		readFlag(&seq, 4, &s.indirect) && readFlag(&seq, 5, &s.onlyAttr) && seq.Empty()
	if ok && hasPoint {
		s.point, ok = parsePointName(point, issuer)
	}
	exclusive := 0
	for _, only := range []bool{s.onlyUser, s.onlyCA, s.onlyAttr} {
		if only {
			exclusive++
		}
	}
	if !ok || exclusive > 1 {
		// Stricter: OpenSSL treats a scope that it cannot read as none.
		s.broken = true
	}
}

func readFlag(s *cryptobyte.String, tag uint8, flag *bool) bool {
	var v cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&v, &present, cbasn1.Tag(tag).ContextSpecific()) {
		return false
	}
	*flag = present && len(v) == 1 && v[0] != 0
	return !present || len(v) == 1
}

func parsePointName(s cryptobyte.String, issuer string) (*pointName, bool) {
	var body cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&body, &tag) || !s.Empty() {
		return nil, false
	}
	switch tag {
	case cbasn1.Tag(0).ContextSpecific().Constructed():
		names, ok := certder.ParseGeneralNameList(body)
		return &pointName{full: names}, ok
	case cbasn1.Tag(1).ContextSpecific().Constructed():
		rdn, ok := certder.CanonicalRDN(body)
		return &pointName{issuer: issuer, relative: rdn}, ok
	}
	return nil, false
}

func parseDistributionPoints(s cryptobyte.String, issuer string) ([]distributionPoint, bool) {
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	var points []distributionPoint
	for !seq.Empty() {
		var dp cryptobyte.String
		if !seq.ReadASN1(&dp, cbasn1.SEQUENCE) {
			return nil, false
		}
		point, ok := parseDistributionPoint(dp, issuer)
		if !ok {
			return nil, false
		}
		points = append(points, point)
	}
	return points, true
}

func parseDistributionPoint(s cryptobyte.String, issuer string) (dp distributionPoint, ok bool) {
	var point, reasons, issuers cryptobyte.String
	var hasPoint, hasReasons, hasIssuers bool
	if !s.ReadOptionalASN1(&point, &hasPoint, cbasn1.Tag(0).ContextSpecific().Constructed()) ||
		!s.ReadOptionalASN1(&reasons, &hasReasons, cbasn1.Tag(1).ContextSpecific()) ||
		!s.ReadOptionalASN1(&issuers, &hasIssuers, cbasn1.Tag(2).ContextSpecific().Constructed()) ||
		!s.Empty() {
		return dp, false
	}
	dp.reasons = allReasons
	if hasReasons {
		dp.reasons = reasonFlags(reasons)
	}
	if hasIssuers {
		if dp.issuers, ok = certder.ParseGeneralNameList(issuers); !ok {
			return dp, false
		}
		for _, n := range dp.issuers {
			if n.Kind == certder.DirectoryName {
				issuer = n.Canonical
				break
			}
		}
	}
	if !hasPoint {
		return dp, len(dp.issuers) > 0
	}
	dp.point, ok = parsePointName(point, issuer)
	return dp, ok
}

func reasonFlags(bits []byte) (reasons int) {
	if len(bits) > 1 {
		reasons = int(bits[1])
	}
	if len(bits) > 2 {
		reasons |= int(bits[2]) << 8
	}
	return reasons & allReasons
}

// crlFit is how well a CRL fits a certificate: OpenSSL's score, the greatest of
// which is preferred.
type crlFit int

const (
	fitSamePath   crlFit = 0x008 // the CRL's issuer is on the path
	fitIssuer     crlFit = 0x018 // and is the certificate's issuer
	fitTime       crlFit = 0x040
	fitScope      crlFit = 0x080
	fitNoCritical crlFit = 0x100
)

// fittingCRL is a CRL chosen for a certificate.
type fittingCRL struct {
	*revocationList
	fit     crlFit
	issuer  *Certificate
	covered int // the reasons that are covered with it
}

// checkRevocation looks up every certificate of the path in the CRLs, the anchor
// too (check_revocation with X509_V_FLAG_CRL_CHECK_ALL). Delta CRLs, indirect CRLs
// and CRLs for some reasons only are not used, as by default in OpenSSL.
func (v *verification) checkRevocation() bool {
	if v.CRLs == nil || len(v.CRLs.byIssuer) == 0 {
		return true
	}
	for i, c := range v.path {
		if !c.facts.proxy {
			v.checkRevoked(c, i)
		}
	}
	return !v.exhausted
}

func (v *verification) checkRevoked(c *Certificate, depth int) {
	lists := v.CRLs.byIssuer[c.issuer]
	for reasons := 0; reasons != allReasons; {
		crl := v.bestCRL(lists, c, depth, reasons)
		if crl == nil {
			v.fault(UnableToGetCRL, depth)
			return
		}
		v.checkCRL(crl, depth)
		if crl.unknownCritical {
			v.fault(UnhandledCriticalCRLExtension, depth)
		}
		if crl.revokes(c) {
			v.fault(CertRevoked, depth)
		}
		if crl.covered == reasons {
			v.fault(UnableToGetCRL, depth)
			return
		}
		reasons = crl.covered
	}
}

// bestCRL returns the CRL that fits best, the newest of equals.
func (v *verification) bestCRL(lists []*revocationList, c *Certificate, depth, reasons int) *fittingCRL {
	var best *fittingCRL
	for _, l := range lists {
		f := v.fitCRL(l, c, depth, reasons)
		if f == nil || best != nil && (f.fit < best.fit || f.fit == best.fit && !f.thisUpdate.After(best.thisUpdate)) {
			continue
		}
		best = f
	}
	return best
}

func (v *verification) fitCRL(l *revocationList, c *Certificate, depth, reasons int) *fittingCRL {
	if l.scope.broken || l.delta || l.scope.indirect || l.scope.someReasons || !v.spend(l.coversWork(c)) {
		return nil
	}
	f := &fittingCRL{revocationList: l, covered: reasons}
	if f.issuer, f.fit = v.crlIssuer(l, depth); f.issuer == nil {
		return nil
	}
	if !l.unknownCritical {
		f.fit |= fitNoCritical
	}
	if l.timeFault(v) == OK {
		f.fit |= fitTime
	}
	if in, inScope := l.covers(c); inScope {
		if in&^reasons == 0 {
			return nil
		}
		f.covered |= in
		f.fit |= fitScope
	}
	return f
}

// crlIssuer finds the CRL's issuer: the next on the path (the last is taken as its
// own issuer; if it is not, the signature does not verify), or one above the next
// that has the same name.
func (v *verification) crlIssuer(l *revocationList, depth int) (*Certificate, crlFit) {
	next := min(depth+1, len(v.path)-1)
	if c := v.path[next]; l.authority.matches(c.der, &c.facts, c.issuer) {
		return c, fitIssuer
	}
	for _, c := range v.path[next+1:] {
		if c.subject == l.name && l.authority.matches(c.der, &c.facts, c.issuer) {
			return c, fitSamePath
		}
	}
	return nil, 0
}

// covers returns which reasons of the certificate's revocation the CRL covers
// (crl_crldp_check); false if the certificate is not in its scope.
func (l *revocationList) covers(c *Certificate) (reasons int, ok bool) {
	s := &l.scope
	if s.onlyAttr || c.facts.ca && s.onlyUser || !c.facts.ca && s.onlyCA {
		return 0, false
	}
	for _, dp := range c.facts.distribution {
		if dp.issuedBy(l.name) && (!s.present || dp.point.matches(s.point)) {
			return dp.reasons, true
		}
	}
	return allReasons, s.point == nil
}

func (l *revocationList) coversWork(c *Certificate) work {
	names := 1
	for _, dp := range c.facts.distribution {
		names += 1 + dp.point.size() + len(dp.issuers)
	}
	return compareWork * work(names) * work(1+l.scope.point.size())
}

func (p *pointName) size() int {
	if p == nil {
		return 0
	}
	return 1 + len(p.full)
}

func (dp *distributionPoint) issuedBy(issuer string) bool {
	return dp.issuers == nil || hasDirectoryName(dp.issuers, issuer)
}

func hasDirectoryName(names []certder.GeneralName, canonical string) bool {
	return slices.ContainsFunc(names, func(n certder.GeneralName) bool {
		return n.Kind == certder.DirectoryName && n.Canonical == canonical
	})
}

// matches reports whether two points have a name in common; a missing point matches
// all.
func (p *pointName) matches(q *pointName) bool {
	switch {
	case p == nil || q == nil:
		return true
	case p.full == nil && q.full == nil:
		return p.relative == q.relative && p.issuer == q.issuer
	case p.full == nil:
		return p.isAmong(q.full)
	case q.full == nil:
		return q.isAmong(p.full)
	}
	return slices.ContainsFunc(p.full, func(n certder.GeneralName) bool {
		if n.Kind == certder.DirectoryName {
			return hasDirectoryName(q.full, n.Canonical)
		}
		return slices.ContainsFunc(q.full, func(m certder.GeneralName) bool {
			return n.Kind == m.Kind && string(n.Value) == string(m.Value)
		})
	})
}

// isAmong reports whether one of the names is the issuer's with the relative part.
func (p *pointName) isAmong(names []certder.GeneralName) bool {
	return slices.ContainsFunc(names, func(n certder.GeneralName) bool {
		front, ok := strings.CutSuffix(n.Canonical, p.relative)
		return n.Kind == certder.DirectoryName && ok && front == p.issuer
	})
}

func (l *revocationList) timeFault(v *verification) Result {
	switch {
	case v.Now.Before(l.thisUpdate):
		return CRLNotYetValid
	case !l.nextUpdate.IsZero() && v.Now.After(l.nextUpdate):
		return CRLHasExpired
	}
	return OK
}

// checkCRL checks the CRL itself (check_crl).
func (v *verification) checkCRL(l *fittingCRL, depth int) {
	if issuer := l.issuer; issuer.facts.hasKeyUsage && issuer.facts.keyUsage&crlSign == 0 {
		v.fault(KeyUsageNoCRLSign, depth)
	}
	if l.fit&fitScope == 0 {
		v.fault(DifferentCRLScope, depth)
	}
	if r := l.timeFault(v); r != OK {
		v.fault(r, depth)
	}
	if !l.provenBy(l.issuer) {
		if !v.spend(signatureWork(l.issuer.Public) + work(len(l.digest))) {
			return
		}
		if !l.signedBy(l.issuer) {
			v.fault(CRLSignatureFailure, depth)
		}
	}
}

// provenBy reports whether the issuer's key is known to have signed the list.
func (l *revocationList) provenBy(issuer *Certificate) bool {
	p := l.proven.Load()
	return p != nil && string(p.der.SPKI) == string(issuer.der.SPKI)
}

func (l *revocationList) signedBy(issuer *Certificate) bool {
	if l.algorithm == nil || !l.algorithm.verify(issuer.Public, l.digest, l.signature) {
		return false
	}
	l.proven.Store(issuer)
	return true
}

func (l *revocationList) revokes(c *Certificate) bool {
	return l.revoked[serialKey(twosComplement(c.der.Serial))]
}
