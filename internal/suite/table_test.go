package suite

import (
	"crypto"
	"slices"
	"strings"
	"testing"
)

func TestRegistryRowsAreSound(t *testing.T) {
	ids, names := map[ID]bool{}, map[string]bool{}
	for s := range Suites() {
		if ids[s.ID] || names[s.Name] || names[s.Standard] {
			t.Errorf("%s: twice in the registry", s.Name)
		}
		ids[s.ID], names[s.Name], names[s.Standard] = true, true, true
		if s.ID.Info() != s || ByName(s.Name) != s || ByName(s.Standard) != s || s.ID.String() != s.Standard {
			t.Errorf("%s: a lookup does not find it", s.Name)
		}
		if want := strings.HasSuffix(s.Name, "SHA384"); (s.Hash == crypto.SHA384) != want {
			t.Errorf("%s: hash is %v", s.Name, s.Hash)
		}
		if s.MAC == AEAD && s.MinVersion < TLS12 {
			t.Errorf("%s: AEAD at %v", s.Name, s.MinVersion)
		}
		if s.Node && !s.Implemented {
			t.Errorf("%s: Node has it and it is not implemented", s.Name)
		}
		if s.Implemented && (s.Auth == AuthDSS || s.Auth == AuthOther || s.MAC == MACOther) {
			t.Errorf("%s: implemented without a way to authenticate", s.Name)
		}
	}
}

func TestNodeCiphers(t *testing.T) {
	names := NodeCiphers()
	if len(names) != 62 || !slices.IsSorted(names) {
		t.Fatalf("%d names, sorted: %v; Node 26 lists 62: a row of the registry has Node set only if tls.getCiphers() lists its suite", len(names), slices.IsSorted(names))
	}
	for _, want := range []string{
		"aes128-gcm-sha256", "dhe-psk-chacha20-poly1305", "ecdhe-psk-aes256-cbc-sha384",
		"rsa-psk-aes128-cbc-sha256", "srp-rsa-aes-256-cbc-sha", "tls_aes_128_ccm_8_sha256",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
	names[0] = "changed"
	if NodeCiphers()[0] == "changed" {
		t.Error("the list is not a copy")
	}
}

func TestSuiteProperties(t *testing.T) {
	for _, tc := range []struct {
		name                            string
		ecdhe, dhe, psk, srp, rsa, cert bool
		low, high                       Version
	}{
		{name: "AES128-SHA", rsa: true, cert: true, low: TLS10, high: TLS12},
		{name: "NULL-SHA256", rsa: true, cert: true, low: TLS12, high: TLS12},
		{name: "DHE-RSA-AES128-SHA", dhe: true, cert: true, low: TLS10, high: TLS12},
		{name: "ADH-AES128-SHA", dhe: true, low: TLS10, high: TLS12},
		{name: "ECDHE-ECDSA-AES128-GCM-SHA256", ecdhe: true, cert: true, low: TLS12, high: TLS12},
		{name: "ECDHE-RSA-AES256-SHA384", ecdhe: true, cert: true, low: TLS12, high: TLS12},
		{name: "AECDH-NULL-SHA", ecdhe: true, low: TLS10, high: TLS12},
		{name: "PSK-AES128-CBC-SHA256", psk: true, low: TLS10, high: TLS12},
		{name: "DHE-PSK-AES256-CCM8", dhe: true, psk: true, low: TLS12, high: TLS12},
		{name: "ECDHE-PSK-AES256-CBC-SHA384", ecdhe: true, psk: true, low: TLS10, high: TLS12},
		{name: "RSA-PSK-AES256-CBC-SHA", psk: true, rsa: true, cert: true, low: TLS10, high: TLS12},
		{name: "SRP-AES-128-CBC-SHA", srp: true, low: TLS10, high: TLS12},
		{name: "SRP-RSA-AES-128-CBC-SHA", srp: true, cert: true, low: TLS10, high: TLS12},
		{name: "IDEA-CBC-SHA", rsa: true, cert: true, low: TLS10, high: TLS11},
		{name: "TLS_AES_256_GCM_SHA384", low: TLS13, high: TLS13},
	} {
		s := ByName(tc.name)
		if s == nil {
			t.Errorf("%s: not in the registry", tc.name)
			continue
		}
		if s.UsesECDHE() != tc.ecdhe || s.UsesDHE() != tc.dhe || s.UsesPSK() != tc.psk || s.UsesSRP() != tc.srp ||
			s.UsesRSAEncryption() != tc.rsa || s.CertificateAuth() != tc.cert {
			t.Errorf("%s: a property of its key exchange is wrong", tc.name)
		}
		if s.MinVersion != tc.low || s.MaxVersion != tc.high {
			t.Errorf("%s: %v to %v, want %v to %v", tc.name, s.MinVersion, s.MaxVersion, tc.low, tc.high)
		}
	}
}

func TestSignalingValuesHaveNames(t *testing.T) {
	for id, want := range map[ID]string{
		EmptyRenegotiationInfoSCSV: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
		FallbackSCSV:               "TLS_FALLBACK_SCSV",
		0xC02F:                     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
		0x0A0A:                     "suite(0x0A0A)",
	} {
		if got := id.String(); got != want {
			t.Errorf("%04X is %s, want %s", uint16(id), got, want)
		}
	}
}

// TestIteratorsCanStop breaks out of each loop at the first row.
func TestIteratorsCanStop(t *testing.T) {
	for v := range Versions() {
		if v != TLS10 {
			t.Errorf("the first version is %v", v)
		}
		break
	}
	for p := range Policies() {
		if p.Name != "fips-202205" {
			t.Errorf("the first policy is %s", p.Name)
		}
		break
	}
}
