package wire

import (
	"bytes"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
)

// Extension is an extension as it is encoded (RFC 8446, section 4.2).
type Extension struct {
	Type ExtensionType
	Body []byte

	// err is why the body could not be encoded. Marshal returns it, so that callers
	// of Add need not check errors.
	err error
}

// Extensions is a block of extensions in the order of the wire, bodies raw. In a
// hello, nil means that the block is absent.
type Extensions []Extension

// ExtensionBody is the content of one extension in one kind of message.
type ExtensionBody interface {
	// Extension returns the type that announces the body.
	Extension() ExtensionType
	parse(s *cryptobyte.String) error
	appendTo(b *builder)
}

// Has reports whether an extension of type t is there.
func (e Extensions) Has(t ExtensionType) bool {
	_, ok := e.Raw(t)
	return ok
}

// Types returns the types of the extensions, in their order.
func (e Extensions) Types() []ExtensionType {
	types := make([]ExtensionType, len(e))
	for i := range e {
		types[i] = e[i].Type
	}
	return types
}

// Raw returns the body of the extension of type t, and whether it is there.
func (e Extensions) Raw(t ExtensionType) ([]byte, bool) {
	for i := range e {
		if e[i].Type == t {
			return e[i].Body, true
		}
	}
	return nil, false
}

// Find parses the extension that T is the body of:
//
//	name, err := wire.Find[wire.ServerNames](hello.Extensions)
//
// It returns nil and no error if the extension is absent, and a decode_error
// that names it if it is malformed or too long. The body's slices alias the
// message.
func Find[T any, P interface {
	*T
	ExtensionBody
}](e Extensions) (P, error) {
	raw, ok := e.Raw(P(nil).Extension()) // the method does not use its receiver
	if !ok {
		return nil, nil
	}
	body := P(new(T))
	if err := parseBody(raw, body); err != nil {
		return nil, err
	}
	return body, nil
}

func parseBody(raw []byte, body ExtensionBody) error {
	s := takeInput(raw)
	defer returnInput(s)
	err := body.parse(s)
	if err == nil {
		err = ReadEnd(s)
	}
	if err == nil {
		return nil
	}
	return inExtension(body.Extension(), err)
}

// inExtension gives an error OpenSSL's reason for an extension, which is not
// that for a message.
func inExtension(t ExtensionType, err error) error {
	var e *failure.Error
	if !errors.As(err, &e) {
		return err
	}
	return failure.BadExtension.With(e.Alert, "extension %s: %s", t, e.Reason)
}

// Add appends an extension. A field of body that does not fit its vector makes
// Marshal fail later.
func (e *Extensions) Add(body ExtensionBody) {
	b := takeBuilder()
	defer returnBuilder(b)
	body.appendTo(b)
	raw, err := b.Bytes()
	if *e == nil {
		const usual = 8 // extensions; a ClientHello has more, most have fewer
		*e = make(Extensions, 0, usual)
	}
	*e = append(*e, Extension{Type: body.Extension(), Body: bytes.Clone(raw), err: err})
}

// parse reads a block that must be present.
func (e *Extensions) parse(s *cryptobyte.String, where Place) error {
	var block cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&block) {
		return malformed("extensions")
	}
	n := 0 // counted first, so that the list is allocated once
	for rest := block; !rest.Empty(); n++ {
		var x Extension
		if !x.read(&rest) {
			return malformed("extensions")
		}
	}
	list := make(Extensions, n)
	for i := range list {
		list[i].read(&block) // cannot fail: the loop above has read the same bytes
	}
	*e = list
	if err := list.refuseDuplicates(where); err != nil {
		return err
	}
	if where == InClientHello {
		return list.refuseLatePSK()
	}
	return nil
}

// read reads an extension off the front of s.
func (x *Extension) read(s *cryptobyte.String) bool {
	return s.ReadUint16((*uint16)(&x.Type)) && readVector16(s, &x.Body)
}

// parseOptional reads a block that may be absent: that of a hello, which may
// end before it up to TLS 1.2 (RFC 5246, section 7.4.1.2).
func (e *Extensions) parseOptional(s *cryptobyte.String, where Place) error {
	if s.Empty() {
		*e = nil
		return nil
	}
	return e.parse(s, where)
}

// refuseDuplicates refuses two extensions of one type (RFC 8446, section 4.2). It
// sorts, because a peer may send some sixteen thousand of them. The RFC names no
// alert. In the hellos and EncryptedExtensions it is that of the table of failures,
// as in BoringSSL; elsewhere it is illegal_parameter, as in both libraries.
func (e Extensions) refuseDuplicates(where Place) error {
	var usual [32]ExtensionType // longer lists are on the heap
	types := usual[:0]
	for i := range e {
		types = append(types, e[i].Type)
	}
	slices.Sort(types)
	for i := 1; i < len(types); i++ {
		if types[i] != types[i-1] {
			continue
		}
		a := failure.AlertIllegalParameter
		if where&(InClientHello|InServerHello|InEncryptedExtensions) != 0 {
			a = failure.DuplicateExtension.Alert
		}
		return failure.DuplicateExtension.With(a, "extensions: %s twice", types[i])
	}
	return nil
}

// refuseLatePSK refuses a ClientHello with an extension after pre_shared_key, whose
// binders cover all that precedes them (RFC 8446, section 4.2.11).
func (e Extensions) refuseLatePSK() error {
	for i := range e {
		if e[i].Type == ExtPreSharedKey && i != len(e)-1 {
			return failure.BadExtension.New("extensions: %s is not the last one", ExtPreSharedKey)
		}
	}
	return nil
}

func (e Extensions) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		for i := range e {
			if e[i].err != nil {
				b.SetError(e[i].err)
				return
			}
			b.AddUint16(uint16(e[i].Type))
			addVector16(b, e[i].Body)
		}
	})
}

// appendOptional appends the block unless it is absent.
func (e Extensions) appendOptional(b *builder) {
	if e != nil {
		e.appendTo(b)
	}
}
