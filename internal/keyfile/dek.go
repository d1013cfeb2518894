package keyfile

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"

	"polytls/failure"
)

// dekCiphers are the algorithms of DEK-Info that OpenSSL 3 still reads without
// its legacy provider.
var dekCiphers = []string{"AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC"}

// isDEK reports whether the block is encrypted in the manner of RFC 1421,
// section 4.6: OpenSSL's traditional form.
func isDEK(block *pem.Block) bool {
	return block.Headers["DEK-Info"] != "" || strings.HasSuffix(block.Headers["Proc-Type"], ",ENCRYPTED")
}

func decryptDEK(block *pem.Block, passphrase []byte) ([]byte, error) {
	name, iv, found := strings.Cut(block.Headers["DEK-Info"], ",")
	name = strings.ToUpper(name) // as OpenSSL's names, whose case is free
	switch {
	case !found:
		return nil, unsupported("DEK-Info: missing, or without IV")
	case !slices.Contains(dekCiphers, name):
		return nil, failure.UnsupportedCipher.About("private key", "DEK-Info: cipher %q, want one of %s", name, strings.Join(dekCiphers, ", "))
	}
	block.Headers["DEK-Info"] = name + "," + iv
	//lint:ignore SA1019 it is deprecated because the format is weak, and that is the format of these files
	der, err := x509.DecryptPEMBlock(block, passphrase)
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, wrongPassphrase()
	case err != nil:
		return nil, unsupported("DEK-Info").Wrap(err)
	}
	return oneSequence(der)
}
