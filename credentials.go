package polytls

import (
	"cmp"
	"crypto"

	"polytls/failure"
	"polytls/internal/credentials"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/sign"
)

// setCertificates reads the certificates and their keys. A context may have several of
// one type, among which the server name chooses.
func (c *SecureContext) setCertificates(o *ContextOptions) error {
	signers, err := o.signers()
	if err != nil {
		return err
	}
	f := &c.compiled.Config
	rules := c.compiled.Rules()
	var own []*handshake.Certificate
	for i, pem := range o.Cert {
		parsed, err := rules.ParseCertificate(pem)
		if err != nil {
			return optionItem(item("Cert", i), err)
		}
		own = append(own, parsed)
	}
	if key, i, ok := credentials.Pair(own, signers); !ok {
		return failure.KeyValuesMismatch.Local("key values mismatch: the private key does not belong to the certificate of %s", item("Cert", i)).
			Wrap(item("Cert", i)).OfOption(item("Key", key))
	}
	for i, p := range o.PFX {
		parsed, err := rules.ParsePFX(p.Data, cmp.Or(p.Passphrase, o.Passphrase))
		if err != nil {
			return optionItem(item("PFX", i), err)
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
	f.Certificates = credentials.Sort(own, f.Schemes)
	return nil
}

// signers reads the keys of the option Key.
func (o *ContextOptions) signers() ([]crypto.Signer, error) {
	var signers []crypto.Signer
	for i, k := range o.Key {
		if k.Signer != nil {
			if err := sign.CheckSigner(k.Signer); err != nil {
				return nil, optionItem(item("Key", i), err)
			}
			signers = append(signers, k.Signer)
			continue
		}
		signer, err := keyfile.ParsePrivateKey(k.PEM, []byte(cmp.Or(k.Passphrase, o.Passphrase)))
		if err != nil {
			return nil, optionItem(item("Key", i), err)
		}
		signers = append(signers, signer)
	}
	return signers, nil
}
