package wire

import (
	"encoding/binary"
	"fmt"
	"sync"
)

// builder gathers a message in one buffer. It has the methods of cryptobyte.Builder
// that the codecs need. cryptobyte.Builder itself allocates a Builder for every
// length prefix, some thirty in a ClientHello.
type builder struct {
	result []byte
	err    error // the first one, which Bytes returns
}

// SetError sets the error that Bytes returns, unless there is one.
func (b *builder) SetError(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Bytes returns what was added, or the first error.
func (b *builder) Bytes() ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.result, nil
}

func (b *builder) AddUint8(v uint8)   { b.result = append(b.result, v) }
func (b *builder) AddUint16(v uint16) { b.result = binary.BigEndian.AppendUint16(b.result, v) }
func (b *builder) AddUint24(v uint32) { b.result = append(b.result, byte(v>>16), byte(v>>8), byte(v)) }
func (b *builder) AddUint32(v uint32) { b.result = binary.BigEndian.AppendUint32(b.result, v) }
func (b *builder) AddBytes(v []byte)  { b.result = append(b.result, v...) }

// AddUint8LengthPrefixed adds what content adds, with its length before it. The
// methods for the other sizes do the same.
func (b *builder) AddUint8LengthPrefixed(content func(*builder))  { b.addLengthPrefixed(1, content) }
func (b *builder) AddUint16LengthPrefixed(content func(*builder)) { b.addLengthPrefixed(2, content) }
func (b *builder) AddUint24LengthPrefixed(content func(*builder)) { b.addLengthPrefixed(3, content) }

// addLengthPrefixed reserves size bytes for a length and sets them after the content
// was added.
func (b *builder) addLengthPrefixed(size int, content func(*builder)) {
	if b.err != nil {
		return
	}
	b.result = append(b.result, make([]byte, size)...)
	start := len(b.result)
	content(b)
	length := len(b.result) - start
	if length >= 1<<(8*size) {
		b.SetError(fmt.Errorf("%d bytes exceed a length of %d bytes", length, size))
		return
	}
	for i := range size {
		b.result[start-1-i] = byte(length >> (8 * i))
	}
}

// builders is a pool, because the interfaces of the codecs move a builder to the
// heap: encoding a message allocates only the message.
var builders = sync.Pool{New: func() any { return new(builder) }}

func takeBuilder() *builder { return builders.Get().(*builder) }

// returnBuilder returns b to the pool. Its bytes must not be used after that.
func returnBuilder(b *builder) {
	const most = 16 << 10 // bytes; a chain of certificates is rarely longer
	if cap(b.result) <= most {
		*b = builder{result: b.result[:0]}
		builders.Put(b)
	}
}
