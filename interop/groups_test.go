package interop

import (
	"testing"

	"polytls/internal/suite"
)

// TestMLKEMGroups proves that current Node's groups of ML-KEM, alone and in
// hybrids, are ours.
func TestMLKEMGroups(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, g := range suite.Groups() {
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

// TestGroupLists proves that lists of groups mean to us what they mean to
// current Node: which group is chosen, and whether that takes a
// HelloRetryRequest, of which our end tells.
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
