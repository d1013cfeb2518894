package keys

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"errors"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// TestPRF: the vector for SHA-256 is the TLS working group's; the others were made
// with `openssl kdf TLS1-PRF`. The secret of the old PRF has an odd length, so that
// its halves share a byte.
func TestPRF(t *testing.T) {
	for _, c := range []struct {
		version      suite.Version
		hash         crypto.Hash
		secret, want string
	}{
		{suite.TLS12, crypto.SHA256, "9bbe436ba940f017b17652849a71db35", "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"},
		{suite.TLS12, crypto.SHA384, "b80b733d6ceefcdc71566ea48e5567df", "c7a8e5416256f424fc6f671a4787eec083912fa3809561f8417704abe12b5ea19b2b3bcd9c48a279b7a58b43b00c8b5e44d09d131be80625748e77346ff220f7e31cb69980966963c20c03d8b8654bfa2fe7061d0f57b3ed12426a546fa67513ae3297becbd4f370ec07113bb8ea64c079ca38238083087c3396f0e0b2a21c016f903feb00c133f03632113a9363dc49a09d87b6"},
		{suite.TLS10, crypto.SHA256, "9bbe436ba940f017b17652849a71db35aa", "d15d261f27f994096fbb4709ff20d231799dce32219baafb6883af51983e132f9c83dfee54eba38ec8a35879b14b96132a2561599776267547e8c543d4cd86a8172d096998c724949e9f736e3d2fbafef579f375522b79e34288d72faff17e82fb76dc22"},
	} {
		p := NewPRF(c.version, c.hash)
		k := p.keyed(unhex(c.secret)) // one for all
		want := unhex(c.want)
		seed := unhex("a0ba9f936cda311827a6f796ffd5198c")
		if got := k.derive(len(want), "test label", seed); !bytes.Equal(got, want) {
			t.Errorf("%v %v:\n got %x\nwant %x", c.version, c.hash, got, want)
		}
		// Every shorter output is a prefix.
		for n := range want {
			if got := k.derive(n, "test label", seed); !bytes.Equal(got, want[:n]) {
				t.Errorf("%v %v: %d bytes: %x", c.version, c.hash, n, got)
			}
		}
	}
}

func TestExporter12(t *testing.T) {
	client, server := bytes.Repeat([]byte("c"), 32), bytes.Repeat([]byte("s"), 32)
	master := unhex("b80b733d6ceefcdc71566ea48e5567df")
	for hash, want := range map[crypto.Hash]string{ // with an empty context
		crypto.SHA256: "ca9e5e25cdcf4f132d734a394f692547ebeea8a4e87dd4c9",
		crypto.SHA384: "c110dbe611f1b57fa10cc96595a720f75419897e44d6986a",
	} {
		p := NewPRF(suite.TLS12, hash)
		got, err := p.Master(master).Exporter(client, server, "EXPORTER-x", []byte{}, 24)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
		none, err := p.Master(master).Exporter(client, server, "EXPORTER-x", nil, 24)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(none, got) {
			t.Error("no context gives what an empty one gives")
		}
	}
	got, err := NewPRF(suite.TLS11, 0).Master(master).Exporter(client, server, "EXPORTER-x", []byte{}, 24)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, "274c8dd9fd1298f7f3bb0e3b8b6d3a67b38f211c8e2cafda")
}

func TestExporter12Refuses(t *testing.T) {
	p := NewPRF(suite.TLS12, crypto.SHA256)
	for _, c := range []struct {
		label   string
		context int
		length  int
		want    error
	}{
		{"client finished", 0, 8, failure.IllegalExporterLabel},
		{"server finished", 0, 8, failure.IllegalExporterLabel},
		{"master secret", 0, 8, failure.IllegalExporterLabel},
		{"extended master secret", 0, 8, failure.IllegalExporterLabel},
		{"key expansion", 0, 8, failure.IllegalExporterLabel},
		{"key expansion and more", 0, 8, failure.IllegalExporterLabel},
		{"EXPORTER-x", 0x10000, 8, failure.PassedInvalidArgument},
		{"EXPORTER-x", 0, -1, failure.Internal},
		{"EXPORTER-x", 0xFFFF, 8, nil},
		{"", 0, 0, nil},
	} {
		if _, err := p.Master(secret32).Exporter(nil, nil, c.label, make([]byte, c.context), c.length); !errors.Is(err, c.want) {
			t.Errorf("%q, context of %d, length %d: %v", c.label, c.context, c.length, err)
		}
	}
}

func TestKeysCutsTheBlock(t *testing.T) {
	for _, c := range []struct {
		name         string
		suite        suite.CipherSuite
		version      suite.Version
		mac, key, iv int
	}{
		{"CBC 1.0", suite.CipherSuite{Cipher: suite.AES256CBC, MAC: suite.SHA1}, suite.TLS10, 20, 32, 16},
		{"CBC 1.1", suite.CipherSuite{Cipher: suite.AES256CBC, MAC: suite.SHA1}, suite.TLS11, 20, 32, 0},
		{"CBC 1.2", suite.CipherSuite{Cipher: suite.AES128CBC, MAC: suite.SHA256, Hash: crypto.SHA256}, suite.TLS12, 32, 16, 0},
		{"GCM", suite.CipherSuite{Cipher: suite.AES128GCM, Hash: crypto.SHA256}, suite.TLS12, 0, 16, 4},
		{"CCM", suite.CipherSuite{Cipher: suite.AES256CCM8, Hash: crypto.SHA256}, suite.TLS12, 0, 32, 4},
		{"ChaCha20", suite.CipherSuite{Cipher: suite.ChaCha20Poly1305, Hash: crypto.SHA256}, suite.TLS12, 0, 32, 12},
	} {
		p := NewPRF(c.version, c.suite.Hash)
		client, server := []byte("client"), []byte("server")
		b := p.Master(secret32).Keys(&c.suite, c.version, client, server)
		joined := bytes.Join([][]byte{b.ClientMAC, b.ServerMAC, b.ClientKey, b.ServerKey, b.ClientIV, b.ServerIV}, nil)
		if want := p.Master(secret32).KeyBlock(client, server, 2*(c.mac+c.key+c.iv)); !bytes.Equal(joined, want) {
			t.Errorf("%s:\n got %x\nwant %x", c.name, joined, want)
		}
		for _, part := range []struct {
			got, want int
		}{
			{len(b.ClientMAC), c.mac}, {len(b.ServerMAC), c.mac},
			{len(b.ClientKey), c.key}, {len(b.ServerKey), c.key},
			{len(b.ClientIV), c.iv}, {len(b.ServerIV), c.iv},
		} {
			if part.got != part.want {
				t.Errorf("%s: %d bytes, wanted %d", c.name, part.got, part.want)
			}
		}
	}
}

// TestPRFIsPHash compares several labels of one keyed secret with the formulas of
// RFC 5246 and RFC 2246, section 5, for seeds and outputs on either side of a hash,
// a block and our scratch.
func TestPRFIsPHash(t *testing.T) {
	secret := sum(crypto.SHA384, []byte("a master secret"))
	for _, c := range []struct {
		version suite.Version
		hash    crypto.Hash
		want    func(seed []byte, n int) []byte
	}{
		{suite.TLS12, crypto.SHA256, func(seed []byte, n int) []byte { return naivePHash(crypto.SHA256, secret, seed, n) }},
		{suite.TLS12, crypto.SHA384, func(seed []byte, n int) []byte { return naivePHash(crypto.SHA384, secret, seed, n) }},
		{suite.TLS11, 0, func(seed []byte, n int) []byte {
			out := naivePHash(crypto.MD5, secret[:24], seed, n)
			for i, b := range naivePHash(crypto.SHA1, secret[24:], seed, n) {
				out[i] ^= b
			}
			return out
		}},
	} {
		k := NewPRF(c.version, c.hash).keyed(secret)
		for seed := 0; seed < 140; seed += 3 {
			part := bytes.Repeat([]byte("s"), seed)
			for n := 0; n < 110; n += 5 {
				want := c.want(append([]byte("label+"), part...), n)
				if got := k.derive(n, "label", []byte("+"), part); !bytes.Equal(got, want) {
					t.Fatalf("%v %v, seed of %d, length %d:\n got %x\nwant %x", c.version, c.hash, seed, n, got, want)
				}
			}
		}
	}
}

func naivePHash(h crypto.Hash, secret, seed []byte, n int) (out []byte) {
	mac := func(text []byte) []byte {
		m := hmac.New(h.New, secret)
		m.Write(text)
		return m.Sum(nil)
	}
	for a := mac(seed); len(out) < n; a = mac(a) {
		out = append(out, mac(append(bytes.Clone(a), seed...))...)
	}
	return out[:n]
}
