package trust

import (
	"time"

	"polytls/internal/trust/certder"
)

// instant is an end of a validity period; broken if it is not in the form of
// RFC 5280, section 4.1.2.5.
type instant struct {
	time.Time
	broken bool
}

func newInstant(t certder.Time) instant {
	v, ok := t.Time()
	return instant{Time: v, broken: !ok}
}

// forever is notAfter of a certificate without a well-defined expiration
// (RFC 5280, section 4.1.2.5).
var forever = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

func (c *Certificate) validAt(now time.Time) bool {
	return !c.notBefore.broken && !c.expires.broken && !now.Before(c.notBefore.Time) && !c.expiredAt(now)
}

func (c *Certificate) expiredAt(now time.Time) bool {
	return !c.expires.Equal(forever) && now.Truncate(time.Second).After(c.expires.Time)
}

// checkTimes is ossl_x509_check_cert_time.
func (v *verification) checkTimes(c *Certificate, depth int) {
	switch {
	case c.notBefore.broken:
		v.fault(ErrorInCertNotBeforeField, depth)
	case v.Now.Before(c.notBefore.Time):
		v.fault(CertNotYetValid, depth)
	}
	switch {
	case c.expires.broken:
		v.fault(ErrorInCertNotAfterField, depth)
	case c.expiredAt(v.Now):
		v.fault(CertHasExpired, depth)
	}
}
