package polytls

import (
	"crypto"
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// setIdentities pairs keys and certificates.
func (c *SecureContext) setIdentities(o *ContextOptions) error {
	var signers []crypto.Signer
	for i, k := range o.Key {
		signer, err := k.load(o.Passphrase)
		if err != nil {
			return option(item("Key", i), err)
		}
		signers = append(signers, signer)
	}
	for i, pem := range o.Cert {
		chain, err := keyfile.ParseCertificates(pem)
		if err != nil {
			return option(item("Cert", i), err)
		}
		if err := c.addIdentity(chain, signers, item("Cert", i)); err != nil {
			return err
		}
	}
	for i, p := range o.PFX {
		pass := p.Passphrase
		if pass == "" {
			pass = o.Passphrase
		}
		signer, leaf, extra, err := keyfile.ParsePFX(p.Data, pass)
		if err != nil {
			return option(item("PFX", i), err)
		}
		if err := c.addIdentity(append([][]byte{leaf}, extra...), []crypto.Signer{signer}, item("PFX", i)); err != nil {
			return err
		}
	}
	if len(c.config.Certificates) > 0 {
		c.config.Certificates[0].OCSPResponse = o.OCSPResponse
	}
	c.sortIdentities()
	return nil
}

// sortIdentities puts the certificates in the order of the schemes that they
// sign with: in TLS 1.3, where no suite decides, the first that fits is sent,
// as OpenSSL does.
func (c *SecureContext) sortIdentities() {
	rank := func(id *handshake.Certificate) int {
		own := sign.Schemes(id.Leaf.Public, suite.TLS13)
		i := slices.IndexFunc(c.config.Schemes, func(s suite.Scheme) bool { return slices.Contains(own, s) })
		if i < 0 || id.Signer == nil {
			return len(c.config.Schemes)
		}
		return i
	}
	slices.SortStableFunc(c.config.Certificates, func(a, b *handshake.Certificate) int { return rank(a) - rank(b) })
}

func (k *Key) load(passphrase string) (crypto.Signer, error) {
	if k.Signer != nil {
		return k.Signer, nil
	}
	if k.Passphrase != "" {
		passphrase = k.Passphrase
	}
	return keyfile.ParsePrivateKey(k.PEM, []byte(passphrase))
}

// addIdentity adds a chain with the signer that fits its leaf. One of the same
// type that does not fit is an error; a chain without any key is kept, as Node
// keeps it, and serves nobody.
func (c *SecureContext) addIdentity(chain [][]byte, signers []crypto.Signer, name string) error {
	leaf, err := trust.ParseCertificate(chain[0])
	if err != nil {
		return option(name, err)
	}
	if !c.config.Level.AllowsKey(sign.Strength(leaf.Public)) {
		return option(name, failure.EEKeyTooSmall.Local("a key of %d bits is too small at security level %d", sign.Bits(leaf.Public), c.config.Level))
	}
	if err := c.policyAllows(leaf, chain[1:]); err != nil {
		return option(name, err)
	}
	id := &handshake.Certificate{Chain: chain, Leaf: leaf}
	var mismatch error
	for i, s := range signers {
		err := keyfile.Matches(chain[0], s)
		if err == nil {
			id.Signer = s
			id.Decrypter, _ = s.(crypto.Decrypter)
			c.config.Certificates = append(c.config.Certificates, id)
			return nil
		}
		if isCode(err, failure.KeyValuesMismatch.Code) {
			mismatch = option(item("Key", i), failure.KeyValuesMismatch.Local("key values mismatch: the private key does not belong to the certificate of %s", name))
		}
	}
	if mismatch != nil {
		return mismatch
	}
	c.config.Certificates = append(c.config.Certificates, id)
	return nil
}

// policyAllows judges a chain of ours by the policy: its leaf must be able to
// sign by one of the policy's schemes, and its keys must have the size.
func (c *SecureContext) policyAllows(leaf *trust.Certificate, issuers [][]byte) error {
	p := c.policy
	if p == nil {
		return nil
	}
	if !slices.ContainsFunc(sign.Schemes(leaf.Public, suite.TLS13), p.AllowsScheme) {
		return failure.NoSuitableSignatureAlgorithm.Local("CompliancePolicy %s allows no signature with a key of this type", p.Name)
	}
	if !sign.Allowed(leaf.Public, p) {
		return failure.EEKeyTooSmall.Local("a key of %d bits is too small for CompliancePolicy %s", sign.Bits(leaf.Public), p.Name)
	}
	for i, der := range issuers {
		issuer, err := trust.ParseCertificate(der)
		if err == nil && !sign.Allowed(issuer.Public, p) {
			return failure.CAKeyTooSmall.Local("certificate %d: CompliancePolicy %s does not allow its key of %d bits", i+2, p.Name, sign.Bits(issuer.Public))
		}
	}
	return nil
}

func isCode(err error, code string) bool {
	e, ok := err.(*Error)
	return ok && e.Code == code
}

// completeChains appends the issuers that CA knows of to what we send, as
// OpenSSL does.
func (c *SecureContext) completeChains(o *ContextOptions) {
	if o.CA == nil {
		return
	}
	for _, id := range c.config.Certificates {
		var parsed []*trust.Certificate
		for _, der := range id.Chain {
			if cert, err := trust.ParseCertificate(der); err == nil {
				parsed = append(parsed, cert)
			}
		}
		if len(parsed) != len(id.Chain) || len(parsed) > 1 {
			continue
		}
		for _, cert := range c.roots.Complete(parsed)[1:] {
			id.Chain = append(id.Chain, cert.Raw)
		}
	}
}
