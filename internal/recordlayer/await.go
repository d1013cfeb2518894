package recordlayer

import "polytls/internal/record"

// AwaitRecord waits until the next record is buffered completely, and does not
// consume it. Until then, nothing has to be allocated for the peer. AwaitRecord
// returns only errors of the transport; those of the record are returned when it is
// read.
func (r *Reading) AwaitRecord() error {
	l := r.layer
	if err := l.fill(record.HeaderLen); err != nil {
		return truncated(err)
	}
	header := l.in.buffer.unread()[:record.HeaderLen]
	h := record.ParseHeader(header)
	if l.checkHeader(h, header) != nil {
		return nil
	}
	return truncated(l.fill(record.HeaderLen + h.Length))
}
