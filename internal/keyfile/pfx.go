package keyfile

import (
	"bytes"
	"crypto"
	"errors"

	"software.sslmate.com/src/go-pkcs12"

	"polytls/internal/alert"
	"polytls/internal/reason"
)

// The failures of a PFX that have no code in Node, only these words.
var (
	ErrMACVerifyFailure = errors.New("mac verify failure")
	ErrNotEnoughData    = errors.New("not enough data")
)

// ParsePFX reads a PKCS#12 file (RFC 7292): its private key, as
// ParsePrivateKey returns them, the DER certificate of that key and the others
// in the file's order. Encryption is PBES2 as in ParsePrivateKey or
// pbeWithSHAAnd3-KeyTripleDES-CBC; a file without a password is read with "".
//
// Its errors wrap ErrMACVerifyFailure (wrong passphrase) or ErrNotEnoughData (no
// PKCS#12 in DER), both without a code, or are reason.CryptoOperationFailed (no
// key, no certificate of the key) and reason.CryptoUnsupportedOperation (RC2 and
// other encryption that OpenSSL 3 does not read).
func ParsePFX(data []byte, passphrase string) (signer crypto.Signer, leaf []byte, extra [][]byte, err error) {
	if len(passphrase) > maxPassphrase {
		return nil, nil, nil, reason.CryptoInterrupted.Local("passphrase: %d bytes, want at most %d", len(passphrase), maxPassphrase)
	}
	safe, err := readPFX(data, passphrase)
	if err != nil {
		return nil, nil, nil, err
	}
	if safe.legacy {
		err = safe.decodeLegacy(passphrase)
	} else {
		err = safe.verifyMAC(passphrase)
	}
	switch {
	case err != nil:
		return nil, nil, nil, err
	case safe.key == nil:
		return nil, nil, nil, reason.CryptoOperationFailed.Local("pfx: Unable to load private key from PFX data: it holds none")
	}
	for i, certificate := range safe.certificates {
		if Matches(certificate, safe.key) == nil {
			others := append(safe.certificates[:i:i], safe.certificates[i+1:]...)
			return safe.key, certificate, others, nil
		}
	}
	return nil, nil, nil, reason.CryptoOperationFailed.Local("pfx: none of its %d certificates is that of its private key", len(safe.certificates))
}

// verifyMAC has go-pkcs12 check the MAC. What go-pkcs12 does not read is no
// failure: files without a MAC are read as well, so that one tells no more than
// whether the passphrase is right, which decryption has told already.
func (s *safe) verifyMAC(passphrase string) error {
	if _, _, _, err := pkcs12.DecodeChain(s.der, passphrase); errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return macVerifyFailure()
	}
	return nil
}

// decodeLegacy leaves the whole file to go-pkcs12, which alone has the key
// derivation of PKCS#12's own encryption.
func (s *safe) decodeLegacy(passphrase string) error {
	key, leaf, extra, err := pkcs12.DecodeChain(s.der, passphrase)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return macVerifyFailure()
	case err != nil && s.key == nil && !s.hasKey:
		return reason.CryptoOperationFailed.Local("pfx: Unable to load private key from PFX data").Wrap(err)
	case err != nil:
		return unsupportedPFX("%v", err)
	}
	s.key, err = usable(key)
	if err != nil {
		return err
	}
	s.certificates = [][]byte{bytes.Clone(leaf.Raw)}
	for _, certificate := range extra {
		s.certificates = append(s.certificates, bytes.Clone(certificate.Raw))
	}
	return nil
}

func macVerifyFailure() error {
	return &alert.Error{Reason: "pfx: wrong passphrase, or none", Err: ErrMACVerifyFailure}
}

func unsupportedPFX(format string, args ...any) *alert.Error {
	return reason.CryptoUnsupportedOperation.Local("pfx: Unsupported PKCS12 PFX data: "+format, args...)
}
