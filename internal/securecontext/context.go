// Package securecontext compiles what a context is configured with, and verifies peers
// under it.
package securecontext

import (
	"time"

	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// Context is a compiled context. It is set step by step, SetParameters first, since
// its security level applies to everything else; then it is immutable and shared by
// any number of connections.
type Context struct {
	Config         handshake.Config
	Policy         *suite.Policy // nil for none
	SessionTimeout time.Duration
	Keys           Keys
	// Pins are hashes of keys of which a peer must show one, whether it is trusted or
	// not; nil for none.
	Pins []Pin

	trust    trust.Options
	verified *trust.Cache // what of the peers' chains is good under the context
}

// maxVerified is the number of verified chains that a context caches.
const maxVerified = 2048

// New returns a Context that is not set yet.
func New() *Context {
	return &Context{Keys: newKeys(), verified: trust.NewCache(maxVerified)}
}
