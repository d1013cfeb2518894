package polytls

import (
	"sync/atomic"
	"time"

	"polytls/internal/conn"
	"polytls/internal/openssl"
	"polytls/internal/suite"
)

// Process-wide defaults, as Node's tls.DEFAULT_* properties. They are read when a
// context is made; existing contexts do not change. nil means the built-in default,
// which setting "" restores.
var (
	defaultCiphers    atomic.Pointer[string]
	defaultECDHCurve  atomic.Pointer[string]
	defaultMinVersion atomic.Pointer[string]
	defaultMaxVersion atomic.Pointer[string]
)

func load(p *atomic.Pointer[string], otherwise string) string {
	if s := p.Load(); s != nil {
		return *s
	}
	return otherwise
}

func store(p *atomic.Pointer[string], s string) {
	if s == "" {
		p.Store(nil)
		return
	}
	p.Store(&s)
}

// DefaultCiphers returns the cipher list of contexts that name none: Node's
// tls.DEFAULT_CIPHERS.
func DefaultCiphers() string { return load(&defaultCiphers, openssl.DefaultCiphers) }

// SetDefaultCiphers changes DefaultCiphers; "" restores it. A list that selects
// nothing is an error, ERR_SSL_NO_CIPHER_MATCH.
func SetDefaultCiphers(list string) error {
	if _, err := openssl.ParseCiphers(list); err != nil {
		return err
	}
	store(&defaultCiphers, list)
	return nil
}

// DefaultECDHCurve returns the groups of contexts that name none: Node's
// tls.DEFAULT_ECDH_CURVE, "auto".
func DefaultECDHCurve() string { return load(&defaultECDHCurve, "auto") }

// SetDefaultECDHCurve changes DefaultECDHCurve; "" restores it.
func SetDefaultECDHCurve(list string) error {
	if _, err := openssl.ParseGroups(list); err != nil {
		return err
	}
	store(&defaultECDHCurve, list)
	return nil
}

// DefaultMinVersion returns Node's tls.DEFAULT_MIN_VERSION, [TLS12].
func DefaultMinVersion() string { return load(&defaultMinVersion, TLS12) }

// SetDefaultMinVersion changes DefaultMinVersion; "" restores it. Naming TLS10 or TLS11
// turns these broken versions on for all later contexts.
func SetDefaultMinVersion(v string) error { return setVersion(&defaultMinVersion, v, "minimum") }

// DefaultMaxVersion returns Node's tls.DEFAULT_MAX_VERSION, [TLS13].
func DefaultMaxVersion() string { return load(&defaultMaxVersion, TLS13) }

// SetDefaultMaxVersion changes DefaultMaxVersion; "" restores it.
func SetDefaultMaxVersion(v string) error { return setVersion(&defaultMaxVersion, v, "maximum") }

func setVersion(p *atomic.Pointer[string], v, which string) error {
	if v != "" {
		if _, err := parseVersion(v, which); err != nil {
			return err
		}
	}
	store(p, v)
	return nil
}

// ClientRenegLimit returns how many renegotiations a client may ask for within
// ClientRenegWindow: 3. One more ends the connection with
// ERR_TLS_SESSION_ATTACK. It is Node's tls.CLIENT_RENEG_LIMIT.
func ClientRenegLimit() int { return int(conn.RenegotiationLimit.Load()) }

// SetClientRenegLimit changes ClientRenegLimit for all connections at once.
func SetClientRenegLimit(n int) { conn.RenegotiationLimit.Store(int64(n)) }

// ClientRenegWindow returns the time within which renegotiations are counted:
// 600 s. It is Node's tls.CLIENT_RENEG_WINDOW.
func ClientRenegWindow() time.Duration { return time.Duration(conn.RenegotiationWindow.Load()) }

// SetClientRenegWindow changes ClientRenegWindow for all connections at once.
func SetClientRenegWindow(d time.Duration) { conn.RenegotiationWindow.Store(int64(d)) }

// Ciphers returns the names of the cipher suites as Node's tls.getCiphers()
// does: 62 lower-case names, sorted.
func Ciphers() []string { return suite.NodeCiphers() }

// Groups returns the names of the groups for key exchange that ECDHCurve may name, in
// the order in which "auto" prefers those that it offers. ECDHCurve also takes OpenSSL's
// other names for them, such as "P-256" and "prime256v1", and the curves that only
// certificates use.
func Groups() []string {
	var names []string
	for g := range suite.Groups() {
		names = append(names, g.Name)
	}
	return names
}
