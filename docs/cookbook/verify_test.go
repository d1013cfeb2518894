package cookbook

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"polytls"
)

// # Accept only certain clients
//
// `Verify` is called during the handshake with what was found about the peer, also if it
// is not trusted: `Err` says why. Its error refuses the peer; an `*Error` selects the
// alert. It is also called before a session is resumed.
func onlyTeam(o polytls.ServerOptions, team string) polytls.ServerOptions {
	o.RequestCert = true
	o.Verify = func(_ context.Context, peer *polytls.PeerVerdict) error {
		if peer.Err != nil {
			return peer.Err
		}
		if subject := peer.Certificates[0].Subject; !slices.Contains(subject.Organization, team) && subject.CommonName != team {
			return &polytls.Error{Alert: polytls.AlertAccessDenied, Reason: fmt.Sprintf("%s is not of team %s", subject, team)}
		}
		return nil
	}
	return o
}

func TestOnlyTeam(t *testing.T) {
	o := polytls.ServerOptions{ContextOptions: identity(localhost)}
	o.CA = [][]byte{ca.PEM()}
	srv, err := polytls.NewServer(onlyTeam(o, "blue"), echo)
	port := start(t, srv, err)
	for _, name := range []string{"blue", "red"} {
		client := trusting(port)
		own := identity(ca.Client(name))
		client.Cert, client.Key = own.Cert, own.Key
		if _, err := talk(t, client); (err == nil) != (name == "blue") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
