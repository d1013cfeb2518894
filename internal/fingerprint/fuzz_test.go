package fingerprint

import (
	"regexp"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

var (
	ja3Form  = regexp.MustCompile(`^[0-9a-f]{32}$`)
	ja4Form  = regexp.MustCompile(`^t(1[0-3]|s[23]|00)[di][0-9]{4}[0-9a-zA-Z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$`)
	ja4sForm = regexp.MustCompile(`^t(1[0-3]|s[23]|00)[0-9]{2}[0-9a-zA-Z]{2}_([0-9a-f]{4}(,[0-9a-f]{4})*)?_[0-9a-f]{12}$`)
)

// FuzzFingerprint: whatever a peer sends as its hello, the digests have their form.
func FuzzFingerprint(f *testing.F) {
	for _, m := range []wire.Message{
		&wire.ClientHello{
			LegacyVersion: suite.TLS12, CompressionMethods: []byte{0}, CipherSuites: []suite.ID{0x7A7A, 0x1301, 0xc02b},
			Extensions: wire.Extensions{{Type: wire.ExtALPN, Body: alpn("h2")}, {Type: wire.ExtSupportedVersions, Body: listOf(1, 0xFAFA, 0x0304)}},
		},
		&wire.ServerHello{LegacyVersion: suite.TLS12, CipherSuite: 0x1301},
	} {
		raw, err := wire.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := fields.Describe(raw, fields.Context{})
		ja3, ja4 := Client(&m)
		ja3s, ja4s := Server(&m)
		if !ja3Form.MatchString(ja3) || !ja4Form.MatchString(ja4) || !ja3Form.MatchString(ja3s) || !ja4sForm.MatchString(ja4s) {
			t.Errorf("%q %q %q %q", ja3, ja4, ja3s, ja4s)
		}
	})
}
