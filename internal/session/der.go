package session

import (
	"bytes"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/suite"
)

// MaxDER is the size in bytes of the largest session that is read: a ticket of
// 64 KiB and a large certificate fit.
const MaxDER = 256 << 10

// derVersion is SSL_SESSION_ASN1_VERSION.
const derVersion = 1

// flagExtendedMasterSecret is SSL_SESS_FLAG_EXTMS.
const flagExtendedMasterSecret = 1

// Parse reads OpenSSL's DER of a session (d2i_SSL_SESSION), as OpenSSL 1.1.1
// and 3 write it. A field that OpenSSL 3.5 does not know makes the session
// unusable, as there, because it may restrict when to resume. The session shares no memory with
// der. Errors match [ErrUnusable].
func Parse(der []byte) (*Session, error) {
	if len(der) > MaxDER {
		return nil, unusable("SSL_SESSION: %d bytes, at most %d wanted", len(der), MaxDER)
	}
	return parse(bytes.Clone(der))
}

// parse reads a session, which then owns der. der is not too large.
func parse(der []byte) (*Session, error) {
	in := cryptobyte.String(der)
	var body cryptobyte.String
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() {
		return nil, unusable("SSL_SESSION: not one DER sequence")
	}
	s := new(Session)
	if err := s.parseRequired(&body); err != nil {
		return nil, err
	}
	if err := s.parseOptional(&body); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Session) parseRequired(body *cryptobyte.String) error {
	var version, protocol int64
	var id, cipher, master cryptobyte.String
	var suiteID uint16
	switch {
	case !body.ReadASN1Int64WithTag(&version, asn1.INTEGER), version != derVersion:
		return unusable("SSL_SESSION: version: %d, %d wanted", version, derVersion)
	case !body.ReadASN1Int64WithTag(&protocol, asn1.INTEGER), protocol < int64(suite.TLS10), protocol > int64(suite.TLS13):
		return unusable("SSL_SESSION: ssl_version: %#04x is no version of TLS", protocol)
	case !body.ReadASN1(&cipher, asn1.OCTET_STRING), !cipher.ReadUint16(&suiteID), !cipher.Empty():
		return unusable("SSL_SESSION: cipher: not two bytes")
	case !body.ReadASN1(&id, asn1.OCTET_STRING), len(id) > MaxID:
		return unusable("SSL_SESSION: session_id: %d bytes, at most %d wanted", len(id), MaxID)
	case !body.ReadASN1(&master, asn1.OCTET_STRING), len(master) > MaxMaster:
		return unusable("SSL_SESSION: master_key: %d bytes, at most %d wanted", len(master), MaxMaster)
	case !body.SkipOptionalASN1(keyArg):
		return unusable("SSL_SESSION: key_arg")
	}
	s.Version, s.Suite = suite.Version(protocol), suite.ID(suiteID)
	s.ID, s.Master = id, master
	return nil
}

func (s *Session) parseOptional(body *cryptobyte.String) error {
	for i := range fields {
		f := &fields[i]
		var content cryptobyte.String
		var present bool
		if !body.ReadOptionalASN1(&content, &present, explicit(f.tag)) || present && !f.value.read(s, content) {
			return unusable("SSL_SESSION: %s", f.name)
		}
		if present && f.value.none(s) {
			s.present |= 1 << f.tag
		}
	}
	if !body.Empty() {
		return unusable("SSL_SESSION: a field that is unknown, or out of order")
	}
	return nil
}

// Marshal returns OpenSSL's DER of the session (i2d_SSL_SESSION), with the
// fields that OpenSSL 1.1.1 knows and no others. A session that came from
// OpenSSL 1.1.1 is written as the same bytes.
func (s *Session) Marshal() []byte {
	e := s.encoding()
	return e.appendTo(make([]byte, 0, e.size()))
}
