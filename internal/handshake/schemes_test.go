package handshake_test

import (
	"errors"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// TestMLDSAIsOfTLS13 compares what both ends offer: ML-DSA only if TLS 1.3 is
// possible or has been chosen.
func TestMLDSAIsOfTLS13(t *testing.T) {
	for _, test := range []struct {
		client, server suite.Version // the highest
		hello, request bool          // hold ML-DSA
	}{
		{suite.TLS13, suite.TLS13, true, true},
		{suite.TLS13, suite.TLS12, true, false},
		{suite.TLS12, suite.TLS13, false, false},
	} {
		cc, sc := both(t, suite.TLS12)
		cc.MaxVersion, sc.MaxVersion, sc.ClientAuth = test.client, test.server, handshake.RequireClientCert
		cc.Suites13, sc.Suites13 = config(suite.TLS13).Suites13, config(suite.TLS13).Suites13
		cc.Certificates = []*handshake.Certificate{identity(t, "p256-b")}
		c, s := mustPair(t, cc, sc)
		if got := slices.Contains(s.result.SharedSchemes, suite.MLDSA65); got != test.hello {
			t.Errorf("%v to %v: the ClientHello holds ML-DSA: %v", test.client, test.server, got)
		}
		if got := slices.Contains(c.result.SharedSchemes, suite.MLDSA65); got != test.request {
			t.Errorf("%v to %v: the CertificateRequest holds ML-DSA: %v", test.client, test.server, got)
		}
	}
}

// TestNothingToSignWith: lists without schemes of the offered versions are not
// sent.
func TestNothingToSignWith(t *testing.T) {
	cc, _ := both(t, suite.TLS12)
	cc.Schemes = []suite.Scheme{suite.MLDSA65}
	err := answeredAs(t, cc, suite.TLS12, func(*wire.ClientHello, *wire.ServerHello) {})
	if !errors.Is(err, failure.NoCiphersAvailable) {
		t.Errorf("client: %v", err)
	}

	cc, sc := both(t, suite.TLS12, "rsa2048")
	sc.Schemes, sc.ClientAuth = []suite.Scheme{suite.MLDSA65}, handshake.RequireClientCert
	cc.Suites = slices.DeleteFunc(slices.Clone(cc.Suites), func(s *suite.CipherSuite) bool { return s.Kx != suite.KxRSA })
	err = serverRefuses(t, cc, sc, func(hello *wire.ClientHello) {
		hello.Extensions = slices.DeleteFunc(hello.Extensions, func(e wire.Extension) bool { return e.Type == wire.ExtSignatureAlgorithms })
	})
	if !errors.Is(err, failure.NoSuitableSignatureAlgorithm) {
		t.Errorf("server: %v", err)
	}
}
