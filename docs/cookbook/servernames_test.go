package cookbook

import (
	"testing"

	"polytls"
)

// # A certificate for each server name
//
// Of several certificates in one context, the name that the client sends chooses.
// `AddContext` is for names that need other options, too, such as another authority or
// other versions; `SNICallback` and `OnClientHello` look names up.
func serverOfTwoNames(shop, blog polytls.ContextOptions) (*polytls.Server, error) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: shop}, echo)
	if err != nil {
		return nil, err
	}
	blog.MinVersion = polytls.TLS13
	context, err := polytls.NewSecureContext(blog)
	if err != nil {
		return nil, err
	}
	return srv, srv.AddContext("*.blog.example", context)
}

func TestServerNames(t *testing.T) {
	srv, err := serverOfTwoNames(identity(ca.Server("shop.example")), identity(ca.Server("*.blog.example")))
	port := start(t, srv, err)
	for name, want := range map[string]string{"shop.example": "shop.example", "www.blog.example": "*.blog.example"} {
		o := trusting(port)
		o.ServerName = name
		s, err := talk(t, o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := s.X509Certificates()[0].DNSNames[0]; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
