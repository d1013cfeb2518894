package polytls_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"polytls"
	"polytls/internal/wire"
)

// srpPair tries to authenticate as user with password at a server that knows
// alice and her "secret".
func srpPair(t *testing.T, user, password string) outcome {
	t.Helper()
	alice, err := polytls.NewSRPVerifier(2048, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
	so := polytls.ServerOptions{ContextOptions: list}
	so.SRPCallback = func(_ context.Context, name string) (*polytls.SRPVerifier, error) {
		if name != "alice" {
			return nil, nil
		}
		return alice, nil
	}
	return handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: user, SRPPassword: password})
}

func TestSRP(t *testing.T) {
	o := srpPair(t, "alice", "secret")
	server, client := o.must(t)
	if !client.Authorized() || !server.Authorized() {
		t.Error("the verifier did not authorize both ends")
	}
}

// TestSRPUsersCannotBeProbed compares a wrong password with a user who does not
// exist: the client must not be able to tell them apart.
func TestSRPUsersCannotBeProbed(t *testing.T) {
	wrong, unknown := srpPair(t, "alice", "guess"), srpPair(t, "mallory", "guess")
	if wrong.clientErr == nil || unknown.clientErr == nil {
		t.Fatal("a handshake succeeded")
	}
	if wrong.clientErr.Error() != unknown.clientErr.Error() {
		t.Errorf("wrong password: %v; unknown user: %v", wrong.clientErr, unknown.clientErr)
	}
}

// srpParams is what a server says to a user before anybody has proved anything.
func srpParams(t *testing.T, so polytls.ServerOptions, user string) *wire.SRPParams {
	t.Helper()
	var heard bytes.Buffer
	tapped := func(t testing.TB) (client, server net.Conn) {
		client, server = overTCP(t)
		return &tap{Conn: client, heard: &heard}, server
	}
	o := handshakeOver(t, tapped, so, polytls.ConnectOptions{ContextOptions: so.ContextOptions, SRPUser: user, SRPPassword: "guess"})
	if o.clientErr == nil {
		t.Fatal("the handshake succeeded")
	}
	var messages []byte
	for b := heard.Bytes(); len(b) > 5 && b[0] == 22; b = b[5+int(b[3])<<8+int(b[4]):] {
		messages = append(messages, b[5:5+int(b[3])<<8+int(b[4])]...)
	}
	for len(messages) > 4 {
		typ, length, ok := wire.ParseHeader(messages)
		if !ok {
			t.Fatal("no handshake message")
		}
		body := cryptobyte.String(messages[4 : 4+length])
		if messages = messages[4+length:]; typ == wire.TypeServerKeyExchange {
			p, err := wire.ReadSRPParams(&body)
			if err != nil {
				t.Fatal(err)
			}
			return &p
		}
	}
	t.Fatalf("no ServerKeyExchange: %v", o.serverErr)
	return nil
}

// tap is a connection that keeps what is read from it.
type tap struct {
	net.Conn
	heard *bytes.Buffer
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.heard.Write(p[:n])
	return n, err
}

// TestSRPUsersLookAlike compares what a server says to a user with what it says
// to one who does not exist: the group, and the lengths of salt and key. The
// latter's salt stays, with servers of the same seed, too.
func TestSRPUsersLookAlike(t *testing.T) {
	seed := bytes.Repeat([]byte{5}, 16)
	for name, tt := range map[string]struct {
		bits, salt int
		change     func(*polytls.ServerOptions)
	}{
		"by default":   {2048, 20, func(*polytls.ServerOptions) {}},
		"3,072 bits":   {3072, 20, func(o *polytls.ServerOptions) { o.SRPGroups = []int{3072} }},
		"short salts":  {1536, 16, func(o *polytls.ServerOptions) { o.SRPGroups, o.SRPSaltSize = []int{1536}, 16 }},
		"longer salts": {1536, 32, func(o *polytls.ServerOptions) { o.SRPGroups, o.SRPSaltSize = []int{1536}, 32 }},
	} {
		t.Run(name, func(t *testing.T) {
			alice, err := polytls.NewSRPVerifier(tt.bits, "alice", "secret")
			if err != nil {
				t.Fatal(err)
			}
			alice.Salt = bytes.Repeat([]byte{9}, tt.salt)
			so := polytls.ServerOptions{SRPSeed: seed}
			tt.change(&so)
			so.Ciphers, so.MaxVersion = "SRP", "TLSv1.2"
			so.SRPCallback = func(_ context.Context, name string) (*polytls.SRPVerifier, error) {
				if name != "alice" {
					return nil, nil
				}
				return alice, nil
			}
			real, unknown, again := srpParams(t, so, "alice"), srpParams(t, so, "mallory"), srpParams(t, so, "mallory")
			if !bytes.Equal(real.N, unknown.N) || !bytes.Equal(real.G, unknown.G) || len(real.B) != len(unknown.B) {
				t.Errorf("alice has a group of %d bytes, mallory one of %d", len(real.N), len(unknown.N))
			}
			if len(real.Salt) != len(unknown.Salt) {
				t.Errorf("alice has a salt of %d bytes, mallory one of %d", len(real.Salt), len(unknown.Salt))
			}
			if !bytes.Equal(unknown.Salt, again.Salt) {
				t.Error("mallory's salt changes")
			}
		})
	}
}

// TestSRPVerifierOfAnotherGroup would show that its user exists.
func TestSRPVerifierOfAnotherGroup(t *testing.T) {
	alice, err := polytls.NewSRPVerifier(1536, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
	so := polytls.ServerOptions{ContextOptions: list}
	so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return alice, nil }
	co := polytls.ConnectOptions{ContextOptions: list, SRPUser: "alice", SRPPassword: "secret"}
	err = handshake(t, so, co).serverErr
	wantCode(t, "server", err, "ERR_INVALID_ARG_VALUE")
	if err == nil || !strings.Contains(err.Error(), "SRPGroups") {
		t.Errorf("%v does not name the option", err)
	}
	so.SRPGroups = []int{2048, 1536}
	handshake(t, so, co).must(t)
}

func TestSRPGroups(t *testing.T) {
	if _, err := polytls.NewSRPVerifier(1000, "alice", "secret"); err == nil {
		t.Error("a group of 1,000 bits exists")
	}
}

// TestSRPVerifierOfADatabase is one that is put together from its parts.
func TestSRPVerifierOfADatabase(t *testing.T) {
	made, err := polytls.NewSRPVerifier(2048, "alice", "secret")
	if err != nil {
		t.Fatal(err)
	}
	good := polytls.SRPVerifier{Bits: made.Bits, Salt: made.Salt, Verifier: made.Verifier}
	for name, tt := range map[string]struct {
		change func(*polytls.SRPVerifier)
		code   string
	}{
		"as it was":     {func(*polytls.SRPVerifier) {}, ""},
		"leading zeros": {func(v *polytls.SRPVerifier) { v.Verifier = append([]byte{0, 0}, v.Verifier...) }, ""},
		"no group":      {func(v *polytls.SRPVerifier) { v.Bits = 0 }, "ERR_INVALID_ARG_VALUE"},
		"no salt":       {func(v *polytls.SRPVerifier) { v.Salt = nil }, "ERR_INVALID_ARG_VALUE"},
		"long salt":     {func(v *polytls.SRPVerifier) { v.Salt = make([]byte, 256) }, "ERR_INVALID_ARG_VALUE"},
		"no verifier":   {func(v *polytls.SRPVerifier) { v.Verifier = nil }, "ERR_INVALID_ARG_VALUE"},
		"long verifier": {func(v *polytls.SRPVerifier) { v.Verifier = bytes.Repeat([]byte{1}, 257) }, "ERR_INVALID_ARG_VALUE"},
	} {
		t.Run(name, func(t *testing.T) {
			v := good
			tt.change(&v)
			list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: "TLSv1.2"}
			so := polytls.ServerOptions{ContextOptions: list}
			so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return &v, nil }
			o := handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: "alice", SRPPassword: "secret"})
			wantCode(t, "server", o.serverErr, tt.code)
		})
	}
}
