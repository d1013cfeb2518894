package trust

import (
	"crypto/x509"
	"slices"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/trust/certtest"
)

func FuzzParseCertificate(f *testing.F) {
	for _, s := range randomScenarios(1, 20) {
		for _, der := range s.sent {
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := parseTrusted(der)
		if err != nil {
			return
		}
		if _, err := ParseCertificate(c.Raw); err != nil {
			t.Errorf("what was read is not read again: %v", err)
		}
		Faults([]*Certificate{c, c}, Options{Roots: NewPool(der), Purpose: ServerAuth, Level: 1, Now: now})
	})
}

func FuzzRevocationList(f *testing.F) {
	p := newPKI(2)
	p.links[0].set("crldp", points(certtest.Sequence(at(uriA)), certtest.Sequence(constructed(0, constructed(1, fragment)))))
	s := p.build("points")
	chain, o := s.chain(f), s.options(f)
	for _, m := range slices.Concat(crlMutations, distributionMutations) {
		m.apply(p, 0)
		for _, der := range p.crls(p) {
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			return
		}
		o := o
		o.CRLs = NewRevocationLists(crl)
		if _, err := Verify(chain, o); err == nil && !newRevocationList(crl).signedBy(chain[0].issuerIn(o.Roots)) {
			t.Error("a list that the issuer has not signed was believed")
		}
	})
}

func (c *Certificate) issuerIn(roots *Pool) *Certificate { return roots.named(c.issuer)[0] }

// FuzzVerify picks sent, trusted certificates and CRLs from a small set in which
// any certificate can take any role. Every accepted path ends in a trusted
// certificate, and each signature on it is valid.
func FuzzVerify(f *testing.F) {
	var certs [][]byte
	var crls []*x509.RevocationList
	for _, s := range randomScenarios(7, 12) {
		certs = append(append(certs, s.sent...), s.roots...)
		for _, der := range s.crls {
			if crl, err := x509.ParseRevocationList(der); err == nil {
				crls = append(crls, crl)
			}
		}
	}
	parsed := make([]*Certificate, len(certs))
	for i, der := range certs {
		parsed[i], _, _ = parse(der) // a trusted one may have settings behind it
	}
	f.Add([]byte{0, 1, 2}, []byte{3}, []byte{}, byte(0))
	f.Add([]byte{4, 5, 4, 5}, []byte{6, 7}, []byte{0}, byte(0xff))
	f.Fuzz(func(t *testing.T, sent, trusted, listed []byte, flags byte) {
		var chain []*Certificate
		for _, i := range sent {
			chain = append(chain, parsed[int(i)%len(parsed)])
		}
		var ders [][]byte
		for _, i := range trusted {
			ders = append(ders, certs[int(i)%len(certs)])
		}
		o := Options{
			Roots: NewPool(ders...), Purpose: Purpose(1 + flags&1), Level: suite.Level(flags >> 1 & 3),
			AllowPartialChain: flags&8 != 0, Now: now, MaxDepth: int(flags >> 4),
		}
		var lists []*x509.RevocationList
		for _, i := range listed {
			if len(crls) > 0 {
				lists = append(lists, crls[int(i)%len(crls)])
			}
		}
		o.CRLs = NewRevocationLists(lists...)
		v := verify(chain, o)
		checkWork(t, v)
		path, err := v.path, v.err()
		if err != nil {
			return
		}
		trustedLeaf := o.AllowPartialChain && o.Roots.contains(path[0])
		if !o.Roots.contains(path[len(path)-1]) && !trustedLeaf {
			t.Error("the path does not end in a trusted certificate")
		}
		for i := range path[:len(path)-1] {
			if !path[i+1].Signed(path[i]) {
				t.Errorf("the signature of certificate %d was not checked", i)
			}
		}
	})
}

// FuzzWork fills a message with a number of parts of one kind (worstChains). The
// work is counted and bounded for any number.
func FuzzWork(f *testing.F) {
	for kind := range worstChains {
		f.Add(byte(kind), uint16(40), true)
		f.Add(byte(kind), uint16(120), false)
	}
	f.Fuzz(func(t *testing.T, kind byte, parts uint16, trusted bool) {
		const tooLarge = 10_000 // more parts than fit a message, or take long to make
		w := &worstChains[int(kind)%len(worstChains)]
		sent, root := w.build(int(parts) % tooLarge)
		if size(sent) > messageSize {
			return
		}
		pool := NewPool()
		if trusted {
			pool = NewPool(root)
		}
		if v := peer(sent, pool); v != nil {
			checkWork(t, v)
		}
	})
}

// checkWork holds what was counted against the bounds, and against what must
// have been counted: the signatures on the path, and each name below each
// constraint.
func checkWork(t *testing.T, v *verification) {
	t.Helper()
	trusted := len(v.signed) == 0 || v.signed[len(v.signed)-1]
	if v.spent > trustedWork || v.spent > strangerWork && !trusted {
		t.Errorf("%d units of work, below an anchor: %v", v.spent, trusted)
	}
	if v.exhausted || v.result() == Unspecified { // then not all of it was done
		return
	}
	var due work
	for i, c := range v.path {
		if i > 0 {
			due += signatureWork(c.Public)
		}
		for _, above := range v.path[i+1:] {
			if nc := above.facts.constraints; nc != nil && (i == 0 || !c.facts.selfIssued) {
				due += compareWork * work(len(c.facts.names)*nc.size())
			}
		}
	}
	if v.spent < due {
		t.Errorf("%d units of work counted, %d done", v.spent, due)
	}
}
