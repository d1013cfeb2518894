package handshake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// extensionCases says of each row of the table what makes a client offer it and a
// server answer.
var extensionCases = map[wire.ExtensionType]func(testing.TB, *handshake.ClientConfig, *handshake.ServerConfig){
	wire.ExtRenegotiationInfo: func(_ testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		r := &handshake.Renegotiation{
			ClientVerifyData: make([]byte, 12), ServerVerifyData: make([]byte, 12),
			Secure: true, Version: cc.MaxVersion, HelloVersion: cc.MaxVersion, ExtendedMasterSecret: true,
		}
		if cc.MaxVersion < suite.TLS13 {
			cc.Renegotiation, sc.Renegotiation = r, r
		}
	},
	wire.ExtServerName: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.ServerName = "localhost"
	},
	wire.ExtMaxFragmentLength: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.MaxFragmentLength = 512
	},
	wire.ExtRecordSizeLimit: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.RecordSizeLimit = 64
	},
	wire.ExtSRP: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.SRP = &handshake.SRPIdentity{User: "user", Password: "password"}
	},
	wire.ExtPointFormats: nil,
	wire.ExtSupportedGroups: func(_ testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		cc.KeyShares = []suite.Group{suite.P256}
		sc.Groups = []suite.Group{suite.X25519, suite.P256} // it prefers the first
	},
	wire.ExtSessionTicket: func(t testing.TB, _ *handshake.ClientConfig, sc *handshake.ServerConfig) {
		ring := ticketRing(t)
		sc.Tickets = func() *session.Ring { return ring }
	},
	wire.ExtStatusRequest: func(_ testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		cc.RequestOCSP = true
		sc.OCSP = func(context.Context, []byte, []byte) ([]byte, error) { return []byte("response"), nil }
	},
	wire.ExtALPN: func(_ testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		cc.ALPN, sc.ALPN = []string{"h2"}, []string{"h2"}
	},
	wire.ExtEncryptThenMAC: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.Suites = slices.DeleteFunc(slices.Clone(cc.Suites), func(s *suite.CipherSuite) bool { return !s.IsCBC() })
	},
	wire.ExtExtendedMasterSecret: nil,
	wire.ExtClientCertificateType: func(_ testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		cc.OwnTypes = []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}
		sc.ClientAuth = handshake.RequestClientCert
	},
	wire.ExtServerCertificateType: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.PeerTypes = []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}
	},
	wire.ExtSCT: func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		cc.RequestSCT = true
		cert := *sc.Certificates[0]
		cert.SCTs = []byte{0, 3, 0, 1, 1}
		sc.Certificates = []*handshake.Certificate{&cert}
	},
	wire.ExtSignatureAlgorithmsCert: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.CertSchemes = cc.Schemes
	},
	wire.ExtPostHandshakeAuth: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.PostHandshakeAuth = true
	},
	wire.ExtSignatureAlgorithms: nil,
	wire.ExtSupportedVersions:   nil,
	wire.ExtPSKKeyExchangeModes: nil,
	wire.ExtKeyShare:            nil,
	wire.ExtCookie:              nil, // that of a HelloRetryRequest, which our servers do not send
	wire.ExtCompressCertificate: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.Compressions = compressions
	},
	wire.ExtCertificateAuthorities: func(_ testing.TB, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
		cc.Authorities, cc.SendAuthorities = [][]byte{{0x30, 0}}, true
	},
	wire.ExtEarlyData: func(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
		sc.MaxEarlyData = 100
		sc.AcceptEarlyData = func(context.Context, *handshake.EarlyOffer) (bool, error) { return true, nil }
		resumed(t, cc, sc)
		cc.EarlyData = []byte("early")
	},
	wire.ExtPreSharedKey: resumed,
}

// resumed lets a client resume a session.
func resumed(t testing.TB, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	ring := ticketRing(t)
	sc.Tickets, sc.TicketCount = func() *session.Ring { return ring }, 1
	first := *cc
	first.OnSession = func(s *session.Session) { cc.Session = s }
	mustPair(t, &first, sc)
}

// said holds what a client and a server send in each kind of message.
type said map[wire.Place]wire.Extensions

// observe reads a message that a client sends or receives.
func (s said) observe(t testing.TB) func(handshake.Step) {
	parse := func(raw []byte, m wire.Message) {
		if err := wire.Parse(raw, m); err != nil {
			t.Error(err)
		}
	}
	return func(step handshake.Step) {
		switch wire.MessageType(step.Raw[0]) {
		case wire.TypeClientHello:
			var m wire.ClientHello
			parse(step.Raw, &m)
			s[wire.InClientHello] = m.Extensions
		case wire.TypeServerHello:
			var m wire.ServerHello
			parse(step.Raw, &m)
			if m.Extensions.Has(wire.ExtSupportedVersions) {
				s[wire.InServerHello] = m.Extensions
			} else {
				s[wire.InServerHello12] = m.Extensions
			}
		case wire.TypeEncryptedExtensions:
			var m wire.EncryptedExtensions
			parse(step.Raw, &m)
			s[wire.InEncryptedExtensions] = m.Extensions
		case wire.TypeCertificate:
			var m wire.Certificate13
			if s[wire.InServerHello] != nil && !step.Sent {
				parse(step.Raw, &m)
				s[wire.InCertificate] = m.Entries[0].Extensions
			}
		}
	}
}

// TestEveryExtension runs a handshake of each version for each row of the table: a
// client offers the extension, and a server answers in each message that may carry
// it.
func TestEveryExtension(t *testing.T) {
	for row := range handshake.ExtensionRows() {
		set, known := extensionCases[row.ID]
		if !known {
			t.Errorf("%s: extensionCases has no row that makes a client offer it", row.ID)
			continue
		}
		offered := false
		for _, v := range versions() {
			t.Run(fmt.Sprint(row.ID, "/", v), func(t *testing.T) {
				cc := &handshake.ClientConfig{Config: config(v), OnSession: func(*session.Session) {}}
				sc := &handshake.ServerConfig{Config: config(v, identity(t, "p256"))}
				if set != nil && (v == suite.TLS13 || row.ID != wire.ExtEarlyData && row.ID != wire.ExtPreSharedKey) {
					set(t, cc, sc)
				}
				heard := said{}
				cc.Observe = heard.observe(t)
				if c, s := pair(t, cc, sc); c.err != nil || s.err != nil {
					t.Fatalf("client: %v; server: %v", c.err, s.err)
				}
				if !heard[wire.InClientHello].Has(row.ID) {
					return // not every version has it
				}
				offered = true
				for where, e := range heard {
					fromConversation := where == wire.InServerHello || where == wire.InCertificate
					if where == wire.InClientHello || !row.ID.AllowedIn(where) || !row.Answers && !fromConversation {
						continue
					}
					if row.ID == wire.ExtSupportedGroups && where == wire.InServerHello12 {
						continue // clients tolerate it there, servers do not send it
					}
					if !e.Has(row.ID) {
						t.Errorf("no answer in the %s", where)
					}
				}
			})
		}
		if !offered && row.ID != wire.ExtCookie {
			t.Errorf("%s: no client offers it", row.ID)
		}
	}
}

// TestRowsOfExtensionsAreWhole: each row has an offer, and if a server may answer,
// also the functions that answer and accept. Extensions without a row are listed
// here.
func TestRowsOfExtensionsAreWhole(t *testing.T) {
	missing := map[wire.ExtensionType]bool{}
	for id := range wire.ExtensionTypes() {
		if id.AllowedIn(wire.InClientHello) {
			missing[id] = true
		}
	}
	for row := range handshake.ExtensionRows() {
		answered := row.ID.AllowedIn(wire.InServerHello12 | wire.InEncryptedExtensions)
		if want := (handshake.ExtensionRow{ID: row.ID, Offers: true, Parses: true, Answers: answered, Accepts: answered}); row != want {
			t.Errorf("the functions of a row of extensions.go: got %+v, want %+v", row, want)
		}
		delete(missing, row.ID)
	}
	for _, id := range []wire.ExtensionType{
		wire.ExtPadding, wire.ExtDelegatedCredential, wire.ExtUseSRTP, wire.ExtHeartbeat, wire.ExtStatusRequestV2,
		wire.ExtQUICTransportParameters, wire.ExtNextProtocolNegotiation, wire.ExtECHOuterExtensions, wire.ExtEncryptedClientHello,
	} {
		delete(missing, id)
	}
	for id := range missing {
		t.Errorf("%s: no row of extensions.go, and not in this test's list of those that are not negotiated", id)
	}
}

// serverMessages are those in which a server answers a ClientHello.
var serverMessages = []wire.Place{wire.InServerHello12, wire.InServerHello, wire.InRetry, wire.InEncryptedExtensions}

// TestUnsolicitedExtensions are refused by a client, whichever they are, as are
// those that it offered in a message that does not carry them (RFC 8446, section
// 4.2).
func TestUnsolicitedExtensions(t *testing.T) {
	for id := range wire.ExtensionTypes() {
		for _, where := range serverMessages {
			e := wire.Extensions{{Type: id}}
			unasked := where == wire.InServerHello12 && id == wire.ExtRenegotiationInfo || where == wire.InRetry && id == wire.ExtCookie
			if unasked {
				continue
			}
			if err := handshake.AcceptExtensions(nil, e, where); !isUnexpected(err) {
				t.Errorf("unsolicited %s in the %s: %v", id, where, err)
			}
			if id.AllowedIn(where) {
				continue
			}
			if err := handshake.AcceptExtensions(e, e, where); !isUnexpected(err) {
				t.Errorf("%s, offered, in the %s: %v", id, where, err)
			}
		}
	}
}

func isUnexpected(err error) bool {
	var e *failure.Error
	return errors.Is(err, failure.UnexpectedExtension) && errors.As(err, &e) && e.Alert == failure.AlertUnsupportedExtension
}

// TestDuplicateExtensions of each row are refused in every message.
func TestDuplicateExtensions(t *testing.T) {
	for row := range handshake.ExtensionRows() {
		twice := wire.Extensions{{Type: row.ID}, {Type: row.ID}}
		for _, m := range []wire.Message{
			&wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: []suite.ID{1}, CompressionMethods: []byte{0}, Extensions: twice},
			&wire.ServerHello{LegacyVersion: suite.TLS12, Extensions: twice},
			&wire.EncryptedExtensions{Extensions: twice},
		} {
			raw, err := wire.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			var e *failure.Error
			if err := wire.Parse(raw, m); !errors.Is(err, failure.DuplicateExtension) || !errors.As(err, &e) || e.Alert != failure.AlertDecodeError {
				t.Errorf("%s twice in a %s: %v", row.ID, m.Type(), err)
			}
		}
	}
}

// TestExtensionOrder checks that the order of a ClientHello, by which servers and
// middleboxes identify clients, is OpenSSL's.
func TestExtensionOrder(t *testing.T) {
	want := []wire.ExtensionType{
		wire.ExtServerName, wire.ExtPointFormats, wire.ExtSupportedGroups, wire.ExtSessionTicket, wire.ExtStatusRequest,
		wire.ExtALPN, wire.ExtEncryptThenMAC, wire.ExtExtendedMasterSecret, wire.ExtPostHandshakeAuth,
		wire.ExtSignatureAlgorithms, wire.ExtSupportedVersions, wire.ExtPSKKeyExchangeModes, wire.ExtKeyShare, wire.ExtPreSharedKey,
	}
	cfg := config(suite.TLS13, identity(t, "p256"))
	cfg.MinVersion = suite.TLS12
	cc := &handshake.ClientConfig{Config: cfg, ServerName: "localhost", ALPN: []string{"h2"}, RequestOCSP: true}
	cc.PostHandshakeAuth = true
	sc := &handshake.ServerConfig{Config: cfg}
	resumed(t, cc, sc)
	heard := said{}
	cc.Observe = heard.observe(t)
	mustPair(t, cc, sc)
	var got []wire.ExtensionType
	for _, x := range heard[wire.InClientHello] {
		got = append(got, x.Type)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v; a new extension is offered only with its option", got, want)
	}
}
