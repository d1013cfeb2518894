package certder

import (
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Auxiliary are the trust settings that follow the certificate in OpenSSL's TRUSTED
// CERTIFICATE (X509_CERT_AUX): the usages, as dotted identifiers, that it is
// trusted for and those that it is not. A nil Accept does not restrict, an empty
// one trusts the certificate for nothing.
type Auxiliary struct{ Accept, Reject []string }

// ParseAuxiliary reads the settings from the front of der; what follows them is
// ignored, as by OpenSSL. False means that OpenSSL would not load the certificate.
func ParseAuxiliary(der []byte) (a Auxiliary, ok bool) {
	s := cryptobyte.String(der)
	var seq, accept, reject cryptobyte.String
	var hasAccept, hasReject bool
	ok = s.ReadASN1(&seq, cbasn1.SEQUENCE) &&
		seq.ReadOptionalASN1(&accept, &hasAccept, cbasn1.SEQUENCE) &&
		seq.ReadOptionalASN1(&reject, &hasReject, cbasn1.Tag(0).ContextSpecific().Constructed()) &&
		(!hasAccept || readOIDs(accept, &a.Accept)) && (!hasReject || readOIDs(reject, &a.Reject)) &&
		seq.SkipOptionalASN1(cbasn1.UTF8String) && // alias
		seq.SkipOptionalASN1(cbasn1.OCTET_STRING) && // keyid
		skipAlgorithms(&seq) && seq.Empty()
	return a, ok
}

func readOIDs(s cryptobyte.String, ids *[]string) bool {
	*ids = []string{}
	for !s.Empty() {
		var id string
		if !ReadOID(&s, &id) {
			return false
		}
		*ids = append(*ids, id)
	}
	return true
}

// skipAlgorithms skips the settings' last field, AlgorithmIdentifiers that are not
// used.
func skipAlgorithms(seq *cryptobyte.String) bool {
	var list, algorithm cryptobyte.String
	var present bool
	if !seq.ReadOptionalASN1(&list, &present, cbasn1.Tag(1).ContextSpecific().Constructed()) {
		return false
	}
	for !list.Empty() {
		var id string
		if !list.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !ReadOID(&algorithm, &id) {
			return false
		}
	}
	return true
}
