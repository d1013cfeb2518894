package fields

import (
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Conversation is what the form of a connection's messages depends on, as far as its
// hellos have determined it.
type Conversation struct {
	Context                   // without RawPublicKey, which the ends have apart
	rawClient, rawServer bool // whether their certificates are those of RFC 7250
}

// Of returns the context of a message of the server, or else of the client.
func (v *Conversation) Of(server bool) Context {
	c := v.Context
	c.RawPublicKey = v.rawClient
	if server {
		c.RawPublicKey = v.rawServer
	}
	return c
}

// Follow stores the values of a ServerHello or of EncryptedExtensions on which the form
// of later messages depends.
func (v *Conversation) Follow(m *Message) {
	switch {
	case m.Type == wire.TypeServerHello:
		v.negotiated(m)
	case m.Type == wire.TypeEncryptedExtensions && len(m.Fields) > 0:
		v.extensions(m.Fields[0].Fields)
	}
}

func (v *Conversation) negotiated(m *Message) {
	for _, f := range m.Fields {
		switch f.Kind {
		case Version:
			v.Version = suite.Version(f.Uint())
		case CipherSuite:
			v.KeyExchange, v.Auth = suite.KxAny, suite.AuthAny
			if s := suite.ID(f.Uint()).Info(); s != nil {
				v.KeyExchange, v.Auth = s.Kx, s.Auth
			}
		case Extensions:
			v.extensions(f.Fields)
		}
	}
}

func (v *Conversation) extensions(list []Field) {
	for _, x := range list {
		isRaw := len(x.Value) == 1 && x.Value[0] == wire.CertificateTypeRawPublicKey
		switch x.Type {
		case wire.ExtSupportedVersions:
			if len(x.Fields) == 1 {
				v.Version = suite.Version(x.Fields[0].Uint())
			}
		case wire.ExtClientCertificateType:
			v.rawClient = isRaw
		case wire.ExtServerCertificateType:
			v.rawServer = isRaw
		}
	}
}
