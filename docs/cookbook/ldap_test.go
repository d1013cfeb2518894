package cookbook

import (
	"context"
	"errors"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"polytls"
)

// # LDAP with go-ldap
//
// For ldaps, port 636, where TLS begins with the connection. Run against a local server
// of a few lines that lets one user bind.
func ldapClient(ctx context.Context, address string, dialer *polytls.Dialer) (*ldap.Conn, error) {
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	const isTLS = true
	client := ldap.NewConn(conn, isTLS)
	client.Start()
	return client, nil
}

func TestLDAP(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, serveLDAP)
	dialer, dialerErr := polytls.NewDialer(trusting(start(t, srv, err)))
	if dialerErr != nil {
		t.Fatal(dialerErr)
	}
	client, err := ldapClient(within(t), srv.Address().String(), dialer)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Bind("cn=ada", "secret"); err != nil {
		t.Error(err)
	}
	var refused *ldap.Error
	if err := client.Bind("cn=ada", "a guess"); !errors.As(err, &refused) || refused.ResultCode != ldap.LDAPResultInvalidCredentials {
		t.Errorf("with a wrong password: %v", err)
	}
}

// serveLDAP answers requests to bind (RFC 4511, section 4.2).
func serveLDAP(s *polytls.Socket) {
	defer s.Close()
	for {
		request, err := ber.ReadPacket(s)
		if err != nil || len(request.Children) < 2 || request.Children[1].Tag != ldap.ApplicationBindRequest {
			return
		}
		bind, result := request.Children[1].Children, ldap.LDAPResultInvalidCredentials
		if bind[1].Value == "cn=ada" && bind[2].Data.String() == "secret" {
			result = ldap.LDAPResultSuccess
		}
		response := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindResponse, nil, "")
		response.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, result, ""))
		for range 2 { // matchedDN, diagnosticMessage
			response.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
		}
		message := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
		message.AppendChild(request.Children[0])
		message.AppendChild(response)
		s.Write(message.Bytes())
	}
}
