package handshake

import (
	"crypto"
	"crypto/x509"
	"slices"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// This file implements raw public keys (RFC 7250). Internally such a key is a leaf
// with nothing but the key.

// NewRawPublicKey returns an identity with a key and no certificate.
func NewRawPublicKey(signer crypto.Signer) (*Certificate, error) {
	spki, err := sign.MarshalPublicKey(signer.Public())
	if err != nil {
		return nil, err
	}
	leaf, err := rawLeaf(spki)
	if err != nil {
		return nil, err
	}
	c := &Certificate{Chain: [][]byte{spki}, Leaf: leaf, Signer: signer, RawPublicKey: true}
	c.Decrypter, _ = signer.(crypto.Decrypter)
	return c, nil
}

func rawLeaf(spki []byte) (*trust.Certificate, error) {
	public, err := sign.ParsePublicKey(spki)
	if err != nil {
		return nil, failure.InvalidRawPublicKey.New("Certificate: raw public key: %v", err)
	}
	return &trust.Certificate{Certificate: &x509.Certificate{}, Raw: spki, Public: public}, nil
}

// rawPeer returns a peer with a raw public key.
func (c *Config) rawPeer(spki []byte) (*Peer, error) {
	leaf, err := rawLeaf(spki)
	if err != nil {
		return nil, err
	}
	return &Peer{RawPublicKey: spki, PublicKey: leaf.Public, raw: leaf}, c.CheckKeySizes(leaf)
}

// leaf returns the certificate with the peer's key, nil if there is none.
func (p *Peer) leaf() *trust.Certificate {
	if p.raw != nil || len(p.Chain) == 0 {
		return p.raw
	}
	return p.Chain[0]
}

// certificateType returns the type of an identity.
func (c *Certificate) certificateType() uint8 {
	if c.RawPublicKey {
		return wire.CertificateTypeRawPublicKey
	}
	return wire.CertificateTypeX509
}

var onlyX509 = []uint8{wire.CertificateTypeX509}

// typesOrDefault returns types, or only X.509 if types is empty.
func typesOrDefault(types []uint8) []uint8 {
	if len(types) == 0 {
		return onlyX509
	}
	return types
}

// isNonDefault reports whether a list differs from the default, which is only
// X.509.
func isNonDefault(types []uint8) bool { return !slices.Equal(typesOrDefault(types), onlyX509) }

// ownTypes returns the types of a client's identities, most preferred first.
func (c *Config) ownTypes() []uint8 {
	if c.OwnTypes != nil {
		return c.OwnTypes
	}
	var types []uint8
	for _, cert := range c.Certificates {
		if t := cert.certificateType(); !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}

// readPeer12 reads a Certificate up to TLS 1.2, of the negotiated type. The peer has
// no leaf if it sent none.
func (c *conversation) readPeer12() (*Peer, error) {
	if c.peerType == wire.CertificateTypeRawPublicKey {
		msg, err := Expect[wire.RawPublicKey12](c)
		if err != nil || len(msg.PublicKey) == 0 {
			return &Peer{}, err
		}
		return c.cfg.rawPeer(msg.PublicKey)
	}
	msg, err := Expect[wire.Certificate12](c)
	if err != nil || len(msg.Chain) == 0 {
		return &Peer{}, err
	}
	chain, err := c.peerChain(msg.Chain)
	return &Peer{Chain: chain}, err
}

// certificate12 is the message of an identity up to TLS 1.2, nil for none.
func (c *conversation) certificate12(cert *Certificate) wire.Message {
	switch {
	case cert != nil && cert.RawPublicKey:
		return &wire.RawPublicKey12{PublicKey: cert.Chain[0]}
	case cert != nil:
		return &wire.Certificate12{Chain: cert.Chain}
	case c.ownType == wire.CertificateTypeRawPublicKey:
		return &wire.RawPublicKey12{}
	}
	return &wire.Certificate12{}
}
