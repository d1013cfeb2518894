package main

import (
	"bytes"
	"encoding/base64"
	"testing"

	"polytls/internal/testcert"
)

func TestOCSPResponseIsStapled(t *testing.T) {
	f := newFiles(t)
	response := testcert.CA("root of OCSP").Server("localhost").OCSPResponse()
	r := f.serve(t, "--ocsp-response", f.write(t, "ocsp.der", response))
	if got := f.connect(t, r, "--request-ocsp").want(t, exitOK).object(t); got["ocspResponse"] != base64.StdEncoding.EncodeToString(response) {
		t.Errorf("ocspResponse is %v", got["ocspResponse"])
	}
	if got := f.connect(t, r).want(t, exitOK).object(t); got["ocspResponse"] != nil {
		t.Errorf("ocspResponse is %v, unasked", got["ocspResponse"])
	}
}

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
