package kex

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"polytls/failure"
)

// The vectors of RFC 5054, appendix B.
var (
	rfc5054Salt = unhex("BEB25379D1A8581EB5A727673A2441EE")
	rfc5054X    = "94b7555aabe9127cc58ccf4993db6cf84d16c124"
	rfc5054K    = "7556aa045aef2cdd07abaf0f665c3e818913186f"
	rfc5054V    = "7e273de8696ffc4f4e337d05b4b375beb0dde1569e8fa00a9886d8129bada1f1822223ca1a605b530e379ba4729fdc59f105b4787e5186f5c671085a1447b52a48cf1970b4fb6f8400bbf4cebfbb168152e08ab5ea53d15c1aff87b2b9da6e04e058ad51cc72bfc9033b564e26480d78e955a5e29e7ab245db2be315e2099afb"
	rfc5054a    = unhex("60975527035CF2AD1989806F0407210BC81EDC04E2762A56AFD529DDDA2D4393")
	rfc5054b    = unhex("E487CB59D31AC550471E81F00F6928E01DDA08E974A004F49E61F5D105284D20")
	rfc5054A    = "61d5e490f6f1b79547b0704c436f523dd0e560f0c64115bb72557ec44352e8903211c04692272d8b2d1a5358a2cf1b6e0bfcf99f921530ec8e39356179eae45e42ba92aeaced825171e1e8b9af6d9c03e1327f44be087ef06530e69f66615261eef54073ca11cf5858f0edfdfe15efeab349ef5d76988a3672fac47b0769447b"
	rfc5054B    = "bd0c61512c692c0cb6d041fa01bb152d4916a1e77af46ae105393011baf38964dc46a0670dd125b95a981652236f99d9b681cbf87837ec996c6da04453728610d0c6ddb58b318885d7d82c7f8deb75ce7bd4fbaa37089e6f9c6059f388838e7a00030b331eb76840910440b1b27aaeaeeb4012b7d7665238a8e3fb004b117b58"
	rfc5054u    = "ce38b9593487da98554ed47d70a7ae5f462ef019"
	rfc5054S    = "b0dc82babcf30674ae450c0287745e7990a3381f63b387aaf271a10d233861e359b48220f7c4693c9ae12b0a6f67809f0876e2d013800d6c41bb59b6d5979b5c00a172b4a2a5903a0bdcaf8a709585eb2afafa8f3499b200210dcc1f10eb33943cd67fc88a2f39a4be5bec4ec0a3212dc346d7e474b29ede8a469ffeca686e5a"
)

func TestSRPVectors(t *testing.T) {
	same := func(name string, got []byte, want string) {
		t.Helper()
		if hex.EncodeToString(got) != want {
			t.Errorf("%s:\n got %x\nwant %s", name, got, want)
		}
	}
	g := srpGroups[0]
	same("x", srpX("alice", "password123", rfc5054Salt), rfc5054X)
	same("k", trim(g.multiplier().Bytes(g.modulus())), rfc5054K)
	v := g.verifier("alice", "password123", rfc5054Salt)
	same("v", v.Verifier, rfc5054V)

	server, err := newSRPServer(v, rfc5054b)
	if err != nil {
		t.Fatal(err)
	}
	same("B", server.Public(), rfc5054B)
	client := newSRPClient(g, rfc5054Salt, server.Public(), rfc5054a)
	same("A", client.Public(), rfc5054A)
	same("u", g.scramble(client.Public(), server.Public()), rfc5054u)
	for range 2 { // it does not use anything up
		s, err := client.Premaster("alice", "password123")
		if err != nil {
			t.Fatal(err)
		}
		same("the client's secret", s, rfc5054S)
		s, err = server.Premaster(client.Public())
		if err != nil {
			t.Fatal(err)
		}
		same("the server's secret", s, rfc5054S)
	}
}

func TestSRPInEveryGroup(t *testing.T) {
	for g := range SRPGroups() {
		v := NewSRPVerifier(g, "user", "password")
		server, err := NewSRPServer(v)
		if err != nil {
			t.Fatal(err)
		}
		client, err := NewSRPClient(g.N(), g.G(), v.Salt, server.Public(), g.Bits())
		if err != nil {
			t.Fatal(err)
		}
		right, err := client.Premaster("user", "password")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := server.Premaster(client.Public())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(right, secret) {
			t.Errorf("%d bits: secrets differ", g.Bits())
		}
		for _, other := range [][2]string{{"user", "Password"}, {"User", "password"}} {
			wrong, err := client.Premaster(other[0], other[1])
			if err != nil || bytes.Equal(wrong, secret) {
				t.Errorf("%d bits: %q agrees, or %v", g.Bits(), other, err)
			}
		}
	}
}

func TestSRPClientRefuses(t *testing.T) {
	g := srpGroups[2]
	n := new(big.Int).SetBytes(g.N())
	good := big.NewInt(5).Bytes()
	for name, c := range map[string]struct {
		n, g, b []byte
		min     int
		alert   failure.Alert
	}{
		"unknown prime":     {minus(n, 2).Bytes(), g.G(), good, 0, failure.AlertInsufficientSecurity},
		"no prime":          {nil, g.G(), good, 0, failure.AlertInsufficientSecurity},
		"another generator": {g.N(), []byte{3}, good, 0, failure.AlertInsufficientSecurity},
		"DHE's group":       {modp2048.prime(), []byte{2}, good, 0, failure.AlertInsufficientSecurity},
		"too small":         {g.N(), g.G(), good, 2049, failure.AlertInsufficientSecurity},
		"B is 0":            {g.N(), g.G(), []byte{0, 0}, 0, failure.AlertIllegalParameter},
		"no B":              {g.N(), g.G(), nil, 0, failure.AlertIllegalParameter},
		"B is N":            {g.N(), g.G(), g.N(), 0, failure.AlertIllegalParameter},
		"B is 2N":           {g.N(), g.G(), new(big.Int).Lsh(n, 1).Bytes(), 0, failure.AlertIllegalParameter},
		"B is N+1":          {g.N(), g.G(), minus(n, -1).Bytes(), 0, failure.AlertIllegalParameter},
		"B is long":         {g.N(), g.G(), bytes.Repeat([]byte{1}, 65535), 0, failure.AlertIllegalParameter},
	} {
		_, err := NewSRPClient(c.n, c.g, []byte("salt"), c.b, c.min)
		refuses(t, name, err, failure.BadSRPParameters, c.alert)
	}
	padded := append([]byte{0}, g.N()...)
	if _, err := NewSRPClient(padded, []byte{0, 2}, []byte("salt"), good, 2048); err != nil {
		t.Errorf("leading zeros: %v", err)
	}
}

func TestSRPServerRefuses(t *testing.T) {
	g := srpGroups[0]
	n := new(big.Int).SetBytes(g.N())
	server, err := NewSRPServer(NewSRPVerifier(g, "user", "password"))
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string][]byte{
		"none": nil, "0": {0}, "N": g.N(), "2N": new(big.Int).Lsh(n, 1).Bytes(), "N+1": minus(n, -1).Bytes(),
		"long": bytes.Repeat([]byte{1}, 65535),
	} {
		_, err := server.Premaster(a)
		refuses(t, name, err, failure.BadSRPParameters, failure.AlertIllegalParameter)
	}
	_, err = NewSRPServer(&SRPVerifier{Group: g, Verifier: g.N()})
	refuses(t, "verifier N", err, failure.Internal, failure.AlertInternalError)
}

// simulated makes up a user's verifier.
func simulated(t *testing.T, s SRPSimulation, user string) *SRPVerifier {
	t.Helper()
	v, err := s.Verifier(user)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSRPSimulation(t *testing.T) {
	s := SRPSimulation{Groups: srpGroups[:1], Seed: []byte("seed")}
	other := s
	other.Seed = []byte("need")
	a := simulated(t, s, "nobody")
	if !bytes.Equal(a.Salt, simulated(t, s, "nobody").Salt) {
		t.Error("the salt changes from one handshake to the next")
	}
	for _, b := range []*SRPVerifier{simulated(t, s, "nobody else"), simulated(t, other, "nobody")} {
		if bytes.Equal(a.Salt, b.Salt) || bytes.Equal(a.Verifier, b.Verifier) {
			t.Error("two users or seeds share a salt")
		}
	}
	server, err := NewSRPServer(a)
	if err != nil {
		t.Fatal(err)
	}
	g := a.Group
	client, err := NewSRPClient(g.N(), g.G(), a.Salt, server.Public(), 1024)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Premaster(client.Public()); err != nil {
		t.Errorf("the exchange tells: %v", err)
	}
}

// TestDefaultSimulation: without groups and seed, the group is that of 2,048 bits,
// and the secret is new each time.
func TestDefaultSimulation(t *testing.T) {
	a, b := NewSRPSimulation(nil, 0, nil), NewSRPSimulation(nil, 0, nil)
	if len(a.Groups) != 1 || a.Groups[0].Bits() != 2048 || bytes.Equal(a.Seed, b.Seed) {
		t.Errorf("groups %v, seeds %x and %x", a.Groups, a.Seed, b.Seed)
	}
	for g := range SRPGroups() {
		if got, err := SRPGroupOf(g.Bits()); got != g || err != nil {
			t.Errorf("%d bits: %v, %v", g.Bits(), got, err)
		}
	}
	if g, err := SRPGroupOf(2047); !errors.Is(err, failure.InvalidArgValue) {
		t.Errorf("2047 bits: %v, %v", g, err)
	}
}

// TestSimulatedSaltsLookReal compares the visible properties of salts: each bit of
// the first byte has both values, and the lengths.
func TestSimulatedSaltsLookReal(t *testing.T) {
	s := SRPSimulation{Groups: srpGroups[:1], Seed: []byte("seed")}
	for name, salt := range map[string]func(i int) []byte{
		"real":      func(int) []byte { return NewSRPVerifier(srpGroups[0], "user", "password").Salt },
		"simulated": func(i int) []byte { return simulated(t, s, fmt.Sprint(i)).Salt },
	} {
		var ones, zeros byte
		for i := range 64 {
			b := salt(i)
			if len(b) > srpSaltLen || len(b) < srpSaltLen-2 || b[0] == 0 {
				t.Errorf("%s: salt %x", name, b)
			}
			ones, zeros = ones|b[0], zeros|^b[0]
		}
		if ones != 0xFF || zeros != 0xFF {
			t.Errorf("%s: the first byte has the ones %08b, the zeros %08b", name, ones, zeros)
		}
	}
	for _, n := range []int{1, 16, 20, 32, 255} {
		s.SaltLen = n
		if v := simulated(t, s, "nobody"); len(v.Salt) != n {
			t.Errorf("a salt of %d bytes, wanted %d", len(v.Salt), n)
		}
	}
}

// TestSimulatedGroups: every group is used for some names, and each name always
// gets the same one.
func TestSimulatedGroups(t *testing.T) {
	s := SRPSimulation{Groups: srpGroups[1:4], Seed: []byte("seed")}
	count := map[*SRPGroup]int{}
	for i := range 64 {
		name := fmt.Sprint(i)
		g := simulated(t, s, name).Group
		if g != simulated(t, s, name).Group {
			t.Errorf("%s changes its group", name)
		}
		count[g]++
	}
	if len(count) != 3 {
		t.Errorf("%d of 3 groups", len(count))
	}
}

// TestParseVerifiersOfOpenSSL reads a file that `openssl srp` wrote.
func TestParseVerifiersOfOpenSSL(t *testing.T) {
	data, err := os.ReadFile("testdata/openssl.srp")
	if err != nil {
		t.Fatal(err)
	}
	users, err := ParseVerifiers(data)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		user, password string
		bits           int
	}{{"alice", "password123", 1024}, {"bob", "swordfish", 2048}} // dave is revoked
	if len(users) != len(want) {
		t.Fatalf("%d users, wanted %d", len(users), len(want))
	}
	for i, w := range want {
		u := users[i]
		v := u.Group.verifier(w.user, w.password, u.Salt)
		if u.User != w.user || u.Group.Bits() != w.bits || !bytes.Equal(trim(v.Verifier), u.Verifier) {
			t.Errorf("%s: %s in %d bits\n got %x\nwant %x", w.user, u.User, u.Group.Bits(), u.Verifier, v.Verifier)
		}
	}
}

func TestParseVerifiers(t *testing.T) {
	n1024 := encodeSRP(srpGroups[0].N())
	text := strings.Join([]string{
		"# a comment",
		"",
		"I\t" + n1024 + "\t2\tours\t\tan index line",
		"V\tABC\tDEF\tcarol\tours\tremark",
		"V\tABC\tDEF\ta\\\ttab\t8192\tremark",
		"v\tABC\tDEF\tmodified\t1024\t",
		"R\tABC\tDEF\trevoked\t1024\t",
		"",
	}, "\n")
	for _, text := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.TrimSuffix(text, "\n")} {
		users, err := ParseVerifiers([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(users) != 2 || users[0].User != "carol" || users[0].Group != srpGroups[0] ||
			users[1].User != "a\ttab" || users[1].Group.Bits() != 8192 {
			t.Errorf("%+v", users)
		}
		// "ABC" is 10*64*64 + 11*64 + 12.
		if !bytes.Equal(users[0].Verifier, big.NewInt(10*64*64+11*64+12).Bytes()) {
			t.Errorf("verifier %x", users[0].Verifier)
		}
	}
}

func TestParseVerifiersRefuses(t *testing.T) {
	for name, line := range map[string]string{
		"five fields":      "V\tABC\tDEF\tuser\t1024",
		"seven fields":     "V\tABC\tDEF\tuser\t1024\t\t",
		"no digit":         "V\tA=C\tDEF\tuser\t1024\t",
		"no digit in salt": "V\tABC\tD F\tuser\t1024\t",
		"unknown group":    "V\tABC\tDEF\tuser\t1025\t",
		"index unknown":    "I\tABC\t2\tours\t\t\nV\tABC\tDEF\tuser\tours\t",
		"no salt":          "V\tABC\t\tuser\t1024\t",
		"zero salt":        "V\tABC\t00\tuser\t1024\t",
		"long salt":        "V\tABC\t" + strings.Repeat("1", 342) + "\tuser\t1024\t",
		"zero verifier":    "V\t0\tDEF\tuser\t1024\t",
		"verifier N":       "V\t" + encodeSRP(srpGroups[0].N()) + "\tDEF\tuser\t1024\t",
		"no tab at all":    "nonsense",
	} {
		if users, err := ParseVerifiers([]byte(line + "\n")); err == nil {
			t.Errorf("%s: %+v", name, users)
		}
	}
}

func FuzzParseVerifiers(f *testing.F) {
	data, err := os.ReadFile("testdata/openssl.srp")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("V\tABC\tDEF\tcarol\t1024\tremark\n"))
	f.Add([]byte("I\tABC\t2\tours\t\t\n# x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		users, err := ParseVerifiers(data)
		if err != nil {
			return
		}
		for _, u := range users {
			if u.Group == nil || len(u.Salt) == 0 || len(u.Salt) > 255 || len(u.Verifier) > u.Group.Bits()/8 {
				t.Errorf("%+v", u)
			}
		}
	})
}

func FuzzDecodeSRP(f *testing.F) {
	f.Add("0")
	f.Add("B81Fc9d75fmSlshG5qLS1lIs7uW")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := decodeSRP(s)
		if err != nil {
			return
		}
		if got := encodeSRP(b); got != strings.TrimLeft(s, "0") {
			t.Errorf("%q became %q", s, got)
		}
	})
}

// encodeSRP writes a number by arithmetic, unlike decodeSRP.
func encodeSRP(b []byte) string {
	n, digit := new(big.Int).SetBytes(b), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, big.NewInt(64), digit)
		out = append([]byte{srpDigits[digit.Int64()]}, out...)
	}
	return string(out)
}
