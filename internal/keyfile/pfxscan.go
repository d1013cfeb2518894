package keyfile

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/failure"
)

// Object identifiers of PKCS#7 contents (RFC 2315, section 14) and of PKCS#12
// bags and encryption (RFC 7292, appendix D and section 4.2; RFC 9579).
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedBag   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidNestedBags    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidPBE3DES       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidPBMAC1        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}
)

// safe is what a PFX holds, as far as it can be read without PKCS#12's own key
// derivation, and with every iteration count that can be seen within bounds.
type safe struct {
	der          []byte // the PFX, without what follows it
	contents     []byte // the AuthenticatedSafe, in DER
	inBER        bool   // in der the AuthenticatedSafe is not in DER: its MAC is of those octets
	hasMAC       bool
	legacy       bool          // some of it has PKCS#12's own encryption, and is not in the fields below
	refused      error         // some of it has encryption that we do not read; the MAC counts first
	hasKey       bool          // whether it could be read or not
	key          crypto.Signer // the first one
	certificates [][]byte      // DER
}

// readPFX reads the PFX PDU (RFC 7292, section 4).
func readPFX(data []byte, passphrase string) (*safe, error) {
	var pfx, content cryptobyte.String
	var version int
	der, ok := toDER(data)
	if !ok {
		return nil, notEnoughData("PFX")
	}
	s := &safe{der: der}
	input := cryptobyte.String(der)
	switch {
	case !input.ReadASN1(&pfx, cbasn1.SEQUENCE), !pfx.ReadASN1Integer(&version), version != 3:
		return nil, notEnoughData("version, want 3")
	case !readContent(&pfx, oidData, &content):
		return nil, notEnoughData("authSafe")
	}
	s.hasMAC = !pfx.Empty()
	if err := checkMACData(pfx); err != nil {
		return nil, err
	}
	if s.contents, ok = toDER(content); !ok {
		return nil, notEnoughData("AuthenticatedSafe")
	}
	s.inBER = !bytes.Equal(s.contents, content)
	var contents cryptobyte.String
	if content = s.contents; !content.ReadASN1(&contents, cbasn1.SEQUENCE) || !content.Empty() {
		return nil, notEnoughData("AuthenticatedSafe")
	}
	for !contents.Empty() {
		if err := s.readContentInfo(&contents, passphrase); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// readContent reads a ContentInfo whose content is an OCTET STRING.
func readContent(s *cryptobyte.String, want asn1.ObjectIdentifier, out *cryptobyte.String) bool {
	var info, content cryptobyte.String
	var oid asn1.ObjectIdentifier
	return s.ReadASN1(&info, cbasn1.SEQUENCE) && info.ReadASN1ObjectIdentifier(&oid) && oid.Equal(want) &&
		info.ReadASN1(&content, context0) && content.ReadASN1(out, cbasn1.OCTET_STRING) && content.Empty()
}

// checkMACData bounds the work of MacData (RFC 7292, section 4; RFC 9579,
// section 4).
func checkMACData(s cryptobyte.String) error {
	if s.Empty() {
		return nil
	}
	var mac, digestInfo, algorithm, digest, salt cryptobyte.String
	var oid asn1.ObjectIdentifier
	iterations := 1
	switch {
	case !s.ReadASN1(&mac, cbasn1.SEQUENCE), !s.Empty(),
		!mac.ReadASN1(&digestInfo, cbasn1.SEQUENCE), !mac.ReadASN1(&salt, cbasn1.OCTET_STRING),
		!digestInfo.ReadASN1(&algorithm, cbasn1.SEQUENCE), !algorithm.ReadASN1ObjectIdentifier(&oid),
		!digestInfo.ReadASN1(&digest, cbasn1.OCTET_STRING):
		return notEnoughData("macData")
	case !mac.Empty() && !mac.ReadASN1Integer(&iterations), iterations < 1, iterations > maxIterations:
		return unsupportedPFX("macData: iterations, want 1 to %d", maxIterations)
	case !oid.Equal(oidPBMAC1):
		return nil
	}
	var params, kdf cryptobyte.String
	var kdfOID asn1.ObjectIdentifier
	if !algorithm.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1(&kdf, cbasn1.SEQUENCE) ||
		!kdf.ReadASN1ObjectIdentifier(&kdfOID) || !kdfOID.Equal(oidPBKDF2) {
		return unsupportedPFX("macData: PBMAC1: keyDerivationFunc, want PBKDF2")
	}
	if _, err := readPBKDF2(kdf); err != nil {
		return unsupportedPFX("macData: PBMAC1").Wrap(err)
	}
	return nil
}

// readContentInfo reads one content of the AuthenticatedSafe (section 4.1).
func (s *safe) readContentInfo(contents *cryptobyte.String, passphrase string) error {
	var info, content, encrypted, algorithm, data cryptobyte.String
	var kind, inner asn1.ObjectIdentifier
	var version int
	if !contents.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) || !info.ReadASN1(&content, context0) {
		return notEnoughData("AuthenticatedSafe: ContentInfo")
	}
	switch {
	case kind.Equal(oidData):
		if !content.ReadASN1(&data, cbasn1.OCTET_STRING) {
			return notEnoughData("AuthenticatedSafe: data")
		}
		return s.readBags(data, passphrase)
	case !kind.Equal(oidEncryptedData):
		return unsupportedPFX("content of type %v", kind)
	case !content.ReadASN1(&encrypted, cbasn1.SEQUENCE), !encrypted.ReadASN1Integer(&version),
		!encrypted.ReadASN1(&info, cbasn1.SEQUENCE), !info.ReadASN1ObjectIdentifier(&inner), !inner.Equal(oidData),
		!info.ReadASN1(&algorithm, cbasn1.SEQUENCE),
		!info.ReadASN1(&data, cbasn1.Tag(0).ContextSpecific()): // [0] IMPLICIT OCTET STRING
		return notEnoughData("AuthenticatedSafe: encryptedData")
	}
	plain, err := s.decrypt(algorithm, data, passphrase)
	if err != nil || plain == nil {
		return err
	}
	return s.readBags(plain, passphrase)
}

// decrypt returns nil, and notes it, for PKCS#12's own encryption.
func (s *safe) decrypt(algorithm, data cryptobyte.String, passphrase string) ([]byte, error) {
	whole := algorithm
	var oid asn1.ObjectIdentifier
	if !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return nil, notEnoughData("encryption algorithm")
	}
	switch {
	case oid.Equal(oidPBES2):
		plain, err := decryptPBES2(whole, data, []byte(passphrase))
		if s.hasMAC && errors.Is(err, failure.BadDecrypt) {
			return nil, wrongPFXPassphrase(passphrase, ErrMACVerifyFailure)
		}
		return plain, err
	case !oid.Equal(oidPBE3DES):
		s.refused = unsupportedPFX("encryption %s, want PBES2 or pbeWithSHAAnd3-KeyTripleDES-CBC", cipherName(oid))
	}
	var params, salt cryptobyte.String
	var iterations int
	if !algorithm.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1(&salt, cbasn1.OCTET_STRING) ||
		!params.ReadASN1Integer(&iterations) || iterations < 1 || iterations > maxIterations {
		return nil, unsupportedPFX("encryption: iterations, want 1 to %d", maxIterations)
	}
	s.legacy = true
	return nil, nil
}

// readBags reads SafeContents (section 4.2). Bags of other kinds, such as
// revocation lists and secrets, and all attributes are passed over, as OpenSSL's
// PKCS12_parse does: there is no critical one, and none restricts our own key and
// chain. toDER bounds how deep SafeContents may lie in each other.
func (s *safe) readBags(data cryptobyte.String, passphrase string) error {
	var bags cryptobyte.String
	data, ok := toDER(data)
	if !ok || !data.ReadASN1(&bags, cbasn1.SEQUENCE) {
		return notEnoughData("SafeContents")
	}
	for !bags.Empty() {
		var bag, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !bags.ReadASN1(&bag, cbasn1.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&oid) || !bag.ReadASN1(&value, context0) {
			return notEnoughData("SafeBag")
		}
		var err error
		switch {
		case oid.Equal(oidCertBag):
			err = s.addCertificate(value)
		case oid.Equal(oidKeyBag):
			err = s.addKey(value)
		case oid.Equal(oidShroudedBag):
			err = s.addShroudedKey(value, passphrase)
		case oid.Equal(oidNestedBags):
			err = s.readBags(value, passphrase)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *safe) addCertificate(value cryptobyte.String) error {
	var bag, content, data cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !value.ReadASN1(&bag, cbasn1.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&oid) || !bag.ReadASN1(&content, context0) {
		return notEnoughData("CertBag")
	}
	if !oid.Equal(oidX509) {
		return nil
	}
	if !content.ReadASN1(&data, cbasn1.OCTET_STRING) {
		return notEnoughData("CertBag: x509Certificate")
	}
	der, _, ok := certificateDER(data)
	if !ok {
		return notEnoughData("CertBag: x509Certificate")
	}
	s.certificates = append(s.certificates, slices.Clone(der))
	return nil
}

func (s *safe) addShroudedKey(value cryptobyte.String, passphrase string) error {
	var info, algorithm, data cryptobyte.String
	if !value.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!info.ReadASN1(&data, cbasn1.OCTET_STRING) {
		return notEnoughData("PKCS8ShroudedKeyBag")
	}
	plain, err := s.decrypt(algorithm, data, passphrase)
	if err != nil {
		return err
	}
	if plain == nil {
		s.hasKey = true
		return nil
	}
	return s.addKey(plain)
}

func (s *safe) addKey(der []byte) error {
	s.hasKey = true
	if s.key != nil {
		return nil
	}
	if len(der) > maxKeyBytes {
		return unsupported("%d bytes, want at most %d", len(der), maxKeyBytes)
	}
	key, err := parsePKCS8(der)
	s.key = key
	return err
}

const context0 = cbasn1.Tag(0x80 | 0x20) // [0] EXPLICIT

func notEnoughData(field string) error {
	return (&failure.Error{Reason: "not PKCS#12 in DER (" + field + ")", Err: ErrNotEnoughData}).About("pfx")
}
