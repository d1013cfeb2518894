package x509text

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// signedTimestamps is SignedCertificateTimestampList (RFC 6962, section 3.3).
func (p *printer) signedTimestamps(der []byte) bool {
	s := cryptobyte.String(der)
	var octets, list cryptobyte.String
	if !s.ReadASN1(&octets, cbasn1.OCTET_STRING) || !octets.ReadUint16LengthPrefixed(&list) {
		return false
	}
	for !list.Empty() {
		var sct cryptobyte.String
		if !list.ReadUint16LengthPrefixed(&sct) || !p.signedTimestamp(sct) {
			return false
		}
		if !list.Empty() {
			p.line(0, "")
		}
	}
	return true
}

func (p *printer) signedTimestamp(s cryptobyte.String) bool {
	const column = valueIndent + 16 // of the values after the labels
	var version, hash, algorithm uint8
	var log, extensions, signature []byte
	var ms uint64
	if !s.ReadUint8(&version) || version != 0 || !s.ReadBytes(&log, 32) || !s.ReadUint64(&ms) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&extensions)) ||
		!s.ReadUint8(&hash) || !s.ReadUint8(&algorithm) ||
		!s.ReadUint16LengthPrefixed((*cryptobyte.String)(&signature)) {
		return false
	}
	p.line(valueIndent, "Signed Certificate Timestamp:")
	p.line(valueIndent+4, "Version   : v1 (0x0)")
	p.add(valueIndent+4, "Log ID    : ")
	p.column(column, log)
	p.line(valueIndent+4, "Timestamp : %s", time.UnixMilli(int64(ms)).UTC().Format("Jan _2 15:04:05.000 2006 GMT"))
	p.add(valueIndent+4, "Extensions: ")
	if len(extensions) == 0 {
		p.line(0, "none")
	} else {
		p.column(column, extensions)
	}
	p.add(valueIndent+4, "Signature : %s\n", sctSignature(hash, algorithm))
	p.add(column, "")
	p.column(column, signature)
	p.text = p.text[:len(p.text)-1] // the last line ends with the extension
	return true
}

// column adds bytes in rows, the first of which follows a label.
func (p *printer) column(n int, b []byte) {
	before := len(p.text)
	p.rows(n, 16, b, "%02X")
	if len(p.text) > before {
		p.text = append(p.text[:before], p.text[before+n:]...)
	} else {
		p.line(0, "")
	}
}

// sctSignature names the two algorithms that RFC 6962 allows.
func sctSignature(hash, algorithm uint8) string {
	switch {
	case hash == 4 && algorithm == 3:
		return "ecdsa-with-SHA256"
	case hash == 4 && algorithm == 1:
		return "sha256WithRSAEncryption"
	}
	return "UNKNOWN"
}
