package keyfile

import (
	"bytes"
	"testing"

	"polytls/failure"
	"polytls/internal/sign"
	"polytls/internal/suite"
)

func TestReadsRevocationLists(t *testing.T) {
	public, err := PublicKey(certificate(t, "p256"))
	if err != nil {
		t.Fatal(err)
	}
	both := bytes.Join([][]byte{file(t, "crl-v1.pem"), file(t, "crl-v2.pem")}, []byte("text\n"))
	lists, err := ParseCRLs(both)
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) != 2 {
		t.Fatalf("%d lists, want 2", len(lists))
	}
	for i, list := range lists {
		if n := len(list.RevokedCertificateEntries); n != 1 || list.RevokedCertificateEntries[0].SerialNumber.Int64() != 0x2001 {
			t.Errorf("list %d revokes %d certificates, want the one of serial number 2001", i, n)
		}
		if err := sign.Verify(public, suite.ECDSAP256SHA256, list.RawTBSRevocationList, list.Signature); err != nil {
			t.Errorf("list %d: %v", i, err)
		}
		if !bytes.Contains(list.Raw, list.RawTBSRevocationList) {
			t.Errorf("list %d: Raw is not what was signed", i)
		}
	}
}

func TestRefusesBrokenRevocationLists(t *testing.T) {
	text := file(t, "crl-v1.pem")
	for name, text := range map[string][]byte{
		"empty":             nil,
		"garbage":           []byte("garbage"),
		"certificate":       file(t, "p256-cert.pem"),
		"no end line":       text[:len(text)-20],
		"not base64":        replaceOnce(t, text, "\nMI", "\nM!"),
		"no DER":            []byte("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"),
		"empty SEQUENCE":    []byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"),
		"second one broken": append(bytes.Clone(text), text[:len(text)-20]...),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseCRLs(text)
			wantError(t, err, failure.CryptoOperationFailed)
		})
	}
}
