package inspect

import (
	"encoding/hex"

	"polytls/internal/visible"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// details is what a page shows of one handshake, and what it exports as JSON.
type details struct {
	*Handshake
	Lists    []comparison `json:"lists"`
	Messages []message    `json:"messages"`
}

// message is a message of a handshake with its bytes and its fields. It belongs to the
// step with the same index.
type message struct {
	Section string  `json:"section,omitempty"` // that defines it: "RFC 8446, section 4.1.2"
	Hex     string  `json:"hex"`               // with its header; "" if the bytes were not kept
	Fields  []field `json:"fields"`
	// Malformed says that the fields are those before a fault, More how many others are
	// not listed.
	Malformed bool `json:"malformed,omitempty"`
	More      int  `json:"more,omitempty"`
}

// field is a field of a message, or an element of a list.
type field struct {
	Name    string `json:"name"`              // "" for an element of a list
	Text    string `json:"text,omitempty"`    // the name of a value, a number or a text; "" for bytes
	Section string `json:"section,omitempty"` // that defines it
	Depth   int    `json:"depth"`
	// It is from Start to End in the message, and Value is where it starts after its
	// length or type.
	Start     int  `json:"start"`
	Value     int  `json:"value"`
	End       int  `json:"end"`
	Malformed bool `json:"malformed,omitempty"`
}

// mostFields bounds the fields that are shown of a message.
const mostFields = 1000

// details parses the messages.
func (r *shown) details() details {
	d := details{Handshake: r.Handshake, Lists: r.comparisons(), Messages: []message{}}
	var context fields.Conversation
	for i, raw := range r.messages {
		c := context.Of(r.Steps[i].Sent) // a page is at the server
		m := fields.Describe(raw, c)
		context.Follow(&m)
		d.Messages = append(d.Messages, newMessage(&m, c, raw))
	}
	return d
}

func newMessage(m *fields.Message, c fields.Context, raw []byte) message {
	if raw == nil {
		return message{}
	}
	shown := message{Section: m.Section(c), Hex: hex.EncodeToString(raw), Malformed: m.Malformed, Fields: []field{}}
	spans := m.Spans()
	if shown.More = max(0, len(spans)-mostFields); shown.More > 0 {
		spans = spans[:mostFields]
	}
	section, depth := "", 0 // of the last extension
	for _, s := range spans {
		if s.Field.Kind == fields.Extension {
			section, depth = s.Field.Type.Section(), s.Depth
		} else if s.Depth <= depth {
			section = shown.Section
		}
		shown.Fields = append(shown.Fields, newField(s, section))
	}
	return shown
}

func newField(s fields.Span, section string) field {
	name := s.Field.Name
	if s.Field.Kind == fields.Extension && wire.IsGREASE(uint16(s.Field.Type)) {
		name = "GREASE"
	}
	return field{
		Name: name, Text: visible.Short(s.Field.Text()), Section: section, Depth: s.Depth,
		Start: s.Start, Value: s.Value, End: s.End, Malformed: s.Field.Malformed,
	}
}
