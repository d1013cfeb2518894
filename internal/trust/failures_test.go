package trust

import (
	"errors"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
)

// verifying is what is wrong with a chain of four after a change of one link.
func verifying(change string, i int) func(*testing.T) error {
	return func(t *testing.T) error {
		n := slices.IndexFunc(mutations, func(m mutation) bool { return m.name == change })
		if n < 0 {
			t.Fatalf("no mutation %q", change)
		}
		p := newPKI(4)
		mutations[n].apply(p, i)
		return faultsOf(t, p.build(change))
	}
}

// faultsOf are the errors of a scenario's faults.
func faultsOf(t *testing.T, s *scenario) error {
	var errs []error
	for _, f := range Faults(s.chain(t), s.options(t)) {
		errs = append(errs, f.Result.Err())
	}
	return errors.Join(errs...)
}

func TestFailures(t *testing.T) {
	failuretest.Triggers{
		failure.CertChainTooLong: func(t *testing.T) error {
			s := newPKI(4).build("long")
			o := s.options(t)
			o.MaxDepth = 1
			_, err := Verify(s.chain(t), o)
			return err
		},
		failure.CertHasExpired:       verifying("expired", 0),
		failure.CertNotYetValid:      verifying("not yet valid", 0),
		failure.CertRejected:         verifying("rejected for servers", 0),
		failure.CertRevoked:          verifying("leaf revoked", 0),
		failure.CertSignatureFailure: verifying("broken signature", 0),
		failure.CRLHasExpired:        verifying("expired CRL", 1),
		failure.CRLNotYetValid:       verifying("future CRL", 1),
		failure.CRLSignatureFailure:  verifying("broken CRL", 1),
		failure.DepthZeroSelfSignedCert: func(t *testing.T) error {
			p := newPKI(1)
			p.trusted = nil
			return faultsOf(t, p.build("self-signed"))
		},
		failure.ErrorInCertNotAfterField:  verifying("time with a zone", 0),
		failure.ErrorInCertNotBeforeField: verifying("time with a zone", 0),
		failure.InvalidCA:                 verifying("no basic constraints", 1),
		failure.InvalidPurpose:            verifying("for clients", 0),
		failure.PathLengthExceeded:        verifying("path length 0", 2),
		failure.SelfSignedCertInChain: func(t *testing.T) error {
			p := newPKI(3)
			p.trusted, p.sent = nil, []int{0, 1, 2}
			return faultsOf(t, p.build("root sent"))
		},
		failure.UnableToGetCRL: verifying("one CRL only", 0),
		failure.UnableToGetIssuerCert: func(*testing.T) error {
			_, err := Verify(nil, Options{})
			return err
		},
		failure.UnableToGetIssuerCertLocally: verifying("nothing trusted", 0),
		failure.UnableToVerifyLeafSignature: func(t *testing.T) error {
			p := newPKI(4)
			p.sent = []int{0}
			return faultsOf(t, p.build("leaf alone"))
		},
		failure.Unspecified: verifying("key usage for CRLs only", 1),
	}.Run(t)
}
