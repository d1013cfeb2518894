package keyfile

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// PKCS#12 is in BER (RFC 7292, section 3.1), of which DER is one form: some
// writers use indefinite lengths and constructed strings (X.690, sections 8.1.3.6 and
// 8.7.3).

// maxDepth bounds how deep elements may be nested. A PFX has 6 levels between two
// strings.
const maxDepth = 16

const (
	constructed      = 0x20
	endOfContents    = "\x00\x00"
	openLength       = -1
	pieces           = cbasn1.OCTET_STRING | constructed
	context0Contents = cbasn1.Tag(0x80) // [0] IMPLICIT OCTET STRING
)

// toDER returns the first element of data with definite lengths and whole
// strings; it does not change the contents of strings.
func toDER(data []byte) ([]byte, bool) {
	der, _, ok := derElement(data, 0)
	return der, ok
}

func derElement(data []byte, depth int) (der, rest []byte, ok bool) {
	tag, length, contents, ok := readBERHeader(data)
	if !ok || depth > maxDepth {
		return nil, nil, false
	}
	if length != openLength {
		contents, rest = contents[:length], contents[length:]
	}
	if tag&constructed == 0 {
		return encodeElement(tag, contents), rest, length != openLength
	}
	var elements [][]byte
	for length == openLength || len(contents) > 0 {
		if after, end := bytes.CutPrefix(contents, []byte(endOfContents)); end && length == openLength {
			rest = after
			break
		}
		var element []byte
		if element, contents, ok = derElement(contents, depth+1); !ok {
			return nil, nil, false
		}
		elements = append(elements, element)
	}
	return join(tag, elements), rest, true
}

// join puts a constructed element together. EncryptedContentInfo (RFC 2315,
// section 10.1) is the one SEQUENCE of a PFX with an [0] at its third place: a
// string, which looks like a wrapper if it is constructed.
func join(tag cbasn1.Tag, elements [][]byte) []byte {
	if tag == pieces {
		if whole, ok := joinPieces(bytes.Join(elements, nil)); ok {
			return encodeElement(cbasn1.OCTET_STRING, whole)
		}
	}
	if tag == cbasn1.SEQUENCE && len(elements) == 3 {
		var contents cryptobyte.String
		last := cryptobyte.String(elements[2])
		if last.ReadASN1(&contents, context0) {
			if whole, ok := joinPieces(contents); ok {
				elements[2] = encodeElement(context0Contents, whole)
			}
		}
	}
	return encodeElement(tag, bytes.Join(elements, nil))
}

// joinPieces joins OCTET STRINGs and refuses other elements.
func joinPieces(strings cryptobyte.String) (whole []byte, ok bool) {
	for !strings.Empty() {
		var piece cryptobyte.String
		if !strings.ReadASN1(&piece, cbasn1.OCTET_STRING) {
			return nil, false
		}
		whole = append(whole, piece...)
	}
	return whole, true
}

// readBERHeader reads identifier and length (X.690, sections 8.1.2 and 8.1.3);
// contents may be longer than the element. Tags of more than one octet,
// which PKCS#12 does not have, are refused.
func readBERHeader(data []byte) (tag cbasn1.Tag, length int, contents []byte, ok bool) {
	const highTag, longForm, maxLengthOctets = 0x1f, 0x80, 4
	if len(data) < 2 || data[0]&highTag == highTag {
		return 0, 0, nil, false
	}
	tag, contents = cbasn1.Tag(data[0]), data[2:]
	size, octets := uint32(data[1]), int(data[1])&^longForm
	switch {
	case size == longForm:
		return tag, openLength, contents, true
	case size > longForm:
		if octets > maxLengthOctets || octets > len(contents) {
			return 0, 0, nil, false
		}
		size = 0
		for _, octet := range contents[:octets] {
			size = size<<8 | uint32(octet)
		}
		contents = contents[octets:]
	}
	if uint64(size) > uint64(len(contents)) {
		return 0, 0, nil, false
	}
	return tag, int(size), contents, true
}

func encodeElement(tag cbasn1.Tag, contents []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(contents) })
	return b.BytesOrPanic()
}
