package failure

import (
	"fmt"
	"strings"
)

// Error is a failure of a connection or of a configuration.
type Error struct {
	// Code is what Node's err.code would be: ERR_TLS_..., ERR_SSL_..., an
	// X.509 verification code such as CERT_HAS_EXPIRED, or ECONNRESET.
	Code string
	// Reason says in words what is wrong, naming the option, message or
	// extension at fault.
	Reason string
	// Alert is the alert that was sent or received; it means something only
	// when AlertFrom is not SideNone.
	Alert     Alert
	AlertFrom Side
	// Err is the cause, if there is one.
	Err error
}

// Error returns the code, the reason and the cause, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("tls: ")
	b.WriteString(e.Reason)
	if e.Err != nil && !strings.Contains(e.Reason, e.Err.Error()) {
		if e.Reason != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a failure with the same code, so that
// errors.Is works against sentinels, which carry nothing but a code, and
// against the rows of the table.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case *Error:
		return t.Code != "" && t.Code == e.Code
	case interface{ NodeCode() string }:
		return t.NodeCode() == e.Code
	}
	return false
}

// Wrap returns e with err as its cause.
func (e *Error) Wrap(err error) *Error {
	e.Err = err
	return e
}

// Received is the error of an alert that the peer sent. Its code is the one
// that OpenSSL 3 (Node 26) reports.
func Received(a Alert) *Error {
	n, ok := names[a]
	code := fmt.Sprintf("ERR_SSL_TLSV1_ALERT_%d", uint8(a))
	if ok {
		code = "ERR_SSL_" + n.family + "_ALERT_" + strings.ToUpper(n.name)
	}
	// These rows of OpenSSL's table lack the word "alert".
	switch a {
	case AlertUnsupportedExtension, AlertCertificateUnobtainable, AlertUnrecognizedName,
		AlertBadCertificateStatusResponse, AlertBadCertificateHashValue:
		code = strings.Replace(code, "_ALERT_", "_", 1)
	}
	return &Error{
		Code:      code,
		Reason:    "the peer sent the alert " + a.String(),
		Alert:     a,
		AlertFrom: SidePeer,
	}
}
