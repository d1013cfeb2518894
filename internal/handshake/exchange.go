package handshake

import (
	"context"
	"crypto/rsa"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// This file implements the key exchanges up to TLS 1.2 (RFC 5246, section 7.4.3 and
// 7.4.7; RFC 8422; RFC 4279; RFC 5489; RFC 5054). Each has a server's and a client's
// half; those with a pre-shared key wrap one of the others.

// serverExchange is a server's half.
type serverExchange interface {
	// params returns the body of ServerKeyExchange without its signature, nil if the
	// exchange has no such message.
	params(ctx context.Context) ([]byte, error)
	// premaster reads the body of ClientKeyExchange to its end.
	premaster(ctx context.Context, body *cryptobyte.String) ([]byte, error)
}

// clientExchange is a client's half.
type clientExchange interface {
	// read reads the body of ServerKeyExchange up to its signature.
	read(params *cryptobyte.String) error
	// clientKeyExchange returns the body of ClientKeyExchange and the premaster
	// secret.
	clientKeyExchange(ctx context.Context) (body, premaster []byte, err error)
}

// rsaServer is RSA key exchange (RFC 5246, section 7.4.7.1).
type rsaServer struct{ s *server }

func (x rsaServer) params(context.Context) ([]byte, error) { return nil, nil }

func (x rsaServer) premaster(ctx context.Context, body *cryptobyte.String) ([]byte, error) {
	ciphertext, err := wire.ReadEncryptedPremaster(body)
	if err != nil {
		return nil, err
	}
	return x.s.decrypt(ctx, ciphertext)
}

type rsaClient struct{ c *client }

func (x rsaClient) read(*cryptobyte.String) error { return nil }

func (x rsaClient) clientKeyExchange(context.Context) ([]byte, []byte, error) {
	pub, ok := x.c.facts.Peer.leaf().Public.(*rsa.PublicKey)
	if !ok {
		return nil, nil, failure.WrongCertificateType.New("Certificate: RSA key exchange needs an RSA key")
	}
	premaster, ciphertext, err := kex.EncryptPremaster(pub, x.c.hello.LegacyVersion)
	if err != nil {
		return nil, nil, err
	}
	return wire.AppendEncryptedPremaster(nil, ciphertext), premaster, nil
}

// ecdheServer implements RFC 8422, section 5.4 and 5.7.
type ecdheServer struct {
	s     *server
	group suite.Group
	key   *kex.PrivateKey
}

func (x *ecdheServer) params(context.Context) (_ []byte, err error) {
	if x.key, err = kex.Generate(x.group); err != nil {
		return nil, err
	}
	x.s.facts.Group = x.group
	return wire.ECDHEParams{Group: x.group, Point: x.key.Public()}.Append(nil), nil
}

func (x *ecdheServer) premaster(_ context.Context, body *cryptobyte.String) ([]byte, error) {
	point, err := wire.ReadECPoint(body)
	if err != nil {
		return nil, err
	}
	return x.key.Shared(point)
}

type ecdheClient struct {
	c     *client
	group suite.Group
	point []byte
}

func (x *ecdheClient) read(params *cryptobyte.String) error {
	p, err := wire.ReadECDHEParams(params)
	if err != nil {
		return err
	}
	info := p.Group.Info()
	switch {
	case info == nil && offersGroup(x.c, p.Group):
		return failure.WrongCurve.New("ServerKeyExchange: group %s is for certificates only", p.Group)
	case info == nil || !isCurve(p.Group) || !offersGroup(x.c, p.Group):
		return failure.WrongCurve.New("ServerKeyExchange: group %s was not offered", p.Group)
	case len(p.Point) != info.Reply:
		return failure.BadECPoint.New("ServerKeyExchange: point of %d bytes, want %d for %s", len(p.Point), info.Reply, info.Name)
	}
	x.group, x.point = p.Group, p.Point
	x.c.facts.Group = p.Group
	return nil
}

func offersGroup(c *client, g suite.Group) bool {
	offered, err := wire.Find[wire.SupportedGroups](c.hello.Extensions)
	if offered == nil || err != nil {
		return false
	}
	_, ok := firstCommon([]suite.Group{g}, offered.Groups)
	return ok
}

func (x *ecdheClient) clientKeyExchange(context.Context) ([]byte, []byte, error) {
	key, err := kex.Generate(x.group)
	if err != nil {
		return nil, nil, err
	}
	premaster, err := key.Shared(x.point)
	if err != nil {
		return nil, nil, err
	}
	return wire.AppendECPoint(nil, key.Public()), premaster, nil
}

// dheServer implements RFC 5246, section 7.4.3, and RFC 7919.
type dheServer struct {
	s     *server
	group *kex.DHParams
	key   *kex.DHKey
}

func (x *dheServer) params(context.Context) (_ []byte, err error) {
	if x.key, err = x.group.Generate(); err != nil {
		return nil, err
	}
	x.s.facts.DHBits = uint16(x.group.Bits())
	return wire.DHEParams{P: x.group.P, G: x.group.G, Y: x.key.Public()}.Append(nil), nil
}

func (x *dheServer) premaster(_ context.Context, body *cryptobyte.String) ([]byte, error) {
	y, err := wire.ReadDHPublic(body)
	if err != nil {
		return nil, err
	}
	return x.key.Premaster(y)
}

type dheClient struct {
	c     *client
	group *kex.DHParams
	y     []byte
}

func (x *dheClient) read(params *cryptobyte.String) error {
	p, err := wire.ReadDHEParams(params)
	if err != nil {
		return err
	}
	x.group, x.y = &kex.DHParams{P: p.P, G: p.G}, p.Y
	x.c.facts.DHBits = uint16(x.group.Bits())
	return kex.CheckServerParams(x.group, x.c.cfg.DHLimits, x.c.cfg.Level)
}

func (x *dheClient) clientKeyExchange(context.Context) ([]byte, []byte, error) {
	if err := kex.CheckServerPrime(x.group); err != nil {
		return nil, nil, err
	}
	key, err := x.group.Generate()
	if err != nil {
		return nil, nil, err
	}
	premaster, err := key.Premaster(x.y)
	if err != nil {
		return nil, nil, err
	}
	return wire.AppendDHPublic(nil, key.Public()), premaster, nil
}

// pskServer wraps another exchange, nil for none, into one with a pre-shared
// key (RFC 4279; RFC 5489).
type pskServer struct {
	s     *server
	inner serverExchange
}

func (x *pskServer) params(ctx context.Context) ([]byte, error) {
	var inner []byte
	if x.inner != nil {
		var err error
		if inner, err = x.inner.params(ctx); err != nil {
			return nil, err
		}
	}
	if inner == nil && x.s.cfg.PSKHint == nil {
		return nil, nil
	}
	var hint []byte
	if h := x.s.cfg.PSKHint; h != nil {
		hint = []byte(*h)
	}
	return append(wire.AppendPSKHint(nil, hint), inner...), nil
}

func (x *pskServer) premaster(ctx context.Context, body *cryptobyte.String) ([]byte, error) {
	identity, err := wire.ReadPSKIdentity(body)
	if err != nil {
		return nil, err
	}
	if len(identity) > MaxPSKIdentity {
		return nil, failure.DataLengthTooLong.With(failure.AlertHandshakeFailure, "ClientKeyExchange: PSK identity of %d bytes, at most %d are allowed", len(identity), MaxPSKIdentity)
	}
	var other []byte
	if x.inner != nil {
		if other, err = x.inner.premaster(ctx, body); err != nil {
			return nil, err
		}
	}
	if err := wire.ReadEnd(body); err != nil {
		return nil, err
	}
	k, err := x.s.externalPSK(ctx, identity)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, failure.PSKIdentityNotFound.New("ClientKeyExchange: PSK identity %q is unknown", identity)
	}
	x.s.facts.PSKIdentity = string(identity)
	x.s.secret = pskSecret(k.Key, identity)
	return kex.PSKPremaster(other, k.Key), nil
}

type pskClient struct {
	c     *client
	inner clientExchange
	hint  *string
}

func (x *pskClient) read(params *cryptobyte.String) error {
	hint, err := wire.ReadPSKHint(params)
	if err != nil {
		return err
	}
	if len(hint) > 0 {
		h := string(hint)
		x.hint = &h
	}
	if x.inner == nil {
		return nil
	}
	return x.inner.read(params)
}

func (x *pskClient) clientKeyExchange(ctx context.Context) ([]byte, []byte, error) {
	ks, err := x.c.cfg.PSK(ctx, x.hint)
	if err != nil {
		return nil, nil, callbackFailed("PSKCallback", failure.AlertInternalError, err)
	}
	if len(ks) == 0 {
		return nil, nil, failure.PSKIdentityNotFound.With(failure.AlertHandshakeFailure, "PSKCallback returned no key")
	}
	k := ks[0]
	if err := k.check(); err != nil {
		return nil, nil, err
	}
	x.c.facts.PSKIdentity = string(k.Identity)
	x.c.secret = pskSecret(k.Key, k.Identity)
	if x.hint != nil {
		x.c.secret.hint = *x.hint
	}
	body := wire.AppendPSKIdentity(nil, k.Identity)
	var other []byte
	if x.inner != nil {
		inner, secret, err := x.inner.clientKeyExchange(ctx)
		if err != nil {
			return nil, nil, err
		}
		body, other = append(body, inner...), secret
	}
	return body, kex.PSKPremaster(other, k.Key), nil
}

// srpServer implements RFC 5054.
type srpServer struct {
	s        *server
	verifier *kex.SRPVerifier
	key      *kex.SRPServer
}

func (x *srpServer) params(context.Context) (_ []byte, err error) {
	if x.key, err = kex.NewSRPServer(x.verifier); err != nil {
		return nil, err
	}
	g := x.verifier.Group
	return wire.SRPParams{N: g.N(), G: g.G(), Salt: x.verifier.Salt, B: x.key.Public()}.Append(nil), nil
}

func (x *srpServer) premaster(_ context.Context, body *cryptobyte.String) ([]byte, error) {
	a, err := wire.ReadSRPPublic(body)
	if err != nil {
		return nil, err
	}
	return x.key.Premaster(a)
}

type srpClient struct {
	c   *client
	key *kex.SRPClient
}

// minSRPBits is the smallest group that a client accepts: OpenSSL's SRP_MINIMAL_N.
const minSRPBits = 1024

func (x *srpClient) read(params *cryptobyte.String) error {
	p, err := wire.ReadSRPParams(params)
	if err != nil {
		return err
	}
	x.key, err = kex.NewSRPClient(p.N, p.G, p.Salt, p.B, minSRPBits)
	return err
}

func (x *srpClient) clientKeyExchange(context.Context) ([]byte, []byte, error) {
	user := x.c.cfg.SRP
	x.c.secret = passwordSecret(user)
	premaster, err := x.key.Premaster(user.User, user.Password)
	if err != nil {
		return nil, nil, err
	}
	return wire.AppendSRPPublic(nil, x.key.Public()), premaster, nil
}

// exchange returns the client's half of the suite's key exchange.
func (c *client) exchange() clientExchange {
	switch c.suite.Kx {
	case suite.KxRSA:
		return rsaClient{c}
	case suite.KxECDHE:
		return &ecdheClient{c: c}
	case suite.KxDHE:
		return &dheClient{c: c}
	case suite.KxPSK:
		return &pskClient{c: c}
	case suite.KxRSAPSK:
		return &pskClient{c: c, inner: rsaClient{c}}
	case suite.KxECDHEPSK:
		return &pskClient{c: c, inner: &ecdheClient{c: c}}
	case suite.KxDHEPSK:
		return &pskClient{c: c, inner: &dheClient{c: c}}
	case suite.KxSRP:
		return &srpClient{c: c}
	}
	return nil
}

// exchange returns the server's half of the suite's key exchange.
func (s *server) exchange(a *agreement12) serverExchange {
	switch s.suite.Kx {
	case suite.KxRSA:
		return rsaServer{s}
	case suite.KxECDHE:
		return &ecdheServer{s: s, group: a.group}
	case suite.KxDHE:
		return &dheServer{s: s, group: a.dh}
	case suite.KxPSK:
		return &pskServer{s: s}
	case suite.KxRSAPSK:
		return &pskServer{s: s, inner: rsaServer{s}}
	case suite.KxECDHEPSK:
		return &pskServer{s: s, inner: &ecdheServer{s: s, group: a.group}}
	case suite.KxDHEPSK:
		return &pskServer{s: s, inner: &dheServer{s: s, group: a.dh}}
	case suite.KxSRP:
		return &srpServer{s: s, verifier: a.srp}
	}
	return nil
}
