package cookbook

import (
	"errors"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// # Post-quantum only
//
// Key exchange with ML-KEM is preferred by default, and ML-DSA certificates are accepted.
// This context has nothing else: hybrids, whose ML-KEM protects recorded connections, and
// signatures of ML-DSA. Without `Sigalgs` it accepts the certificates that there are
// today. `polytls cert --algorithm ml-dsa-65` makes keys and certificates.
func postQuantum(o polytls.ContextOptions) polytls.ContextOptions {
	o.MinVersion = polytls.TLS13
	o.ECDHCurve = "X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024"
	o.Sigalgs = "mldsa65:mldsa87"
	return o
}

func TestPostQuantum(t *testing.T) {
	root := testcert.SelfSigned(testcert.Template{CommonName: "root", Kind: testcert.MLDSA65, CA: true})
	leaf := root.Issue(testcert.Template{DNS: []string{"localhost"}, Kind: testcert.MLDSA65})
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: postQuantum(identity(leaf))}, echo)
	port := start(t, srv, err)
	o := trusting(port)
	o.CA = [][]byte{root.PEM()}
	old := o
	o.ContextOptions = postQuantum(o.ContextOptions)
	s, err := talk(t, o)
	if err != nil {
		t.Fatal(err)
	}
	if group := s.Parameters().Group; group != "X25519MLKEM768" {
		t.Error(group)
	}
	old.ECDHCurve = "X25519"
	var e *polytls.Error
	if _, err := talk(t, old); !errors.As(err, &e) || e.AlertFrom != polytls.SidePeer {
		t.Errorf("a client without ML-KEM: %v", err)
	}
}
