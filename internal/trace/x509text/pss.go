package x509text

import (
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
)

// pssParams is RSASSA-PSS-params (RFC 4055, section 3.1). Names that are absent are
// "", and numbers nil.
type pssParams struct {
	hash, mask, maskHash string
	salt, trailer        *big.Int
}

func (p *printer) readPSS(s cryptobyte.String) (params pssParams, ok bool) {
	var seq cryptobyte.String
	var fields [4]cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return params, false
	}
	for i := range fields {
		if !seq.ReadOptionalASN1(&fields[i], nil, cbasn1.Tag(i).ContextSpecific().Constructed()) {
			return params, false
		}
	}
	params.hash, _ = p.algorithmIn(fields[0])
	params.mask, fields[1] = p.algorithmIn(fields[1])
	params.maskHash, _ = p.algorithmIn(fields[1])
	params.salt, params.trailer = integerIn(fields[2]), integerIn(fields[3])
	return params, true
}

// algorithmIn returns the name of an AlgorithmIdentifier, and its parameters.
func (p *printer) algorithmIn(der cryptobyte.String) (string, cryptobyte.String) {
	if der.Empty() {
		return "", nil
	}
	name, rest, _ := p.algorithm(der)
	return name, rest
}

func integerIn(der cryptobyte.String) *big.Int {
	n := new(big.Int)
	if !der.ReadASN1Integer(n) {
		return nil
	}
	return n
}

// pssParameters prints the parameters of a signature, and up to 1.1.1 those of a
// key.
func (p *printer) pssParameters(n int, minimum string, der cryptobyte.String) bool {
	params, ok := p.readPSS(der)
	if !ok {
		return false
	}
	trailer := "01 (default)"
	if p.release < release.OpenSSL30 {
		trailer = "BC (default)"
	}
	p.line(n, "Hash Algorithm: %s", orElse(params.hash, "sha1 (default)"))
	mask := "mgf1 with sha1 (default)"
	if params.mask != "" {
		mask = params.mask + " with " + params.maskHash
	}
	p.line(n, "Mask Algorithm: %s", mask)
	p.line(n, "%s Salt Length: 0x%s", minimum, hexOr(params.salt, "14 (default)"))
	p.line(n, "Trailer Field: 0x%s", hexOr(params.trailer, trailer))
	return true
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func hexOr(v *big.Int, otherwise string) string {
	switch {
	case v == nil:
		return otherwise
	case v.Sign() == 0:
		return "00"
	}
	return fmt.Sprintf("%X", v.Bytes())
}

// pssKey prints the restrictions of an RSA-PSS key.
func (p *printer) pssKey(n int, der cryptobyte.String) bool {
	if der.Empty() {
		p.line(n, "No PSS parameter restrictions")
		return true
	}
	p.line(n, "PSS parameter restrictions:")
	if p.release < release.OpenSSL30 {
		return p.pssParameters(n+2, "Minimum", der)
	}
	params, ok := p.readPSS(der)
	p.line(n+2, "Hash Algorithm: %s", hashName(params.hash))
	p.line(n+2, "Mask Algorithm: MGF1 with %s", hashName(params.maskHash))
	p.line(n+2, "Minimum Salt Length: %s", decimalOr(params.salt, 20))
	p.line(n+2, "Trailer Field: 0x%s", decimalOr(params.trailer, 1))
	return ok
}

// hashName returns the name that the providers of OpenSSL 3 use for a hash; "" is
// SHA-1.
func hashName(name string) string {
	size, isSHA2 := strings.CutPrefix(name, "sha")
	switch {
	case name == "":
		return "SHA1 (default)"
	case isSHA2 && len(size) == 3:
		return "SHA2-" + size
	}
	return strings.ToUpper(name)
}

func decimalOr(v *big.Int, otherwise int64) string {
	if v == nil {
		return fmt.Sprintf("%d (default)", otherwise)
	}
	return v.String()
}
