package kex

import (
	"bytes"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"polytls/failure"
	"polytls/internal/suite"
)

// smallSafe is a safe prime of 512 bits by `openssl dhparam`.
var smallSafe = &DHParams{
	P: unhex("ae50c65aa597f9337441baa289ad93d8139f58d542c3f3a7c873c5eb954b011f" +
		"487a95d728188642b716a25e9c5bcc93052b6d3a88b71773bc52b4acedb0a12f"),
	G: []byte{2},
}

func TestDHAgainstBigInt(t *testing.T) {
	unnamed, err := ParseDHParams([]byte(dh512))
	if err != nil {
		t.Fatal(err)
	}
	x942, err := ParseDHParams([]byte(x942PEM))
	if err != nil {
		t.Fatal(err)
	}
	for name, params := range map[string]*DHParams{
		"unnamed": unnamed, "x9.42": x942, "modp": modp2048.params(), "ffdhe": NamedDH(suite.FFDHE3072),
	} {
		a, err := params.Generate()
		if err != nil {
			t.Fatal(err)
		}
		b, err := params.Generate()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(a.exponent, b.exponent) {
			t.Errorf("%s: two keys are one", name)
		}
		p, g := new(big.Int).SetBytes(params.P), new(big.Int).SetBytes(params.G)
		x := new(big.Int).SetBytes(a.exponent)
		want := new(big.Int).Exp(g, x, p)
		if !bytes.Equal(a.Public(), want.FillBytes(make([]byte, len(params.P)))) {
			t.Errorf("%s: public value", name)
		}
		z := new(big.Int).Exp(new(big.Int).SetBytes(b.Public()), x, p)
		for _, peer := range [][]byte{b.Public(), trim(b.Public()), append([]byte{0, 0}, b.Public()...)} {
			got, err := a.Premaster(peer)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, z.Bytes()) {
				t.Errorf("%s: premaster", name)
			}
		}
		got, err := b.Premaster(a.Public())
		if err != nil || !bytes.Equal(got, z.Bytes()) {
			t.Errorf("%s: the other side: %v", name, err)
		}
	}
}

func TestExponentLengths(t *testing.T) {
	with := func(p *DHParams, bits int) *DHParams { return &DHParams{P: p.P, G: p.G, PrivateBits: bits} }
	small, err := ParseDHParams([]byte(dh512))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		params *DHParams
		want   int
	}{
		"ffdhe2048":       {with(NamedDH(suite.FFDHE2048), 0), 225},
		"ffdhe3072":       {NamedDH(suite.FFDHE3072), 275},
		"modp4096":        {modp4096.params(), 325},
		"modp6144":        {modp6144.params(), 375},
		"ffdhe8192":       {NamedDH(suite.FFDHE8192), 400},
		"unknown":         {small, 511},
		"stated":          {with(small, 300), 300},
		"stated short":    {with(small, 1), 225},
		"stated too long": {with(small, 9999), 511},
	} {
		k, err := c.params.Generate()
		if err != nil {
			t.Fatal(err)
		}
		if got := bitLen(k.exponent); got != c.want {
			t.Errorf("%s: exponent of %d bits, wanted %d", name, got, c.want)
		}
	}
}

func TestPremasterRefusesRanges(t *testing.T) {
	params := modp2048.params()
	k, err := params.Generate()
	if err != nil {
		t.Fatal(err)
	}
	p := new(big.Int).SetBytes(params.P)
	for name, y := range map[string][]byte{
		"empty": nil, "0": {0}, "1": {1}, "p-1": minus(p, 1).Bytes(), "p": p.Bytes(), "p+1": minus(p, -1).Bytes(),
		"longer than p": power2(2048).Bytes(),
		"much longer":   bytes.Repeat([]byte{1}, 65535),
		"padded 1":      append(make([]byte, 300), 1),
	} {
		_, err := k.Premaster(y)
		refuses(t, name, err, failure.BadDHValue, failure.AlertIllegalParameter)
	}
	for name, y := range map[string][]byte{"2": {2}, "p-2": minus(p, 2).Bytes()} {
		if _, err := k.Premaster(y); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPremasterRefusesConfinement: in a group of a composite modulus a value
// of order 3 gives the secret 1 to a third of the exponents.
func TestPremasterRefusesConfinement(t *testing.T) {
	// 7 * q has the element 2 modulo 7 and 1 modulo q, of order 3.
	q := new(big.Int).SetBytes(modp1536.prime())
	n := new(big.Int).Mul(q, big.NewInt(7))
	inverse := new(big.Int).ModInverse(q, big.NewInt(7))
	y := new(big.Int).Mul(q, inverse) // 1 modulo 7, 0 modulo q
	y.Add(y, big.NewInt(1)).Mod(y, n) // 2 modulo 7, 1 modulo q
	m, e := newModulus(n.Bytes())
	if e != nil {
		t.Fatal(e)
	}
	_, err := newDHKey(m, []byte{2}, []byte{3}).Premaster(y.Bytes())
	refuses(t, "secret 1", err, failure.BadDHValue, failure.AlertIllegalParameter)
	if _, err := newDHKey(m, []byte{2}, []byte{4}).Premaster(y.Bytes()); err != nil {
		t.Errorf("another secret: %v", err)
	}
}

func TestCheckServerParams(t *testing.T) {
	good := modp2048.params()
	p := new(big.Int).SetBytes(good.P)
	for name, c := range map[string]struct {
		p, g []byte
		want *failure.Failure
	}{
		"good":            {good.P, good.G, nil},
		"padded":          {append([]byte{0}, good.P...), []byte{0, 2}, nil},
		"even":            {minus(p, 1).Bytes(), good.G, &failure.CheckPNotPrime},
		"empty":           {nil, good.G, &failure.CheckPNotPrime},
		"zero":            {make([]byte, 256), good.G, &failure.CheckPNotPrime},
		"511 bits":        {minus(power2(511), 1).Bytes(), good.G, &failure.ModulusTooSmall},
		"10001 bits":      {minus(power2(10001), 1).Bytes(), good.G, &failure.ModulusTooLarge},
		"65535 bytes":     {bytes.Repeat([]byte{0xFF}, 65535), good.G, &failure.ModulusTooLarge},
		"generator 0":     {good.P, []byte{0}, &failure.NotSuitableGenerator},
		"generator none":  {good.P, nil, &failure.NotSuitableGenerator},
		"generator 1":     {good.P, []byte{1}, &failure.NotSuitableGenerator},
		"generator p-1":   {good.P, minus(p, 1).Bytes(), &failure.NotSuitableGenerator},
		"generator p":     {good.P, good.P, &failure.NotSuitableGenerator},
		"generator large": {good.P, bytes.Repeat([]byte{0xFF}, 300), &failure.NotSuitableGenerator},
	} {
		params := &DHParams{P: c.p, G: c.g}
		err := CheckServerParams(params, DHLimits{MinBits: 1024}, 0)
		_, generateErr := params.Generate()
		if c.want == nil {
			if err != nil || generateErr != nil {
				t.Errorf("%s: %v, %v", name, err, generateErr)
			}
			continue
		}
		refuses(t, name, err, *c.want, failure.AlertIllegalParameter)
		refuses(t, name, generateErr, *c.want, failure.AlertIllegalParameter)
	}
}

func TestSizeFloors(t *testing.T) {
	for _, c := range []struct {
		params *DHParams
		min    int
		ok     bool
	}{
		{modp1536.params(), 1536, true},
		{modp1536.params(), 1537, false},
		{modp2048.params(), 2048, true},
	} {
		err := CheckServerParams(c.params, DHLimits{MinBits: c.min}, 0)
		if c.ok && err != nil {
			t.Errorf("%d bits, at least %d: %v", c.params.Bits(), c.min, err)
		}
		if !c.ok {
			refuses(t, "size", err, failure.DHParamSize, failure.AlertInsufficientSecurity)
		}
	}
	for _, c := range []struct {
		params *DHParams
		level  suite.Level
		ok     bool
	}{
		{smallSafe, 0, false}, {modp1536.params(), 0, true}, {modp1536.params(), 1, true}, {modp1536.params(), 2, false},
		{modp2048.params(), 2, true}, {modp2048.params(), 3, false},
		{modp3072.params(), 3, true}, {modp6144.params(), 4, false},
		{modp8192.params(), 4, true}, {modp8192.params(), 5, false},
	} {
		own, theirs := c.params.CheckLevel(c.level), CheckServerParams(c.params, DHLimits{}, c.level)
		if c.ok {
			if own != nil || theirs != nil {
				t.Errorf("%d bits at level %d: %v, %v", c.params.Bits(), c.level, own, theirs)
			}
			continue
		}
		refuses(t, "level", own, failure.DHKeyTooSmall, failure.AlertHandshakeFailure)
		refuses(t, "level", theirs, failure.DHKeyTooSmall, failure.AlertHandshakeFailure)
		const message = "ServerKeyExchange"
		if strings.Contains(own.Error(), message) || !strings.Contains(theirs.Error(), message) {
			t.Errorf("a message is at fault in one of %q and %q", own, theirs)
		}
	}
}

func TestAutoDH(t *testing.T) {
	for _, c := range []struct {
		cert  int
		level suite.Level
		want  int
	}{
		{0, 0, 2048}, {0, 2, 2048}, {1024, 1, 2048}, {2048, 2, 2048}, {3072, 2, 3072},
		{4096, 2, 4096}, {7680, 2, 8192}, {16384, 2, 8192}, {2048, 3, 3072}, {2048, 4, 8192}, {0, 5, 8192},
	} {
		if got := AutoDH(c.cert, c.level).Bits(); got != c.want {
			t.Errorf("certificate of %d bits, level %d: %d bits, wanted %d", c.cert, c.level, got, c.want)
		}
	}
}

func TestNamedDH(t *testing.T) {
	if NamedDH(suite.X25519) != nil || NamedDH(0x4242) != nil {
		t.Error("a group for a curve")
	}
	if p := NamedDH(suite.FFDHE2048); p.Bits() != 2048 || !bytes.Equal(p.G, []byte{2}) {
		t.Errorf("ffdhe2048: %d bits, generator %x", p.Bits(), p.G)
	}
	p := NamedDH(suite.FFDHE2048)
	p.P[0] = 0
	if bytes.Equal(p.P, NamedDH(suite.FFDHE2048).P) {
		t.Error("the registry can be written to")
	}
}

func TestStripZeros(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "00": "", "0000": "", "01": "01", "0001": "01", "000100": "0100", "ff00": "ff00",
	} {
		if got := stripZeros(unhex(in)); !bytes.Equal(got, unhex(want)) {
			t.Errorf("%s: %x, wanted %s", in, got, want)
		}
	}
}

func TestParseDHParams(t *testing.T) {
	params, err := ParseDHParams([]byte("a comment\n" + otherPEM + dh512))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(params.P, smallSafe.P) || !bytes.Equal(params.G, smallSafe.G) || params.PrivateBits != 0 || params.Bits() != 512 {
		t.Errorf("%+v", params)
	}
	x942, err := ParseDHParams([]byte(x942PEM))
	if err != nil {
		t.Fatal(err)
	}
	if x942.Bits() != 1024 || x942.PrivateBits != 0 || !bytes.HasPrefix(x942.P, unhex("b10b8f96a080e01dde92de5eae5d54ec52c99fbcfb06a3c6")) {
		t.Errorf("%+v", x942)
	}
	stated, err := ParseDHParams(dhPEM(smallSafe.P, smallSafe.G, 225))
	if err != nil || stated.PrivateBits != 225 {
		t.Errorf("privateValueLength: %+v, %v", stated, err)
	}
}

func TestParseDHParamsRefuses(t *testing.T) {
	good, _ := pem.Decode(dhPEM(smallSafe.P, smallSafe.G, 225))
	good942, _ := pem.Decode([]byte(x942PEM))
	for name, data := range map[string][]byte{
		"empty":           nil,
		"no block":        []byte("nonsense"),
		"other block":     []byte(otherPEM),
		"even prime":      dhPEM(append(bytes.Clone(smallSafe.P[:63]), 0x2E), smallSafe.G),
		"small prime":     dhPEM([]byte{23}, []byte{5}),
		"large prime":     dhPEM(bytes.Repeat([]byte{0x7F}, 1251), []byte{2}),
		"zero":            dhPEM([]byte{0}, []byte{2}),
		"generator 1":     dhPEM(smallSafe.P, []byte{1}),
		"generator p":     dhPEM(smallSafe.P, smallSafe.P),
		"no generator":    dhPEM(smallSafe.P, nil),
		"four numbers":    dhPEM(smallSafe.P, smallSafe.G, 225, 1),
		"negative length": dhPEM(smallSafe.P, smallSafe.G, -1),
		"trailing":        pem.EncodeToMemory(&pem.Block{Type: good.Type, Bytes: append(bytes.Clone(good.Bytes), 0)}),
		"x9.42 trailing":  pem.EncodeToMemory(&pem.Block{Type: good942.Type, Bytes: append(bytes.Clone(good942.Bytes), 0)}),
		"x9.42 of two":    pem.EncodeToMemory(&pem.Block{Type: good942.Type, Bytes: good.Bytes[:0]}),
	} {
		if p, err := ParseDHParams(data); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, block := range []*pem.Block{good, good942} {
		for n := range block.Bytes {
			if _, err := ParseDHParams(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes[:n]})); err == nil {
				t.Errorf("%s: a prefix of %d bytes", block.Type, n)
			}
		}
	}
}

func FuzzParseDHParams(f *testing.F) {
	f.Add([]byte(dh512))
	f.Add([]byte(x942PEM))
	f.Add(dhPEM(smallSafe.P, smallSafe.G, 225))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseDHParams(data)
		if err != nil {
			return
		}
		if bits := p.Bits(); bits < minModulusBits || bits > maxModulusBits || p.P[len(p.P)-1]&1 == 0 || p.PrivateBits < 0 {
			t.Errorf("%+v", p)
		}
		if _, err := p.modulus(); err != nil {
			t.Error(err)
		}
	})
}

// dhPEM makes "DH PARAMETERS" of whatever numbers.
func dhPEM(p, g []byte, more ...int64) []byte {
	var b cryptobyte.Builder
	b.AddASN1(0x30, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(p))
		if g != nil {
			b.AddASN1BigInt(new(big.Int).SetBytes(g))
		}
		for _, n := range more {
			b.AddASN1Int64(n)
		}
	})
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: b.BytesOrPanic()})
}

const dh512 = `-----BEGIN DH PARAMETERS-----
MEYCQQCuUMZapZf5M3RBuqKJrZPYE59Y1ULD86fIc8XrlUsBH0h6ldcoGIZCtxai
XpxbzJMFK206iLcXc7xStKztsKEvAgEC
-----END DH PARAMETERS-----
`

// x942PEM is the first group of RFC 5114 by `openssl genpkey -genparam
// -algorithm DHX -pkeyopt dh_rfc5114:1`.
const x942PEM = `-----BEGIN X9.42 DH PARAMETERS-----
MIIBHwKBgQCxC4+WoIDgHd6S3l6uXVTsUsmfvPsGo8aaap3KUtI7YWBz4oZ1oj0Y
mDjvHi7mUsAT7LSuqQYRIySXXDzUm4O/rMvdfZDEvXCYSI6cIZpzck7/1vrlZEc4
+qMaT/VbzMChUa9fDci0vUW/N982XBpl5oz9p21NpwjfH7K8LkpDcQKBgQCk0cvV
w/00EmdlpELvuZkF+BBN0lisUH/WQGz/FCZtMSZv6h5cQVZLd35pD1UE8hMWAhe0
sBuIal6RVH+eJ0n01/vX07mpLuGQnQ0iY/gKdqaiTAh6CR9THb8KAWm2oorWYqTR
jnOvoy13nVkY0IvIhY9Nzvl8KiSFXm7rIrOy5QIVAPUYqoeBqN8nirpOfWS3y51J
RiNT
-----END X9.42 DH PARAMETERS-----
`

const otherPEM = `-----BEGIN CERTIFICATE-----
MAA=
-----END CERTIFICATE-----
`

// TestSizeCeilings: moduli that must be tested for primality have a lower limit
// than known primes.
func TestSizeCeilings(t *testing.T) {
	unknown := func(bits int) *DHParams { return &DHParams{P: minus(power2(uint(bits)), 1).Bytes(), G: []byte{2}} }
	padded := modp8192.params()
	padded.P = append([]byte{0}, padded.P...)
	for name, c := range map[string]struct {
		params *DHParams
		most   int
		ok     bool
	}{
		"RFC 3526, 8192 bits":         {modp8192.params(), 0, true},
		"the same, padded":            {padded, 0, true},
		"RFC 7919, 8192 bits":         {ffdhe8192.params(), 0, true},
		"unknown, 4096 bits":          {unknown(4096), 0, true},
		"unknown, 4097 bits":          {unknown(4097), 0, false},
		"unknown, 8192 bits":          {unknown(8192), 0, false},
		"unknown, 8192 bits, allowed": {unknown(8192), 8192, true},
		"unknown, above the option":   {unknown(2049), 2048, false},
		"known, above the option":     {modp4096.params(), 2048, true},
	} {
		err := CheckServerParams(c.params, DHLimits{MaxBits: c.most}, 0)
		if c.ok && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !c.ok {
			refuses(t, name, err, failure.ModulusTooLarge, failure.AlertIllegalParameter)
		}
	}
}
