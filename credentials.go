package polytls

import (
	"cmp"
	"crypto"
	"slices"

	"polytls/failure"
	"polytls/internal/credentials"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
)

// setCertificates reads the certificates and their keys. A context may have several of
// one type, among which the server name chooses.
func (c *SecureContext) setCertificates(o *ContextOptions) error {
	c.compiled.AllowVariableTimeKeys = o.AllowVariableTimeKeys
	f := &c.compiled.Config
	rules := c.compiled.Rules()
	keys, signers, err := o.signers(rules)
	if err != nil {
		return err
	}
	own, err := o.paired(rules, keys, signers)
	if err != nil {
		return err
	}
	archives, err := o.archives()
	if err != nil {
		return err
	}
	for _, a := range archives {
		parsed, err := rules.ParsePFX(a.data, a.passphrase)
		if err != nil {
			return a.fail(err)
		}
		own = append(own, parsed)
	}
	for i := range o.Certificates {
		given, err := rules.FromTLS(&o.Certificates[i])
		if err != nil {
			return optionItem(item("Certificates", i), err)
		}
		own = append(own, given)
	}
	if len(own) > 0 && len(o.OCSPResponse) > 0 {
		own[0].OCSPResponse = o.OCSPResponse
	}
	if o.RawPublicKeys {
		raw, err := rawKeys(rules, own, keys, signers)
		if err != nil {
			return err
		}
		if len(raw)+len(o.PinnedKeys) == 0 {
			return failure.InvalidArgValue.Option("RawPublicKeys", "it needs a Key to send, or PinnedKeys to accept those of peers")
		}
		own = append(raw, own...)
	}
	f.Certificates = credentials.Sort(own, f.Schemes)
	return nil
}

// rawKeys returns the public keys of the items, and of the certificates that have other
// keys.
func rawKeys(rules credentials.Rules, own []*handshake.Certificate, items []failure.Item, signers []crypto.Signer) ([]*handshake.Certificate, error) {
	for _, cert := range own {
		paired := slices.ContainsFunc(signers, func(s crypto.Signer) bool { return keyfile.Matches(cert.Chain[0], s) == nil })
		if cert.Signer != nil && !paired {
			items, signers = append(items, item("RawPublicKeys", -1)), append(signers, cert.Signer)
		}
	}
	var keys []*handshake.Certificate
	for i, signer := range signers {
		key, err := rules.RawPublicKey(signer)
		if err != nil {
			return nil, optionItem(items[i], err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// paired reads the certificates of Cert and CertFile, with the signers of the items.
func (o *ContextOptions) paired(rules credentials.Rules, keys []failure.Item, signers []crypto.Signer) ([]*handshake.Certificate, error) {
	chains, err := inputs("Cert", o.Cert, o.CertFile)
	if err != nil {
		return nil, err
	}
	var own []*handshake.Certificate
	for _, chain := range chains {
		parsed, err := rules.ParseCertificate(chain.data)
		if err != nil {
			return nil, chain.fail(err)
		}
		own = append(own, parsed)
	}
	if key, i, ok := credentials.Pair(own, signers); !ok {
		return nil, failure.KeyValuesMismatch.Local("key values mismatch: the private key does not belong to the certificate of %s", chains[i].item).
			Wrap(chains[i].item).OfOption(keys[key])
	}
	return own, nil
}

// signers reads the keys of Key and KeyFile, and returns the item of each.
func (o *ContextOptions) signers(rules credentials.Rules) (items []failure.Item, signers []crypto.Signer, err error) {
	var keys []secret
	for i, k := range o.Key {
		keys = append(keys, secret{input{item: item("Key", i), data: k.PEM}, cmp.Or(k.Passphrase, o.Passphrase), k.Signer})
	}
	if keys, err = o.withFiles(keys, "Key", o.KeyFile); err != nil {
		return nil, nil, err
	}
	for _, key := range keys {
		signer, err := key.parse()
		if err == nil {
			err = rules.CheckSigner(signer)
		}
		if err != nil {
			return nil, nil, key.fail(err)
		}
		items, signers = append(items, key.item), append(signers, signer)
	}
	return items, signers, nil
}

// archives returns those of PFX and PFXFile.
func (o *ContextOptions) archives() ([]secret, error) {
	var archives []secret
	for i, p := range o.PFX {
		archives = append(archives, secret{input{item: item("PFX", i), data: p.Data}, cmp.Or(p.Passphrase, o.Passphrase), nil})
	}
	return o.withFiles(archives, "PFX", o.PFXFile)
}

// secret is an input that a passphrase opens, or a signer in its place.
type secret struct {
	input
	passphrase string
	signer     crypto.Signer
}

// withFiles appends the files of an option, which Passphrase opens.
func (o *ContextOptions) withFiles(given []secret, option string, files []string) ([]secret, error) {
	read, err := inputs(option, nil, files)
	for _, in := range read {
		given = append(given, secret{input: in, passphrase: o.Passphrase})
	}
	return given, err
}

// parse returns the signer, or that of a private key.
func (s secret) parse() (crypto.Signer, error) {
	if s.signer != nil {
		return s.signer, nil
	}
	return keyfile.ParsePrivateKey(s.data, []byte(s.passphrase))
}
