package kex

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// refuses checks that err is of the row and carries the alert.
func refuses(t *testing.T, what string, err error, row failure.Failure, want failure.Alert) {
	t.Helper()
	var e *failure.Error
	if !errors.Is(err, row) || !errors.As(err, &e) || e.Alert != want || e.AlertFrom != failure.SideUs {
		t.Errorf("%s: %v, wanted %s with %v", what, err, row.Code, want)
	}
}

// TestEveryGroupAgrees ranges over the registry, so that a row without code
// fails.
func TestEveryGroupAgrees(t *testing.T) {
	for info := range suite.Groups() {
		t.Run(info.Name, func(t *testing.T) {
			client, err := Generate(info.ID)
			if err != nil {
				t.Fatal(err)
			}
			if client.Group() != info.ID {
				t.Errorf("group %v", client.Group())
			}
			if n := len(client.Public()); n != info.Share {
				t.Errorf("share of %d bytes, the registry has %d", n, info.Share)
			}
			reply, secret, err := Reply(info.ID, client.Public())
			if err != nil {
				t.Fatal(err)
			}
			if len(reply) != info.Reply {
				t.Errorf("reply of %d bytes, the registry has %d", len(reply), info.Reply)
			}
			got, err := client.Shared(reply)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, secret) || allZero(secret) {
				t.Errorf("secrets\n%x\n%x", got, secret)
			}
			if info.Kind == suite.FiniteField && len(secret) != info.Share {
				t.Errorf("secret of %d bytes, wanted the prime's %d", len(secret), info.Share)
			}
			again, err := Generate(info.ID)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(again.Public(), client.Public()) {
				t.Error("two keys are one")
			}
		})
	}
	if n := len(slices.Collect(suite.Groups())); len(methods) != n {
		t.Errorf("%d methods, %d groups", len(methods), n)
	}
}

func TestRefusesWrongLengths(t *testing.T) {
	for info := range suite.Groups() {
		if info.Share > 1300 || info.Kind == suite.FiniteField && info.Share > 256 {
			continue // slow, and the same code
		}
		row := failure.BadECPoint
		if info.Kind == suite.FiniteField {
			row = failure.BadDHValue
		}
		key, err := Generate(info.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, info.Share - 1, info.Share + 1} {
			_, _, err := Reply(info.ID, make([]byte, n))
			refuses(t, info.Name, err, row, failure.AlertIllegalParameter)
		}
		for _, n := range []int{0, 1, info.Reply - 1, info.Reply + 1} {
			_, err := key.Shared(make([]byte, n))
			refuses(t, info.Name, err, row, failure.AlertIllegalParameter)
		}
	}
}

func TestRefusesUnknownGroups(t *testing.T) {
	const unknown suite.Group = 0x4242
	_, err := Generate(unknown)
	refuses(t, "Generate", err, failure.Internal, failure.AlertInternalError)
	_, err = NewPrivateKey(unknown, make([]byte, 32))
	refuses(t, "NewPrivateKey", err, failure.Internal, failure.AlertInternalError)
	_, _, err = Reply(unknown, make([]byte, 32))
	refuses(t, "Reply", err, failure.Internal, failure.AlertInternalError)
}

// TestVectors: RFC 7748, section 6, and the key exchanges of RFC 8448,
// sections 3 and 5.
func TestVectors(t *testing.T) {
	for _, c := range []struct {
		group                  suite.Group
		private, public        string
		peer, peerPub, secrets string
	}{
		{suite.X25519,
			"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
			"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
			"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
			"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
		{suite.X448,
			"9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
			"9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
			"1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
			"3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
			"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"},
		{suite.X25519,
			"49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005",
			"99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c",
			"b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e",
			"c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f",
			"8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"},
		{suite.P256,
			"ab5473467e19346ceb0a0414e41da21d4d2445bc3025afe97c4e8dc8d513da39",
			"04a6da7392ec591e17abfd535964b99894d13befb221b3def2ebe3830eac8f0151812677c4d6d2237e85cf01d6910cfb83954e76ba7352830534159897e8065780",
			"8c510601f9765bfb8ed693449a48989859b5cfa879cb9f5443c41c5ff10634ed",
			"04583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b04ac07d83540eab3e3d9c547bc6528c4317d294686093a6cad7d",
			"c142ce13ca11b5c2233652e63ad3d97844f1621fbfb9de69d547dc8fedeabeb4"},
	} {
		for _, side := range [][3]string{{c.private, c.public, c.peerPub}, {c.peer, c.peerPub, c.public}} {
			k, err := NewPrivateKey(c.group, unhex(side[0]))
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(k.Public()); got != side[1] {
				t.Errorf("%v: public %s, wanted %s", c.group, got, side[1])
			}
			secret, err := k.Shared(unhex(side[2]))
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(secret); got != c.secrets {
				t.Errorf("%v: secret %s, wanted %s", c.group, got, c.secrets)
			}
		}
	}
}

// TestRefusesLowOrderPoints: the points of order 1, 2, 4 and 8, canonical or
// not, with and without the bit that X25519 ignores.
func TestRefusesLowOrderPoints(t *testing.T) {
	p25519 := minus(power2(255), 19)
	p448 := minus(new(big.Int).Sub(power2(448), power2(224)), 1)
	lowOrder := map[suite.Group][]*big.Int{
		suite.X25519: {
			big.NewInt(0), big.NewInt(1),
			littleEndian(unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
			littleEndian(unhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")),
			minus(p25519, 1), p25519, minus(p25519, -1),
		},
		suite.X448: {big.NewInt(0), big.NewInt(1), minus(p448, 1), p448, minus(p448, -1)},
	}
	for g, points := range lowOrder {
		k, err := Generate(g)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range points {
			share := make([]byte, g.Info().Share)
			u.FillBytes(share)
			reverse(share)
			shares := [][]byte{share}
			if g == suite.X25519 {
				high := bytes.Clone(share)
				high[31] |= 0x80
				shares = append(shares, high)
			}
			for _, s := range shares {
				_, err := k.Shared(s)
				refuses(t, hex.EncodeToString(s), err, failure.BadECPoint, failure.AlertIllegalParameter)
				_, _, err = Reply(g, s)
				refuses(t, hex.EncodeToString(s), err, failure.BadECPoint, failure.AlertIllegalParameter)
			}
		}
	}
}

func TestRefusesPointsOffTheCurve(t *testing.T) {
	for _, g := range []suite.Group{suite.P256, suite.P384, suite.P521} {
		k, err := Generate(g)
		if err != nil {
			t.Fatal(err)
		}
		off := bytes.Clone(k.Public())
		off[len(off)-1] ^= 1
		compressed := bytes.Clone(k.Public())
		compressed[0] = 2
		hybrid := bytes.Clone(k.Public())
		hybrid[0] = 6
		beyond := bytes.Repeat([]byte{0xFF}, len(off))
		beyond[0] = 4
		for name, share := range map[string][]byte{
			"off the curve": off, "compressed": compressed, "hybrid form": hybrid, "coordinates too large": beyond,
			"infinity": make([]byte, len(off)),
		} {
			_, err := k.Shared(share)
			refuses(t, name, err, failure.BadECPoint, failure.AlertIllegalParameter)
			_, _, err = Reply(g, share)
			refuses(t, name, err, failure.BadECPoint, failure.AlertIllegalParameter)
		}
	}
}

func TestRefusesBadFiniteFieldShares(t *testing.T) {
	const g = suite.FFDHE2048
	k, err := Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	p := new(big.Int).SetBytes(ffdhe2048.prime())
	for name, y := range map[string]*big.Int{
		"0": big.NewInt(0), "1": big.NewInt(1), "p-1": minus(p, 1), "p": p, "p+1": minus(p, -1),
		"above the prime": minus(power2(2048), 1),
		"not a square":    minus(p, 4), // -1 is none, as p is 3 modulo 4
	} {
		_, err := k.Shared(y.FillBytes(make([]byte, 256)))
		refuses(t, name, err, failure.BadDHValue, failure.AlertIllegalParameter)
		_, _, err = Reply(g, y.FillBytes(make([]byte, 256)))
		refuses(t, name, err, failure.BadDHValue, failure.AlertIllegalParameter)
	}
	if _, err := k.Shared(big.NewInt(4).FillBytes(make([]byte, 256))); err != nil {
		t.Errorf("4, a square: %v", err)
	}
}

// TestFiniteFieldAgainstBigInt also finds a secret with a leading zero, which
// TLS 1.3 keeps and TLS 1.2 drops.
func TestFiniteFieldAgainstBigInt(t *testing.T) {
	p := new(big.Int).SetBytes(ffdhe2048.prime())
	found := false
	for i := int64(2); i < 5000 && !found; i++ {
		// With exponents 1 and i, the secret is 2^i: multiply up to a short one.
		x := big.NewInt(2048 + i)
		z := new(big.Int).Exp(big.NewInt(2), x, p)
		if found = z.BitLen() <= 2040; !found {
			continue
		}
		k, err := NewPrivateKey(suite.FFDHE2048, x.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(k.Public(), z.FillBytes(make([]byte, 256))) {
			t.Errorf("public value of %v", x)
		}
		two := big.NewInt(2).FillBytes(make([]byte, 256))
		secret, err := k.Shared(two)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(secret, z.FillBytes(make([]byte, 256))) {
			t.Errorf("secret %x, wanted %x padded", secret, z)
		}
		dh := newDHKey(ffdhe2048.modulus(), ffdhe2048.generator(), x.Bytes())
		premaster, err := dh.Premaster([]byte{2})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(premaster, z.Bytes()) {
			t.Errorf("premaster %x, wanted %x", premaster, z)
		}
	}
	if !found {
		t.Fatal("no secret with a leading zero")
	}
}

// TestHybridLayout splits shares and secrets at the offsets of
// draft-ietf-tls-ecdhe-mlkem and computes each half separately.
func TestHybridLayout(t *testing.T) {
	type halves struct{ curve, kem []byte }
	kemFirst := func(b []byte, n int) halves { return halves{b[n:], b[:n]} }
	curveFirst := func(b []byte, n int) halves { return halves{b[:n], b[n:]} }
	for _, c := range []struct {
		group                suite.Group
		curve                ecdh.Curve
		scalar               int
		split                func([]byte, int) halves
		share, reply, secret int // where to cut
	}{
		{suite.X25519MLKEM768, ecdh.X25519(), 32, kemFirst, 1184, 1088, 32},
		{suite.SecP256r1MLKEM768, ecdh.P256(), 32, curveFirst, 65, 65, 32},
		{suite.SecP384r1MLKEM1024, ecdh.P384(), 48, curveFirst, 97, 97, 48},
	} {
		private := bytes.Repeat([]byte{0x17}, c.scalar+mlkem.SeedSize)
		for i := range private {
			private[i] += byte(i)
		}
		k, err := NewPrivateKey(c.group, private)
		if err != nil {
			t.Fatal(err)
		}
		cut := c.scalar
		if c.group == suite.X25519MLKEM768 {
			cut = mlkem.SeedSize
		}
		ours := c.split(private, cut)
		scalar, err := c.curve.NewPrivateKey(ours.curve)
		if err != nil {
			t.Fatal(err)
		}
		kemPublic, decapsulate := kemOf(t, c.group, ours.kem)
		share := c.split(k.Public(), c.share)
		if !bytes.Equal(share.curve, scalar.PublicKey().Bytes()) || !bytes.Equal(share.kem, kemPublic) {
			t.Errorf("%v: share in another order", c.group)
		}

		reply, secret, err := Reply(c.group, k.Public())
		if err != nil {
			t.Fatal(err)
		}
		theirs := c.split(reply, c.reply)
		point, err := c.curve.NewPublicKey(theirs.curve)
		if err != nil {
			t.Fatal(err)
		}
		curveSecret, err := scalar.ECDH(point)
		if err != nil {
			t.Fatal(err)
		}
		kemSecret, err := decapsulate(theirs.kem)
		if err != nil {
			t.Fatal(err)
		}
		want := c.split(secret, c.secret)
		if !bytes.Equal(want.curve, curveSecret) || !bytes.Equal(want.kem, kemSecret) {
			t.Errorf("%v: secret in another order", c.group)
		}
	}
}

func kemOf(t *testing.T, g suite.Group, seed []byte) (public []byte, decapsulate func([]byte) ([]byte, error)) {
	if g == suite.SecP384r1MLKEM1024 {
		d, err := mlkem.NewDecapsulationKey1024(seed)
		if err != nil {
			t.Fatal(err)
		}
		return d.EncapsulationKey().Bytes(), d.Decapsulate
	}
	d, err := mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		t.Fatal(err)
	}
	return d.EncapsulationKey().Bytes(), d.Decapsulate
}

func TestHybridRefusesEitherHalf(t *testing.T) {
	for info := range suite.Groups() {
		if info.Kind != suite.Hybrid {
			continue
		}
		h := methods[info.ID].(*hybrid)
		k, err := Generate(info.ID)
		if err != nil {
			t.Fatal(err)
		}
		point, kemPart := h.split(k.Public(), h.point)
		unreduced := bytes.Repeat([]byte{0xFF}, len(kemPart)) // coefficients of 4095
		_, _, err = Reply(info.ID, h.join(point, unreduced))
		refuses(t, info.Name, err, failure.BadECPoint, failure.AlertIllegalParameter)
		_, _, err = Reply(info.ID, h.join(make([]byte, len(point)), kemPart))
		refuses(t, info.Name, err, failure.BadECPoint, failure.AlertIllegalParameter)

		reply, secret, err := Reply(info.ID, k.Public())
		if err != nil {
			t.Fatal(err)
		}
		point, ciphertext := h.split(reply, h.point)
		_, err = k.Shared(h.join(make([]byte, len(point)), ciphertext))
		refuses(t, info.Name, err, failure.BadECPoint, failure.AlertIllegalParameter)
		ciphertext = bytes.Clone(ciphertext)
		ciphertext[0] ^= 1 // implicit rejection
		if got, err := k.Shared(h.join(point, ciphertext)); err != nil || bytes.Equal(got, secret) {
			t.Errorf("%s: changed ciphertext: same secret or %v", info.Name, err)
		}
	}
}

func TestRefusesPrivateKeys(t *testing.T) {
	for info := range suite.Groups() {
		for _, n := range []int{0, 5000} {
			if _, err := NewPrivateKey(info.ID, make([]byte, n)); !errors.Is(err, failure.Internal) {
				t.Errorf("%s: private key of %d bytes: %v", info.Name, n, err)
			}
		}
	}
}

func FuzzReply(f *testing.F) {
	small := []suite.Group{suite.P256, suite.X25519, suite.X448, suite.X25519MLKEM768, suite.FFDHE2048, suite.MLKEM512, suite.MLKEM768, suite.MLKEM1024}
	for i, g := range small {
		k, err := Generate(g)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), k.Public())
	}
	f.Fuzz(func(t *testing.T, which uint8, share []byte) {
		g := small[int(which)%len(small)]
		_, secret, err := Reply(g, share)
		var e *failure.Error
		if err != nil && (!errors.As(err, &e) || e.Alert != failure.AlertIllegalParameter) {
			t.Errorf("%v: %v", g, err)
		}
		if err == nil && allZero(secret) {
			t.Errorf("%v: a secret of zeros", g)
		}
	})
}

func BenchmarkGenerateAndShare(b *testing.B) {
	for info := range suite.Groups() {
		b.Run(info.Name, func(b *testing.B) {
			peer, err := Generate(info.ID)
			if err != nil {
				b.Fatal(err)
			}
			reply, _, err := Reply(info.ID, peer.Public())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				k, err := Generate(info.ID)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := k.Shared(reply); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

func power2(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

func minus(a *big.Int, b int64) *big.Int { return new(big.Int).Sub(a, big.NewInt(b)) }

func reverse(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

func littleEndian(b []byte) *big.Int {
	reverse(b)
	return new(big.Int).SetBytes(b)
}
