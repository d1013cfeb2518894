package main

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"

	"polytls/internal/handshake"
	"polytls/internal/keys"
	"polytls/internal/suite"
)

// imported returns the external keys of the flags, each imported for both
// hashes of TLS 1.3 (RFC 9258).
func (f *flags) imported() ([]handshake.PSK, error) {
	var psks []handshake.PSK
	for _, c := range f.Credentials {
		more, err := c.imported()
		if err != nil {
			return nil, err
		}
		psks = append(psks, more...)
	}
	return psks, nil
}

// imported returns what a credential's external key is imported to, nothing
// for one of another kind.
func (c *credential) imported() ([]handshake.PSK, error) {
	if c.Kind != preSharedKey {
		return nil, nil
	}
	var source crypto.Hash
	switch {
	case c.PSKSHA256 && !c.PSKSHA384:
		source = crypto.SHA256
	case c.PSKSHA384 && !c.PSKSHA256:
		source = crypto.SHA384
	default:
		return nil, errors.New("a pre-shared key to import wants one hash")
	}
	var psks []handshake.PSK
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
		identity, key, err := keys.ImportPSK(c.PSKIdentity, c.PSKContext, c.PSK, source, suite.TLS13, h)
		if err != nil {
			return nil, err
		}
		psks = append(psks, handshake.PSK{Identity: identity, Key: key, Hash: h, Imported: true})
	}
	return psks, nil
}

// holds reports whether a credential's key is imported to an identity.
func (c *credential) holds(identity []byte) bool {
	psks, err := c.imported()
	return err == nil && slices.ContainsFunc(psks, func(k handshake.PSK) bool { return bytes.Equal(k.Identity, identity) })
}

// clientPSK is asked first for TLS 1.3, where only imported keys are used, or with
// the hint of a session.
func (c *conn) clientPSK(_ context.Context, hint *string) ([]handshake.PSK, error) {
	if c.layer.Version() == 0 && hint == nil {
		return c.flags.imported()
	}
	if hint == nil && c.flags.PSKIdentity != "" || hint != nil && *hint != c.flags.PSKIdentity {
		return nil, fmt.Errorf("the server's hint is not %q", c.flags.PSKIdentity)
	}
	return []handshake.PSK{{Identity: []byte(c.flags.PSKIdentity), Key: []byte(c.flags.PSK)}}, nil
}

func (c *conn) serverPSK(_ context.Context, identity []byte) (*handshake.PSK, error) {
	psks, err := c.flags.imported()
	if err != nil {
		return nil, err
	}
	if c.flags.PSK != "" {
		psks = append(psks, handshake.PSK{Identity: []byte(c.flags.PSKIdentity), Key: []byte(c.flags.PSK)})
	}
	for i, k := range psks {
		if bytes.Equal(k.Identity, identity) {
			return &psks[i], nil
		}
	}
	return nil, nil
}

// preShared reports whether the flags hold a pre-shared key.
func (f *flags) preShared() bool {
	for _, c := range f.Credentials {
		if c.Kind == preSharedKey {
			return true
		}
	}
	return f.PSK != ""
}
