package handshake

import (
	"context"
	"testing"
	"time"

	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
	"polytls/failure"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/trust/certtest"
	"polytls/internal/wire"
)

// fuzzConfig has TLS 1.3 and requests all extensions.
func fuzzConfig(t testing.TB) *Config {
	k := certtest.Keys("p256")
	now := time.Now()
	tmpl := certtest.Template{
		Serial: 1, Subject: certtest.Name("CN=a"), Issuer: certtest.Name("CN=a"),
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), Key: k, Signer: k,
	}
	der := tmpl.Sign()
	leaf, err := trust.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Config{
		MinVersion: suite.TLS13, MaxVersion: suite.TLS13, Suites13: []*suite.CipherSuite{suite.ByName("TLS_AES_128_GCM_SHA256")},
		Groups: []suite.Group{suite.X25519}, Schemes: suite.DefaultLevel.DefaultSchemes(), Compressions: []*certcompress.Algorithm{certcompress.Zlib, zstd.Algorithm, brotli.Algorithm},
		Certificates: []*Certificate{{Chain: [][]byte{der}, Leaf: leaf, Signer: k.Signer}},
		PeerTypes:    []uint8{wire.CertificateTypeX509, wire.CertificateTypeRawPublicKey},
		VerifyPeer:   func(context.Context, *Peer) (*failure.Error, error) { return nil, nil },
	}
}

// against runs one end against a peer that says whatever it likes after its
// hello, under the handshake's keys.
func against(t *testing.T, role recordlayer.Role, run func(recordlayer.Exchange) error, peer func(recordlayer.Exchange)) {
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
	if err := <-done; err == nil {
		t.Error("a peer without a Finished completed the handshake")
	}
}

// FuzzEncryptedFlight sends each end of TLS 1.3 arbitrary messages in place of its
// peer's protected flight.
func FuzzEncryptedFlight(f *testing.F) {
	for _, m := range []wire.Message{
		&wire.EncryptedExtensions{}, &wire.CertificateRequest13{}, &wire.Certificate13{},
		&wire.CompressedCertificate{Algorithm: 1, UncompressedLength: 10, Compressed: []byte{1}}, &wire.Finished{VerifyData: make([]byte, 32)},
	} {
		raw, err := wire.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(true, raw)
		f.Add(false, raw)
	}
	f.Fuzz(func(t *testing.T, client bool, flight []byte) {
		cfg := fuzzConfig(t)
		cc := &ClientConfig{Config: cfg, ServerName: "a", ALPN: []string{"h2"}, RequestOCSP: true, RequestSCT: true}
		sc := &ServerConfig{Config: cfg, ClientAuth: RequestClientCert}
		if client {
			against(t, recordlayer.Client, func(x recordlayer.Exchange) error {
				_, err := Client(t.Context(), x, cc)
				return err
			}, func(x recordlayer.Exchange) {
				s := newServer(x, sc)
				raw, _, _ := s.readHello()
				s.parseHello(raw, false)
				s.version = suite.TLS13
				x.SetVersion(s.version)
				a, err := s.chooseParameters13(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				s.transcript.Add(raw)
				if _, err := s.sendServerHello13(a); err != nil {
					t.Fatal(err)
				}
				x.WriteMessage(flight)
				x.Flush()
			})
			return
		}
		against(t, recordlayer.Server, func(x recordlayer.Exchange) error {
			_, err := Server(t.Context(), x, sc)
			return err
		}, func(x recordlayer.Exchange) {
			c := newClient(x, cc)
			if err := c.sendHello(t.Context()); err != nil {
				t.Fatal(err)
			}
			sh, raw, err := Receive[wire.ServerHello](&c.conversation)
			if err != nil {
				t.Fatal(err)
			}
			x.SetVersion(suite.TLS13)
			hs, err := c.handshakeSecrets13(sh, raw)
			if err != nil {
				t.Fatal(err)
			}
			c.ChangeWriteKeys(hs.Client)
			x.WriteMessage(flight)
			x.Flush()
		})
	})
}
