package wire

import (
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// StatusRequest is the status_request of a ClientHello (RFC 6066, section 8).
type StatusRequest struct {
	Type uint8 // StatusTypeOCSP, or one that we do not know
	// ResponderIDs and RequestExtensions are the vectors of an OCSP request,
	// raw, without their lengths.
	ResponderIDs, RequestExtensions []byte
	// Unknown is the request of another type.
	Unknown []byte
}

// Extension returns ExtStatusRequest.
func (*StatusRequest) Extension() ExtensionType { return ExtStatusRequest }

func (x *StatusRequest) parse(s *cryptobyte.String) error {
	if !s.ReadUint8(&x.Type) {
		return malformed("status_type")
	}
	if x.Type != StatusTypeOCSP { // ignored, not refused
		readRest(s, &x.Unknown)
		return nil
	}
	switch {
	case !readVector16(s, &x.ResponderIDs), !holdsVectors(x.ResponderIDs, filled|vector16):
		return malformed("responder_id_list")
	case !readVector16(s, &x.RequestExtensions):
		return malformed("request_extensions")
	}
	return nil
}

func (x *StatusRequest) appendTo(b *builder) {
	b.AddUint8(x.Type)
	if x.Type != StatusTypeOCSP {
		b.AddBytes(x.Unknown)
		return
	}
	addVector16(b, x.ResponderIDs)
	addVector16(b, x.RequestExtensions)
}

// StatusRequestAck is the empty status_request of a ServerHello up to TLS 1.2,
// which announces a CertificateStatus, and of a CertificateRequest (RFC 8446,
// section 4.4.2.1).
type StatusRequestAck struct{ empty }

// Extension returns ExtStatusRequest.
func (*StatusRequestAck) Extension() ExtensionType { return ExtStatusRequest }

// CertificateStatusExt is the status_request of a certificate entry (RFC 8446,
// section 4.4.2.1): a CertificateStatus of type ocsp.
type CertificateStatusExt struct {
	Response []byte // OCSPResponse, DER
}

// Extension returns ExtStatusRequest.
func (*CertificateStatusExt) Extension() ExtensionType { return ExtStatusRequest }

func (x *CertificateStatusExt) parse(s *cryptobyte.String) error {
	return readOCSPStatus(s, &x.Response)
}

func (x *CertificateStatusExt) appendTo(b *builder) { addOCSPStatus(b, x.Response) }

// SCTRequest is the empty signed_certificate_timestamp of a ClientHello or a
// CertificateRequest (RFC 6962, section 3.3.1).
type SCTRequest struct{ empty }

// Extension returns ExtSCT.
func (*SCTRequest) Extension() ExtensionType { return ExtSCT }

// SCTList is the signed_certificate_timestamp of a ServerHello up to TLS 1.2 or
// of a certificate entry (RFC 6962, section 3.3).
type SCTList struct {
	Raw []byte // SignedCertificateTimestampList, its length included
}

// Extension returns ExtSCT.
func (*SCTList) Extension() ExtensionType { return ExtSCT }

func (x *SCTList) parse(s *cryptobyte.String) error {
	x.Raw = *s
	var list [][]byte
	if !readVectors(s, filled|vector16, filled|vector16, &list) {
		return malformed("sct_list")
	}
	x.Raw = x.Raw[:len(x.Raw)-len(*s)]
	return nil
}

func (x *SCTList) appendTo(b *builder) { b.AddBytes(x.Raw) }

// CompressCertificate is compress_certificate (RFC 8879, section 3).
type CompressCertificate struct {
	Algorithms []uint16 // most preferred first
}

// Extension returns ExtCompressCertificate.
func (*CompressCertificate) Extension() ExtensionType { return ExtCompressCertificate }

func (x *CompressCertificate) parse(s *cryptobyte.String) error {
	if !readNumbers(s, vector8, &x.Algorithms) {
		return malformed("algorithms")
	}
	for i, id := range x.Algorithms {
		if slices.Contains(x.Algorithms[:i], id) {
			return malformed("algorithms: one is there twice")
		}
	}
	return nil
}

func (x *CompressCertificate) appendTo(b *builder) {
	b.AddUint8LengthPrefixed(func(b *builder) { addNumbers(b, x.Algorithms) })
}

// CertificateAuthorities is certificate_authorities (RFC 8446, section 4.2.4).
type CertificateAuthorities struct {
	Names [][]byte // distinguished names, DER
}

// Extension returns ExtCertificateAuthorities.
func (*CertificateAuthorities) Extension() ExtensionType { return ExtCertificateAuthorities }

func (x *CertificateAuthorities) parse(s *cryptobyte.String) error {
	if !readVectors(s, filled|vector16, filled|vector16, &x.Names) {
		return malformed("authorities")
	}
	return nil
}

func (x *CertificateAuthorities) appendTo(b *builder) { addAuthorities(b, x.Names) }

// OIDFilters is oid_filters (RFC 8446, section 4.2.5).
type OIDFilters struct {
	Filters []OIDFilter
}

// OIDFilter asks for a certificate extension with certain values.
type OIDFilter struct {
	OID    []byte // certificate_extension_oid, DER, 1 to 255 bytes
	Values []byte // certificate_extension_values, DER
}

// Extension returns ExtOIDFilters.
func (*OIDFilters) Extension() ExtensionType { return ExtOIDFilters }

func (x *OIDFilters) parse(s *cryptobyte.String) error {
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) {
		return malformed("filters")
	}
	x.Filters = nil
	for !list.Empty() {
		var f OIDFilter
		switch {
		case !readVector8(&list, &f.OID), len(f.OID) == 0:
			return malformed("certificate_extension_oid")
		case !readVector16(&list, &f.Values):
			return malformed("certificate_extension_values")
		}
		x.Filters = append(x.Filters, f)
	}
	return nil
}

func (x *OIDFilters) appendTo(b *builder) {
	b.AddUint16LengthPrefixed(func(b *builder) {
		for _, f := range x.Filters {
			addVector8(b, f.OID)
			addVector16(b, f.Values)
		}
	})
}

// The certificate types of RFC 7250, section 3.
const (
	CertificateTypeX509         uint8 = 0
	CertificateTypeRawPublicKey uint8 = 2
)

// ClientCertificateTypes is the client_certificate_type of a ClientHello (RFC 7250,
// section 3). An empty list is left to the handshake, which refuses it together with
// one that contains only the default, by illegal_parameter.
type ClientCertificateTypes struct {
	Types []uint8 // most preferred first
}

// Extension returns ExtClientCertificateType.
func (*ClientCertificateTypes) Extension() ExtensionType { return ExtClientCertificateType }

func (x *ClientCertificateTypes) parse(s *cryptobyte.String) error {
	return readCertificateTypes(s, &x.Types)
}

func (x *ClientCertificateTypes) appendTo(b *builder) { addVector8(b, x.Types) }

// ServerCertificateTypes is the server_certificate_type of a ClientHello, with
// the same rule for an empty list.
type ServerCertificateTypes struct {
	Types []uint8 // most preferred first
}

// Extension returns ExtServerCertificateType.
func (*ServerCertificateTypes) Extension() ExtensionType { return ExtServerCertificateType }

func (x *ServerCertificateTypes) parse(s *cryptobyte.String) error {
	return readCertificateTypes(s, &x.Types)
}

func (x *ServerCertificateTypes) appendTo(b *builder) { addVector8(b, x.Types) }

func readCertificateTypes(s *cryptobyte.String, out *[]uint8) error {
	if !readVector8(s, out) {
		return malformed("certificate types")
	}
	return nil
}

// ClientCertificateType is the client_certificate_type of a server's answer.
type ClientCertificateType struct {
	Type uint8
}

// Extension returns ExtClientCertificateType.
func (*ClientCertificateType) Extension() ExtensionType { return ExtClientCertificateType }

func (x *ClientCertificateType) parse(s *cryptobyte.String) error {
	return readCertificateType(s, &x.Type)
}

func (x *ClientCertificateType) appendTo(b *builder) { b.AddUint8(x.Type) }

// ServerCertificateType is the server_certificate_type of a server's answer.
type ServerCertificateType struct {
	Type uint8
}

// Extension returns ExtServerCertificateType.
func (*ServerCertificateType) Extension() ExtensionType { return ExtServerCertificateType }

func (x *ServerCertificateType) parse(s *cryptobyte.String) error {
	return readCertificateType(s, &x.Type)
}

func (x *ServerCertificateType) appendTo(b *builder) { b.AddUint8(x.Type) }

func readCertificateType(s *cryptobyte.String, out *uint8) error {
	if !s.ReadUint8(out) {
		return malformed("certificate type")
	}
	return nil
}

// JoinSCTs makes a SignedCertificateTimestampList (RFC 6962, section 3.3), nil for
// no SCTs. It fails if one is empty or they are longer than the list may be.
func JoinSCTs(scts [][]byte) ([]byte, error) {
	if len(scts) == 0 {
		return nil, nil
	}
	var b cryptobyte.Builder
	b.AddUint16LengthPrefixed(func(list *cryptobyte.Builder) {
		for _, sct := range scts {
			if len(sct) == 0 {
				list.SetError(errors.New("one is empty"))
			}
			list.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(sct) })
		}
	})
	return b.Bytes()
}

// Split returns the list's SCTs, nil if it is malformed.
func (x *SCTList) Split() [][]byte {
	s := cryptobyte.String(x.Raw)
	var list cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) || !s.Empty() {
		return nil
	}
	var scts [][]byte
	for !list.Empty() {
		var sct cryptobyte.String
		if !list.ReadUint16LengthPrefixed(&sct) {
			return nil
		}
		scts = append(scts, sct)
	}
	return scts
}
