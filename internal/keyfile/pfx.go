package keyfile

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"polytls/failure"
)

// The failures of a PFX that have no code in Node, only these words.
var (
	ErrMACVerifyFailure = errors.New("mac verify failure")
	ErrBadDecrypt       = errors.New("bad decrypt")
	ErrNotEnoughData    = errors.New("not enough data")
)

// ParsePFX reads a PKCS#12 file (RFC 7292): its private key, as
// ParsePrivateKey returns them, the DER certificate of that key and the others
// in the file's order. Encryption is PBES2 as in ParsePrivateKey or
// pbeWithSHAAnd3-KeyTripleDES-CBC; a file without a password is read with "".
// The file may be in BER with open lengths and strings in pieces.
// Iteration counts are bounded, but for those that PKCS#12's own encryption
// hides.
//
// Its errors wrap ErrMACVerifyFailure (wrong passphrase), ErrBadDecrypt (the
// same in a file without a MAC) or ErrNotEnoughData (no PKCS#12), all without a
// code, or are failure.CryptoOperationFailed (no key, no certificate of the key),
// failure.CryptoUnsupportedOperation (RC2 and other encryption that OpenSSL 3
// does not read) and, as ParsePrivateKey's, failure.UnsupportedKey.
func ParsePFX(data []byte, passphrase string) (signer crypto.Signer, leaf []byte, extra [][]byte, err error) {
	safe, err := readPFX(data, passphrase)
	if err == nil {
		err = safe.open(passphrase)
	}
	switch {
	case errors.Is(err, failure.BadDecrypt):
		return nil, nil, nil, wrongPFXPassphrase(passphrase, ErrBadDecrypt)
	case err != nil:
		return nil, nil, nil, err
	case safe.key == nil:
		return nil, nil, nil, failure.CryptoOperationFailed.About("pfx", "Unable to load private key from PFX data: it holds none")
	}
	for i, certificate := range safe.certificates {
		if Matches(certificate, safe.key) == nil {
			others := append(safe.certificates[:i:i], safe.certificates[i+1:]...)
			return safe.key, certificate, others, nil
		}
	}
	return nil, nil, nil, failure.CryptoOperationFailed.About("pfx", "Unable to load certificate from PFX data: none of its %d belongs to its private key", len(safe.certificates))
}

// open has go-pkcs12 check the MAC, and read the file if it has PKCS#12's own
// encryption, whose key derivation go-pkcs12 alone has. Where the scan could read
// everything, what go-pkcs12 does not read is no failure: files without a MAC are
// read as well, so that one only checks the passphrase, which decryption has checked
// already.
func (s *safe) open(passphrase string) error {
	key, leaf, extra, err := s.decodeChain(passphrase)
	// go-pkcs12 has no type for the error of a key.
	wrongPadding := s.legacy && err != nil && strings.Contains(err.Error(), pkcs12.ErrDecryption.Error())
	switch {
	case wrongPadding && !s.hasMAC:
		return wrongPFXPassphrase(passphrase, ErrBadDecrypt)
	case errors.Is(err, pkcs12.ErrIncorrectPassword), wrongPadding:
		return wrongPFXPassphrase(passphrase, ErrMACVerifyFailure)
	case s.refused != nil:
		return s.refused
	case !s.legacy:
		return nil
	case err != nil && !s.hasKey:
		return failure.CryptoOperationFailed.About("pfx", "Unable to load private key from PFX data").Wrap(err)
	case err != nil:
		return unsupportedPFX("it cannot be read").Wrap(err)
	}
	if s.key, err = usable(key); err != nil {
		return err
	}
	s.certificates = [][]byte{bytes.Clone(leaf.Raw)}
	for _, certificate := range extra {
		s.certificates = append(s.certificates, bytes.Clone(certificate.Raw))
	}
	return nil
}

// decodeChain is pkcs12.DecodeChain, which wants DER and a MAC: where the file
// lacks one of them, and there is something that only go-pkcs12 decrypts, it is
// given both.
func (s *safe) decodeChain(passphrase string) (key any, leaf *x509.Certificate, extra []*x509.Certificate, err error) {
	key, leaf, extra, err = pkcs12.DecodeChain(s.der, passphrase)
	if !s.legacy || s.hasMAC && !s.inBER || errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return key, leaf, extra, err
	}
	der, err := s.authenticated(passphrase)
	if err != nil {
		return nil, nil, nil, err
	}
	return pkcs12.DecodeChain(der, passphrase)
}

// wrongPFXPassphrase is the failure of an archive that does not open.
func wrongPFXPassphrase(passphrase string, cause error) *failure.Error {
	if passphrase == "" {
		return (&failure.Error{Reason: "it is encrypted and no passphrase was given", Err: cause}).About("pfx")
	}
	return (&failure.Error{Reason: "the passphrase is wrong (or the archive is damaged)", Err: cause}).About("pfx")
}

func unsupportedPFX(format string, args ...any) *failure.Error {
	return failure.CryptoUnsupportedOperation.About("pfx", "Unsupported PKCS12 PFX data: "+format, args...)
}
