package interop

import (
	"errors"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// edge is a peer just within a policy and one just outside of it.
type edge struct {
	what            string
	inside, outside options
	key, badKey     testcert.Kind // of the server's certificate, P-384 unless it is set
	root            testcert.Kind // P-384 unless it is set
}

func v12(ciphers string) options { return options{MaxVersion: "TLSv1.2", Ciphers: ciphers} }
func v13(ciphers string) options { return options{MinVersion: "TLSv1.3", Ciphers: ciphers} }
func group(name string) options  { return options{MinVersion: "TLSv1.3", ECDHCurve: name} }

// edges are those of each policy.
var edges = map[string][]edge{
	"fips-202205": {
		{what: "suite", inside: v12("ECDHE-ECDSA-AES128-GCM-SHA256"), outside: v12("ECDHE-ECDSA-AES128-SHA256")},
		{what: "group", inside: group("P-256"), outside: group("X25519")},
	},
	"wpa3-192-202304": {
		{what: "suite", inside: v13("TLS_AES_256_GCM_SHA384"), outside: v13("TLS_AES_128_GCM_SHA256")},
		{what: "group", inside: group("P-384"), outside: group("P-256")},
	},
	"cnsa1-202603": {
		{what: "group", inside: group("MLKEM1024"), outside: group("MLKEM768")},
	},
	"cnsa2-202603": {
		{what: "group", inside: group("MLKEM1024"), outside: group("SecP384r1MLKEM1024")},
	},
	"bsi-tr-02102-2": {
		{what: "suite", inside: v12("ECDHE-ECDSA-AES128-CCM"), outside: v12("ECDHE-ECDSA-AES128-CCM8")},
		{what: "suite of TLS 1.3", inside: v13("TLS_AES_128_CCM_SHA256"), outside: v13("TLS_CHACHA20_POLY1305_SHA256")},
		{what: "group", inside: group("ffdhe3072"), outside: group("ffdhe2048")},
		{what: "group", inside: group("P-521"), outside: group("X25519")},
		{
			what: "signature", inside: options{MaxVersion: "TLSv1.2", Sigalgs: "RSA-PSS+SHA256:ECDSA+SHA384"},
			outside: options{MaxVersion: "TLSv1.2", Sigalgs: "RSA+SHA256"}, key: testcert.RSA3072,
		},
		{what: "key", key: testcert.RSA3072, badKey: testcert.RSA2048},
	},
	"sp800-52r2": {
		{what: "suite", inside: v13("TLS_AES_128_CCM_SHA256"), outside: v13("TLS_CHACHA20_POLY1305_SHA256")},
		{what: "group", inside: group("P-256"), outside: group("X448")},
		{what: "key", key: testcert.P256, badKey: testcert.Ed25519},
	},
	"mozilla-modern": {
		{what: "version", inside: options{MinVersion: "TLSv1.3"}, outside: options{MaxVersion: "TLSv1.2"}},
		{what: "suite", inside: v13("TLS_CHACHA20_POLY1305_SHA256"), outside: v13("TLS_AES_128_CCM_SHA256")},
		{what: "group", inside: group("X25519MLKEM768"), outside: group("P-521")},
		{what: "key", key: testcert.P256, badKey: testcert.RSA3072},
	},
	"mozilla-intermediate": {
		{what: "suite", inside: v12("ECDHE-ECDSA-AES128-GCM-SHA256"), outside: v12("ECDHE-ECDSA-AES128-SHA256")},
		{what: "forward secrecy", inside: v12("ECDHE-RSA-AES128-GCM-SHA256"), outside: v12("DHE-RSA-AES128-GCM-SHA256"), key: testcert.RSA2048, root: testcert.RSA2048},
		{what: "key", key: testcert.RSA2048, badKey: testcert.Ed25519, root: testcert.RSA2048},
	},
	"pci-dss-4": {
		{
			what: "version", inside: options{MinVersion: "TLSv1.2", MaxVersion: "TLSv1.2"},
			outside: options{MinVersion: "TLSv1.1", MaxVersion: "TLSv1.1", Ciphers: "DEFAULT:@SECLEVEL=0"},
		},
		{what: "suite", inside: v12("AES128-SHA:@SECLEVEL=0"), outside: v12("NULL-SHA256:@SECLEVEL=0"), key: testcert.RSA2048},
	},
}

// TestPoliciesAtNode connects with Node 26, as a client and as a server, with
// parameters just inside and just outside each policy.
func TestPoliciesAtNode(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for policy, list := range edges {
		for _, e := range list {
			t.Run(policy+"/"+e.what, func(t *testing.T) {
				root := testcert.SelfSigned(testcert.Template{CommonName: "root", CA: true, Kind: kindOr(e.root, testcert.P384)})
				issue := func(k testcert.Kind) *testcert.Cert {
					template := testcert.ServerTemplate("localhost")
					template.Kind = kindOr(k, testcert.P384)
					return root.Issue(template)
				}
				good := issue(e.key)
				atPolicy(t, n, policy, root, good, e.inside, false)
				if e.badKey != "" {
					good = issue(e.badKey)
				}
				atPolicy(t, n, policy, root, good, e.outside, true)
			})
		}
	}
}

func kindOr(k, other testcert.Kind) testcert.Kind {
	if k == "" {
		return other
	}
	return k
}

// atPolicy connects a client of ours with a policy to Node, and Node to a server of
// ours with it. A certificate that the policy does not allow comes from Node alone.
func atPolicy(t *testing.T, n *node, policy string, root, leaf *testcert.Cert, theirs options, outside bool) {
	t.Helper()
	theirs.Cert, theirs.Key, theirs.CA = string(leaf.ChainPEM()), string(leaf.KeyPEM()), string(root.PEM())
	theirs.ServerName = "localhost"
	ours := polytls.ConnectOptions{ServerName: "localhost"}
	ours.CA, ours.CompliancePolicy, ours.Ciphers = [][]byte{root.PEM()}, policy, everySuite
	s, err := tryConnect(t, n.listen(t, theirs).port, ours)
	var refused *polytls.Error
	if outside != errors.As(err, &refused) {
		t.Errorf("our client: %v", err)
	}
	if s != nil {
		exchange(t, s, "hello\n", "hello\n")
		s.Close()
	}

	own := polytls.ServerOptions{ContextOptions: polytls.ContextOptions{
		Cert: [][]byte{leaf.ChainPEM()}, Key: []polytls.Key{{PEM: leaf.KeyPEM()}}, CompliancePolicy: policy, Ciphers: everySuite,
	}}
	if _, err := polytls.NewSecureContext(own.ContextOptions); err != nil && outside {
		return
	}
	srv := serve(t, own, echo)
	theirs.Cert, theirs.Key, theirs.Reject = "", "", true
	reply := n.connect(t, srv.port, theirs, hello, 0)
	if outside != (reply.Code != "") {
		t.Errorf("Node as a client: %s %s", reply.Code, reply.Message)
	}
	if outside {
		srv.nextError(t)
	} else {
		srv.next(t)
	}
}
