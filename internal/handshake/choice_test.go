package handshake

import (
	"slices"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// TestRepeatedSuitesAreExplainedOnce: a suite that cannot be used is tried once, however
// often the client repeats it. Each try reads all of the client's schemes: without this,
// the hello takes half a minute to explain.
func TestRepeatedSuitesAreExplainedOnce(t *testing.T) {
	const unusable, used = suite.ID(0xc02b), suite.ID(0xc02f)
	h := &wire.ClientHello{LegacyVersion: suite.TLS12, CompressionMethods: []byte{0}}
	h.Extensions.Add(&wire.SupportedGroups{Groups: []suite.Group{suite.X25519, suite.P256}})
	h.Extensions.Add(&wire.SignatureAlgorithms{
		Schemes: append(slices.Repeat([]suite.Scheme{suite.Ed25519}, 30000), suite.RSAPSSRSAESHA256),
	})
	h.CipherSuites = append(slices.Repeat([]suite.ID{unusable}, 30000), used)
	raw, err := wire.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	cfg := fuzzConfig(t)
	cfg.Suites = []*suite.CipherSuite{unusable.Info(), used.Info()}
	cfg.Certificates = []*Certificate{identityOf(t, "p256", "localhost", "ca"), identityOf(t, "rsa2048", "localhost", "ca")}
	d := &Decision{
		Made: true, Server: &ServerConfig{Config: cfg, ClientOrder: true},
		Version: suite.TLS12, Suite: used.Info(), Group: suite.X25519,
	}
	choices := d.Choices(raw)
	i := slices.IndexFunc(choices, func(c Choice) bool { return c.What == choiceOfSuite })
	if i < 0 || choices[i].Chosen != used.Info().Standard || len(choices[i].Obstacles) != 1 {
		t.Errorf("%+v", choices)
	}
	if got := better([]int{1, 2, 1, 1, 2, 3, 4}, 3); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("before 3: %v", got)
	}
}
