package polytls

import (
	"context"

	"polytls/certobject"
	"polytls/failure"
	"polytls/internal/securecontext"
	"polytls/internal/trust"
)

// CheckServerIdentity returns why a certificate is not valid for host, nil if it is:
// Node's tls.checkServerIdentity(). The error's code is ERR_TLS_CERT_ALTNAME_INVALID,
// or ERR_TLS_CERT_ALTNAME_FORMAT if the text of the alternative names cannot be read;
// the error wraps an IdentityError.
func CheckServerIdentity(host string, cert *Certificate) error {
	e := trust.CheckServerIdentity(host, cert)
	if e == nil {
		return nil
	}
	row := failure.AltNameInvalid
	if e.NodeCode() == failure.AltNameFormat.Code {
		row = failure.AltNameFormat
	}
	return row.New("%s", e.Error()).Wrap((*IdentityError)(e))
}

// serverVerifier returns a client's verifier of its server: the chain first, then the
// name.
func (o *ConnectOptions) serverVerifier(c *securecontext.Context) *securecontext.Verifier {
	return &securecontext.Verifier{
		Context: c, Purpose: trust.ServerAuth, Check: checkVerdict(o.identity(), o.Verify),
		CheckIdentity: func(ctx context.Context, chain []*trust.Certificate) *failure.Error {
			return o.checkIdentity(ctx, chain, c.Completed)
		},
	}
}

// clientVerifier returns a server's verifier of its clients.
func (o *ServerOptions) clientVerifier(c *securecontext.Context) *securecontext.Verifier {
	return &securecontext.Verifier{Context: c, Purpose: trust.ClientAuth, Check: checkVerdict("", o.Verify)}
}

// checkIdentity checks that the chain is that of the expected server.
// CheckServerIdentity and errors get the chain that complete returns.
func (o *ConnectOptions) checkIdentity(ctx context.Context, chain []*trust.Certificate, complete func([]*trust.Certificate) []*trust.Certificate) *failure.Error {
	check := o.CheckServerIdentity
	if check == nil {
		if chain[0].IsFor(o.identity()) {
			return nil
		}
		check = func(_ context.Context, host string, cert *Certificate) error { return CheckServerIdentity(host, cert) }
	}
	return securecontext.AsAlert(check(ctx, o.identity(), certobject.Chain(raw(complete(chain)))), failure.AlertBadCertificate)
}

func raw(chain []*trust.Certificate) [][]byte {
	var ders [][]byte
	for _, c := range chain {
		ders = append(ders, c.Raw)
	}
	return ders
}
