package conn

import (
	"context"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/securecontext"
)

// This file holds what may follow the handshake, except renegotiation.

// secured returns the handshake.Connection that handles messages after the handshake.
// It runs the handshake first, and waits for the client's Finished if early data was
// accepted.
func (c *Conn) secured(ctx context.Context) (*handshake.Connection, error) {
	if err := c.Handshake(ctx, nil); err != nil {
		return nil, err
	}
	if err := c.completeEarly(ctx); err != nil {
		return nil, err
	}
	if !c.connection.Ready() {
		return nil, failure.InvalidState.Local("the connection is not secure")
	}
	return &c.connection, nil
}

// UpdateKeys replaces the key of what we send, and asks the peer to do the same (RFC
// 8446, section 4.6.3).
func (c *Conn) UpdateKeys() error {
	after, err := c.secured(context.Background())
	if err != nil {
		return err
	}
	return after.UpdateKeys(true)
}

// ExportKeyingMaterial returns keying material of the exporter (RFC 5705; RFC 8446,
// section 7.5).
func (c *Conn) ExportKeyingMaterial(length int, label string, material []byte) ([]byte, error) {
	if c.Live() == nil {
		return nil, failure.InvalidState.Local("TLS socket connection must be securely established")
	}
	after, err := c.secured(context.Background())
	if err != nil {
		return nil, err
	}
	return after.Exporter(label, material, length)
}

// RequestClientCertificate requests the client's certificate after a TLS 1.3 handshake
// (RFC 8446, section 4.6.2) and waits for the client's certificate.
func (c *Conn) RequestClientCertificate(ctx context.Context) error {
	after, err := c.secured(ctx)
	if err != nil {
		return err
	}
	if err := after.RequestClientCertificate(ctx); err != nil {
		return err
	}
	r := after.Result()
	o := &Outcome{Result: r, Authorized: r.VerifyError == nil}
	if r.VerifyError != nil {
		o.VerifyError = r.VerifyError
	}
	c.outcome.Store(o)
	if o.VerifyError != nil && !after.AcceptsUnauthorized() {
		return securecontext.AsAlert(o.VerifyError, failure.AlertCertificateRequired)
	}
	return nil
}
