package openssl

import (
	"polytls/internal/suite"
	"slices"
	"testing"
)

// preferred arranges the suites as ssl_create_cipher_list of OpenSSL does
// before it applies the rules of a list.
func preferred() []*suite.CipherSuite {
	o := newOrder()
	slices.SortFunc(o.entries, func(a, b entry) int { return int(b.suite.ID) - int(a.suite.ID) })
	gcm, ephemeral := of(suite.AES128GCM, suite.AES256GCM), kDHE|kECDHE
	o.apply(add, &pattern{kx: kECDHE, auth: of(suite.AuthECDSA)})
	o.apply(add, &pattern{kx: kECDHE})
	o.apply(remove, &pattern{kx: kECDHE})
	o.apply(add, &pattern{cipher: gcm})
	o.apply(add, &pattern{cipher: of(suite.ChaCha20Poly1305)})
	o.apply(add, &pattern{cipher: (aes128 | aes256) &^ gcm})
	o.apply(add, &pattern{})
	o.apply(toEnd, &pattern{mac: of(suite.MD5)})
	o.apply(toEnd, &pattern{auth: of(suite.AuthNone)})
	o.apply(toEnd, &pattern{kx: of(suite.KxRSA)})
	o.apply(toEnd, &pattern{kx: of(suite.KxPSK)})
	o.apply(toEnd, &pattern{cipher: of(suite.RC4)})
	o.sortByStrength()
	o.toTop(&pattern{minimum: "TLSv1.2"})
	o.toTop(&pattern{mac: of(suite.AEAD)})
	o.toTop(&pattern{kx: ephemeral})
	o.toTop(&pattern{kx: ephemeral, mac: of(suite.AEAD)})
	return o.active()
}

// toTop is OpenSSL's CIPHER_BUMP, which no list can ask for.
func (o *order) toTop(p *pattern) {
	slices.SortStableFunc(o.entries, func(a, b entry) int {
		switch x, y := p.matches(a.suite), p.matches(b.suite); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
}

func TestRegistryIsInOrderOfPreference(t *testing.T) {
	want := preferred()
	all := slices.Collect(suite.Suites())
	got := all[slices.IndexFunc(all, func(s *suite.CipherSuite) bool { return s.MinVersion < suite.TLS13 }):]
	if len(got) != len(want) {
		t.Fatalf("%d suites below TLS 1.3, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %d is %s, want %s", i, got[i].Name, want[i].Name)
		}
	}
}
