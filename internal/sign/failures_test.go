package sign

import (
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/suite"
)

func TestFailures(t *testing.T) {
	verify := func(s suite.Scheme) func(*testing.T) error {
		return func(*testing.T) error {
			return Verify(testKeys()["ECDSA P-256"].Public(), s, nil, []byte("signature"))
		}
	}
	failuretest.Triggers{
		failure.BadSignature:       verify(suite.ECDSAP256SHA256),
		failure.WrongSignatureType: verify(suite.Ed25519),
		failure.UnknownCertificateType: func(*testing.T) error {
			_, err := ParsePublicKey(nil)
			return err
		},
	}.Run(t)
}
