package recordlayertest

import (
	"reflect"
	"unsafe"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
)

// NearLimit makes the write keys of a layer need an update after n more records,
// not 2^23. It returns the next sequence number, to which the peer's must be set.
func NearLimit(l *recordlayer.Layer, n uint64) uint64 {
	var seq uint64
	l.Send(func(*recordlayer.Turn) error {
		s := (*record.Sealer)(field(l, "out", "sealer"))
		seq = s.Limit() - n
		*(*uint64)(field(s, "seq")) = seq
		return nil
	})
	return seq
}

// SetReads sets the next sequence number that a layer reads. No Read may be running.
func SetReads(l *recordlayer.Layer, seq uint64) {
	defer l.TryReading().End()
	*(*uint64)(field((*record.Opener)(field(l, "in", "opener")), "seq")) = seq
}

// field is the address of an unexported field.
func field(of any, names ...string) unsafe.Pointer {
	v := reflect.Indirect(reflect.ValueOf(of))
	for _, name := range names {
		v = reflect.Indirect(v.FieldByName(name))
	}
	return unsafe.Pointer(v.UnsafeAddr())
}
