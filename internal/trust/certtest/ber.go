package certtest

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// BER converts DER to the BER that many writers of PKCS#12 produce: lengths are
// indefinite, and longer OCTET STRINGs are split, those with the implicit tag [0]
// as well. The contents of the strings are not converted.
func BER(der []byte) []byte {
	const longest = 64 // octets of a string in one piece
	var out []byte
	for s := cryptobyte.String(der); !s.Empty(); {
		var element, contents cryptobyte.String
		var tag cbasn1.Tag
		if !s.ReadAnyASN1Element(&element, &tag) {
			panic("certtest: BER of what is no DER")
		}
		inside := element
		inside.ReadAnyASN1(&contents, &tag)
		isString := tag == cbasn1.OCTET_STRING || tag == cbasn1.Tag(0).ContextSpecific()
		switch {
		case tag&cbasn1.Tag(0).Constructed() != 0:
			out = append(out, open(tag, BER(contents))...)
		case isString && len(contents) > longest:
			var pieces cryptobyte.Builder
			for rest := contents; len(rest) > 0; rest = rest[min(longest, len(rest)):] {
				pieces.AddASN1OctetString(rest[:min(longest, len(rest))])
			}
			out = append(out, open(tag.Constructed(), pieces.BytesOrPanic())...)
		default:
			out = append(out, element...)
		}
	}
	return out
}

// open is an element of indefinite length.
func open(tag cbasn1.Tag, contents []byte) []byte {
	return append(append([]byte{byte(tag), 0x80}, contents...), 0, 0)
}
