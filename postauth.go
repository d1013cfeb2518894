package polytls

import (
	"context"

	"polytls/failure"
	"polytls/internal/securecontext"
)

// RequestClientCertificate requests the client's certificate after a TLS 1.3
// handshake (RFC 8446, section 4.6.2) and waits for the answer. Both ends must have
// set AllowPostHandshakeAuth; a client that did not offer it is an error,
// ERR_SSL_EXTENSION_NOT_RECEIVED. It reads by itself unless a Read is running.
//
// A missing certificate is the error that AuthorizationError returns, unless
// AllowUnauthorized is set; an invalid one ends the connection. Up to TLS 1.2
// Renegotiate does the same.
func (s *Socket) RequestClientCertificate(ctx context.Context) error {
	c, err := s.secureConnection(ctx)
	if err != nil {
		return err
	}
	if err := c.RequestClientCertificate(ctx); err != nil {
		return err
	}
	r := c.Result()
	o := &outcome{Result: r, authorized: r.VerifyError == nil}
	if r.VerifyError != nil {
		o.verifyError = r.VerifyError
	}
	s.outcome.Store(o)
	if o.verifyError != nil && !s.allowUnauthorized {
		return securecontext.AsAlert(o.verifyError, failure.AlertCertificateRequired)
	}
	return nil
}
