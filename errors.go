package polytls

import (
	"polytls/failure"
	"polytls/internal/trust"
)

// Error is a failure of a connection or of a configuration. These are its
// fields:
//
//	Code      string  what Node's err.code would be: ERR_TLS_..., ERR_SSL_..., an
//	                  X.509 verification code such as CERT_HAS_EXPIRED, or
//	                  ECONNRESET; "" for what has none in Node
//	Reason    string  in words, naming the option, message or extension at fault
//	Alert     Alert   the alert that went with it, if AlertFrom is not SideNone
//	AlertFrom Side    SideNone, SideUs or SidePeer
//	Option    string  the Go name of the option at fault, "" if none is
//	Index     int     the element of Option, if it is a list, or -1
//	Err       error   the cause, nil without one
//
// Error returns reason, cause and code in one line, Message returns the first two, and
// Unwrap the cause. Is lets errors.Is compare codes: with the Err... variables of this
// package, and with any &Error{Code: "..."}. LogValue makes it a slog.LogValuer, a
// group of code, alert, alertFrom, reason, what, fault and remedy. Wrap returns a copy
// with a cause; At, OfOption, About and Prefixed return a copy that names the place;
// Subject returns the words with which Reason names it. failure.Lookup returns what a
// code means and what to do about it.
type Error = failure.Error

// IdentityError is the reason why a certificate is not valid for the host. It is
// wrapped in an Error with the code ERR_TLS_CERT_ALTNAME_INVALID, where errors.As and
// RefusedName find it.
type IdentityError struct {
	// Reason is Node's err.reason, word for word.
	Reason string
	// Host is the expected host, without its trailing dot.
	Host string
	// Cert is the certificate that the peer showed.
	Cert *Certificate
}

// Error returns Node's message.
func (e *IdentityError) Error() string { return (*trust.IdentityError)(e).Error() }

// Sentinels for errors.Is. They match by code; test for any other code with
// errors.Is(err, &polytls.Error{Code: "..."}).
var (
	// ErrHandshakeTimeout is ERR_TLS_HANDSHAKE_TIMEOUT: HandshakeTimeout has
	// passed.
	ErrHandshakeTimeout error = failure.HandshakeTimeout
	// ErrNoSharedCipher is ERR_SSL_NO_SHARED_CIPHER: no cipher suite of the client
	// can be used, or none of our certificates fits one.
	ErrNoSharedCipher error = failure.NoSharedCipher
	// ErrUnsupportedProtocol is ERR_SSL_UNSUPPORTED_PROTOCOL: the ends have no
	// version in common.
	ErrUnsupportedProtocol error = failure.UnsupportedProtocol
	// ErrNoApplicationProtocol is ERR_SSL_NO_APPLICATION_PROTOCOL: the ends have
	// no protocol of ALPN in common.
	ErrNoApplicationProtocol error = failure.NoApplicationProtocol
	// ErrCertificateIdentity is ERR_TLS_CERT_ALTNAME_INVALID: the certificate is not
	// valid for the host. It wraps an IdentityError.
	ErrCertificateIdentity error = failure.AltNameInvalid
	// ErrCertificateExpired is CERT_HAS_EXPIRED: a certificate of the peer's chain has
	// expired.
	ErrCertificateExpired error = failure.CertHasExpired
	// ErrCertificateRevoked is CERT_REVOKED: a CRL lists a certificate of the
	// peer's chain.
	ErrCertificateRevoked error = failure.CertRevoked
	// ErrNoCertificate is ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: RequestCert
	// requires one of the client.
	ErrNoCertificate error = failure.NoCertificateReturned
	// ErrConnectionReset is ECONNRESET: the peer closed the connection during the
	// handshake.
	ErrConnectionReset error = failure.ConnectionReset
	// ErrWrongVersionNumber is ERR_SSL_WRONG_VERSION_NUMBER: the peer does not use
	// TLS.
	ErrWrongVersionNumber error = failure.WrongVersionNumber
	// ErrHTTPRequest is ERR_SSL_HTTP_REQUEST: the peer uses plain HTTP.
	ErrHTTPRequest error = failure.HTTPRequest
	// ErrPSKIdentityNotFound is ERR_SSL_PSK_IDENTITY_NOT_FOUND: PSKCallback does not
	// know the identity, or returned no key.
	ErrPSKIdentityNotFound error = failure.PSKIdentityNotFound
	// ErrInvalidState is ERR_TLS_INVALID_STATE: the handshake is not done, or the
	// value was not made by a constructor.
	ErrInvalidState error = failure.InvalidState
	// ErrSessionAttack is ERR_TLS_SESSION_ATTACK: the client requested more
	// renegotiations than ClientRenegLimit.
	ErrSessionAttack error = failure.SessionAttack
	// ErrRenegotiationDisabled is ERR_TLS_RENEGOTIATION_DISABLED: the client
	// requested a renegotiation after DisableRenegotiation.
	ErrRenegotiationDisabled error = failure.RenegotiationDisabled
)
