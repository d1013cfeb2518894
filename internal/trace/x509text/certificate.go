package x509text

import (
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// AppendCertificate appends the text and the PEM of the certificate that der begins
// with, and returns what follows it; ok is false if it cannot be read.
func AppendCertificate(b, der []byte, r release.Release) (text, rest []byte, ok bool) {
	c, rest, err := certder.Parse(der)
	if err != nil || !readable(c.Issuer) || !readable(c.Subject) {
		return b, der, false
	}
	p := printer{text: b, release: r}
	p.certificate(c)
	return append(p.text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...), rest, true
}

// printer gathers text.
type printer struct {
	text    []byte
	release release.Release
}

// line adds a line indented by n blanks.
func (p *printer) line(n int, format string, args ...any) {
	p.add(n, format, args...)
	p.text = append(p.text, '\n')
}

// add adds text like line, without the newline.
func (p *printer) add(n int, format string, args ...any) {
	for range n {
		p.text = append(p.text, ' ')
	}
	p.text = fmt.Appendf(p.text, format, args...)
}

// bytes adds bytes in rows of 15.
func (p *printer) bytes(n int, b []byte) { p.rows(n, 15, b, "%02x") }

// rows adds bytes with colons between them, width of them in a line.
func (p *printer) rows(n, width int, b []byte, format string) {
	for i, c := range b {
		if i%width == 0 {
			p.add(n, "")
		}
		p.text = fmt.Appendf(p.text, format, c)
		if i < len(b)-1 {
			p.text = append(p.text, ':')
		}
		if i%width == width-1 || i == len(b)-1 {
			p.text = append(p.text, '\n')
		}
	}
}

// hexText formats b in upper-case hexadecimal with colons, as key identifiers are
// printed.
func hexText(b []byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", b), " ", ":")
}

func (p *printer) certificate(c *certder.Certificate) {
	p.line(0, "Certificate:")
	p.line(4, "Data:")
	p.version(c.Version)
	p.serial(c.Serial)
	p.innerAlgorithm(c.InnerAlgorithm)
	p.line(8, "Issuer: %s", nameOrNothing(c.Issuer))
	p.line(8, "Validity")
	if !p.date("Not Before: ", c.NotBefore) || !p.date("Not After : ", c.NotAfter) {
		return
	}
	p.line(8, "Subject: %s", nameOrNothing(c.Subject))
	p.publicKey(c.SPKI)
	if len(c.Extensions) > 0 {
		p.line(8, "X509v3 extensions:")
	}
	for _, x := range c.Extensions {
		p.extension(x)
	}
	p.signature(c.Algorithm, c.Signature)
}

func readable(name []byte) bool {
	_, ok := readName(name)
	return ok
}

func nameOrNothing(der []byte) string {
	name, _ := Name(der)
	return name
}

func (p *printer) version(v int) {
	if v < 0 || v > 2 {
		p.line(8, "Version: Unknown (%d)", v)
		return
	}
	p.line(8, "Version: %d (0x%x)", v+1, v)
}

// serial prints a serial number; one of up to 8 bytes is printed on the line of the
// label.
func (p *printer) serial(contents []byte) {
	n := new(big.Int).SetBytes(contents)
	if contents[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(contents))))
	}
	minusOne := n.IsInt64() && n.Int64() == -1 && p.release < release.OpenSSL35 // older releases use -1 for numbers that do not fit
	if n.IsInt64() && !minusOne {
		p.line(8, "Serial Number: %d (%#x)", n, n)
		return
	}
	p.line(8, "Serial Number:")
	sign := ""
	if n.Sign() < 0 {
		sign = " (Negative)"
	}
	p.line(12, "%s%s", sign, strings.ToLower(hexText(n.Bytes())))
}

// date prints a time, and reports whether more can follow: 1.1.1 ends at one that
// it cannot read.
func (p *printer) date(label string, t certder.Time) bool {
	text, ok := p.timeText(t)
	p.add(12, "%s%s", label, text)
	if !ok && p.release < release.OpenSSL30 {
		return false
	}
	p.line(0, "")
	return true
}

// timeText is ASN1_TIME_print's text.
func (p *printer) timeText(t certder.Time) (text string, ok bool) {
	digits := strings.TrimLeft(t.Text, "0123456789")
	fraction := digits[:len(digits)-len(strings.TrimLeft(digits, ".0123456789"))]
	layout := "060102150405Z0700"
	if t.Generalized {
		layout = "20" + layout
	}
	v, err := time.Parse(layout, t.Text)
	if err != nil || !t.Generalized && fraction != "" {
		return "Bad time value", false
	}
	zone := " GMT"
	if p.release < release.OpenSSL30 && !strings.HasSuffix(t.Text, "Z") {
		zone = ""
	}
	v = v.UTC()
	if !t.Generalized && v.Year() >= 2050 { // RFC 5280, section 4.1.2.5.1
		v = v.AddDate(-100, 0, 0)
	}
	return v.Format("Jan _2 15:04:05") + fraction + v.Format(" 2006") + zone, true
}

func (p *printer) publicKey(der []byte) {
	p.line(8, "Subject Public Key Info:")
	k, ok := parseSPKI(der)
	if !ok {
		p.line(12, "Unable to load Public Key")
		return
	}
	p.line(12, "Public Key Algorithm: %s", p.longName(k.algorithm))
	before := len(p.text)
	if !p.key(16, k) {
		p.text = p.text[:before]
		p.line(12, "Unable to load Public Key")
	}
}
