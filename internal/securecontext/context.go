// Package securecontext compiles the configuration of a context, and verifies peers
// with it.
package securecontext

import (
	"time"

	"polytls/internal/credentials"
	"polytls/internal/handshake"
	"polytls/internal/trust"
)

// Context is a compiled context. Its Set methods are called first, SetCiphers before
// the others because its security level applies to all of them; after that the context
// is immutable and shared by any number of connections.
type Context struct {
	Config         handshake.Config
	SessionTimeout time.Duration
	Keys           Keys
	// Pins are hashes of keys, one of which a peer must have, whether it is trusted or
	// not; nil for none.
	Pins []Pin
	// AllowVariableTimeKeys is that of Rules.
	AllowVariableTimeKeys bool

	trust    trust.Options
	verified *trust.Cache // results of verifying peers' chains
}

// Rules are what our own keys must satisfy.
func (c *Context) Rules() credentials.Rules {
	return credentials.Rules{Level: c.Config.Level, Policy: c.Config.Policy, AllowVariableTimeKeys: c.AllowVariableTimeKeys}
}

// maxVerified is the number of verified chains that a context caches.
const maxVerified = 2048

// New returns a Context on which no Set method has been called.
func New() *Context {
	return &Context{Keys: newKeys(), verified: trust.NewCache(maxVerified)}
}
