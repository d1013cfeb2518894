package session

import (
	"bytes"
	"encoding/binary"
	"math"

	"golang.org/x/crypto/cryptobyte"
)

// envelopeMagic begins a client's session as Node returns it since v26.
const envelopeMagic = "\x00nodejs:tls:session:1\x00"

// maxEnvelopeName is the longest server name: its length has two bytes.
const maxEnvelopeName = math.MaxUint16

// MarshalEnvelope returns the session's DER in Node 26's envelope, which says for
// which server name the session was made: the magic, the name after its length in two
// bytes, and the DER. A name of more than 65,535 bytes has no envelope: the DER is
// returned bare.
func (s *Session) MarshalEnvelope(serverName string) []byte {
	if len(serverName) > maxEnvelopeName {
		return s.Marshal()
	}
	e := s.encoding()
	b := make([]byte, 0, len(envelopeMagic)+2+len(serverName)+e.size())
	b = append(b, envelopeMagic...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(serverName)))
	return e.appendTo(append(b, serverName...))
}

// Open reads a client's session, in Node 26's envelope, as bare DER, as OpenSSL and
// Node up to v25 have it, or in PEM. A caller that resumes one must check that the
// certificate in it suits the host. Errors match [ErrUnusable].
func Open(data []byte) (s *Session, serverName string, enveloped bool, err error) {
	if isPEM(data) {
		s, err = ParsePEM(data)
		return s, "", false, err
	}
	der, enveloped := bytes.CutPrefix(data, []byte(envelopeMagic))
	if enveloped {
		in := cryptobyte.String(der)
		var name cryptobyte.String
		if !in.ReadUint16LengthPrefixed(&name) {
			return nil, "", true, unusable("session envelope: server name")
		}
		serverName, der = string(name), in
	}
	s, err = Parse(der)
	if err != nil {
		return nil, "", enveloped, err
	}
	return s, serverName, enveloped, nil
}
