package recordlayer

import "polytls/internal/record"

// AwaitRecord waits until the next record is here as a whole, and leaves it to
// be read: before that, nobody need prepare anything for the peer. Its error is
// the transport's; what is wrong with a record is told when it is read.
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
