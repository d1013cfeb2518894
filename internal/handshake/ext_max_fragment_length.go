package handshake

import (
	"polytls/failure"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements max_fragment_length (RFC 6066, section 4): a client with small
// buffers requests a limit of both ends' records.

// FragmentLengths are the lengths that a client can request, in bytes, in the order
// of their codes, which begin with 1.
var FragmentLengths = [...]int{512, 1024, 2048, 4096}

// fragmentCode returns the code of a length, 0 for none.
func fragmentCode(length int) uint8 {
	for i, n := range FragmentLengths {
		if n == length {
			return uint8(i + 1)
		}
	}
	return 0
}

// fragmentLength returns the code of a session, 0 for none. The length applies
// whenever the session is resumed (RFC 6066, section 4), so that a client which
// requests another one gets a full handshake.
func fragmentLength(s *session.Session) uint8 {
	if int(s.MaxFragmentLen) > len(FragmentLengths) {
		return 0 // OpenSSL stores 255 if it was never set
	}
	return s.MaxFragmentLen
}

func (c *client) offerMaxFragmentLength(span) wire.ExtensionBody {
	code := fragmentCode(c.cfg.MaxFragmentLength)
	if code == 0 {
		return nil
	}
	return &wire.MaxFragmentLength{Code: code}
}

// grantFragmentLength accepts the client's limit, unless it also sends
// record_size_limit, which takes precedence (RFC 8449, section 5).
func (s *server) grantFragmentLength() error {
	asked := s.offered.fragment
	if asked == nil || s.hello.Extensions.Has(wire.ExtRecordSizeLimit) {
		return nil
	}
	if asked.Code < 1 || int(asked.Code) > len(FragmentLengths) {
		return failure.InvalidMaxFragmentLength.New("max_fragment_length: %d, want 1 to %d", asked.Code, len(FragmentLengths))
	}
	s.limitFragments(asked.Code)
	return nil
}

// limitFragments sets the limit of both ends' records. Ours is limited from now on,
// the peer's from its next keys.
func (c *conversation) limitFragments(code uint8) {
	length := FragmentLengths[code-1]
	c.facts.maxFragmentLen = code
	c.limitSending(length)
	c.readLimit = uint16(length)
	if c.version == suite.TLS13 {
		c.readLimit++ // the content type
	}
}

func (r reply) maxFragmentLength() wire.ExtensionBody {
	if r.facts.maxFragmentLen == 0 {
		return nil
	}
	if r.version < suite.TLS13 && r.cfg.Renegotiation == nil {
		r.layer.LimitRecords(int(r.readLimit)) // the records before the key change, too
	}
	return &wire.MaxFragmentLength{Code: r.facts.maxFragmentLen}
}

// acceptMaxFragmentLength checks that the server confirms the requested length.
func (c *client) acceptMaxFragmentLength(e wire.Extensions) error {
	granted, err := wire.Find[wire.MaxFragmentLength](e)
	if granted == nil || err != nil {
		return err
	}
	if e.Has(wire.ExtRecordSizeLimit) {
		return failure.BadExtension.New("max_fragment_length with record_size_limit (RFC 8449, 5)")
	}
	if asked := fragmentCode(c.cfg.MaxFragmentLength); granted.Code != asked {
		return failure.InvalidMaxFragmentLength.New("max_fragment_length: %d, but %d was asked for", granted.Code, asked)
	}
	c.limitFragments(granted.Code)
	if c.cfg.Renegotiation == nil {
		c.layer.LimitRecords(int(c.readLimit))
	}
	return nil
}
