package handshake

import (
	"slices"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements record_size_limit (RFC 8449): each end sends the limit of the
// records that it receives. The two limits are independent.

// MinRecordSizeLimit is the smallest allowed limit, in bytes.
const MinRecordSizeLimit = 64

// maxRecordSize is the protocol's own limit, which in TLS 1.3 counts the content
// type, too.
func maxRecordSize(v suite.Version) int {
	if v == suite.TLS13 {
		return record.MaxPlaintext + 1
	}
	return record.MaxPlaintext
}

func (c *client) offerRecordSizeLimit(v span) wire.ExtensionBody {
	if c.cfg.RecordSizeLimit == 0 {
		return nil
	}
	return &wire.RecordSizeLimit{Limit: uint16(min(c.cfg.RecordSizeLimit, maxRecordSize(v[0])))}
}

// adoptRecordSizeLimit adopts a client's limit. A client that also offers TLS 1.3
// may count the content type although an older version is chosen, as GnuTLS does.
func (s *server) adoptRecordSizeLimit() error {
	theirs := s.offered.recordSize
	if theirs == nil {
		return nil
	}
	if err := s.limitRecords(int(theirs.Limit)); err != nil {
		return err
	}
	if v := s.offered.versions; s.version < suite.TLS13 && v != nil && slices.Contains(v.Versions, suite.TLS13) {
		s.limitSending(min(int(theirs.Limit)-1, record.MaxPlaintext))
	}
	return nil
}

// limitRecords sets the limits of both ends' records. A limit above the protocol's
// own is allowed and meant for later versions (RFC 8449, section 4).
func (c *conversation) limitRecords(theirs int) error {
	if theirs < MinRecordSizeLimit {
		return failure.BadExtension.New("record_size_limit: %d, want at least %d", theirs, MinRecordSizeLimit)
	}
	most := maxRecordSize(c.version)
	content := min(theirs, most)
	if c.version == suite.TLS13 {
		content-- // the content type; we do not pad
	}
	c.limitSending(content)
	c.readLimit = uint16(min(c.cfg.RecordSizeLimit, most))
	return nil
}

// recordSizeLimit answers with our limit, or with the protocol's, which confirms the
// client's.
func (r reply) recordSizeLimit() wire.ExtensionBody {
	limit := r.readLimit
	if limit == 0 {
		limit = uint16(maxRecordSize(r.version))
	}
	return &wire.RecordSizeLimit{Limit: limit}
}

func (c *client) acceptRecordSizeLimit(e wire.Extensions) error {
	theirs, err := wire.Find[wire.RecordSizeLimit](e)
	if theirs == nil || err != nil {
		return err
	}
	if err := c.limitRecords(int(theirs.Limit)); err != nil {
		return err
	}
	if c.version == suite.TLS13 { // its keys protect this message already
		c.layer.LimitRecords(int(c.readLimit))
	}
	return nil
}
