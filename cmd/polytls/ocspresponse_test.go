package main

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"polytls/internal/testcert"
)

// newOCSPResponse makes the response of a CA about a certificate of its own.
func newOCSPResponse(t *testing.T) []byte {
	t.Helper()
	root := testcert.CA("root of OCSP")
	leaf := root.Server("localhost")
	response, err := ocsp.CreateResponse(root.Certificate, root.Certificate, ocsp.Response{
		Status: ocsp.Good, SerialNumber: leaf.SerialNumber, ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour),
	}, root.Signer)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestOCSPResponseIsStapled(t *testing.T) {
	f := newFiles(t)
	response := newOCSPResponse(t)
	r := f.serve(t, "--ocsp-response", f.write(t, "ocsp.der", response))
	if got := f.connect(t, r, "--request-ocsp").want(t, exitOK).object(t); got["ocspResponse"] != base64.StdEncoding.EncodeToString(response) {
		t.Errorf("ocspResponse is %v", got["ocspResponse"])
	}
	if got := f.connect(t, r).want(t, exitOK).object(t); got["ocspResponse"] != nil {
		t.Errorf("ocspResponse is %v, unasked", got["ocspResponse"])
	}
}

func TestOCSPResponseHasItsForm(t *testing.T) {
	good := newOCSPResponse(t)
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
