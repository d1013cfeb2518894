package suite

import (
	"crypto"
	"slices"
	"testing"
)

func TestDefaultSchemesFollowTheLevel(t *testing.T) {
	at2 := []Scheme{
		MLDSA65, MLDSA87, MLDSA44,
		ECDSAP256SHA256, ECDSAP384SHA384, ECDSAP521SHA512, Ed25519, Ed448,
		ECDSABrainpoolP256SHA256, ECDSABrainpoolP384SHA384, ECDSABrainpoolP512SHA512,
		RSAPSSPSSSHA256, RSAPSSPSSSHA384, RSAPSSPSSSHA512, RSAPSSRSAESHA256, RSAPSSRSAESHA384, RSAPSSRSAESHA512,
		RSAPKCS1SHA256, RSAPKCS1SHA384, RSAPKCS1SHA512, ECDSASHA224, RSAPKCS1SHA224,
	}
	if got := DefaultLevel.DefaultSchemes(); !slices.Equal(got, at2) {
		t.Errorf("by default: %v", got)
	}
	at0 := slices.Concat(at2[:21], []Scheme{ECDSASHA1}, at2[21:], []Scheme{RSAPKCS1SHA1})
	if got := Level(0).DefaultSchemes(); !slices.Equal(got, at0) {
		t.Errorf("at level 0: %v", got)
	}
	if got := Level(3).DefaultSchemes(); !slices.Equal(got, at2[:20]) {
		t.Errorf("at level 3: %v", got)
	}
}

func TestLevels(t *testing.T) {
	for _, tc := range []struct {
		level          Level
		modulus, dh    int // the least that is allowed
		strength       int // of the modulus
		version        Version
		group, refused Group
		tickets        bool
	}{
		{0, 0, 1024, 0, TLS10, P256, 0, true},
		{1, 1024, 1024, 80, TLS12, FFDHE2048, 0, true},
		{2, 2048, 2048, 112, TLS12, FFDHE2048, 0, true},
		{3, 3072, 3072, 128, TLS12, X25519, FFDHE2048, false},
		{4, 7680, 7680, 192, TLS12, X25519MLKEM768, X25519, false},
		{5, 15360, 15360, 256, TLS12, P521, P384, false},
	} {
		l := tc.level
		if l.ModulusBits() != tc.modulus || l.MinDHBits() != tc.dh || l.Bits() != tc.strength {
			t.Errorf("level %d: RSA from %d bits, DH from %d, security from %d", l, l.ModulusBits(), l.MinDHBits(), l.Bits())
		}
		if got := ModulusStrength(tc.modulus); got != tc.strength || tc.modulus > 0 && ModulusStrength(tc.modulus-1) >= tc.strength {
			t.Errorf("a modulus of %d bits is worth %d, one of a bit less %d", tc.modulus, got, ModulusStrength(tc.modulus-1))
		}
		if l.MinVersion() != tc.version || l.AllowsTickets() != tc.tickets {
			t.Errorf("level %d: from %v, tickets %v", l, l.MinVersion(), l.AllowsTickets())
		}
		if !l.AllowsGroup(tc.group) || l.AllowsGroup(tc.refused) {
			t.Errorf("level %d: allows %v is %v, %v is %v", l, tc.group, l.AllowsGroup(tc.group), tc.refused, l.AllowsGroup(tc.refused))
		}
	}
	if Level(0).AllowsGroup(0x0A0A) || Level(0).AllowsScheme(0x0A0A) || Level(0).AllowsDigest(0) {
		t.Error("level 0 allows what the registry lacks")
	}
	for _, h := range []crypto.Hash{crypto.MD5, crypto.SHA1, crypto.MD5SHA1} {
		if Level(1).AllowsDigest(h) || !Level(0).AllowsDigest(h) {
			t.Errorf("%v is not left to level 0", h)
		}
	}
	if !Level(4).AllowsScheme(Ed448) || Level(4).AllowsScheme(Ed25519) || Level(5).AllowsScheme(Ed448) {
		t.Error("EdDSA is allowed at the wrong levels")
	}
	for scheme, most := range map[Scheme]Level{MLDSA44: 3, MLDSA65: 4, MLDSA87: 5} {
		if !most.AllowsScheme(scheme) || most < 5 && (most+1).AllowsScheme(scheme) {
			t.Errorf("%v is not allowed up to level %d", scheme, most)
		}
	}
	if Level(9).Bits() != 256 || Level(-1).Bits() != 0 {
		t.Error("levels out of range are not clamped")
	}
}
