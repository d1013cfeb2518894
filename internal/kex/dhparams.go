package kex

import (
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// ParseDHParams reads the first "DH PARAMETERS" (PKCS #3, section 9) or
// "X9.42 DH PARAMETERS" (RFC 2631, RFC 3279, section 2.3.3) of a PEM text.
// Primes are odd and of 512 to 10,000 bits; CheckPrime tests that they are prime.
func ParseDHParams(data []byte) (*DHParams, error) {
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, fmt.Errorf("DH parameters: no PEM block of them")
		}
		switch block.Type {
		case "DH PARAMETERS":
			return checked(parsePKCS3(block.Bytes))
		case "X9.42 DH PARAMETERS":
			return checked(parseX942(block.Bytes))
		}
		data = rest
	}
}

// parsePKCS3 reads DHParameter: prime, base, privateValueLength OPTIONAL.
func parsePKCS3(der []byte) (*DHParams, error) {
	p := &DHParams{}
	s, seq := cryptobyte.String(der), cryptobyte.String(nil)
	switch {
	case !s.ReadASN1(&seq, asn1.SEQUENCE), !s.Empty():
		return nil, fmt.Errorf("DH parameters: not one DHParameter")
	case !seq.ReadASN1Integer(&p.P):
		return nil, fmt.Errorf("DH parameters: prime")
	case !seq.ReadASN1Integer(&p.G):
		return nil, fmt.Errorf("DH parameters: base")
	case !seq.Empty() && !seq.ReadASN1Integer(&p.PrivateBits), p.PrivateBits < 0:
		return nil, fmt.Errorf("DH parameters: privateValueLength")
	case !seq.Empty():
		return nil, fmt.Errorf("DH parameters: more than a DHParameter holds")
	}
	return p, nil
}

// parseX942 reads DomainParameters: p, g, q, then j and validationParms, both
// OPTIONAL and of no use here. Exponents are as long as the prime, whatever q.
func parseX942(der []byte) (*DHParams, error) {
	p := &DHParams{}
	var q []byte
	s, seq := cryptobyte.String(der), cryptobyte.String(nil)
	switch {
	case !s.ReadASN1(&seq, asn1.SEQUENCE), !s.Empty():
		return nil, fmt.Errorf("X9.42 DH parameters: not one DomainParameters")
	case !seq.ReadASN1Integer(&p.P):
		return nil, fmt.Errorf("X9.42 DH parameters: p")
	case !seq.ReadASN1Integer(&p.G):
		return nil, fmt.Errorf("X9.42 DH parameters: g")
	case !seq.ReadASN1Integer(&q):
		return nil, fmt.Errorf("X9.42 DH parameters: q")
	case !seq.SkipOptionalASN1(asn1.INTEGER):
		return nil, fmt.Errorf("X9.42 DH parameters: j")
	case !seq.SkipOptionalASN1(asn1.SEQUENCE):
		return nil, fmt.Errorf("X9.42 DH parameters: validationParms")
	case !seq.Empty():
		return nil, fmt.Errorf("X9.42 DH parameters: more than DomainParameters holds")
	}
	return p, nil
}

func checked(p *DHParams, err error) (*DHParams, error) {
	if err != nil {
		return nil, err
	}
	if _, e := p.modulus(); e != nil {
		return nil, fmt.Errorf("DH parameters: %s", e.Reason)
	}
	return p, nil
}
