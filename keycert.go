package polytls

import (
	"slices"

	"polytls/failure"
	"polytls/internal/suite"
)

// SetKeyCert makes a server's connection use the certificates of a context instead of
// the server's: Node's setKeyCert(). It is for callbacks that run before the server has
// chosen a certificate, such as ALPNCallback, which gets the socket in its offer;
// SNICallback returns a context instead. Renegotiations use the same certificates.
// Everything else stays the server's.
//
// Later, and at a client, it is an error with the code ERR_TLS_INVALID_STATE; a
// context without a certificate that has its key is ERR_INVALID_ARG_VALUE.
func (s *Socket) SetKeyCert(c *SecureContext) error {
	if err := c.errUninitialized(); err != nil {
		return err
	}
	if !c.canProve() {
		return failure.InvalidArgValue.Local("SetKeyCert: the context has no certificate with its key")
	}
	if !s.conn.SetKeyCerts(c.compiled.Config.Certificates) {
		return failure.InvalidState.Local("SetKeyCert: it must be called in a server's handshake, before a certificate is chosen")
	}
	return nil
}

// canProve reports whether the context has a certificate with its key.
func (c *SecureContext) canProve() bool {
	for _, id := range c.compiled.Config.Certificates {
		if id.Signer != nil {
			return true
		}
	}
	return false
}

// checkProof returns the error of a server that no client can authenticate: it has no
// certificate with its key and nothing that could supply one, no key or verifier in its
// place, and no suite that needs none.
func (srv *Server) checkProof() error {
	o, c := &srv.options, srv.context.Load()
	switch {
	case c.canProve(), !srv.names.Empty(), slices.ContainsFunc(c.compiled.Config.Suites, isAnonymous),
		o.OnClientHello != nil, o.SNICallback != nil, o.ALPNCallback != nil, o.PSKCallback != nil, o.SRPCallback != nil:
		return nil
	case len(c.compiled.Config.Certificates) > 0:
		return failure.InvalidArgValue.Option("Key", "no key belongs to a certificate of option Cert")
	}
	return failure.InvalidArgValue.Option("Cert", "a server needs Cert and Key, Certificates, PFX, AddContext, OnClientHello, SNICallback, ALPNCallback, PSKCallback, SRPCallback or an anonymous cipher suite")
}

func isAnonymous(s *suite.CipherSuite) bool { return s.Auth == suite.AuthNone }
