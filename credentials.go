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

// setIdentities reads the certificates and their keys. A context may have several
// of one type, of which the server name chooses.
func (c *SecureContext) setIdentities(o *ContextOptions) error {
	signers, err := o.signers()
	if err != nil {
		return err
	}
	var own []*handshake.Certificate
	for i, pem := range o.Cert {
		chain, err := keyfile.ParseCertificates(pem)
		if err != nil {
			return optionItem(item("Cert", i), err)
		}
		id, err := c.identity(chain)
		if err != nil {
			return optionItem(item("Cert", i), err)
		}
		own = append(own, id)
	}
	if err := pair(own, signers); err != nil {
		return err
	}
	if c.config.Certificates, err = c.appendPFX(own, o); err != nil {
		return err
	}
	if len(c.config.Certificates) > 0 {
		c.config.Certificates[0].OCSPResponse = o.OCSPResponse
	}
	c.sortIdentities()
	return nil
}

// signers reads the keys of the option Key.
func (o *ContextOptions) signers() ([]crypto.Signer, error) {
	var signers []crypto.Signer
	for i, k := range o.Key {
		signer, err := k.load(o.Passphrase)
		if err != nil {
			return nil, optionItem(item("Key", i), err)
		}
		signers = append(signers, signer)
	}
	return signers, nil
}

// identity makes an identity of a chain, still without its key.
func (c *SecureContext) identity(chain [][]byte) (*handshake.Certificate, error) {
	leaf, err := trust.ParseCertificate(chain[0])
	if err != nil {
		return nil, err
	}
	if !c.config.Level.AllowsKey(sign.Strength(leaf.Public)) {
		return nil, failure.EEKeyTooSmall.Local("a key of %d bits is too small at security level %d", sign.Bits(leaf.Public), c.config.Level)
	}
	if err := c.policyAllows(leaf, chain[1:]); err != nil {
		return nil, err
	}
	return &handshake.Certificate{Chain: chain, Leaf: leaf, MatchName: true, PreferIssuer: true}, nil
}

// pair gives the certificates of the option Cert their keys. One without a key is
// kept, as in Node, and not used; but a key must belong to one of the certificates of
// its type, if there are any, and the last of these, which is the one that Node uses,
// must have a key.
func pair(own []*handshake.Certificate, signers []crypto.Signer) error {
	for _, id := range own {
		for _, s := range signers {
			if keyfile.Matches(id.Chain[0], s) == nil {
				setSigner(id, s)
			}
		}
	}
	for k, s := range signers {
		last, used := -1, false
		for i, id := range own {
			err := keyfile.Matches(id.Chain[0], s)
			used = used || err == nil
			if err == nil || isCode(err, failure.KeyValuesMismatch.Code) {
				last = i
			}
		}
		if last >= 0 && (!used || own[last].Signer == nil) {
			return optionItem(item("Key", k), failure.KeyValuesMismatch.Local("key values mismatch: the private key does not belong to the certificate of %s", item("Cert", last)).Wrap(item("Cert", last)))
		}
	}
	return nil
}

func setSigner(id *handshake.Certificate, s crypto.Signer) {
	id.Signer = s
	id.Decrypter, _ = s.(crypto.Decrypter)
}

// appendPFX adds the identities of the option PFX, each of which has its key.
func (c *SecureContext) appendPFX(own []*handshake.Certificate, o *ContextOptions) ([]*handshake.Certificate, error) {
	for i, p := range o.PFX {
		signer, leaf, extra, err := keyfile.ParsePFX(p.Data, orElse(p.Passphrase, o.Passphrase))
		if err != nil {
			return nil, optionItem(item("PFX", i), err)
		}
		id, err := c.identity(append([][]byte{leaf}, extra...))
		if err == nil {
			err = keyfile.Matches(leaf, signer)
		}
		if err != nil {
			return nil, optionItem(item("PFX", i), err)
		}
		setSigner(id, signer)
		own = append(own, id)
	}
	return own, nil
}

// sortIdentities puts the certificates in the order of the schemes that they
// sign with: in TLS 1.3, where no suite decides, the first that fits is sent,
// as OpenSSL does. Of those of one key the last counts, as in Node.
func (c *SecureContext) sortIdentities() {
	c.config.Certificates = lastOfKeyFirst(c.config.Certificates)
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

// lastOfKeyFirst puts each certificate before the earlier ones of the same key.
func lastOfKeyFirst(own []*handshake.Certificate) []*handshake.Certificate {
	var ordered []*handshake.Certificate
	for _, id := range own {
		i := slices.IndexFunc(ordered, func(earlier *handshake.Certificate) bool {
			return id.Signer != nil && keyfile.Matches(earlier.Chain[0], id.Signer) == nil
		})
		if i < 0 {
			i = len(ordered)
		}
		ordered = slices.Insert(ordered, i, id)
	}
	return ordered
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

// policyAllows checks a chain of ours against the policy: its leaf must be able to
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
