package fields

import (
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// sections are where the messages are defined: up to TLS 1.2 and, if that is another
// text, in TLS 1.3.
var sections = map[wire.MessageType]struct{ until12, in13 string }{
	wire.TypeHelloRequest:          {until12: "RFC 5246, section 7.4.1.1"},
	wire.TypeClientHello:           {until12: "RFC 8446, section 4.1.2"}, // which also describes the older ones
	wire.TypeServerHello:           {"RFC 5246, section 7.4.1.3", "RFC 8446, section 4.1.3"},
	wire.TypeNewSessionTicket:      {"RFC 5077, section 3.3", "RFC 8446, section 4.6.1"},
	wire.TypeEndOfEarlyData:        {until12: "RFC 8446, section 4.5"},
	wire.TypeEncryptedExtensions:   {until12: "RFC 8446, section 4.3.1"},
	wire.TypeCertificate:           {"RFC 5246, section 7.4.2", "RFC 8446, section 4.4.2"},
	wire.TypeServerKeyExchange:     {until12: "RFC 5246, section 7.4.3"},
	wire.TypeCertificateRequest:    {"RFC 5246, section 7.4.4", "RFC 8446, section 4.3.2"},
	wire.TypeServerHelloDone:       {until12: "RFC 5246, section 7.4.5"},
	wire.TypeCertificateVerify:     {"RFC 5246, section 7.4.8", "RFC 8446, section 4.4.3"},
	wire.TypeClientKeyExchange:     {until12: "RFC 5246, section 7.4.7"},
	wire.TypeFinished:              {"RFC 5246, section 7.4.9", "RFC 8446, section 4.4.4"},
	wire.TypeCertificateStatus:     {until12: "RFC 6066, section 8"},
	wire.TypeKeyUpdate:             {until12: "RFC 8446, section 4.6.3"},
	wire.TypeCompressedCertificate: {until12: "RFC 8879, section 4"},
	wire.TypeMessageHash:           {until12: "RFC 8446, section 4.4.1"},
}

// keyExchangeSections are where key exchanges other than those of RFC 5246 are defined:
// the server's message and the client's.
var keyExchangeSections = map[suite.KeyExchange]struct{ server, client string }{
	suite.KxECDHE:    {"RFC 8422, section 5.4", "RFC 8422, section 5.7"},
	suite.KxPSK:      {"RFC 4279, section 2", "RFC 4279, section 2"},
	suite.KxDHEPSK:   {"RFC 4279, section 3", "RFC 4279, section 3"},
	suite.KxRSAPSK:   {"RFC 4279, section 4", "RFC 4279, section 4"},
	suite.KxECDHEPSK: {"RFC 5489, section 2", "RFC 5489, section 2"},
	suite.KxSRP:      {"RFC 5054, section 2.5.3", "RFC 5054, section 2.5.4"},
}

// Section returns the section that defines a message of this context, such as "RFC 8446,
// section 4.1.2", and "" for an unknown type.
func (m *Message) Section(c Context) string {
	x, special := keyExchangeSections[c.KeyExchange]
	switch {
	case special && m.Type == wire.TypeServerKeyExchange:
		return x.server
	case special && m.Type == wire.TypeClientKeyExchange:
		return x.client
	case m.Type == wire.TypeServerHello:
		return serverHelloSection(m.Body)
	}
	if s := sections[m.Type]; c.Version >= suite.TLS13 && s.in13 != "" {
		return s.in13
	}
	return sections[m.Type].until12
}

// serverHelloSection goes by the message itself, which chooses the version.
func serverHelloSection(body []byte) string {
	switch form := serverHelloForm(body); &form[0] {
	case &helloRetry[0]:
		return "RFC 8446, section 4.1.4"
	case &serverHello13[0]:
		return sections[wire.TypeServerHello].in13
	}
	return sections[wire.TypeServerHello].until12
}
