package openssl

import (
	"testing"

	"polytls/internal/suite"
)

// TestCiphersHaveWords: each bulk cipher has a word of its own in the notation of
// cipher lists, such as AES128 or CHACHA20.
func TestCiphersHaveWords(t *testing.T) {
	for s := range suite.Suites() {
		named := false
		for word, p := range aliases {
			named = named || p.cipher != encrypted && word != "CBC" && p.cipher&of(s.Cipher) != 0
		}
		if !named {
			t.Errorf("%s: no word of cipherword.go selects its cipher, %s", s.Name, s.Cipher.Info().Name)
		}
	}
}
