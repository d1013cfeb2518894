package polytls

import (
	"errors"
	"io"
	"net"
	"os"

	"polytls/internal/alert"
	"polytls/internal/reason"
	"polytls/internal/trust"
)

// Error is a failure of a connection or of a configuration. Code is what
// Node's err.code would be; Alert is the alert that AlertFrom sent.
type Error = alert.Error

// Alert is an AlertDescription (RFC 8446, section 6).
type Alert = alert.Alert

// Side says which end of the connection sent an alert.
type Side = alert.Side

// No alert was involved, we sent it, or the peer did.
const (
	SideNone = alert.None
	SideUs   = alert.Us
	SidePeer = alert.Peer
)

// IdentityError says why a certificate is not that of the host: it lies inside
// an Error with the code ERR_TLS_CERT_ALTNAME_INVALID.
type IdentityError = trust.IdentityError

// Sentinels for errors.Is. They match by code; any other code can be asked for
// with errors.Is(err, &polytls.Error{Code: "..."}).
var (
	ErrHandshakeTimeout      error = reason.HandshakeTimeout
	ErrNoSharedCipher        error = reason.NoSharedCipher
	ErrUnsupportedProtocol   error = reason.UnsupportedProtocol
	ErrNoApplicationProtocol error = reason.NoApplicationProtocol
	ErrCertificateIdentity   error = reason.HostnameMismatch
	ErrConnectionReset       error = reason.ConnectionReset
	ErrWrongVersionNumber    error = reason.WrongVersionNumber
	ErrHTTPRequest           error = reason.HTTPRequest
	ErrPSKIdentityNotFound   error = reason.PSKIdentityNotFound
)

// hangUp is Node's error for a peer that goes away during the handshake.
func hangUp(r role, cause error) error {
	words := "socket hang up"
	if r == clientRole {
		words = "Client network socket disconnected before secure TLS connection was established"
	}
	return reason.ConnectionReset.Local("%s", words).Wrap(cause)
}

// duringHandshake gives errors of the network their code.
func duringHandshake(r role, err error) error {
	if err == nil {
		return nil
	}
	var own *Error
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isReset(err):
		return hangUp(r, err)
	}
	return err
}

// isReset reports whether the peer reset the connection, or we closed it.
func isReset(err error) bool {
	var op *net.OpError
	if !errors.As(err, &op) || op.Timeout() {
		return false
	}
	var call *os.SyscallError
	return errors.As(err, &call)
}
