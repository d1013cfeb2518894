package serve

import (
	"bytes"
	"testing"

	"polytls/internal/testcert"
)

func TestOCSPResponseHasItsForm(t *testing.T) {
	good := testcert.CA("root of OCSP").Server("localhost").OCSPResponse()
	tryLater := []byte{0x30, 3, 0x0A, 1, 3}
	for _, der := range [][]byte{good, tryLater} {
		if !isOCSPResponse(der) {
			t.Errorf("%x is refused", der)
		}
		for n := range der {
			if isOCSPResponse(der[:n]) {
				t.Errorf("the first %d bytes of %x are accepted", n, der)
			}
		}
	}
	successful := []byte{0x30, 3, 0x0A, 1, 0} // of which there is no proof
	for _, der := range [][]byte{nil, []byte("a response"), append(bytes.Clone(good), 0), successful, testcert.CA("a CA").Raw} {
		if isOCSPResponse(der) {
			t.Errorf("%.40x is accepted", der)
		}
	}
}
