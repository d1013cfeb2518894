package cookbook

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"polytls"
)

// # Revocation: lists and stapled OCSP responses
//
// With `CRL` every certificate of a chain needs a list of its issuer that is valid now.
// A stapled response is checked in two steps, here with golang.org/x/crypto/ocsp:
// `OnOCSPResponse` gets it, and `Verify`, which is called next, knows the issuer. The
// options that it returns are for one connection. A server staples the response of its
// authority with `OCSPResponse`, or fetches it in `Server.OnOCSPRequest`.
func checkRevocation(o polytls.ConnectOptions, crl []byte) polytls.ConnectOptions {
	o.CRL = [][]byte{crl}
	o.RequestOCSP = true
	var stapled []byte
	o.OnOCSPResponse = func(_ context.Context, response []byte) error {
		stapled = response
		return nil
	}
	o.Verify = func(_ context.Context, server *polytls.PeerVerdict) error {
		if server.Err != nil || len(server.Path) < 2 {
			return server.Err
		}
		r, err := ocsp.ParseResponseForCert(stapled, server.Path[0], server.Path[1])
		switch {
		case err != nil:
			return fmt.Errorf("stapled OCSP response: %w", err)
		case r.Status != ocsp.Good, time.Now().After(r.NextUpdate):
			return errors.New("the OCSP response does not say that the certificate is good now")
		}
		return nil
	}
	return o
}

func TestRevocation(t *testing.T) {
	stapled := identity(localhost)
	stapled.OCSPResponse = localhost.OCSPResponse()
	with, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: stapled}, echo)
	stapling := start(t, with, err)
	without, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	plain := start(t, without, err)

	nobody, everybody := ca.CRL(time.Time{}), ca.CRL(time.Time{}, localhost)
	for _, version := range []string{polytls.TLS12, polytls.TLS13} {
		o := checkRevocation(trusting(stapling), nobody)
		o.MaxVersion = version
		if _, err := talk(t, o); err != nil {
			t.Errorf("%s: %v", version, err)
		}
	}
	if _, err := talk(t, checkRevocation(trusting(plain), nobody)); err == nil {
		t.Error("a server without a response was accepted")
	}
	if _, err := talk(t, checkRevocation(trusting(stapling), everybody)); !errors.Is(err, &polytls.Error{Code: "CERT_REVOKED"}) {
		t.Errorf("a revoked certificate: %v", err)
	}
}
