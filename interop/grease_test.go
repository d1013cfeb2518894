package interop

import "testing"

// TestNodeGREASE: Node accepts our client's reserved values and shuffled
// extensions, in full handshakes, after a HelloRetryRequest, and in resumptions.
// The table of features covers other peers.
func TestNodeGREASE(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	root := string(ca(t).cert)
	eachNode(t, func(t *testing.T, n *node) {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(version, func(t *testing.T) {
				so := options{MinVersion: version, MaxVersion: version, ECDHCurve: "P-384", HonorOrder: true}.with(id)
				co := options{CA: root, ServerName: "localhost", Reject: true, MaxVersion: version, ALPN: []string{"a"}, grease: true}
				so.ALPN = co.ALPN
				port, next := listenAs(t, n, so)
				f, session, code := connectAs(t, nil, port, co)
				if _, failed := next(); code != "" || failed != "" || !f.Authorized || f.ALPN != "a" {
					t.Fatalf("codes %q and %q, client %+v", code, failed, f)
				}
				co.Session = session
				f, _, code = connectAs(t, nil, port, co)
				if _, failed := next(); code != "" || failed != "" || !f.Reused {
					t.Errorf("resumption: codes %q and %q, client %+v", code, failed, f)
				}
			})
		}
	})
}
