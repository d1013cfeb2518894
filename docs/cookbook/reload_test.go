package cookbook

import (
	"testing"

	"polytls"
)

// # Another certificate without a restart
//
// Call it on SIGHUP, or when the files have changed. Connections that are open keep
// what they have, and their clients' tickets stay valid. If the new files are wrong, the
// server keeps its certificate and the error says what is wrong. `polytls serve --watch`
// does the same.
func reload(srv *polytls.Server, certFile, keyFile string) error {
	context, err := polytls.NewSecureContext(polytls.ContextOptions{
		CertFile: []string{certFile},
		KeyFile:  []string{keyFile},
	})
	if err != nil {
		return err
	}
	return srv.SetSecureContext(context)
}

func TestReload(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	port := start(t, srv, err)
	renewed := ca.Server("localhost")
	if err := reload(srv, file(t, "cert.pem", renewed.PEM()), file(t, "key.pem", localhost.KeyPEM())); err == nil {
		t.Error("a key of another certificate is no error")
	}
	if err := reload(srv, file(t, "cert.pem", renewed.PEM()), file(t, "key.pem", renewed.KeyPEM())); err != nil {
		t.Fatal(err)
	}
	s, err := talk(t, trusting(port))
	if err != nil {
		t.Fatal(err)
	}
	if !s.X509Certificates()[0].Equal(renewed.Certificate) {
		t.Error("the old certificate was sent")
	}
}
