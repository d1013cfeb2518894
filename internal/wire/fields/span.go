package fields

import "polytls/internal/wire"

// Span says where a field is in a message.
type Span struct {
	Field *Field
	Depth int // 0 for a field of the message itself, more for those in another field
	// The field is from Start to End, in bytes from the header's first. Value is where
	// its Value starts, after the length of a vector and the type of an extension.
	Start, Value, End int
}

// Spans returns the places of all fields, each before those in it.
func (m *Message) Spans() []Span {
	return appendSpans(nil, m.Fields, wire.HeaderLen, 0)
}

func appendSpans(list []Span, from []Field, at, depth int) []Span {
	for i := range from {
		f := &from[i]
		s := Span{Field: f, Depth: depth, Start: at, Value: at + int(f.Prefix)}
		if f.Kind == Extension {
			s.Value += extensionTypeLen
		}
		s.End = s.Value + len(f.Value)
		list = appendSpans(append(list, s), f.Fields, s.Value, depth+1)
		at = s.End
	}
	return list
}

const extensionTypeLen = 2
