package trust

import (
	"bytes"
	"crypto/sha256"
	"runtime"
	"testing"
	"time"

	"polytls/internal/trust/certtest"
)

func plain(name string) []byte {
	key, subject := certtest.Keys("p256"), certtest.Name("CN="+name)
	c := certtest.Template{
		Serial: 1, Subject: subject, Issuer: subject, Key: key, Signer: key,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31-1, 0),
	}
	return c.Sign()
}

func TestSharedParsesOnce(t *testing.T) {
	der := plain("shared")
	a, err := Shared(der)
	if err != nil {
		t.Fatal(err)
	}
	again := bytes.Clone(der)
	b, err := Shared(again)
	if err != nil || a != b {
		t.Errorf("the same certificate twice: %p and %p, %v", a, b, err)
	}
	clear(again)
	clear(der)
	if bytes.Equal(a.Raw, der) {
		t.Error("the certificate aliases what it was parsed from")
	}
	if _, err := Shared([]byte{1, 2, 3}); err == nil {
		t.Error("no certificate: no error")
	}
}

func TestSharedForgets(t *testing.T) {
	der := plain("forgotten")
	key := sha256.Sum256(der)
	if _, err := Shared(der); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if inUse.get(key) != nil {
		t.Error("an unreferenced certificate is kept")
	}
	inUse.drop(key)
	inUse.mu.RLock() // against the clean-up, which runs when it likes
	_, there := inUse.certs[key]
	inUse.mu.RUnlock()
	if there {
		t.Error("its place is kept")
	}
	first, err := Shared(der)
	if err != nil {
		t.Fatal(err)
	}
	inUse.drop(key) // late, of the one before
	if inUse.get(key) != first {
		t.Error("a late clean-up forgot a certificate in use")
	}
	runtime.KeepAlive(first)
}

func TestIsFor(t *testing.T) {
	key, subject := certtest.Keys("p256"), certtest.Name("CN=other.example")
	template := certtest.Template{
		Serial: 1, Subject: subject, Issuer: subject, Key: key, Signer: key,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31-1, 0),
		Extensions: [][]byte{certtest.AltNames(certtest.DNS("a.example"), certtest.GeneralName(7, []byte{127, 0, 0, 1}))},
	}
	for _, withNames := range []bool{true, false} {
		if !withNames {
			template.Extensions = nil
		}
		c, err := ParseCertificate(template.Sign())
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]bool{
			"a.example": withNames, "127.0.0.1": withNames, "other.example": !withNames, "b.example": false,
		} {
			for range 2 {
				if got := c.IsFor(host); got != want {
					t.Errorf("%s, alternative names %v: %v", host, withNames, got)
				}
			}
		}
	}
}
