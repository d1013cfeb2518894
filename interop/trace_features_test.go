package interop

import (
	"context"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/certcompress"
)

// tracedFeatures are connections with what comes seldom.
func tracedFeatures(t *testing.T) []traced {
	rsa := options{}.with(certificate(t, "rsa"))
	in := func(version, name string, f features) traced {
		return traced{name: version + " " + name, version: version, server: rsa, features: f}
	}
	updateKeys := func(_ context.Context, s *polytls.Socket) error { return s.UpdateKeys() }
	renegotiate := func(ctx context.Context, s *polytls.Socket) error {
		return s.Renegotiate(ctx, polytls.RenegotiateOptions{})
	}
	staple := func(o *polytls.ServerOptions) { o.OCSPResponse = []byte("a response") }
	all := []traced{
		in("TLSv1.3", "key update", features{serving: updateKeys, connected: updateKeys}),
		in("TLSv1.2", "renegotiation", features{serving: renegotiate, connected: renegotiate, sServer: []string{"-client_renegotiation"}}),
		in("TLSv1.3", "compressed certificate", features{peers: []string{"node"}, node: map[string]any{"certificateCompression": []string{"zlib"}},
			serverOptions: func(o *polytls.ServerOptions) {
				o.CertificateCompression = []*certcompress.Algorithm{certcompress.Zlib}
			},
			clientOptions: func(o *polytls.ConnectOptions) {
				o.CertificateCompression = []*certcompress.Algorithm{certcompress.Zlib}
			}}),
	}
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		all = append(all, in(version, "stapled response", features{ends: []string{servesHere}, serverOptions: staple,
			sClient: []string{"-status"}, node: map[string]any{"requestOCSP": true}}))
	}
	hybrid := in("TLSv1.3", "ML-KEM", features{peers: []string{"node"}})
	hybrid.server.ECDHCurve, hybrid.client.ECDHCurve = "X25519MLKEM768", "X25519MLKEM768"
	later := in("TLSv1.3", "post-handshake authentication", features{peers: []string{"openssl"}, ends: []string{servesHere},
		serverOptions: func(o *polytls.ServerOptions) { o.AllowPostHandshakeAuth = true },
		serving:       func(ctx context.Context, s *polytls.Socket) error { return s.RequestClientCertificate(ctx) },
		sClient:       []string{"-enable_pha"}})
	later.client = options{}.with(certificate(t, "client"))
	early := in("TLSv1.3", "early data", features{peers: []string{"openssl"}, ends: []string{servesHere},
		serverOptions: func(o *polytls.ServerOptions) { o.MaxEarlyData = 1 << 14 },
		sClient:       []string{"-early_data", earlyFile(t)}})
	early.resume = true
	all = append(all, hybrid, later, early)
	for _, suite := range []string{"DHE-PSK-AES128-GCM-SHA256", "RSA-PSK-AES256-GCM-SHA384"} {
		psk := in("TLSv1.2", suite, features{})
		psk.server.PSK, psk.client.PSK = pskKeys, pskKeys
		psk.server.Ciphers, psk.client.Ciphers = suite+weak, suite+weak
		psk.server.DHParam = string(dhParam(t, 2048))
		all = append(all, psk)
	}
	return all
}

func earlyFile(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "early")
	writeFile(t, name, []byte("early\n"))
	return name
}
