package oid

import cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

// OtherName returns the label that OpenSSL 3 prints for a type of otherName (RFC
// 5280, section 4.2.1.6) and the type of its values.
func OtherName(id string) (label string, tag cbasn1.Tag, ok bool) {
	n, ok := otherNames[id]
	return n.label, n.tag, ok
}

var otherNames = map[string]struct {
	label string
	tag   cbasn1.Tag
}{
	"1.3.6.1.5.5.7.8.5":      {"XmppAddr", cbasn1.UTF8String},
	"1.3.6.1.5.5.7.8.7":      {"SRVName", cbasn1.IA5String},
	"1.3.6.1.5.5.7.8.8":      {"NAIRealm", cbasn1.UTF8String},
	"1.3.6.1.5.5.7.8.9":      {"SmtpUTF8Mailbox", cbasn1.UTF8String},
	"1.3.6.1.4.1.311.20.2.3": {"UPN", cbasn1.UTF8String},
}
