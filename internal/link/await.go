package link

import "polytls/internal/record"

// AwaitRecord waits until the next record is here as a whole, and leaves it to
// be read: before that, nobody need prepare anything for the peer. Its error is
// the transport's; what is wrong with a record is told when it is read. The
// reading half is locked.
func (l *Link) AwaitRecord() error {
	i := &l.in
	if err := i.need(record.HeaderLen); err != nil {
		return i.truncated(err)
	}
	h := record.ParseHeader(i.slab[i.r:])
	if l.checkHeader(h, i.slab[i.r:i.r+record.HeaderLen]) != nil {
		return nil
	}
	return i.truncated(i.need(record.HeaderLen + h.Length))
}
