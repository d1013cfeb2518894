package serve

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
)

// readOCSPResponse reads the file of --ocsp-response. Clients verify its signature, its
// time and its certificate; a file that is not a response would only fail their
// handshakes.
func readOCSPResponse(path string) ([]byte, error) {
	const flag = "--ocsp-response"
	data, err := files.Read(flag, path)
	if err != nil {
		return nil, err
	}
	if !isOCSPResponse(data) {
		return nil, explain.New("", explain.FileHint("OCSPResponse"), "%s: %s: not an OCSP response in DER", flag, path)
	}
	return data, nil
}

// isOCSPResponse checks the outer structure (RFC 6960, section 4.2.1): a status and,
// unless that is an error, bytes with their type.
func isOCSPResponse(data []byte) bool {
	var response, bytes, typed, body cryptobyte.String
	var status int
	var hasBytes bool
	input := cryptobyte.String(data)
	if !input.ReadASN1(&response, asn1.SEQUENCE) || !input.Empty() ||
		!response.ReadASN1Enum(&status) ||
		!response.ReadOptionalASN1(&bytes, &hasBytes, asn1.Tag(0).Constructed().ContextSpecific()) || !response.Empty() {
		return false
	}
	if !hasBytes {
		return status != 0
	}
	return bytes.ReadASN1(&typed, asn1.SEQUENCE) && bytes.Empty() &&
		typed.SkipASN1(asn1.OBJECT_IDENTIFIER) && typed.ReadASN1(&body, asn1.OCTET_STRING) && typed.Empty()
}
