package polytls

import (
	"context"
	"crypto/x509"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/securecontext"
)

// PeerVerdict describes a peer to Verify: the counterpart of what crypto/tls passes to
// VerifyPeerCertificate and VerifyConnection.
type PeerVerdict struct {
	// Certificates are those that the peer has sent, its own first. For a resumed
	// session they are its own and those of its issuers that are remembered; with an
	// anonymous suite there are none.
	Certificates []*x509.Certificate
	// RawPublicKey is the SubjectPublicKeyInfo that the peer has sent in place of
	// certificates, in DER; nil if it has not (see RawPublicKeys).
	RawPublicKey []byte
	// Path leads from the peer's own certificate to a trusted one, both included. It is
	// nil if there is no such path, or the certificate is for another host.
	Path []*x509.Certificate
	// Host is the host that a client expects, as CheckServerIdentity gets it; "" at a
	// server.
	Host string
	// ServerName is the name that the client has sent, "" if it has sent none.
	ServerName string
	// Err is why the peer is not authorized, nil if it is. Its code is Node's
	// authorizationError.
	Err error
	// Resumed says that the certificates are those of a session that is about to be
	// resumed. An error then means a full handshake.
	Resumed bool
}

// checkVerdict returns a verifier's Check that calls Verify, nil without one.
func checkVerdict(host string, verify func(context.Context, *PeerVerdict) error) func(context.Context, *securecontext.Verdict) *failure.Error {
	if verify == nil {
		return nil
	}
	return func(ctx context.Context, v *securecontext.Verdict) *failure.Error {
		verdict := &PeerVerdict{Certificates: parsed(v.Chain), RawPublicKey: v.RawPublicKey, Path: parsed(v.Path), Host: host, ServerName: v.ServerName, Resumed: v.Resumed}
		if v.Err != nil {
			verdict.Err = v.Err
		}
		if err := verify(ctx, verdict); err != nil {
			return handshake.CallbackError("Verify", failure.AlertBadCertificate, err)
		}
		return nil
	}
}
