package x509text

import (
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/trace/release"
	"polytls/internal/trust/certder"
)

// innerAlgorithm prints the AlgorithmIdentifier inside the signed part.
func (p *printer) innerAlgorithm(der []byte) {
	name, parameters, ok := p.algorithm(der)
	p.add(8, "Signature Algorithm: %s", name)
	if !ok || name != rsassaPSS {
		p.line(0, "")
		return
	}
	p.pssAlgorithm(parameters)
}

// signature prints the outer AlgorithmIdentifier and the signature.
func (p *printer) signature(der, signature []byte) {
	name, parameters, ok := p.algorithm(der)
	p.add(4, "Signature Algorithm: %s", name)
	if p.release >= release.OpenSSL30 {
		p.line(0, "")
		p.add(4, "Signature Value:")
	}
	isPSS := ok && name == rsassaPSS
	if isPSS {
		p.pssAlgorithm(parameters)
	}
	if !isPSS || p.release < release.OpenSSL30 {
		p.line(0, "")
	}
	if strings.HasPrefix(strings.ToLower(name), "dsa") && p.dsaSignature(signature) {
		return
	}
	p.rows(p.signatureIndent(), 18, signature, "%02x")
	if len(signature) == 0 {
		p.line(0, "")
	}
}

// dsaSignature prints the two numbers of a signature with DSA.
func (p *printer) dsaSignature(signature []byte) bool {
	seq, ok := sequence(signature)
	var r, s big.Int
	if !ok || !seq.ReadASN1Integer(&r) || !seq.ReadASN1Integer(&s) {
		return false
	}
	p.number(p.signatureIndent(), "r:   ", &r)
	p.number(p.signatureIndent(), "s:   ", &s)
	return true
}

func (p *printer) signatureIndent() int {
	if p.release < release.OpenSSL30 {
		return 9
	}
	return 8
}

const rsassaPSS = "rsassaPss"

// algorithm parses an AlgorithmIdentifier into its name and its parameters.
func (p *printer) algorithm(der []byte) (name string, parameters cryptobyte.String, ok bool) {
	s := cryptobyte.String(der)
	var id string
	if !s.ReadASN1(&parameters, cbasn1.SEQUENCE) || !certder.ReadOID(&parameters, &id) {
		return "<INVALID>", nil, false
	}
	return p.longName(id), parameters, true
}

// pssAlgorithm prints the parameters of a signature with RSA-PSS.
func (p *printer) pssAlgorithm(parameters cryptobyte.String) {
	n := p.signatureIndent()
	p.add(n, "")
	before := len(p.text)
	p.line(0, "")
	if !p.pssParameters(n, "", parameters) {
		p.text = p.text[:before]
		p.line(0, "(INVALID PSS PARAMETERS)")
	}
}
