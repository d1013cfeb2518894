package interop

import (
	"fmt"
	"strings"
	"testing"

	"polytls/internal/testcert"
)

// withMLDSA is a list of signature algorithms with those of ML-DSA in Node's order.
const withMLDSA = "mldsa65:mldsa87:mldsa44:" + everyKey

var mldsaKeys = []string{"mldsa44", "mldsa65", "mldsa87"}

// ends are the pairs of ends that are compared with a pair of Node's.
func ends(n *node) map[string][2]*node {
	return map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}, "both ours": {nil, nil}}
}

// TestMLDSA connects servers and clients with ML-DSA keys to current Node: with
// each parameter set at each end.
func TestMLDSA(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for i, key := range mldsaKeys {
		so := options{CA: string(ca(t).cert), RequestCert: true, Reject: true, HonorOrder: true, Sigalgs: withMLDSA}.with(certificate(t, key))
		co := options{CA: string(ca(t).cert), ServerName: "localhost", Reject: true, Sigalgs: withMLDSA}.with(certificate(t, "client-"+mldsaKeys[(i+1)%3]))
		model := play(t, n, n, so, co)
		if model.clientCode+model.serverCode != "" || !model.client.Authorized || !model.server.Authorized {
			t.Fatalf("%s: between Node's ends: %q %q, %+v, %+v", key, model.clientCode, model.serverCode, model.client, model.server)
		}
		for who, e := range ends(n) {
			got := play(t, e[0], e[1], so, co)
			crossCheck(t, got)
			compare(t, who+", "+key+": the client tells", got.client, model.client)
			compare(t, who+", "+key+": the server tells", got.server, model.server)
		}
	}
}

// TestMLDSAChains checks that current Node and polytls agree at each security level
// about chains whose issuers have ML-DSA keys, and about chains where only the leaf
// has one.
func TestMLDSAChains(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, chain := range [][]testcert.Kind{
		{testcert.MLDSA65}, // self-signed
		{testcert.MLDSA44, testcert.MLDSA65, testcert.MLDSA87},
		{testcert.MLDSA87, testcert.MLDSA44},
		{testcert.MLDSA65, testcert.P384},
		{testcert.P256, testcert.MLDSA65},
		{testcert.P384, testcert.MLDSA44},
		{testcert.RSA3072, testcert.MLDSA87, testcert.P256},
	} {
		leaf, root := issue(chain)
		for _, level := range []int{2, 3, 4} {
			so := options{Pairs: []pemPair{leaf}, Ciphers: "DEFAULT@SECLEVEL=0", Sigalgs: withMLDSA, HonorOrder: true}
			co := options{CA: root, ServerName: "localhost", Ciphers: fmt.Sprintf("DEFAULT@SECLEVEL=%d", level), Sigalgs: withMLDSA}
			model := play(t, n, n, so, co)
			got := play(t, n, nil, so, co)
			if got.clientCode != model.clientCode || got.client.Authorized != model.client.Authorized || got.client.AuthError != model.client.AuthError {
				t.Errorf("%v at level %d: %q, authorized %t, %q; Node's client: %q, %t, %q", chain, level,
					got.clientCode, got.client.Authorized, got.client.AuthError,
					model.clientCode, model.client.Authorized, model.client.AuthError)
			}
		}
	}
}

// issue makes a chain, the leaf's kind first, and returns the leaf with what a server
// sends besides, and the root.
func issue(kinds []testcert.Kind) (leaf pemPair, root string) {
	var issuer *testcert.Cert
	var sent []string
	for i := len(kinds) - 1; i >= 0; i-- {
		template := testcert.Template{CommonName: fmt.Sprint("authority ", i), CA: true}
		if i == 0 {
			template = testcert.ServerTemplate("localhost")
		}
		template.Kind = kinds[i]
		next := testcert.SelfSigned
		if issuer != nil {
			next = issuer.Issue
		}
		issuer = next(template)
		if root == "" {
			root = string(issuer.PEM())
		} else {
			sent = append([]string{string(issuer.PEM())}, sent...)
		}
		leaf.Key = string(issuer.KeyPEM())
	}
	if leaf.Cert = strings.Join(sent, ""); leaf.Cert == "" {
		leaf.Cert = root
	}
	return leaf, root
}

// TestMLDSAIsChosen checks that servers and clients with several certificates send
// the one that current Node sends.
func TestMLDSAIsChosen(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	pairs := func(keys ...string) (list []pemPair) {
		for _, key := range keys {
			id := certificate(t, key)
			list = append(list, pemPair{string(id.cert), string(id.key)})
		}
		return list
	}
	const curveFirst = "ecdsa_secp256r1_sha256:mldsa65"
	for _, test := range []struct {
		keys           []string
		server, client string // signature algorithms
		max            string // version of the client
		clientOrder    bool
		want           string
	}{
		{keys: []string{"p256", "mldsa65"}, want: "mldsa65"},
		{keys: []string{"mldsa65", "p256"}, want: "mldsa65"},
		{keys: []string{"mldsa44", "mldsa87", "mldsa65"}, want: "mldsa65"},
		{keys: []string{"mldsa44", "mldsa87"}, want: "mldsa87"},
		{keys: []string{"mldsa44", "p256"}, want: "mldsa44"},
		{keys: []string{"mldsa65", "p256"}, client: curveFirst, want: "mldsa65"},
		{keys: []string{"mldsa65", "p256"}, client: curveFirst, clientOrder: true, want: "p256"},
		{keys: []string{"mldsa65", "p256"}, server: curveFirst, want: "p256"},
		{keys: []string{"mldsa65", "p256"}, server: curveFirst, clientOrder: true, want: "mldsa65"},
		{keys: []string{"mldsa65", "p256"}, client: "ecdsa_secp256r1_sha256", want: "p256"},
		{keys: []string{"mldsa65", "p256"}, client: "mldsa44:ecdsa_secp256r1_sha256", want: "p256"},
		{keys: []string{"mldsa65", "p256"}, max: "TLSv1.2", want: "p256"},
		{keys: []string{"mldsa65"}, max: "TLSv1.2"},
		{keys: []string{"mldsa65"}, client: "ecdsa_secp256r1_sha256"},
	} {
		so := options{Pairs: pairs(test.keys...), Sigalgs: test.server, HonorOrder: !test.clientOrder}
		co := options{CA: string(ca(t).cert), ServerName: "localhost", Reject: true, Sigalgs: test.client, MaxVersion: test.max}
		model := play(t, n, n, so, co)
		if model.client.PeerCN != test.want {
			t.Errorf("%+v: Node's server sent %q", test, model.client.PeerCN)
		}
		for who, e := range ends(n) {
			got := play(t, e[0], e[1], so, co)
			if got.client.PeerCN != model.client.PeerCN || got.clientCode != model.clientCode || got.serverCode != model.serverCode {
				t.Errorf("%s, %+v: the server sent %q, codes %q and %q; Node's: %q, %q and %q", who, test,
					got.client.PeerCN, got.clientCode, got.serverCode, model.client.PeerCN, model.clientCode, model.serverCode)
			}
		}
	}
	for _, test := range []struct{ server, client, want string }{
		{want: "client-mldsa65"},
		{server: curveFirst, want: "client-p256"},
		{client: curveFirst, want: "client-mldsa65"},
		{server: "ecdsa_secp256r1_sha256", want: "client-p256"},
	} {
		so := options{CA: string(ca(t).cert), RequestCert: true, Reject: true, Sigalgs: test.server}.with(certificate(t, "p256"))
		co := options{Pairs: pairs("client-p256", "client-mldsa65"), CA: string(ca(t).cert), ServerName: "localhost", Reject: true, Sigalgs: test.client}
		if model := play(t, n, n, so, co); model.server.PeerCN != test.want {
			t.Errorf("%+v: Node's client sent %q, code %q", test, model.server.PeerCN, model.clientCode)
		}
		for who, e := range ends(n) {
			if got := play(t, e[0], e[1], so, co); got.server.PeerCN != test.want {
				t.Errorf("%s, %+v: the client sent %q, codes %q and %q", who, test, got.server.PeerCN, got.clientCode, got.serverCode)
			}
		}
	}
}
