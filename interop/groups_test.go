package interop

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// TestMLKEMGroups connects with current Node by each group of ML-KEM, alone and
// hybrid.
func TestMLKEMGroups(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for g := range suite.Groups() {
		if g.Kind != suite.Hybrid && g.Kind != suite.KEM {
			continue
		}
		so := options{ECDHCurve: g.Name, HonorOrder: true, Sigalgs: everyKey}.with(certificate(t, "rsa"))
		co := options{ECDHCurve: g.Name, CA: string(ca(t).cert), ServerName: "localhost", Reject: true}
		model := play(t, n, n, so, co)
		for who, ends := range map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}} {
			got := play(t, ends[0], ends[1], so, co)
			crossCheck(t, got)
			compare(t, who+", "+g.Name+": the client tells", got.client, model.client)
			compare(t, who+", "+g.Name+": the server tells", got.server, model.server)
			if e := got.client.Ephemeral; e == nil || e.Name != g.Name {
				t.Errorf("%s, %s: ephemeral key %+v, codes %q %q", who, g.Name, e, got.clientCode, got.serverCode)
			}
		}
	}
}

// TestGroupLists checks that lists of groups mean the same as in current Node:
// which group is chosen, and whether a HelloRetryRequest is sent, which our end
// reports.
func TestGroupLists(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	const hybrid = "X25519MLKEM768"
	for _, test := range []struct {
		what, server, client string
		clientOrder          bool
		retry                bool
	}{
		{what: "defaults", server: "auto", client: "auto"},
		{what: "the default list prefers the hybrid", server: "auto", client: "*X25519:" + hybrid, retry: true},
		{what: "the default list takes the curve", server: "auto", client: "*X25519:P-256"},
		{what: "the share that is there in a tuple of the default list", server: "auto", client: "*P-256:X25519"},
		{what: "the better tuple of the default list", server: "auto", client: "*P-384:P-256", retry: true},
		{what: "DEFAULT is the default list", server: "DEFAULT", client: "*X25519:" + hybrid, retry: true},
		{what: "before DEFAULT is its first tuple", server: "P-521:DEFAULT", client: "*" + hybrid + ":P-521"},
		{what: "after DEFAULT is its last tuple", server: "DEFAULT:ffdhe4096", client: "*ffdhe4096:ffdhe2048"},
		{what: "a tuple after DEFAULT", server: "DEFAULT/ffdhe4096", client: "*ffdhe4096:ffdhe2048", retry: true},
		{what: "DEFAULT_SUITE_B", server: "DEFAULT_SUITE_B", client: "*P-384:P-256"},
		{what: "one tuple", server: "X25519:P-256", client: "*P-256:X25519"},
		{what: "two tuples", server: "X25519/P-256", client: "*P-256:X25519", retry: true},
		{what: "two tuples, client's order", server: "X25519/P-256", client: "*P-256:X25519", clientOrder: true, retry: true},
		{what: "the second tuple alone", server: "X25519/P-256:P-384", client: "*P-384:P-256"},
		{what: "server's order of shares", server: "X25519:P-256:P-384", client: "*P-384:*P-256"},
		{what: "client's order of shares", server: "X25519:P-256:P-384", client: "*P-384:*P-256", clientOrder: true},
		{what: "server's order without shares", server: "X25519:P-256", client: "*P-521:P-256:X25519", retry: true},
		{what: "client's order without shares", server: "X25519:P-256", client: "*P-521:P-256:X25519", clientOrder: true, retry: true},
		{what: "the first of a list has the share", server: hybrid + "/X25519", client: hybrid + ":X25519"},
		{what: "a hybrid and its curve", server: "X25519", client: hybrid + ":X25519", retry: true},
		{what: "a share that is asked for", server: "P-256", client: "X25519:*P-256"},
		{what: "a group that was taken out", server: "X25519:P-384:-X25519", client: "*X25519:P-384", retry: true},
		{what: "a tuple that was emptied", server: "X25519/P-384/-X25519:P-256", client: "*P-256:X25519:P-384", retry: true},
		{what: "an unknown group", server: "?unknown/P-384", client: "?unknown:P-384"},
		{what: "ML-KEM before a hybrid", server: "MLKEM1024/" + hybrid, client: "*" + hybrid + ":MLKEM1024", retry: true},
		{what: "finite fields", server: "ffdhe2048/ffdhe3072", client: "*ffdhe3072:ffdhe2048", retry: true},
	} {
		t.Run(test.what, func(t *testing.T) {
			so := options{ECDHCurve: test.server, HonorOrder: !test.clientOrder, Sigalgs: everyKey}.with(certificate(t, "rsa"))
			co := options{ECDHCurve: test.client, CA: string(ca(t).cert), ServerName: "localhost", Reject: true}
			model := play(t, n, n, so, co)
			if model.clientCode+model.serverCode != "" {
				t.Fatalf("between Node's ends: %q %q", model.clientCode, model.serverCode)
			}
			for who, ends := range map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}, "both ours": {nil, nil}} {
				got := play(t, ends[0], ends[1], so, co)
				compare(t, who+": the client tells", got.client, model.client)
				retried := got.server.helloRetry
				if ends[1] == nil {
					retried = got.client.helloRetry
				}
				if retried != test.retry {
					t.Errorf("%s: a HelloRetryRequest: %t", who, retried)
				}
			}
		})
	}
}

// TestSupportedGroupsOfServers checks that a server sends its groups in
// EncryptedExtensions when current Node's does: if it prefers another group to the
// chosen one.
func TestSupportedGroupsOfServers(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, test := range []struct{ server, client, want string }{
		{"X25519:P-256", "X25519", ""},
		{"X25519:P-256", "P-256", "[x25519 secp256r1]"},
		{"X25519/P-256", "P-256", "[x25519 secp256r1]"},
		{"X25519:P-256:P-384", "*P-521:P-384", "[x25519 secp256r1 secp384r1]"},
		{"MLKEM1024/X25519:P-256", "X25519", "[MLKEM1024 x25519 secp256r1]"},
		{"X25519MLKEM768", "X25519MLKEM768:X25519", ""},
		{"auto", "*P-256:X25519MLKEM768", ""},
		{"auto", "P-256", "[X25519MLKEM768 x25519 secp256r1 x448 secp384r1 secp521r1 ffdhe2048 ffdhe3072]"},
	} {
		o := options{ECDHCurve: test.server, HonorOrder: true}.with(certificate(t, "rsa"))
		for name, port := range map[string]int{"our server": serve(t, o.server(), nil).port, "Node's server": n.listen(t, o).port} {
			if got := groupsOfServer(t, port, test.client); got != test.want {
				t.Errorf("%s with %s, client with %s: supported_groups %q, wanted %q", name, test.server, test.client, got, test.want)
			}
		}
	}
}

// TestKeyShareOutsideSupportedGroups checks that both servers refuse such a key
// share in the same way.
func TestKeyShareOutsideSupportedGroups(t *testing.T) {
	t.Parallel()
	o := options{HonorOrder: true}.with(certificate(t, "rsa"))
	for name, port := range map[string]int{"our server": serve(t, o.server(), nil).port, "Node's server": startNode(t, "node").listen(t, o).port} {
		config := clientOfGroups()
		config.Groups, config.KeyShares = []suite.Group{suite.P256}, []suite.Group{suite.X25519, suite.P256}
		err := handshakeAs(t, port, &handshake.ClientConfig{Config: config})
		var e *failure.Error
		if !errors.As(err, &e) || e.AlertFrom != failure.SidePeer || e.Alert != failure.AlertIllegalParameter {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// groupsOfServer returns the supported_groups of a server's EncryptedExtensions
// to a client with a list of groups.
func groupsOfServer(t *testing.T, port int, list string) (groups string) {
	t.Helper()
	selected, err := openssl.ParseGroups(list)
	if err != nil {
		t.Fatal(err)
	}
	config := clientOfGroups()
	config.SetGroups(selected)
	observe := func(step handshake.Step) {
		var ee wire.EncryptedExtensions
		if step.Sent || wire.Parse(step.Raw, &ee) != nil {
			return
		}
		if named, err := wire.Find[wire.SupportedGroups](ee.Extensions); err != nil {
			t.Error(err)
		} else if named != nil {
			groups = fmt.Sprint(named.Groups)
		}
	}
	if err := handshakeAs(t, port, &handshake.ClientConfig{Config: config, Observers: handshake.Observers{Observe: observe}}); err != nil {
		t.Fatal(err)
	}
	return groups
}

// clientOfGroups is the configuration of a client of TLS 1.3 without any groups.
func clientOfGroups() *handshake.Config {
	return &handshake.Config{
		MinVersion: suite.TLS13, MaxVersion: suite.TLS13,
		Suites13: []*suite.CipherSuite{suite.ID(0x1301).Info()}, Schemes: suite.Level(0).DefaultSchemes(),
		VerifyPeer: func(context.Context, *handshake.Peer) (*failure.Error, error) { return nil, nil },
	}
}

func handshakeAs(t *testing.T, port int, config *handshake.ClientConfig) error {
	t.Helper()
	conn := dialPlain(t, port)
	defer conn.Close()
	x, err := recordlayer.New(&recordlayertest.Conn{Conn: conn}, recordlayer.Client).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer x.End()
	_, err = handshake.Client(t.Context(), x, config)
	return err
}
