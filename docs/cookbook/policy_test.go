package cookbook

import (
	"testing"

	"polytls"
)

// # A named policy
//
// The policy removes what its document does not allow from versions, suites, groups and
// signature algorithms, and holds for the keys and signatures of all certificates. It is
// an error if nothing remains. [profiles.md](profiles.md) lists what each policy allows;
// `polytls ciphers --policy NAME` prints it.
func underPolicy(o polytls.ContextOptions) (*polytls.SecureContext, error) {
	o.CompliancePolicy = "sp800-52r2"
	return polytls.NewSecureContext(o)
}

func TestPolicy(t *testing.T) {
	context, err := underPolicy(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := polytls.NewServer(polytls.ServerOptions{SecureContext: context}, echo)
	port := start(t, srv, err)
	for suite, ok := range map[string]bool{"TLS_AES_256_GCM_SHA384": true, "TLS_CHACHA20_POLY1305_SHA256": false} {
		o := trusting(port)
		o.MinVersion, o.Ciphers = polytls.TLS13, suite
		if _, err := talk(t, o); (err == nil) != ok {
			t.Errorf("%s: %v", suite, err)
		}
	}
}
