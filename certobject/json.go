package certobject

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MarshalJSON writes what JSON.stringify writes of Node's object: Node 26's
// keys in its order, undefined ones left out, Buffers as
// {"type":"Buffer","data":[...]}. A root's reference to itself, on which
// JSON.stringify fails, is left out.
func (c *Certificate) MarshalJSON() ([]byte, error) {
	w := new(writer)
	w.certificate(c)
	return []byte(w.String()), nil
}

// writer writes one JSON value; the standard encoder escapes other characters
// than JSON.stringify.
type writer struct{ strings.Builder }

func (w *writer) certificate(c *Certificate) {
	o := w.open()
	if c.Subject != nil {
		o.key("subject").name(c.Subject)
	}
	if c.Issuer != nil {
		o.key("issuer").name(c.Issuer)
	}
	if c.SubjectAltName != nil {
		o.key("subjectaltname").text(*c.SubjectAltName)
	}
	if c.InfoAccess != nil {
		o.key("infoAccess").access(c.InfoAccess)
	}
	o.key("ca").WriteString(strconv.FormatBool(c.CA))
	o.optional("modulus", c.Modulus)
	o.optional("exponent", c.Exponent)
	if c.PubKey != nil {
		o.key("pubkey").buffer(c.PubKey)
		o.key("bits").WriteString(strconv.Itoa(c.Bits))
	}
	o.key("valid_from").text(c.ValidFrom)
	o.key("valid_to").text(c.ValidTo)
	o.key("fingerprint").text(c.Fingerprint)
	o.key("fingerprint256").text(c.Fingerprint256)
	o.key("fingerprint512").text(c.Fingerprint512)
	if c.ExtKeyUsage != nil {
		o.key("ext_key_usage").list(c.ExtKeyUsage)
	}
	o.key("serialNumber").text(c.SerialNumber)
	o.key("raw").buffer(c.Raw)
	o.optional("asn1Curve", c.ASN1Curve)
	o.optional("nistCurve", c.NISTCurve)
	if c.IssuerCertificate != nil && c.IssuerCertificate != c {
		o.key("issuerCertificate").certificate(c.IssuerCertificate)
	}
	o.close()
}

// object is a JSON object that is being written.
type object struct {
	w     *writer
	comma string
}

func (w *writer) open() *object {
	w.WriteByte('{')
	return &object{w: w}
}

func (o *object) close() { o.w.WriteByte('}') }

func (o *object) key(name string) *writer {
	o.w.WriteString(o.comma)
	o.comma = ","
	o.w.text(name)
	o.w.WriteByte(':')
	return o.w
}

func (o *object) optional(name, value string) {
	if value != "" {
		o.key(name).text(value)
	}
}

func (w *writer) name(n Name) {
	o := w.open()
	for _, a := range n {
		o.key(a.Key)
		if len(a.Values) == 1 {
			w.text(a.Values[0])
		} else {
			w.list(a.Values)
		}
	}
	o.close()
}

func (w *writer) access(list InfoAccess) {
	o := w.open()
	for _, a := range list {
		o.key(a.Key).list(a.Values)
	}
	o.close()
}

func (w *writer) list(values []string) {
	w.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			w.WriteByte(',')
		}
		w.text(v)
	}
	w.WriteByte(']')
}

func (w *writer) buffer(data []byte) {
	w.WriteString(`{"type":"Buffer","data":[`)
	for i, c := range data {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(strconv.Itoa(int(c)))
	}
	w.WriteString("]}")
}

func (w *writer) text(s string) {
	const short = "\b\t\n\f\r\"\\"
	const letters = "btnfr\"\\"
	w.WriteByte('"')
	for _, r := range s {
		if i := strings.IndexRune(short, r); i >= 0 && r != utf8.RuneError {
			w.WriteByte('\\')
			w.WriteByte(letters[i])
		} else if r < ' ' {
			fmt.Fprintf(w, `\u%04x`, r)
		} else {
			w.WriteRune(r)
		}
	}
	w.WriteByte('"')
}
