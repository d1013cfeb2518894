package recordlayer

import "polytls/internal/record"

// AwaitRecord waits until the whole next record is buffered and does not consume
// it: until then, nothing need be allocated for the peer. It returns errors of the
// transport only; those of the record come when it is read.
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
