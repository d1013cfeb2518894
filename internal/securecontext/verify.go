package securecontext

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/sign"
	"polytls/internal/trust"
)

// SetTrust sets how peers' chains are verified. The level and the policy are those of
// the context, which must be set before.
func (c *Context) SetTrust(o trust.Options) {
	o.Level, o.Policy = c.Config.Level, c.Config.Policy
	c.trust = o
}

// Completed returns the certificates that a peer sent, in the order of its path,
// completed with issuers from the context's roots.
func (c *Context) Completed(sent []*trust.Certificate) []*trust.Certificate {
	return c.trust.Roots.Complete(trust.Linked(sent))
}

// Verifier verifies the peers of one end under one context. It verifies both the
// certificates that a peer sends and those of a session that is about to be resumed.
type Verifier struct {
	Context *Context
	Purpose trust.Purpose
	// CheckIdentity checks that the chain is that of the expected peer; nil at a
	// server.
	CheckIdentity func(context.Context, []*trust.Certificate) *failure.Error
	// Check is called last, even for peers that are not trusted. Its error refuses the
	// peer.
	Check func(context.Context, *Verdict) *failure.Error
}

// Pin is the SHA-256 of a SubjectPublicKeyInfo (RFC 7469, section 2.4).
type Pin [sha256.Size]byte

// Verdict is the result of verifying a peer, for Check.
type Verdict struct {
	Chain []*trust.Certificate // as sent by the peer, or as stored in its session
	// RawPublicKey is the SubjectPublicKeyInfo that was sent in place of a chain.
	RawPublicKey []byte
	Path         []*trust.Certificate // up to the trusted certificate, nil without one
	Err          *failure.Error       // why the peer is not trusted, nil if it is
	Resumed      bool                 // Chain is that of a session
	// ServerName is the name that the client has sent, "" for none.
	ServerName string
}

// Verify implements handshake.Config's VerifyPeer.
func (v *Verifier) Verify(ctx context.Context, p *handshake.Peer) (*failure.Error, error) {
	if p.Session != nil { // remembered issuers may have been received under another context
		p.Chain = chains.Complete(p.Chain)
		if err := v.Context.Config.CheckKeySizes(p.Chain...); err != nil {
			return nil, err
		}
	}
	err := v.verify(ctx, p)
	if refused := v.check(ctx, p, err); refused != nil {
		return refused, refused
	}
	if err != nil && !p.AllowUnauthorized {
		return err, err
	}
	return err, nil
}

// check returns why the peer is refused, whether it is trusted or not.
func (v *Verifier) check(ctx context.Context, p *handshake.Peer, verdict *failure.Error) *failure.Error {
	if v.Context.Pins != nil && !v.Context.pinned(p) {
		return failure.PinnedKeyMismatch.New("none of the peer's keys is pinned")
	}
	if v.Check == nil {
		return nil
	}
	return v.Check(ctx, &Verdict{Chain: p.Chain, RawPublicKey: p.RawPublicKey, Path: p.Verified, Err: verdict, Resumed: p.Session != nil, ServerName: p.ServerName})
}

// pinned reports whether a key of the verified path is pinned, or, without such a path,
// the key of the peer's own certificate. A raw public key must be pinned itself.
func (c *Context) pinned(p *handshake.Peer) bool {
	if p.RawPublicKey != nil {
		return slices.Contains(c.Pins, sha256.Sum256(p.RawPublicKey))
	}
	keys := p.Verified
	if len(keys) == 0 {
		keys = p.Chain[:min(1, len(p.Chain))]
	}
	return slices.ContainsFunc(keys, func(cert *trust.Certificate) bool {
		return slices.Contains(c.Pins, sha256.Sum256(cert.RawSubjectPublicKeyInfo))
	})
}

func (v *Verifier) verify(ctx context.Context, p *handshake.Peer) *failure.Error {
	if p.RawPublicKey != nil {
		return v.Context.verifyKey(p)
	}
	path, err := v.Context.verifyChain(p.Chain, v.Purpose)
	if err != nil { // also with an anonymous suite, which has no certificate
		return AsAlert(err, failure.AlertBadCertificate)
	}
	if v.CheckIdentity != nil {
		if refused := v.CheckIdentity(ctx, p.Chain); refused != nil {
			return refused
		}
	}
	p.Verified = path
	return nil
}

// verifyKey verifies a peer that has sent a raw public key, which only a pin
// authenticates.
func (c *Context) verifyKey(p *handshake.Peer) *failure.Error {
	switch {
	case !c.pinned(p):
		return failure.PinnedKeyMismatch.New("the peer's raw public key is not pinned")
	case !c.Config.Level.AllowsKey(sign.Strength(p.PublicKey)), c.Config.Policy != nil && !sign.Allowed(p.PublicKey, c.Config.Policy, 0):
		return AsAlert(trust.EEKeyTooSmall.Err(), failure.AlertBadCertificate)
	}
	return nil
}

// verifyChain verifies a peer's chain under the context and returns its path.
func (c *Context) verifyChain(chain []*trust.Certificate, p trust.Purpose) ([]*trust.Certificate, error) {
	o := c.trust
	o.Purpose, o.Now = p, c.Config.Now()
	return c.verified.Verify(chain, o)
}

// chains remembers the chains of all peers of the process, because sessions hold only
// the leaf.
var chains = trust.NewChains(maxChains)

// maxChains limits the size of chains, in bytes of DER.
const maxChains = 8 << 20

// RememberChain stores the chain of a peer that has proved possession of its leaf's
// key.
func RememberChain(chain []*trust.Certificate) { chains.Remember(chain) }

// RememberedIssuers returns the certificates in DER that a peer sent after its leaf,
// none if they are not remembered.
func RememberedIssuers(leaf []byte) (issuers [][]byte) {
	cert, err := trust.Shared(leaf)
	if len(leaf) == 0 || err != nil {
		return nil
	}
	for _, c := range chains.Complete([]*trust.Certificate{cert})[1:] {
		issuers = append(issuers, c.Raw)
	}
	return issuers
}

// AsAlert returns err as an error that carries an alert, its own or a.
func AsAlert(err error, a failure.Alert) *failure.Error {
	var own *failure.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &own):
		own = new(failure.Error)
	case own == err:
		return own
	}
	return &failure.Error{Code: own.Code, Alert: a, AlertFrom: failure.SideUs, Err: err}
}
