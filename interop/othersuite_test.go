package interop

import "testing"

// TestResumptionWithoutTheSuite: if a client no longer offers the suite of its
// session, our server does a full handshake; in TLS 1.3 only if no suite with the
// same hash is offered.
func TestResumptionWithoutTheSuite(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	for _, c := range []struct {
		version, first, then string
		reused               bool
	}{
		{"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384", true},
		{"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", false},
		{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", true},
		{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", false},
	} {
		t.Run(c.version+"/"+c.then, func(t *testing.T) {
			o := options{}.with(certificate(t, "rsa"))
			srv := serve(t, o.server(), nil)
			theirs := options{CA: string(ca(t).cert), ServerName: "localhost", Reject: true, MinVersion: c.version, MaxVersion: c.version, Ciphers: c.first}
			first := n.connect(t, srv.port, theirs, hello, 1)
			if first.Code != "" || len(first.Sessions) == 0 {
				t.Fatalf("no session: %s %s", first.Code, first.Message)
			}
			srv.next(t)
			theirs.Session, theirs.Ciphers = first.Sessions[0], c.then
			then := n.connect(t, srv.port, theirs, hello, 0)
			if then.Code != "" {
				t.Fatalf("Node: %s %s", then.Code, then.Message)
			}
			if f := srv.next(t); f.Reused != c.reused || then.Facts.Reused != c.reused {
				t.Errorf("reused at the server: %v, at Node: %v", f.Reused, then.Facts.Reused)
			}
		})
	}
}
