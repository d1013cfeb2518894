package handshake

import (
	"polytls/failure"
	"polytls/internal/wire"
)

// limitFragments grants the max_fragment_length that a client asks for (RFC
// 6066, section 4): small devices have no buffer for more. From here on all our
// records keep to it.
func (s *server) limitFragments() error {
	asked := s.offered.fragment
	if asked == nil {
		return nil
	}
	const smallest, largest, lengthOfOne = 1, 4, 512
	if asked.Code < smallest || asked.Code > largest {
		return failure.InvalidMaxFragmentLength.New("max_fragment_length: %d, want %d to %d", asked.Code, smallest, largest)
	}
	s.result.maxFragmentLen = asked.Code
	s.layer.LimitFragments(lengthOfOne << (asked.Code - smallest))
	return nil
}

// maxFragmentLength confirms what limitFragments has granted.
func (r reply) maxFragmentLength() wire.ExtensionBody {
	return &wire.MaxFragmentLength{Code: r.result.maxFragmentLen}
}
