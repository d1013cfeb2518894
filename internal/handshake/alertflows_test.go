package handshake_test

import (
	"context"
	"slices"
	"testing"

	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/recordlayer"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// alertFlow is a handshake in which one end is tested and the other one is a forger.
type alertFlow struct {
	name    string // the tested end in words
	version suite.Version
	suite   string
	tested  recordlayer.Role
	set     []setting

	from int // the first place that is tested
	// only are the messages whose fields are changed, nil for all. Messages at wrong
	// places are tried if it is nil.
	only []wire.MessageType
	// added are extensions that no genuine end sends and that are in a message, by
	// its name, all the same while its fields are changed.
	added map[string]wire.Extensions
	// afterwards are messages that may follow the handshake and that a genuine end
	// does not send by itself.
	afterwards []wire.Message
	// node are Node's options beside the usual ones; nil if Node cannot be this end.
	node map[string]any

	cc   *handshake.ClientConfig
	sc   *handshake.ServerConfig
	sent []content // by the genuine end
}

// setting changes the two ends.
type setting func(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig)

const (
	suite13    = "TLS_AES_128_GCM_SHA256"
	suiteECDHE = "ECDHE-ECDSA-AES128-GCM-SHA256"
)

var (
	keyExchange   = []wire.MessageType{wire.TypeServerKeyExchange, wire.TypeClientKeyExchange}
	helloMessages = []wire.MessageType{wire.TypeClientHello, wire.TypeServerHello}
	usual         = map[string]any{}
)

var alertFlows = []*alertFlow{
	{name: "1.3 server", version: suite.TLS13, suite: suite13, tested: recordlayer.Server, set: []setting{asking, limited}, node: usual,
		afterwards: []wire.Message{&wire.KeyUpdate{}}, added: map[string]wire.Extensions{"ClientHello": extended(&wire.Padding{Length: 1})}},
	{name: "1.3 client", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{asking, limited}, node: usual,
		afterwards: []wire.Message{&wire.KeyUpdate{}}, added: map[string]wire.Extensions{"CertificateRequest": extended(
			&wire.StatusRequestAck{}, &wire.SCTRequest{}, &wire.OIDFilters{Filters: []wire.OIDFilter{{OID: []byte{6, 1, 5}, Values: []byte{1}}}},
		)}},
	{name: "1.3 server, second hello", version: suite.TLS13, suite: suite13, tested: recordlayer.Server, set: []setting{asking, retried}, node: map[string]any{"ecdhCurve": "X25519"},
		from: 1, only: helloMessages, added: map[string]wire.Extensions{"ClientHello": extended(&wire.Cookie{Cookie: []byte{1}})}},
	{name: "1.3 client, retried", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{asking, retried}, node: map[string]any{"ecdhCurve": "P-256:X25519"},
		only: helloMessages, added: map[string]wire.Extensions{"HelloRetryRequest": extended(&wire.Cookie{Cookie: []byte{1}})}},
	{name: "1.3 server, early data", version: suite.TLS13, suite: suite13, tested: recordlayer.Server, set: []setting{early}},
	{name: "1.3 client, early data", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{early}},
	{name: "1.3 server, compressed and raw", version: suite.TLS13, suite: suite13, tested: recordlayer.Server, set: []setting{asking, askedLater, compressed, rawClient},
		only: []wire.MessageType{wire.TypeClientHello, wire.TypeCompressedCertificate, wire.TypeCertificate}},
	{name: "1.3 client, compressed", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{asking, compressed},
		only: []wire.MessageType{wire.TypeEncryptedExtensions, wire.TypeCertificateRequest, wire.TypeCompressedCertificate}},
	{name: "1.3 client, raw", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{asking, fragmented, preferring, rawClient, rawServer},
		only: []wire.MessageType{wire.TypeEncryptedExtensions, wire.TypeCertificate}},
	{name: "1.3 client, post-handshake authentication", version: suite.TLS13, suite: suite13, tested: recordlayer.Client, set: []setting{askedLater},
		only: []wire.MessageType{wire.TypeCertificateRequest}, afterwards: []wire.Message{request13()}},

	{name: "1.2 server", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Server, set: []setting{asking}, node: usual},
	{name: "1.2 client", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Client, set: []setting{asking}, node: usual,
		afterwards: []wire.Message{&wire.HelloRequest{}}},
	{name: "1.2 server, resumed", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Server, set: []setting{limited, again}},
	{name: "1.2 client, resumed", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Client, set: []setting{limited, again}},
	{name: "1.2 server, raw", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Server, set: []setting{asking, fragmented, rawClient},
		only: []wire.MessageType{wire.TypeClientHello, wire.TypeCertificate}, added: map[string]wire.Extensions{"ClientHello": extended(&wire.RenegotiationInfo{})}},
	{name: "1.2 client, raw", version: suite.TLS12, suite: suiteECDHE, tested: recordlayer.Client, set: []setting{asking, fragmented, rawClient, rawServer},
		only: []wire.MessageType{wire.TypeServerHello, wire.TypeCertificate}, added: map[string]wire.Extensions{"ServerHello": extended(&wire.SupportedGroups{Groups: []suite.Group{suite.X25519}})}},
	{name: "1.2 server, RSA", version: suite.TLS12, suite: "AES128-GCM-SHA256", tested: recordlayer.Server, only: keyExchange, node: usual},
	{name: "1.2 server, DHE", version: suite.TLS12, suite: "DHE-RSA-AES128-GCM-SHA256", tested: recordlayer.Server, only: keyExchange, node: map[string]any{"dhparam": "auto"}},
	{name: "1.2 client, DHE", version: suite.TLS12, suite: "DHE-RSA-AES128-GCM-SHA256", tested: recordlayer.Client, only: keyExchange, node: usual},
	{name: "1.2 server, PSK", version: suite.TLS12, suite: "PSK-AES128-GCM-SHA256", tested: recordlayer.Server, set: []setting{shared}, only: keyExchange},
	{name: "1.2 client, PSK", version: suite.TLS12, suite: "PSK-AES128-GCM-SHA256", tested: recordlayer.Client, set: []setting{shared}, only: keyExchange},
	{name: "1.2 server, RSA-PSK", version: suite.TLS12, suite: "RSA-PSK-AES128-GCM-SHA256", tested: recordlayer.Server, set: []setting{shared}, only: keyExchange},
	{name: "1.2 client, RSA-PSK", version: suite.TLS12, suite: "RSA-PSK-AES128-GCM-SHA256", tested: recordlayer.Client, set: []setting{shared}, only: keyExchange},
	{name: "1.2 server, DHE-PSK", version: suite.TLS12, suite: "DHE-PSK-AES128-GCM-SHA256", tested: recordlayer.Server, set: []setting{shared}, only: keyExchange},
	{name: "1.2 client, DHE-PSK", version: suite.TLS12, suite: "DHE-PSK-AES128-GCM-SHA256", tested: recordlayer.Client, set: []setting{shared}, only: keyExchange},
	{name: "1.2 server, ECDHE-PSK", version: suite.TLS12, suite: "ECDHE-PSK-CHACHA20-POLY1305", tested: recordlayer.Server, set: []setting{shared}, only: keyExchange},
	{name: "1.2 client, ECDHE-PSK", version: suite.TLS12, suite: "ECDHE-PSK-CHACHA20-POLY1305", tested: recordlayer.Client, set: []setting{shared}, only: keyExchange},
	{name: "1.2 server, SRP", version: suite.TLS12, suite: "SRP-AES-128-CBC-SHA", tested: recordlayer.Server, set: []setting{withPassword}, only: append(keyExchange, wire.TypeClientHello)},
	{name: "1.2 client, SRP", version: suite.TLS12, suite: "SRP-RSA-AES-128-CBC-SHA", tested: recordlayer.Client, set: []setting{withPassword}, only: append(keyExchange, wire.TypeServerHello)},
}

func extended(bodies ...wire.ExtensionBody) (e wire.Extensions) {
	for _, b := range bodies {
		e.Add(b)
	}
	return e
}

func request13() *wire.CertificateRequest13 {
	return &wire.CertificateRequest13{Context: []byte{1}, Extensions: extended(&wire.SignatureAlgorithms{Schemes: []suite.Scheme{suite.ECDSAP256SHA256}})}
}

// asking is a handshake with many messages and extensions.
func asking(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.Certificates, sc.ClientAuth = []*handshake.Certificate{made(t, "p256-b")}, handshake.RequestClientCert
	ring := ticketRing(t)
	sc.Tickets, sc.TicketCount = func() *session.Ring { return ring }, 1
	cc.RequestOCSP, cc.RequestSCT = true, true
	own := *sc.Certificates[0]
	own.OCSPResponse, own.SCTs = []byte("response"), []byte("\x00\x05\x00\x03sct")
	sc.Certificates = []*handshake.Certificate{&own}
	cc.Authorities, cc.SendAuthorities = [][]byte{own.Leaf.RawIssuer}, true
	sc.Authorities = [][]byte{cc.Certificates[0].Leaf.RawIssuer}
	cc.CertSchemes, sc.CertSchemes = cc.Schemes, sc.Schemes
}

func limited(_ *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.RecordSizeLimit, sc.RecordSizeLimit = 16000, 16000
}

func fragmented(_ *testing.T, cc *handshake.ClientConfig, _ *handshake.ServerConfig) {
	cc.MaxFragmentLength = 4096
}

func retried(_ *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.KeyShares = []suite.Group{suite.P256}
	cc.Groups, sc.Groups = []suite.Group{suite.P256, suite.X25519}, []suite.Group{suite.X25519}
}

// preferring makes the server send the groups that it prefers in
// EncryptedExtensions.
func preferring(_ *testing.T, _ *handshake.ClientConfig, sc *handshake.ServerConfig) {
	sc.Groups = []suite.Group{suite.P256, suite.X25519}
}

func again(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) { resumed(t, cc, sc) }

func compressed(_ *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.Compressions, sc.Compressions = compressions, compressions
}

func askedLater(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.Certificates, cc.PostHandshakeAuth, sc.PostHandshakeAuth = []*handshake.Certificate{made(t, "p256-b")}, true, true
}

func rawKey(t *testing.T) []*handshake.Certificate {
	own, err := handshake.NewRawPublicKey(certtest.Keys("p256").Signer)
	if err != nil {
		t.Fatal(err)
	}
	return []*handshake.Certificate{own}
}

var bothTypes = []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}

func rawClient(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	cc.Certificates, cc.PeerTypes, sc.PeerTypes = rawKey(t), bothTypes, bothTypes
}

func rawServer(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	sc.Certificates, cc.PeerTypes, sc.PeerTypes = rawKey(t), bothTypes, bothTypes
}

func shared(t *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	psk, hint := handshake.PSK{Identity: []byte("identity"), Key: []byte("0123456789abcdef")}, "hint"
	cc.PSK = func(context.Context, *string) ([]handshake.PSK, error) { return []handshake.PSK{psk}, nil }
	sc.PSK = func(_ context.Context, id []byte) (*handshake.PSK, error) {
		if string(id) != "identity" {
			return nil, nil
		}
		return &psk, nil
	}
	sc.PSKHint = &hint
}

func withPassword(_ *testing.T, cc *handshake.ClientConfig, sc *handshake.ServerConfig) {
	group := slices.Collect(kex.SRPGroups())[0]
	verifier := kex.NewSRPVerifier(group, "user", "password")
	for verifier.Salt[0] < 0x80 || verifier.Salt[len(verifier.Salt)-1] < 0x80 { // it could be taken for a length
		verifier = kex.NewSRPVerifier(group, "user", "password")
	}
	cc.SRP = &handshake.SRPIdentity{User: "user", Password: "password"}
	sc.SRP = func(context.Context, string) (*kex.SRPVerifier, error) { return verifier, nil }
}

// ends returns the configs of both ends, made once.
func (f *alertFlow) ends(t *testing.T) (*handshake.ClientConfig, *handshake.ServerConfig) {
	t.Helper()
	if f.cc != nil {
		return f.cc, f.sc
	}
	s, key := suite.ByName(f.suite), "p256"
	if f.version < suite.TLS13 && s.Auth != suite.AuthECDSA {
		key = "rsa2048"
	}
	cc := &handshake.ClientConfig{Config: config(f.version), ServerName: "localhost", ALPN: []string{"h2"}, OnSession: func(*session.Session) {}}
	sc := &handshake.ServerConfig{Config: config(f.version, made(t, key)), ALPN: []string{"h2"}}
	for _, c := range []*handshake.Config{cc.Config, sc.Config} {
		c.Suites, c.Suites13 = []*suite.CipherSuite{s}, []*suite.CipherSuite{s}
		c.Groups = []suite.Group{suite.X25519, suite.P256}
		c.Level, c.Schemes = suite.DefaultLevel, suite.DefaultLevel.DefaultSchemes()
	}
	for _, set := range f.set {
		set(t, cc, sc)
	}
	f.cc, f.sc = cc, sc
	return cc, sc
}

// form is what the fields of its messages depend on.
func (f *alertFlow) form() fields.Context {
	s := suite.ByName(f.suite)
	own := f.sc.Certificates
	if f.tested == recordlayer.Server {
		own = f.cc.Certificates
	}
	return fields.Context{Version: f.version, KeyExchange: s.Kx, Auth: s.Auth, RawPublicKey: len(own) > 0 && own[0].Leaf == nil}
}

// genuine returns what there is in the places of a flow, found out once.
func (f *alertFlow) genuine(t *testing.T) []content {
	t.Helper()
	if f.sent == nil {
		never := func(content) []content { return nil }
		g, alerts, err := f.pair(t, 1<<20, never)
		if alerts != noAlert {
			t.Fatalf("%s: %v, the alert %s", f.name, err, alerts)
		}
		f.sent = g.sent
	}
	return f.sent
}

// extend returns a message with the extensions that are added.
func (f *alertFlow) extend(c content) []byte {
	more := f.added[c.name()]
	if more == nil {
		return c.payload
	}
	switch wire.MessageType(c.payload[0]) {
	case wire.TypeClientHello:
		return remarshal(c.payload, func(m *wire.ClientHello) { m.Extensions = append(slices.Clip(more), m.Extensions...) })
	case wire.TypeServerHello:
		return remarshal(c.payload, func(m *wire.ServerHello) { m.Extensions = append(slices.Clip(more), m.Extensions...) })
	}
	return remarshal(c.payload, func(m *wire.CertificateRequest13) { m.Extensions = append(slices.Clip(more), m.Extensions...) })
}

// remarshal returns a message after a change. It panics if there was none: a genuine
// end sent it.
func remarshal[T any, P interface {
	*T
	wire.Message
}](raw []byte, change func(P)) []byte {
	m := P(new(T))
	if err := wire.Parse(raw, m); err != nil {
		panic(err)
	}
	change(m)
	return message(m).payload
}
