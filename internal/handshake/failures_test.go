package handshake_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// against runs one end against a peer that does what a test likes, and returns
// the end's error.
func against(t *testing.T, role recordlayer.Role, run func(recordlayer.Exchange) error, peer func(recordlayer.Exchange)) error {
	t.Helper()
	a, b, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	defer b.Close()
	done := make(chan error, 1)
	go func() {
		x, _ := recordlayer.New(a, role).Begin(t.Context())
		defer x.End()
		done <- run(x)
		a.Close()
	}()
	other, _ := recordlayer.New(b, recordlayer.Client+recordlayer.Server-role).Begin(t.Context())
	peer(other)
	other.End()
	b.CloseWrite()
	return <-done
}

// clientRefuses is the error of a client whose server answers its hello with a
// message.
func clientRefuses(t *testing.T, cc *handshake.ClientConfig, answer func(*wire.ClientHello) wire.Message) error {
	t.Helper()
	return against(t, recordlayer.Client, func(x recordlayer.Exchange) error {
		_, err := handshake.Client(t.Context(), x, cc)
		return err
	}, func(x recordlayer.Exchange) {
		raw, err := x.ReadMessage()
		hello := new(wire.ClientHello)
		if err != nil || wire.Parse(raw, hello) != nil {
			return
		}
		send(t, x, answer(hello))
	})
}

func send(t *testing.T, x recordlayer.Exchange, m wire.Message) {
	t.Helper()
	raw, err := wire.Marshal(m)
	if err != nil {
		t.Error(err)
		return
	}
	x.WriteMessage(raw)
	x.Flush()
}

// serverRefuses is the error of a server that reads a client's hello after a change.
func serverRefuses(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig, change func(*wire.ClientHello)) error {
	t.Helper()
	hello := new(wire.ClientHello)
	clientRefuses(t, cc, func(h *wire.ClientHello) wire.Message {
		*hello = *h
		return new(wire.ServerHelloDone)
	})
	change(hello)
	return against(t, recordlayer.Server, func(x recordlayer.Exchange) error {
		_, err := handshake.Server(t.Context(), x, sc)
		return err
	}, func(x recordlayer.Exchange) { send(t, x, hello) })
}

// both are the configs of two ends with one version.
func both(t *testing.T, v suite.Version, keys ...string) (*handshake.ClientConfig, *handshake.ServerConfig) {
	t.Helper()
	if len(keys) == 0 {
		keys = []string{"p256"}
	}
	var certs []*handshake.Certificate
	for _, key := range keys {
		certs = append(certs, identity(t, key))
	}
	return &handshake.ClientConfig{Config: config(v)}, &handshake.ServerConfig{Config: config(v, certs...)}
}

// hearing is the error of a server that reads another hello than its client sent.
func hearing(v suite.Version, change func(*wire.ClientHello)) func(*testing.T) error {
	return func(t *testing.T) error {
		cc, sc := both(t, v)
		return serverRefuses(t, cc, sc, change)
	}
}

// hearingResumed is hearing with a hello that offers a session.
func hearingResumed(v suite.Version, change func(*wire.ClientHello)) func(*testing.T) error {
	return func(t *testing.T) error {
		cc, sc := both(t, v)
		resumed(t, cc, sc)
		return serverRefuses(t, cc, sc, change)
	}
}

func without(id wire.ExtensionType) func(*wire.ClientHello) {
	return func(h *wire.ClientHello) {
		h.Extensions = slices.DeleteFunc(h.Extensions, func(x wire.Extension) bool { return x.Type == id })
	}
}

// with puts an extension in the place of the one of its type, or in front.
func with(t *testing.T, body wire.ExtensionBody) func(*wire.ClientHello) {
	return func(h *wire.ClientHello) {
		var own wire.Extensions
		own.Add(body)
		at := slices.IndexFunc(h.Extensions, func(x wire.Extension) bool { return x.Type == own[0].Type })
		if at < 0 {
			h.Extensions = append(own, h.Extensions...)
			return
		}
		h.Extensions[at] = own[0]
	}
}

// answered is the error of a client that reads a ServerHello after a change.
func answered(v suite.Version, change func(*wire.ClientHello, *wire.ServerHello)) func(*testing.T) error {
	return func(t *testing.T) error {
		cc, _ := both(t, v)
		return answeredAs(t, cc, v, change)
	}
}

// answeredResumed is answered with a client that offers a session.
func answeredResumed(v suite.Version, change func(*wire.ClientHello, *wire.ServerHello)) func(*testing.T) error {
	return func(t *testing.T) error {
		cc, sc := both(t, v)
		resumed(t, cc, sc)
		return answeredAs(t, cc, v, change)
	}
}

func answeredAs(t *testing.T, cc *handshake.ClientConfig, v suite.Version, change func(*wire.ClientHello, *wire.ServerHello)) error {
	return clientRefuses(t, cc, func(h *wire.ClientHello) wire.Message {
		sh := &wire.ServerHello{LegacyVersion: v, SessionID: h.SessionID, CipherSuite: h.CipherSuites[0]}
		sh.Random[0] = 1
		if v == suite.TLS13 {
			sh.LegacyVersion = suite.TLS12
			sh.Extensions.Add(&wire.SelectedVersion{Version: v})
		}
		change(h, sh)
		return sh
	})
}

// tampered changes the messages of a type that come to the client.
func tampered(cc *handshake.ClientConfig, kind wire.MessageType, change func(raw []byte)) {
	cc.Observe = func(s handshake.Step) {
		if !s.Sent && wire.MessageType(s.Raw[0]) == kind {
			change(s.Raw)
		}
	}
}

// remade changes a message that comes to the client, and leaves its length.
func remade[T any, P interface {
	*T
	wire.Message
}](t *testing.T, cc *handshake.ClientConfig, change func(P)) {
	tampered(cc, P(new(T)).Type(), func(raw []byte) {
		m := P(new(T))
		if err := wire.Parse(raw, m); err != nil {
			t.Error(err)
			return
		}
		change(m)
		changed, err := wire.Marshal(m)
		if err != nil || len(changed) != len(raw) {
			t.Errorf("%d bytes instead of %d, %v", len(changed), len(raw), err)
		}
		copy(raw, changed)
	})
}

func TestFailuresOfHellos(t *testing.T) {
	failuretest.Triggers{
		failure.BadKeyShare: hearing(suite.TLS13, with(t, &wire.SupportedGroups{Groups: []suite.Group{suite.FFDHE8192}})),
		failure.BadLegacyVersion: hearing(suite.TLS13, func(h *wire.ClientHello) {
			h.LegacyVersion = 0x0300
		}),
		failure.BadPSK: hearingResumed(suite.TLS13, with(t, &wire.OfferedPSKs{
			Identities: []wire.PSKIdentity{{Identity: []byte("a")}, {Identity: []byte("b")}}, Binders: [][]byte{make([]byte, 32)},
		})),
		failure.DuplicateKeyShare: hearing(suite.TLS13, with(t, &wire.ClientKeyShares{Shares: []wire.KeyShare{
			{Group: suite.X25519, Data: make([]byte, 32)}, {Group: suite.X25519, Data: make([]byte, 32)},
		}})),
		failure.InappropriateFallback: func(t *testing.T) error {
			cc, sc := both(t, suite.TLS12)
			sc.MaxVersion = suite.TLS13
			return serverRefuses(t, cc, sc, func(h *wire.ClientHello) { h.CipherSuites = append(h.CipherSuites, 0x5600) })
		},
		failure.InconsistentEMS:          hearingResumed(suite.TLS12, without(wire.ExtExtendedMasterSecret)),
		failure.InvalidMaxFragmentLength: hearing(suite.TLS12, with(t, &wire.MaxFragmentLength{Code: 9})),
		failure.MissingExtension:         hearingResumed(suite.TLS13, without(wire.ExtPSKKeyExchangeModes)),
		failure.MissingKeyShare:          hearing(suite.TLS13, without(wire.ExtKeyShare)),
		failure.MissingSigAlgs:           hearing(suite.TLS13, without(wire.ExtSignatureAlgorithms)),
		failure.MissingSupportedGroups:   hearing(suite.TLS13, without(wire.ExtSupportedGroups)),
		failure.NoCompressionSpecified:   hearing(suite.TLS12, func(h *wire.ClientHello) { h.CompressionMethods = []byte{1} }),
		failure.RenegotiationMismatch:    hearing(suite.TLS12, with(t, &wire.RenegotiationInfo{VerifyData: []byte{1}})),
	}.Run(t)
}

func TestFailuresOfServerHellos(t *testing.T) {
	failuretest.Triggers{
		failure.EmptyHelloRetryRequest: answered(suite.TLS13, func(_ *wire.ClientHello, sh *wire.ServerHello) { sh.Random = wire.HelloRetryRandom }),
		failure.InvalidCompression:     answered(suite.TLS12, func(_ *wire.ClientHello, sh *wire.ServerHello) { sh.CompressionMethod = 1 }),
		failure.InvalidSessionID:       answered(suite.TLS13, func(_ *wire.ClientHello, sh *wire.ServerHello) { sh.SessionID = []byte{1} }),
		failure.OldSessionCipherNotReturned: answeredResumed(suite.TLS12, func(_ *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = suite.ByName("ECDHE-RSA-AES128-GCM-SHA256").ID // the session's is for ECDSA
			sh.Extensions.Add(&wire.RenegotiationInfo{})
		}),
		failure.OldSessionPRFHash: answeredResumed(suite.TLS13, func(h *wire.ClientHello, sh *wire.ServerHello) {
			offered, err := wire.Find[wire.ClientKeyShares](h.Extensions)
			if err != nil || offered == nil {
				t.Fatal("no key share")
			}
			sh.CipherSuite = suite.ByName("TLS_AES_128_GCM_SHA256").ID // the session's has SHA-384
			sh.Extensions.Add(&wire.ServerKeyShare{Share: offered.Shares[0]})
			sh.Extensions.Add(&wire.SelectedPSK{})
		}),
		failure.OldSessionVersion: func(t *testing.T) error {
			cc, sc := both(t, suite.TLS12)
			resumed(t, cc, sc)
			cc.MinVersion = suite.TLS11
			return answeredAs(t, cc, suite.TLS11, func(_ *wire.ClientHello, sh *wire.ServerHello) {
				sh.CipherSuite = suite.ByName("ECDHE-ECDSA-AES128-SHA").ID
				sh.Extensions.Add(&wire.RenegotiationInfo{})
			})
		},
		failure.UnexpectedExtension: answered(suite.TLS12, func(_ *wire.ClientHello, sh *wire.ServerHello) {
			sh.Extensions = wire.Extensions{{Type: 0xfafa}}
		}),
		failure.UnknownCipherReturned: answered(suite.TLS12, func(_ *wire.ClientHello, sh *wire.ServerHello) { sh.CipherSuite = 0xfafa }),
		failure.WrongCipherReturned: answered(suite.TLS13, func(_ *wire.ClientHello, sh *wire.ServerHello) {
			sh.CipherSuite = suite.ByName("ECDHE-RSA-AES128-GCM-SHA256").ID
		}),
		failure.Downgrade: func(t *testing.T) error {
			cc, _ := both(t, suite.TLS12)
			cc.MaxVersion = suite.TLS13
			return answeredAs(t, cc, suite.TLS12, func(_ *wire.ClientHello, sh *wire.ServerHello) { copy(sh.Random[24:], "DOWNGRD\x01") })
		},
		failure.NoCiphersAvailable: func(t *testing.T) error {
			cc, _ := both(t, suite.TLS13)
			cc.Suites13 = nil
			return answeredAs(t, cc, suite.TLS13, func(*wire.ClientHello, *wire.ServerHello) {})
		},
		failure.NoSuitableGroups: func(t *testing.T) error {
			cc, _ := both(t, suite.TLS13)
			cc.Groups = nil
			return answeredAs(t, cc, suite.TLS13, func(*wire.ClientHello, *wire.ServerHello) {})
		},
	}.Run(t)
}

// meeting is the client's error in a handshake that a test arranges.
func meeting(v suite.Version, key string, arrange func(*testing.T, *handshake.ClientConfig, *handshake.ServerConfig)) func(*testing.T) error {
	return func(t *testing.T) error {
		cc, sc := both(t, v, key)
		arrange(t, cc, sc)
		c, _ := pair(t, cc, sc)
		return c.err
	}
}

func TestFailuresOfFlights(t *testing.T) {
	raw := []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}
	compressed := func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig, change func(*wire.CompressedCertificate)) {
		cc.Compressions, sc.Compressions = compressions, compressions
		remade(t, cc, change)
	}
	failuretest.Triggers{
		failure.BadCompression: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			compressed(t, cc, sc, func(m *wire.CompressedCertificate) { m.UncompressedLength++ })
		}),
		failure.UnknownCompression: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			compressed(t, cc, sc, func(m *wire.CompressedCertificate) { m.Algorithm = 99 })
		}),
		failure.BadEarlyData: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			cc.ALPN, sc.ALPN = []string{"h2", "h3"}, []string{"h2"}
			early(t, cc, sc)
			tampered(cc, wire.TypeEncryptedExtensions, func(raw []byte) { copy(raw, bytes.Replace(raw, []byte("\x02h2"), []byte("\x02h3"), 1)) })
		}),
		failure.InvalidALPN: meeting(suite.TLS13, "p256", func(_ *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			cc.ALPN, sc.ALPN = []string{"h2"}, []string{"h2"}
			tampered(cc, wire.TypeEncryptedExtensions, func(raw []byte) { copy(raw, bytes.Replace(raw, []byte("\x02h2"), []byte("\x02h3"), 1)) })
		}),
		failure.InvalidRawPublicKey: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			own, err := handshake.NewRawPublicKey(certtest.Keys("p256").Signer)
			if err != nil {
				t.Fatal(err)
			}
			cc.PeerTypes, sc.Certificates = raw, []*handshake.Certificate{own}
			remade(t, cc, func(m *wire.Certificate13) { m.Entries[0].Data[0] ^= 0xff })
		}),
		failure.UnreadableCertificate: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
			remade(t, cc, func(m *wire.Certificate13) { m.Entries[0].Data[0] ^= 0xff })
		}),
		failure.UnsupportedCertificate: meeting(suite.TLS13, "p256", func(t *testing.T, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
			cc.PeerTypes = raw
			remade(t, cc, func(m *wire.EncryptedExtensions) {
				for _, x := range m.Extensions {
					if x.Type == wire.ExtServerCertificateType {
						x.Body[0] = 7
					}
				}
			})
		}),
		failure.WrongCertificateType: meeting(suite.TLS12, "rsa2048", func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
			sc.Suites = []*suite.CipherSuite{suite.ByName("ECDHE-RSA-AES128-GCM-SHA256")}
			remade(t, cc, func(m *wire.ServerHello) { m.CipherSuite = suite.ByName("ECDHE-ECDSA-AES128-GCM-SHA256").ID })
		}),
		failure.ServerCertChanged: func(t *testing.T) error {
			c, s, _, sc := renegotiable(t, suite.TLS12)
			other := *sc
			other.Config = config(suite.TLS12, identity(t, "rsa2048-b"))
			s.conn.SetOwner(renegotiator{ctx: t.Context(), server: &other})
			collect(s)
			return c.conn.Renegotiate(t.Context(), nil)
		},
		failure.TooMuchEarlyData: func(t *testing.T) error {
			cc, sc := both(t, suite.TLS13)
			early(t, cc, sc)
			sc.MaxEarlyData = 2
			_, s := pair(t, cc, sc)
			for s.err == nil {
				_, s.err = s.layer.Read(make([]byte, 10))
			}
			return s.err
		},
	}.Run(t)
}

// early lets a client send early data with a session.
func early(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	sc.MaxEarlyData = 100
	sc.AcceptEarlyData = func(context.Context, *handshake.EarlyOffer) (bool, error) { return true, nil }
	resumed(t, cc, sc)
	cc.EarlyData = []byte("early")
}

// TestFailuresOfSessions: a session holds the result of the verification of its
// client, perhaps by another program. A server that requests no certificate adopts
// the result.
func TestFailuresOfSessions(t *testing.T) {
	recorded := func(result trust.Result) func(*testing.T) error {
		return func(t *testing.T) error {
			cc, sc := both(t, suite.TLS13)
			cc.Certificates = []*handshake.Certificate{identity(t, "p256-client")}
			sc.ClientAuth = handshake.RequestClientCert
			sc.VerifyPeer = func(context.Context, *handshake.Peer) (*failure.Error, error) {
				return result.Err().(*failure.Error), nil
			}
			resumed(t, cc, sc)
			sc.ClientAuth = handshake.NoClientCert
			_, s := mustPair(t, cc, sc)
			if s.result.VerifyError == nil {
				return nil
			}
			return s.result.VerifyError
		}
	}
	failuretest.Triggers{
		failure.UnableToDecryptCertSignature:  recorded(4),
		failure.UnableToDecryptCRLSignature:   recorded(5),
		failure.UnableToDecodeIssuerPublicKey: recorded(trust.UnableToDecodeIssuerPublicKey),
		failure.ErrorInCRLLastUpdateField:     recorded(trust.ErrorInCRLLastUpdateField),
		failure.ErrorInCRLNextUpdateField:     recorded(trust.ErrorInCRLNextUpdateField),
		failure.OutOfMemory:                   recorded(17),
		failure.CertUntrusted:                 recorded(27),
		failure.HostnameMismatch:              recorded(trust.HostnameMismatch),
	}.Run(t)
}
