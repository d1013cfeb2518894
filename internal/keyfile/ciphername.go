package keyfile

import (
	"encoding/asn1"
	"fmt"
)

// otherCiphers are encryption algorithms that key files have and that are not read,
// by the names that openssl(1) has for them: no module that polytls could depend on
// has Camellia or ARIA, or the key derivation of PKCS#12 for itself.
var otherCiphers = []struct {
	oid  asn1.ObjectIdentifier
	name string
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 1}, "PBE-SHA1-RC4-128"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 2}, "PBE-SHA1-RC4-40"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 4}, "PBE-SHA1-2DES"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}, "PBE-SHA1-RC2-128"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}, "PBE-SHA1-RC2-40"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 3}, "PBE-MD5-DES"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 6}, "PBE-MD5-RC2-64"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 10}, "PBE-SHA1-DES"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 11}, "PBE-SHA1-RC2-64"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 2}, "RC2-CBC"},
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 7}, "DES-CBC"},
	{asn1.ObjectIdentifier{1, 2, 392, 200011, 61, 1, 1, 1, 2}, "CAMELLIA-128-CBC"},
	{asn1.ObjectIdentifier{1, 2, 392, 200011, 61, 1, 1, 1, 3}, "CAMELLIA-192-CBC"},
	{asn1.ObjectIdentifier{1, 2, 392, 200011, 61, 1, 1, 1, 4}, "CAMELLIA-256-CBC"},
	{asn1.ObjectIdentifier{1, 2, 410, 200046, 1, 1, 2}, "ARIA-128-CBC"},
	{asn1.ObjectIdentifier{1, 2, 410, 200046, 1, 1, 7}, "ARIA-192-CBC"},
	{asn1.ObjectIdentifier{1, 2, 410, 200046, 1, 1, 12}, "ARIA-256-CBC"},
}

// cipherName names an algorithm in an error.
func cipherName(oid asn1.ObjectIdentifier) string {
	for _, c := range otherCiphers {
		if c.oid.Equal(oid) {
			return fmt.Sprintf("%s (%v)", c.name, oid)
		}
	}
	return oid.String()
}
