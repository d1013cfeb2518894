package openssl

import (
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

// ParseSchemes reads Node's "sigalgs" option as OpenSSL's
// SSL_CTX_set1_sigalgs_list does: IANA names or pairs such as RSA+SHA256,
// RSA-PSS+SHA256 (or PSS+SHA256, both of which are the rsae scheme),
// ECDSA+SHA256 and ML-DSA-65, without regard to case, separated by ':'. '?' before a name
// lets it be unknown. Repeated schemes count once. The security level is not
// applied here.
//
// Schemes that only OpenSSL implements are skipped. The error is
// ERR_INVALID_ARG_VALUE for an empty list, has no code for an unknown name, as
// in Node, and is ERR_SSL_PASSED_INVALID_ARGUMENT for a list with nothing left.
func ParseSchemes(list string) ([]suite.Scheme, error) {
	if list == "" {
		return nil, failure.InvalidArgValue.About("sigalgs", "the list is empty")
	}
	var selected []suite.Scheme
	for part := range strings.SplitSeq(list, ":") {
		name, optional := strings.CutPrefix(strings.ToLower(strings.TrimSpace(part)), "?")
		s, known := schemeByName[name]
		_, isForeign := foreignSchemes[name]
		switch {
		case known && !slices.Contains(selected, s):
			selected = append(selected, s)
		case !known && !isForeign && !optional:
			return nil, (&failure.Error{Reason: "unknown signature algorithm \"" + part + "\""}).About("sigalgs")
		}
	}
	if len(selected) == 0 {
		return nil, failure.PassedInvalidArgument.About("sigalgs", "nothing in %q is implemented", list)
	}
	return selected, nil
}

// schemeByName maps both spellings, in lower case.
var schemeByName = indexSchemes()

func indexSchemes() map[string]suite.Scheme {
	m := make(map[string]suite.Scheme)
	for s := range suite.Schemes() {
		if s.ID == suite.RSAPKCS1MD5SHA1 { // it cannot be offered
			continue
		}
		m[strings.ToLower(s.Name)] = s.ID
		if before, after, ok := strings.Cut(s.Name, "tls13"); ok { // OpenSSL has a second name
			m[strings.ToLower(before+after)] = s.ID
			continue
		}
		if s.OpenSSL == "" {
			continue
		}
		switch s.Kind {
		case suite.PSSRSAE:
			m[strings.ToLower(strings.TrimPrefix(s.OpenSSL, "RSA-"))] = s.ID
			fallthrough
		case suite.PKCS1, suite.ECDSA:
			m[strings.ToLower(s.OpenSSL)] = s.ID
		case suite.MLDSA:
			m["ml-dsa-"+strings.TrimPrefix(s.Name, "mldsa")] = s.ID
		}
	}
	return m
}

// foreignSchemes are the names, in lower case, of schemes that OpenSSL has and
// polytls does not.
var foreignSchemes = foreign(
	"DSA+SHA1", "DSA+SHA224", "DSA+SHA256", "DSA+SHA384", "DSA+SHA512",
	"dsa_sha1", "dsa_sha224", "dsa_sha256", "dsa_sha384", "dsa_sha512",
)
