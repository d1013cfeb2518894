package record

import (
	"math"

	"polytls/internal/suite"
)

// recordLimit returns how many records may be sealed before the keys should be
// updated. Before TLS 1.3 keys cannot be updated, so that only the sequence
// number bounds them.
func recordLimit(k *Keys) uint64 {
	if k.Version != suite.TLS13 {
		return math.MaxUint64
	}
	switch k.Suite.Cipher {
	case suite.AES128GCM, suite.AES256GCM:
		return 1 << 24 // RFC 8446, section 5.5: 2^24.5 full-size records
	case suite.AES128CCM, suite.AES256CCM, suite.AES128CCM8, suite.AES256CCM8:
		return 1 << 23 // RFC 9147, section 4.5.3 and appendix B
	}
	return math.MaxUint64
}
