package record

import (
	"math"

	"polytls/internal/suite"
)

// recordLimit returns how many records of TLS 1.3 may be sealed before the keys
// should be updated.
func recordLimit(c suite.Cipher) uint64 {
	switch c {
	case suite.AES128GCM, suite.AES256GCM:
		return 1 << 24 // RFC 8446, section 5.5: 2^24.5 full-size records
	case suite.AES128CCM, suite.AES256CCM, suite.AES128CCM8, suite.AES256CCM8:
		return 1 << 23 // RFC 9147, section 4.5.3 and appendix B
	}
	return math.MaxUint64
}
