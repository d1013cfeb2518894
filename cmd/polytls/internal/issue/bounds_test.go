package issue

import (
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"polytls/internal/keyfile"
)

// TestBounds issues certificates within the bounds of a CA and outside of them.
func TestBounds(t *testing.T) {
	key, _, err := NewKey(Algorithms[0], "")
	if err != nil {
		t.Fatal(err)
	}
	own := Names{DNS: []string{"host.example", "localhost"}, IPs: []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("127.0.0.1")}}
	ca, err := NewAuthority("bounded", key, 1, PrivateBounds(own))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	for name, want := range map[string]bool{
		"localhost": true, "a.localhost": true, "printer.local": true, "a.internal": true, "host.example": true, "127.0.0.9": true, "10.1.2.3": true,
		"172.31.0.1": true, "::1": true, "fd00::1": true, "fe80::1": true, "192.0.2.1": true,
		"example": false, "www.example.com": false, "notlocal": false, "172.32.0.1": false, "192.0.2.2": false, "2001:db8::1": false,
	} {
		names, err := ParseNames([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		pem, err := ca.Issue(Request{Name: name, Names: names, Usage: Server, Days: 1}, key.Public())
		if err != nil {
			t.Fatal(err)
		}
		ders, err := keyfile.ParseCertificates(pem)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(ders[0])
		if err != nil {
			t.Fatal(err)
		}
		_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		var invalid x509.CertificateInvalidError
		if refused := errors.As(err, &invalid) && invalid.Reason == x509.CANotAuthorizedForThisName; refused == want || (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
