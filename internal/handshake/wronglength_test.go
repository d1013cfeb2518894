package handshake_test

import (
	"bytes"
	"iter"
	"slices"

	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// wrongLengths ranges over a message with a wrong length in each of its fields in turn,
// the field and the change in words. The names depend on the fields alone, and what
// comes of a change does not depend on random values. Of a list only the first element is
// changed.
func wrongLengths(raw []byte, c fields.Context) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		m := fields.Describe(raw, c)
		body := span{at: 1, prefix: 3, end: len(raw)}
		e := editor{raw: raw, yield: yield, seen: map[string]bool{}}
		e.add("a byte more", insert(raw, len(raw), []span{body}))
		if len(m.Body) > 0 {
			e.add("no body", remove(raw, wire.HeaderLen, len(raw), []span{body}))
		}
		e.add("header announces 16777215 bytes", announce(raw, body, 1<<24-1))
		e.fields(m.Fields, m.Type.String(), wire.HeaderLen, len(raw), []span{body})
	}
}

// span is a vector: where its length is, the size of that, and where it ends.
type span struct{ at, prefix, end int }

// value is where the content begins.
func (s span) value() int { return s.at + s.prefix }

type editor struct {
	raw     []byte
	yield   func(string, []byte) bool
	stopped bool
	seen    map[string]bool
}

func (e *editor) add(name string, changed []byte) {
	if changed != nil && !e.stopped {
		e.stopped = !e.yield(name, changed)
	}
}

// fields changes the fields of a list that begins at a place and ends before another,
// inside the vectors around.
func (e *editor) fields(list []fields.Field, path string, at, end int, around []span) {
	for i := range list {
		f := &list[i]
		if f.Kind == fields.Extension {
			at += 2 // its type
		}
		s := span{at, int(f.Prefix), at + int(f.Prefix) + len(f.Value)}
		at = s.end
		name := path + "." + f.Name
		if f.Name == "" && f.Prefix > 0 {
			name = path + ".element"
		}
		if f.Name == "" && f.Prefix == 0 || e.seen[name] {
			continue // the bytes of a list of numbers
		}
		e.seen[name] = true
		e.field(name, s, end, around)
		inside := append(slices.Clone(around), s)
		if f.Prefix == 0 {
			inside = around
		}
		e.fields(f.Fields, name, s.value(), s.end, inside)
	}
}

// field changes one field: the length alone, and then content and length together.
func (e *editor) field(name string, s span, end int, around []span) {
	all := append(slices.Clone(around), s)
	n := s.end - s.value()
	if s.prefix == 0 {
		all = around
		if n > 0 {
			e.add(name+": the end inside it", remove(e.raw, s.end-1, end, all))
		}
		return
	}
	if left := end - s.value(); left < 1<<(8*s.prefix)-1 {
		e.add(name+": length too large", announce(e.raw, s, left+1))
	}
	if n > 0 {
		e.add(name+": length too small", announce(e.raw, s, n-1))
		e.add(name+": length 0", announce(e.raw, s, 0))
		e.add(name+": empty", remove(e.raw, s.value(), s.end, all))
	}
	if n > 1 {
		e.add(name+": a byte less", remove(e.raw, s.end-1, s.end, all))
	}
	e.add(name+": a byte more", insert(e.raw, s.value(), all))
}

// announce returns raw with another length of a vector.
func announce(raw []byte, s span, n int) []byte {
	out := bytes.Clone(raw)
	for i := range s.prefix {
		out[s.at+i] = byte(n >> (8 * (s.prefix - 1 - i)))
	}
	return out
}

// remove returns raw without some bytes, and the lengths of the vectors around to match.
func remove(raw []byte, from, to int, around []span) []byte {
	out := bytes.Clone(raw)
	for _, s := range around {
		out = announce(out, s, s.end-s.value()-(to-from))
	}
	return slices.Delete(out, from, to)
}

// insert returns raw with one byte more, and the lengths of the vectors around to match;
// nil if they cannot. A number becomes too large by it.
func insert(raw []byte, at int, around []span) []byte {
	out := bytes.Clone(raw)
	for _, s := range around {
		n := s.end - s.value() + 1
		if n >= 1<<(8*s.prefix) {
			return nil
		}
		out = announce(out, s, n)
	}
	return slices.Insert(out, at, 0xFF)
}
