package main

import (
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
