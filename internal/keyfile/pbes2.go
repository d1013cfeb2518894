package keyfile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"io"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"

	"polytls/failure"
)

// Object identifiers of PBES2 and its key derivations (RFC 8018, appendix C;
// RFC 7914, section 7).
var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}

	// What encryptPKCS8 takes of the two tables below.
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// prfs are PBKDF2's pseudorandom functions (RFC 8018, appendix B.1).
var prfs = [...]struct {
	oid  asn1.ObjectIdentifier
	hash func() hash.Hash
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}, sha1.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 8}, sha256.New224},
	{oidHMACSHA256, sha256.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, sha512.New384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, sha512.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 12}, sha512.New512_224},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 13}, sha512.New512_256},
}

// cbcCipher is an encryption scheme of RFC 8018, appendix B.2, whose parameter
// is the IV.
type cbcCipher struct {
	oid    asn1.ObjectIdentifier
	keyLen int // in bytes
	block  func(key []byte) (cipher.Block, error)
}

var ciphers = [...]cbcCipher{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}, 24, aes.NewCipher},
	{oidAES256CBC, 32, aes.NewCipher},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}, 24, des.NewTripleDESCipher},
}

// decryptPKCS8 opens an EncryptedPrivateKeyInfo (RFC 5958, section 3).
func decryptPKCS8(der, passphrase []byte) ([]byte, error) {
	var info, algorithm, data cryptobyte.String
	input := cryptobyte.String(der)
	switch {
	case !input.ReadASN1(&info, cbasn1.SEQUENCE), !input.Empty():
		return nil, unsupported("encrypted PKCS#8: not one SEQUENCE")
	case !info.ReadASN1(&algorithm, cbasn1.SEQUENCE):
		return nil, unsupported("encrypted PKCS#8: encryptionAlgorithm")
	case !info.ReadASN1(&data, cbasn1.OCTET_STRING), !info.Empty():
		return nil, unsupported("encrypted PKCS#8: encryptedData")
	}
	return decryptPBES2(algorithm, data, passphrase)
}

// decryptPBES2 decrypts data; algorithm is the inside of an AlgorithmIdentifier
// with PBES2-params (RFC 8018, appendix A.4).
func decryptPBES2(algorithm, data cryptobyte.String, passphrase []byte) ([]byte, error) {
	var oid, kdfOID, cipherOID asn1.ObjectIdentifier
	var params, kdf, scheme, iv cryptobyte.String
	switch {
	case !algorithm.ReadASN1ObjectIdentifier(&oid):
		return nil, unsupported("encryption: algorithm")
	case !oid.Equal(oidPBES2):
		return nil, failure.UnsupportedCipher.About("private key", "encryption: algorithm %s, want PBES2 or pbeWithSHAAnd3-KeyTripleDES-CBC", cipherName(oid))
	case !algorithm.ReadASN1(&params, cbasn1.SEQUENCE), !algorithm.Empty(),
		!params.ReadASN1(&kdf, cbasn1.SEQUENCE), !kdf.ReadASN1ObjectIdentifier(&kdfOID):
		return nil, unsupported("PBES2: keyDerivationFunc")
	case !params.ReadASN1(&scheme, cbasn1.SEQUENCE), !params.Empty(),
		!scheme.ReadASN1ObjectIdentifier(&cipherOID):
		return nil, unsupported("PBES2: encryptionScheme")
	case !scheme.ReadASN1(&iv, cbasn1.OCTET_STRING), !scheme.Empty():
		return nil, unsupported("PBES2: IV")
	}
	for _, c := range ciphers {
		if !c.oid.Equal(cipherOID) {
			continue
		}
		key, err := deriveKey(kdfOID, kdf, passphrase, c.keyLen)
		if err != nil {
			return nil, err
		}
		return c.decrypt(key, iv, data)
	}
	return nil, failure.UnsupportedCipher.About("private key", "PBES2: cipher %s, want AES-CBC or DES-EDE3-CBC", cipherName(cipherOID))
}

func deriveKey(oid asn1.ObjectIdentifier, params cryptobyte.String, passphrase []byte, keyLen int) ([]byte, error) {
	switch {
	case oid.Equal(oidPBKDF2):
		return derivePBKDF2(params, passphrase, keyLen)
	case oid.Equal(oidScrypt):
		return deriveScrypt(params, passphrase, keyLen)
	}
	return nil, unsupported("PBES2: key derivation %v, want PBKDF2 or scrypt", oid)
}

// derivePBKDF2 reads PBKDF2-params (RFC 8018, appendix A.2).
func derivePBKDF2(s cryptobyte.String, passphrase []byte, keyLen int) ([]byte, error) {
	params, err := readPBKDF2(s)
	if err != nil {
		return nil, err
	}
	if params.keyLen != 0 && params.keyLen != keyLen {
		return nil, unsupported("PBKDF2: keyLength %d, want %d", params.keyLen, keyLen)
	}
	key, err := pbkdf2.Key(params.prf, string(passphrase), params.salt, params.iterations, keyLen)
	if err != nil {
		return nil, unsupported("PBKDF2").Wrap(err)
	}
	return key, nil
}

type pbkdf2Params struct {
	salt       []byte
	iterations int
	keyLen     int // in bytes, 0 if not given
	prf        func() hash.Hash
}

func readPBKDF2(s cryptobyte.String) (*pbkdf2Params, error) {
	var params, salt cryptobyte.String
	p := &pbkdf2Params{prf: sha1.New}
	switch {
	case !s.ReadASN1(&params, cbasn1.SEQUENCE), !s.Empty():
		return nil, unsupported("PBKDF2: parameters")
	case !params.ReadASN1(&salt, cbasn1.OCTET_STRING):
		return nil, unsupported("PBKDF2: salt")
	case !params.ReadASN1Integer(&p.iterations), p.iterations < 1, p.iterations > maxIterations:
		return nil, unsupported("PBKDF2: iterationCount, want 1 to %d", maxIterations)
	case params.PeekASN1Tag(cbasn1.INTEGER) && (!params.ReadASN1Integer(&p.keyLen) || p.keyLen < 1):
		return nil, unsupported("PBKDF2: keyLength")
	case !params.Empty() && !readPRF(&params, &p.prf), !params.Empty():
		return nil, unsupported("PBKDF2: prf, want HMAC with SHA-1 or SHA-2")
	}
	p.salt = salt
	return p, nil
}

func readPRF(s *cryptobyte.String, prf *func() hash.Hash) bool {
	var algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return false
	}
	for _, row := range prfs {
		if row.oid.Equal(oid) {
			*prf = row.hash
			return true
		}
	}
	return false
}

// deriveScrypt reads scrypt-params (RFC 7914, section 7.1).
func deriveScrypt(s cryptobyte.String, passphrase []byte, keyLen int) ([]byte, error) {
	var params, salt cryptobyte.String
	var n, r, p, length uint64
	switch {
	case !s.ReadASN1(&params, cbasn1.SEQUENCE), !s.Empty():
		return nil, unsupported("scrypt: parameters")
	case !params.ReadASN1(&salt, cbasn1.OCTET_STRING):
		return nil, unsupported("scrypt: salt")
	case !readBounded(&params, &n), !readBounded(&params, &r), !readBounded(&params, &p):
		return nil, unsupported("scrypt: costParameter, blockSize, parallelizationParameter")
	case 128*n*r > maxScryptMemory:
		return nil, unsupported("scrypt: %d bytes of memory, want at most %d", 128*n*r, maxScryptMemory)
	case 128*n*r*p > maxScryptWork:
		return nil, unsupported("scrypt: work of %d bytes, want at most %d", 128*n*r*p, maxScryptWork)
	case !params.Empty() && (!readBounded(&params, &length) || length != uint64(keyLen)), !params.Empty():
		return nil, unsupported("scrypt: keyLength, want %d", keyLen)
	}
	key, err := scrypt.Key(passphrase, salt, int(n), int(r), int(p), keyLen)
	if err != nil {
		return nil, unsupported("scrypt").Wrap(err)
	}
	return key, nil
}

// readBounded reads an INTEGER from 1 to 2^19, of which three can be
// multiplied without overflow.
func readBounded(s *cryptobyte.String, out *uint64) bool {
	return s.ReadASN1Integer(out) && *out >= 1 && *out <= 1<<19
}

// decrypt opens CBC with the padding of RFC 8018, section 6.1.1. Its timing reveals
// the padding; that is no oracle, since files do not come from an attacker.
func (c cbcCipher) decrypt(key, iv, data []byte) ([]byte, error) {
	block, err := c.block(key)
	if err != nil {
		return nil, unsupported("PBES2").Wrap(err)
	}
	size := block.BlockSize()
	switch {
	case len(iv) != size:
		return nil, unsupported("PBES2: IV of %d bytes, want %d", len(iv), size)
	case len(data) == 0, len(data)%size != 0:
		return nil, unsupported("PBES2: %d encrypted bytes, want blocks of %d", len(data), size)
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	last := int(plain[len(plain)-1])
	if last < 1 || last > size {
		return nil, wrongPassphrase()
	}
	unpadded := plain[:len(plain)-last]
	for _, b := range plain[len(unpadded):] {
		if int(b) != last {
			return nil, wrongPassphrase()
		}
	}
	return oneSequence(unpadded)
}

// oneSequence returns what was decrypted if it is a SEQUENCE, as all is that
// this package decrypts: of the wrong passphrases one in 256 makes padding that
// looks right.
func oneSequence(plain []byte) ([]byte, error) {
	var seq cryptobyte.String
	rest := cryptobyte.String(plain)
	if !rest.ReadASN1(&seq, cbasn1.SEQUENCE) || !rest.Empty() {
		return nil, wrongPassphrase()
	}
	return plain, nil
}

func wrongPassphrase() error {
	return failure.BadDecrypt.About("private key", "the passphrase is wrong (or the encrypted data are damaged)")
}

// What our own encryption takes; the salt's length is in bytes.
const (
	encryptIterations = 600_000 // what OWASP asks of HMAC-SHA-256, against OpenSSL's 2,048
	encryptSalt       = 16
)

// encryptPKCS8 returns an EncryptedPrivateKeyInfo.
func encryptPKCS8(random io.Reader, der, passphrase []byte) ([]byte, error) {
	fresh := make([]byte, encryptSalt+aes.BlockSize)
	if _, err := io.ReadFull(random, fresh); err != nil {
		return nil, err
	}
	salt, iv := fresh[:encryptSalt], fresh[encryptSalt:]
	key, err := pbkdf2.Key(sha256.New, string(passphrase), salt, encryptIterations, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(der)%aes.BlockSize
	data := make([]byte, len(der)+padding)
	for i := copy(data, der); i < len(data); i++ {
		data[i] = byte(padding)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, data)
	return marshalPBES2(salt, iv, data)
}

// marshalPBES2 names PBKDF2 with HMAC-SHA-256 and AES-256-CBC.
func marshalPBES2(salt, iv, data []byte) ([]byte, error) {
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f cryptobyte.BuilderContinuation) { b.AddASN1(cbasn1.SEQUENCE, f) }
	sequence(&b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPBES2)
			sequence(b, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidPBKDF2)
					sequence(b, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(encryptIterations)
						sequence(b, func(b *cryptobyte.Builder) {
							b.AddASN1ObjectIdentifier(oidHMACSHA256)
							b.AddASN1NULL()
						})
					})
				})
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidAES256CBC)
					b.AddASN1OctetString(iv)
				})
			})
		})
		b.AddASN1OctetString(data)
	})
	return b.Bytes()
}
