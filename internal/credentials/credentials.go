// Package credentials loads our certificates and their keys.
package credentials

import (
	"cmp"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// Rules are what our keys must satisfy. A nil Policy allows every key.
type Rules struct {
	Level  suite.Level
	Policy *suite.Policy
	// AllowVariableTimeKeys allows private keys with which signing takes a time that
	// depends on the key.
	AllowVariableTimeKeys bool
}

// CheckSigner checks how a private key signs.
func (r Rules) CheckSigner(s crypto.Signer) error {
	if curve := sign.VariableTimeCurve(s); curve != 0 && !r.AllowVariableTimeKeys {
		return failure.UnsupportedKey.Local("a private key on %s, with which signing takes a time that depends on the key, so that whoever measures it may find the key: AllowVariableTimeKeys accepts that", curve)
	}
	return nil
}

// ParseCertificate reads a chain in PEM, leaf first. The result has no key yet.
func (r Rules) ParseCertificate(pem []byte) (*handshake.Certificate, error) {
	chain, err := keyfile.ParseCertificates(pem)
	if err != nil {
		return nil, err
	}
	return r.certificate(chain)
}

// ParsePFX reads the certificate of a PKCS #12 archive with its key.
func (r Rules) ParsePFX(data []byte, passphrase string) (*handshake.Certificate, error) {
	signer, leaf, extra, err := keyfile.ParsePFX(data, passphrase)
	if err != nil {
		return nil, err
	}
	c, err := r.certificate(append([][]byte{leaf}, extra...))
	if err != nil {
		return nil, err
	}
	return c, r.attach(signer, c)
}

// FromTLS returns a certificate of crypto/tls with its key.
func (r Rules) FromTLS(given *tls.Certificate) (*handshake.Certificate, error) {
	if len(given.Certificate) == 0 {
		return nil, failure.KeyValuesMismatch.Local("there is no certificate")
	}
	signer, ok := given.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, failure.KeyValuesMismatch.Local("the private key is %T, want a crypto.Signer", given.PrivateKey)
	}
	c, err := r.certificate(given.Certificate)
	if err != nil {
		return nil, err
	}
	if err := r.attach(signer, c); err != nil {
		return nil, err
	}
	c.OCSPResponse = given.OCSPStaple
	for _, s := range given.SupportedSignatureAlgorithms {
		c.Schemes = append(c.Schemes, suite.Scheme(s))
	}
	if c.SCTs, err = wire.JoinSCTs(given.SignedCertificateTimestamps); err != nil {
		return nil, failure.InvalidArgValue.Local("signed certificate timestamps: %v", err)
	}
	return c, nil
}

// RawPublicKey returns the identity of a key that is sent without a certificate (RFC
// 7250).
func (r Rules) RawPublicKey(signer crypto.Signer) (*handshake.Certificate, error) {
	c, err := handshake.NewRawPublicKey(signer)
	if err != nil {
		return nil, err
	}
	return c, r.checkLeaf(c.Leaf, nil)
}

// certificate makes a certificate from a chain. The result has no key yet.
func (r Rules) certificate(chain [][]byte) (*handshake.Certificate, error) {
	leaf, err := trust.Shared(chain[0])
	if err != nil {
		return nil, err
	}
	if leaf.Public == nil {
		return nil, failure.UnknownCertificateType.Local("%s", leaf.KeyFault())
	}
	if err := r.checkLeaf(leaf, chain[1:]); err != nil {
		return nil, err
	}
	return &handshake.Certificate{Chain: chain, Leaf: leaf, MatchName: true, PreferIssuer: true}, nil
}

// checkLeaf checks the key of a leaf, or a raw public key, and the issuers' certificates.
func (r Rules) checkLeaf(leaf *trust.Certificate, issuers [][]byte) error {
	if !r.Level.AllowsKey(sign.Strength(leaf.Public)) {
		return failure.EEKeyTooSmall.Local("a key of %d bits is too small at security level %d", sign.Bits(leaf.Public), r.Level)
	}
	if r.Policy == nil {
		return nil
	}
	return checkPolicy(r.Policy, leaf, issuers)
}

// checkPolicy checks a chain of ours against a policy: its leaf must be able to sign
// with one of the policy's schemes, and its keys and signatures must meet the policy.
// The signature of a self-signed certificate is not checked.
func checkPolicy(p *suite.Policy, leaf *trust.Certificate, issuers [][]byte) error {
	if !slices.ContainsFunc(sign.Schemes(leaf.Public, suite.TLS13), p.AllowsScheme) {
		return failure.NoSuitableSignatureAlgorithm.Local("CompliancePolicy %s allows no signature with a key of this type, but %s", p.Name, p.SchemeWords())
	}
	if !sign.Allowed(leaf.Public, p, 0) {
		return failure.EEKeyTooSmall.Local("CompliancePolicy %s does not allow its %s, but %s", p.Name, keyWords(leaf.Public), p.KeyWords(0))
	}
	chain := []*trust.Certificate{leaf}
	for _, der := range issuers {
		if issuer, err := trust.ParseCertificate(der); err == nil {
			chain = append(chain, issuer)
		}
	}
	for i, c := range chain {
		if !sign.Allowed(c.Public, p, i) {
			return failure.CAKeyTooSmall.Local("certificate %d: CompliancePolicy %s does not allow its %s, but %s", i+1, p.Name, keyWords(c.Public), p.KeyWords(i))
		}
		if !c.SelfSigned() && !c.SignatureAllowed(p, i) {
			return failure.CAMDTooWeak.Local("certificate %d: CompliancePolicy %s does not allow how it is signed, but %s", i+1, p.Name, p.SignatureWords(i))
		}
	}
	return nil
}

// keyWords describes a key in errors.
func keyWords(pub crypto.PublicKey) string {
	return fmt.Sprintf("%s key of %d bits", cmp.Or(string(sign.KeyType(pub)), "unknown"), sign.Bits(pub))
}

// Pair assigns keys to certificates. As in Node, a certificate without a key stays in
// the list and is not used. If there are certificates of a key's type, the key must
// belong to one of them, and the last of them, which is the one that Node uses, must
// have a key. Otherwise ok is false, and the indexes are those of the key and of that
// last certificate.
func Pair(own []*handshake.Certificate, signers []crypto.Signer) (key, certificate int, ok bool) {
	for _, c := range own {
		for _, s := range signers {
			if keyfile.Matches(c.Chain[0], s) == nil {
				setSigner(c, s)
			}
		}
	}
	for k, s := range signers {
		last, used := -1, false
		for i, c := range own {
			err := keyfile.Matches(c.Chain[0], s)
			used = used || err == nil
			if err == nil || errors.Is(err, failure.KeyValuesMismatch) {
				last = i
			}
		}
		if last >= 0 && (!used || own[last].Signer == nil) {
			return k, last, false
		}
	}
	return 0, 0, true
}

// attach makes a private key that of a certificate.
func (r Rules) attach(s crypto.Signer, c *handshake.Certificate) error {
	if err := r.CheckSigner(s); err != nil {
		return err
	}
	if err := keyfile.Matches(c.Chain[0], s); err != nil {
		return err
	}
	setSigner(c, s)
	return nil
}

func setSigner(c *handshake.Certificate, s crypto.Signer) {
	c.Signer = s
	c.Decrypter, _ = s.(crypto.Decrypter)
}

// Sort returns the certificates in the order of the schemes that they sign with: in TLS
// 1.3, where the suite does not select one, the first that fits is sent, as in OpenSSL.
// Of several for one key the last comes first, as in Node.
func Sort(own []*handshake.Certificate, schemes []suite.Scheme) []*handshake.Certificate {
	sorted := lastOfKeyFirst(own)
	rank := func(c *handshake.Certificate) int {
		signs := sign.Schemes(c.Leaf.Public, suite.TLS13)
		i := slices.IndexFunc(schemes, func(s suite.Scheme) bool { return slices.Contains(signs, s) })
		if i < 0 || c.Signer == nil {
			return len(schemes)
		}
		return i
	}
	slices.SortStableFunc(sorted, func(a, b *handshake.Certificate) int { return rank(a) - rank(b) })
	return sorted
}

// lastOfKeyFirst puts each certificate before the earlier ones of the same key.
func lastOfKeyFirst(own []*handshake.Certificate) []*handshake.Certificate {
	var ordered []*handshake.Certificate
	for _, c := range own {
		i := slices.IndexFunc(ordered, func(earlier *handshake.Certificate) bool {
			return c.Signer != nil && keyfile.Matches(earlier.Chain[0], c.Signer) == nil
		})
		if i < 0 {
			i = len(ordered)
		}
		ordered = slices.Insert(ordered, i, c)
	}
	return ordered
}

// CompleteChains appends to each chain of only one certificate the issuers that are in
// pool, as OpenSSL does.
func CompleteChains(own []*handshake.Certificate, pool *trust.Pool) {
	for _, c := range own {
		if len(c.Chain) != 1 || c.RawPublicKey {
			continue
		}
		for _, issuer := range pool.Complete([]*trust.Certificate{c.Leaf})[1:] {
			c.Chain = append(c.Chain, issuer.Raw)
		}
	}
}
