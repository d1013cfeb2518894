package fields

import (
	"bytes"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// The forms of messages that are the same in every context.
var (
	clientHello = []part{
		{name: "client_version", kind: Version, size: 2},
		{name: "random", kind: Random, size: 32},
		{name: "session_id", size: vec8},
		{name: "cipher_suites", kind: List, size: vec16, of: []part{{kind: CipherSuite, size: 2}}},
		{name: "compression_methods", kind: List, size: vec8, of: []part{{kind: CompressionMethod, size: 1}}},
		{name: "extensions", kind: Extensions, size: optional, in: wire.InClientHello},
	}
	helloRetry    = serverHello(wire.InRetry)
	serverHello12 = serverHello(wire.InServerHello12)
	serverHello13 = serverHello(wire.InServerHello)

	encryptedExtensions = []part{{name: "extensions", kind: Extensions, size: vec16, in: wire.InEncryptedExtensions}}

	certificate12 = []part{
		{name: "certificate_list", kind: List, size: vec24, of: []part{{name: "ASN.1Cert", kind: Certificate, size: vec24}}},
	}
	certificate13 = []part{
		{name: "certificate_request_context", size: vec8},
		{name: "certificate_list", kind: List, size: vec24, of: []part{
			{name: "cert_data", kind: Certificate, size: vec24},
			{name: "extensions", kind: Extensions, size: vec16, in: wire.InCertificate},
		}},
	}
	rawPublicKey12 = []part{{name: "ASN.1_subjectPublicKeyInfo", kind: PublicKey, size: vec24}}
	rawPublicKey13 = []part{
		{name: "certificate_request_context", size: vec8},
		{name: "certificate_list", kind: List, size: vec24, of: []part{
			{name: "ASN1_subjectPublicKeyInfo", kind: PublicKey, size: vec24},
			{name: "extensions", kind: Extensions, size: vec16, in: wire.InCertificate},
		}},
	}
	compressedCertificate = []part{
		{name: "algorithm", kind: CertificateCompression, size: 2},
		{name: "uncompressed_length", kind: Number, size: 3},
		{name: "compressed_certificate_message", size: vec24},
	}

	certificateTypes       = part{name: "certificate_types", kind: List, size: vec8, of: []part{{kind: ClientCertificateType, size: 1}}}
	certificateAuthorities = part{name: "certificate_authorities", kind: List, size: vec16, of: []part{
		{name: "DistinguishedName", kind: DistinguishedName, size: vec16},
	}}
	certificateRequest10 = []part{certificateTypes, certificateAuthorities}
	certificateRequest12 = []part{
		certificateTypes,
		{name: "supported_signature_algorithms", kind: List, size: vec16, of: []part{{kind: Scheme, size: 2}}},
		certificateAuthorities,
	}
	certificateRequest13 = []part{
		{name: "certificate_request_context", size: vec8},
		{name: "extensions", kind: Extensions, size: vec16, in: wire.InCertificateRequest},
	}

	signature10 = []part{{name: "signature", size: vec16}}
	signature12 = []part{{name: "algorithm", kind: Scheme, size: 2}, {name: "signature", size: vec16}}

	ticket12 = []part{
		{name: "ticket_lifetime_hint", kind: Number, size: 4},
		{name: "ticket", size: vec16},
	}
	ticket13 = []part{
		{name: "ticket_lifetime", kind: Number, size: 4},
		{name: "ticket_age_add", kind: Number, size: 4},
		{name: "ticket_nonce", size: vec8},
		{name: "ticket", size: vec16},
		{name: "extensions", kind: Extensions, size: vec16, in: wire.InTicket},
	}

	certificateStatus = []part{
		{name: "status_type", kind: Number, size: 1},
		{name: "ocsp_response", size: vec24},
	}
	finished  = []part{{name: "verify_data", size: rest}}
	keyUpdate = []part{{name: "request_update", kind: KeyUpdateRequest, size: 1}}
)

func serverHello(in wire.Place) []part {
	return []part{
		{name: "server_version", kind: Version, size: 2},
		{name: "random", kind: Random, size: 32},
		{name: "session_id", size: vec8},
		{name: "cipher_suite", kind: CipherSuite, size: 2},
		{name: "compression_method", kind: CompressionMethod, size: 1},
		{name: "extensions", kind: Extensions, size: optional, in: in},
	}
}

// form returns the fields of a message of type t, and whether they are known.
func (c Context) form(t wire.MessageType, body []byte) ([]part, bool) {
	is13 := c.Version >= suite.TLS13
	switch t {
	case wire.TypeHelloRequest, wire.TypeServerHelloDone, wire.TypeEndOfEarlyData:
		return nil, true
	case wire.TypeClientHello:
		return clientHello, true
	case wire.TypeServerHello:
		return serverHelloForm(body), true
	case wire.TypeEncryptedExtensions:
		return encryptedExtensions, true
	case wire.TypeCertificate:
		return c.certificate(is13), true
	case wire.TypeCompressedCertificate:
		return compressedCertificate, true
	case wire.TypeServerKeyExchange:
		return c.serverKeyExchange(), true
	case wire.TypeClientKeyExchange:
		return c.clientKeyExchange(), true
	case wire.TypeCertificateRequest:
		return c.byVersion(certificateRequest10, certificateRequest12, certificateRequest13), true
	case wire.TypeCertificateVerify:
		return c.byVersion(signature10, signature12, signature12), true
	case wire.TypeNewSessionTicket:
		return c.byVersion(ticket12, ticket12, ticket13), true
	case wire.TypeCertificateStatus:
		return certificateStatus, true
	case wire.TypeFinished:
		return finished, true
	case wire.TypeKeyUpdate:
		return keyUpdate, true
	}
	return nil, false
}

func (c Context) byVersion(until11, in12, in13 []part) []part {
	switch {
	case c.Version >= suite.TLS13:
		return in13
	case c.Version == suite.TLS12:
		return in12
	}
	return until11
}

// serverHelloForm distinguishes messages that share a type (RFC 8446, section 4.1.3).
// The version itself is an extension, which only TLS 1.3 has.
func serverHelloForm(body []byte) []part {
	random := body[min(2, len(body)):min(34, len(body))]
	if bytes.Equal(random, wire.HelloRetryRandom[:]) {
		return helloRetry
	}
	fields, _ := parse(body, serverHello12)
	for _, f := range fields {
		for _, x := range f.Fields {
			if x.Type == wire.ExtSupportedVersions {
				return serverHello13
			}
		}
	}
	return serverHello12
}

func (c Context) certificate(is13 bool) []part {
	switch {
	case is13 && c.RawPublicKey:
		return rawPublicKey13
	case is13:
		return certificate13
	case c.RawPublicKey:
		return rawPublicKey12
	}
	return certificate12
}

// The parts of key exchanges.
var (
	pskHint     = part{name: "psk_identity_hint", size: vec16}
	pskIdentity = part{name: "psk_identity", size: vec16}

	dheParams = []part{{name: "dh_p", size: vec16}, {name: "dh_g", size: vec16}, {name: "dh_Ys", size: vec16}}
	ecParams  = []part{
		{name: "curve_type", kind: Number, size: 1},
		{name: "namedcurve", kind: Group, size: 2},
		{name: "point", size: vec8},
	}
	srpParams = []part{
		{name: "srp_N", size: vec16}, {name: "srp_g", size: vec16},
		{name: "srp_s", size: vec8}, {name: "srp_B", size: vec16},
	}

	encryptedPremaster = part{name: "EncryptedPreMasterSecret", size: vec16}
	dhPublic           = part{name: "dh_Yc", size: vec16}
	ecPublic           = part{name: "ecdh_Yc", size: vec8}
	srpPublic          = part{name: "srp_A", size: vec16}
)

// serverKeyExchange is RFC 5246, section 7.4.3, with RFC 4279, 5054 and 8422.
func (c Context) serverKeyExchange() []part {
	var form []part
	switch c.KeyExchange {
	case suite.KxPSK, suite.KxRSAPSK:
		return []part{pskHint}
	case suite.KxDHEPSK:
		return append([]part{pskHint}, dheParams...)
	case suite.KxECDHEPSK:
		return append([]part{pskHint}, ecParams...)
	case suite.KxDHE:
		form = dheParams
	case suite.KxECDHE:
		form = ecParams
	case suite.KxSRP:
		form = srpParams
	}
	if c.Auth == suite.AuthNone || c.Auth == suite.AuthSRP {
		return form
	}
	return append(form[:len(form):len(form)], c.byVersion(signature10, signature12, signature12)...)
}

// clientKeyExchange is RFC 5246, section 7.4.7, with the same additions.
func (c Context) clientKeyExchange() []part {
	switch c.KeyExchange {
	case suite.KxRSA:
		return []part{encryptedPremaster}
	case suite.KxDHE:
		return []part{dhPublic}
	case suite.KxECDHE:
		return []part{ecPublic}
	case suite.KxPSK:
		return []part{pskIdentity}
	case suite.KxDHEPSK:
		return []part{pskIdentity, dhPublic}
	case suite.KxECDHEPSK:
		return []part{pskIdentity, ecPublic}
	case suite.KxRSAPSK:
		return []part{pskIdentity, encryptedPremaster}
	case suite.KxSRP:
		return []part{srpPublic}
	}
	return nil
}
