package polytls_test

import (
	"slices"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// TestDefaultCACertificates are those of contexts that name none, once they are set.
func TestDefaultCACertificates(t *testing.T) {
	defer polytls.SetDefaultCACertificates(nil)
	connects := func(want string) {
		t.Helper()
		co := trusting()
		co.CA = nil
		wantCode(t, "client", handshake(t, serving(localhost), co).clientErr, want)
	}
	const untrusted = "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
	connects(untrusted)
	if err := polytls.SetDefaultCACertificates([][]byte{testcert.CA("other").PEM(), ca.PEM()}); err != nil {
		t.Fatal(err)
	}
	connects("")
	got, err := polytls.CACertificates("default")
	if err != nil || len(got) != 2 || got[1] != strings.TrimSpace(string(ca.PEM())) {
		t.Errorf("the default is %q, %v", got, err)
	}
	wantCode(t, "text", polytls.SetDefaultCACertificates([][]byte{ca.PEM(), []byte("no certificate")}), "ERR_OSSL_PEM_NO_START_LINE")
	connects("") // an error changes nothing
	if err := polytls.SetDefaultCACertificates([][]byte{}); err != nil {
		t.Fatal(err)
	}
	connects(untrusted)
	if got, err := polytls.CACertificates("default"); err != nil || len(got) != 0 {
		t.Errorf("the default is %q, %v", got, err)
	}
}

// TestCACertificates of each kind.
func TestCACertificates(t *testing.T) {
	for _, kind := range []string{"default", "bundled"} {
		if got, err := polytls.CACertificates(kind); err != nil || !slices.Equal(got, polytls.RootCertificates()) {
			t.Errorf("%s: %d certificates, %v", kind, len(got), err)
		}
	}
	system, err := polytls.CACertificates("system")
	if err == nil && (len(system) == 0 || !strings.HasPrefix(system[0], "-----BEGIN CERTIFICATE-----")) {
		t.Errorf("system: %d certificates", len(system))
	}
	if extra, err := polytls.CACertificates("extra"); err != nil || len(extra) != 0 {
		t.Errorf("extra: %d certificates, %v", len(extra), err)
	}
	_, err = polytls.CACertificates("other")
	wantCode(t, "other", err, "ERR_INVALID_ARG_VALUE")
}
