package wire

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// Certificate13 is the Certificate of TLS 1.3 (RFC 8446, section 4.4.2).
type Certificate13 struct {
	Context []byte // certificate_request_context, up to 255 bytes
	Entries []CertificateEntry
}

// CertificateEntry is a certificate, or a SubjectPublicKeyInfo under RFC 7250, in
// DER, with its extensions.
type CertificateEntry struct {
	Data       []byte
	Extensions Extensions
}

// Type returns TypeCertificate.
func (*Certificate13) Type() MessageType { return TypeCertificate }

func (m *Certificate13) parse(s *cryptobyte.String) error {
	var list cryptobyte.String
	switch {
	case !readVector8(s, &m.Context):
		return malformed("certificate_request_context")
	case !s.ReadUint24LengthPrefixed(&list):
		return malformed("certificate_list")
	}
	m.Entries = nil
	for !list.Empty() {
		var e CertificateEntry
		if !readVector24(&list, &e.Data) {
			return malformed("cert_data")
		}
		if err := e.Extensions.parse(&list, InCertificate); err != nil {
			return err
		}
		m.Entries = append(m.Entries, e)
	}
	return nil
}

func (m *Certificate13) appendTo(b *builder) {
	addVector8(b, m.Context)
	b.AddUint24LengthPrefixed(func(b *builder) {
		for _, e := range m.Entries {
			addVector24(b, e.Data)
			e.Extensions.appendTo(b)
		}
	})
}

// Certificate12 is the Certificate of TLS 1.0 to 1.2 (RFC 5246, section 7.4.2). The
// chain may be empty. Under RFC 7250 the message is a RawPublicKey12.
type Certificate12 struct {
	Chain [][]byte // DER, the peer's own first
}

// Type returns TypeCertificate.
func (*Certificate12) Type() MessageType { return TypeCertificate }

func (m *Certificate12) parse(s *cryptobyte.String) error {
	if !readVectors(s, vector24, vector24, &m.Chain) {
		return malformed("certificate_list")
	}
	return nil
}

func (m *Certificate12) appendTo(b *builder) {
	b.AddUint24LengthPrefixed(func(b *builder) { addVectors(b, addVector24, m.Chain) })
}

// RawPublicKey12 is the Certificate of TLS 1.0 to 1.2 when a raw public key
// was agreed (RFC 7250, section 3). The key may be empty, for none.
type RawPublicKey12 struct {
	PublicKey []byte // SubjectPublicKeyInfo, DER
}

// Type returns TypeCertificate.
func (*RawPublicKey12) Type() MessageType { return TypeCertificate }

func (m *RawPublicKey12) parse(s *cryptobyte.String) error {
	if !readVector24(s, &m.PublicKey) {
		return malformed("ASN.1_subjectPublicKeyInfo")
	}
	return nil
}

func (m *RawPublicKey12) appendTo(b *builder) { addVector24(b, m.PublicKey) }

// CompressedCertificate is the message of RFC 8879, section 4.
type CompressedCertificate struct {
	Algorithm          uint16
	UncompressedLength int // bytes of the Certificate's body
	Compressed         []byte
}

// The compression algorithms of RFC 8879, section 3.
const (
	CompressionZlib   uint16 = 1
	CompressionBrotli uint16 = 2
	CompressionZstd   uint16 = 3
)

// Type returns TypeCompressedCertificate.
func (*CompressedCertificate) Type() MessageType { return TypeCompressedCertificate }

func (m *CompressedCertificate) parse(s *cryptobyte.String) error {
	var length uint32
	switch {
	case !s.ReadUint16(&m.Algorithm):
		return malformed("algorithm")
	case !s.ReadUint24(&length):
		return malformed("uncompressed_length")
	case !readVector24(s, &m.Compressed), len(m.Compressed) == 0:
		return malformed("compressed_certificate_message")
	}
	m.UncompressedLength = int(length)
	return nil
}

func (m *CompressedCertificate) appendTo(b *builder) {
	b.AddUint16(m.Algorithm)
	if m.UncompressedLength < 0 || m.UncompressedLength >= 1<<24 {
		b.SetError(errors.New("uncompressed_length does not fit 24 bits"))
		return
	}
	b.AddUint24(uint32(m.UncompressedLength))
	addVector24(b, m.Compressed)
}

// CertificateRequest13 is the CertificateRequest of TLS 1.3 (RFC 8446, section
// 4.3.2).
type CertificateRequest13 struct {
	Context    []byte // certificate_request_context, up to 255 bytes
	Extensions Extensions
}

// Type returns TypeCertificateRequest.
func (*CertificateRequest13) Type() MessageType { return TypeCertificateRequest }

func (m *CertificateRequest13) parse(s *cryptobyte.String) error {
	if !readVector8(s, &m.Context) {
		return malformed("certificate_request_context")
	}
	return m.Extensions.parse(s, InCertificateRequest)
}

func (m *CertificateRequest13) appendTo(b *builder) {
	addVector8(b, m.Context)
	m.Extensions.appendTo(b)
}

// CertificateRequest12 is the CertificateRequest of TLS 1.2 (RFC 5246, section
// 7.4.4).
type CertificateRequest12 struct {
	Types       []uint8 // ClientCertificateType
	Schemes     []suite.Scheme
	Authorities [][]byte // distinguished names, DER
}

// The client certificate types of RFC 5246, section 7.4.4, and RFC 8422,
// section 5.5.
const (
	ClientCertRSASign   uint8 = 1
	ClientCertDSSSign   uint8 = 2
	ClientCertECDSASign uint8 = 64
)

// Type returns TypeCertificateRequest.
func (*CertificateRequest12) Type() MessageType { return TypeCertificateRequest }

func (m *CertificateRequest12) parse(s *cryptobyte.String) error {
	switch {
	case !readVector8(s, &m.Types), len(m.Types) == 0:
		return malformed("certificate_types")
	case !readNumbers(s, vector16, &m.Schemes):
		return malformed("supported_signature_algorithms")
	}
	return readAuthorities(s, &m.Authorities)
}

func (m *CertificateRequest12) appendTo(b *builder) {
	addVector8(b, m.Types)
	b.AddUint16LengthPrefixed(func(b *builder) { addNumbers(b, m.Schemes) })
	addAuthorities(b, m.Authorities)
}

// CertificateRequest10 is the CertificateRequest of TLS 1.0 and 1.1 (RFC 4346,
// section 7.4.4).
type CertificateRequest10 struct {
	Types       []uint8  // ClientCertificateType
	Authorities [][]byte // distinguished names, DER
}

// Type returns TypeCertificateRequest.
func (*CertificateRequest10) Type() MessageType { return TypeCertificateRequest }

func (m *CertificateRequest10) parse(s *cryptobyte.String) error {
	if !readVector8(s, &m.Types) || len(m.Types) == 0 {
		return malformed("certificate_types")
	}
	return readAuthorities(s, &m.Authorities)
}

func (m *CertificateRequest10) appendTo(b *builder) {
	addVector8(b, m.Types)
	addAuthorities(b, m.Authorities)
}

func readAuthorities(s *cryptobyte.String, out *[][]byte) error {
	if !readVectors(s, vector16, filled|vector16, out) {
		return malformed("certificate_authorities")
	}
	return nil
}

func addAuthorities(b *builder, names [][]byte) {
	b.AddUint16LengthPrefixed(func(b *builder) { addVectors(b, addVector16, names) })
}

// CertificateVerify is that of TLS 1.2 and 1.3 (RFC 5246, section 7.4.8; RFC
// 8446, section 4.4.3).
type CertificateVerify struct {
	Scheme    suite.Scheme
	Signature []byte
}

// Type returns TypeCertificateVerify.
func (*CertificateVerify) Type() MessageType { return TypeCertificateVerify }

func (m *CertificateVerify) parse(s *cryptobyte.String) error {
	switch {
	case !s.ReadUint16((*uint16)(&m.Scheme)):
		return malformed("algorithm")
	case !readVector16(s, &m.Signature):
		return malformed("signature")
	}
	return nil
}

func (m *CertificateVerify) appendTo(b *builder) {
	b.AddUint16(uint16(m.Scheme))
	addVector16(b, m.Signature)
}

// CertificateVerify10 is the CertificateVerify of TLS 1.0 and 1.1 (RFC 4346,
// section 7.4.8).
type CertificateVerify10 struct {
	Signature []byte
}

// Type returns TypeCertificateVerify.
func (*CertificateVerify10) Type() MessageType { return TypeCertificateVerify }

func (m *CertificateVerify10) parse(s *cryptobyte.String) error {
	if !readVector16(s, &m.Signature) {
		return malformed("signature")
	}
	return nil
}

func (m *CertificateVerify10) appendTo(b *builder) { addVector16(b, m.Signature) }

// StatusTypeOCSP is the CertificateStatusType of OCSP (RFC 6066, section 8).
const StatusTypeOCSP uint8 = 1

// CertificateStatus is the message of RFC 6066, section 8, with a status of type
// ocsp.
type CertificateStatus struct {
	Response []byte // OCSPResponse, DER
}

// Type returns TypeCertificateStatus.
func (*CertificateStatus) Type() MessageType { return TypeCertificateStatus }

func (m *CertificateStatus) parse(s *cryptobyte.String) error {
	return readOCSPStatus(s, &m.Response)
}

func (m *CertificateStatus) appendTo(b *builder) { addOCSPStatus(b, m.Response) }

func readOCSPStatus(s *cryptobyte.String, response *[]byte) error {
	var t uint8
	switch {
	case !s.ReadUint8(&t), t != StatusTypeOCSP:
		return malformed("status_type")
	case !readVector24(s, response), len(*response) == 0:
		return malformed("ocsp_response")
	}
	return nil
}

func addOCSPStatus(b *builder, response []byte) {
	b.AddUint8(StatusTypeOCSP)
	addVector24(b, response)
}
