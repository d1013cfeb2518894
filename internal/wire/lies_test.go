package wire

import (
	"bytes"
	"runtime"
	"testing"
)

// TestWrongLengthsAllocateNothing sets every length of every vector to all ones,
// and does the same in every prefix of a message: no memory is allocated for absent
// bytes.
func TestWrongLengthsAllocateNothing(t *testing.T) {
	for _, v := range vectors(t) {
		// An extension of 4 bytes takes 56 in the list.
		limit := uint64(2048 + 16*len(v.raw))
		for at := HeaderLen; at+3 <= len(v.raw); at++ {
			whole := bytes.Clone(v.raw)
			copy(whole[at:], "\xFF\xFF\xFF")
			prefix := bytes.Clone(whole[:at+3])
			AppendHeader(prefix[:0], MessageType(prefix[0]), len(prefix)-HeaderLen)
			for _, raw := range [][]byte{whole, prefix} {
				used := allocated(func() { Parse(raw, forms[v.form]()) })
				if used > limit { // the runtime allocates, too: once more
					used = allocated(func() { Parse(raw, forms[v.form]()) })
				}
				if used > limit {
					t.Errorf("%s of %d bytes, all ones from %d on: %d bytes are allocated, at most %d are wanted", v.form, len(raw), at, used, limit)
				}
			}
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
