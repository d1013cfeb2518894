package polytls_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/testcert"
)

// contextFails is the error of the options of a context.
func contextFails(o polytls.ContextOptions) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := polytls.NewSecureContext(o)
		return err
	}
}

// clientFails and serverFails are the errors of the two ends of a handshake.
func clientFails(change func(*polytls.ServerOptions, *polytls.ConnectOptions)) func(*testing.T) error {
	return func(t *testing.T) error { return changed(t, change).clientErr }
}

func serverFails(change func(*polytls.ServerOptions, *polytls.ConnectOptions)) func(*testing.T) error {
	return func(t *testing.T) error { return changed(t, change).serverErr }
}

func changed(t *testing.T, change func(*polytls.ServerOptions, *polytls.ConnectOptions)) outcome {
	so, co := serving(localhost), trusting(ca)
	change(&so, &co)
	return handshake(t, so, co)
}

// rsaServer serves with an RSA key.
func rsaServer() polytls.ServerOptions {
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	return serving(ca.Issue(template))
}

func TestFailuresOfOptions(t *testing.T) {
	locked := localhost.EncryptedKeyPEM("open sesame")
	failuretest.Triggers{
		failure.ALPNCallbackWithProtocols: func(*testing.T) error {
			choose := func(context.Context, polytls.ALPNOffer) (string, error) { return "", nil }
			_, err := polytls.NewServer(polytls.ServerOptions{ALPNCallback: choose, ALPNProtocols: []string{"h2"}}, echo)
			return err
		},
		failure.BadDecrypt: contextFails(polytls.ContextOptions{Key: keys(locked), Passphrase: "other"}),
		failure.BadPort: func(t *testing.T) error {
			_, err := polytls.Connect(t.Context(), polytls.ConnectOptions{Port: -1})
			return err
		},
		failure.CAKeyTooSmall: func(t *testing.T) error {
			middle := caOf(testcert.RSA1024).Issue(testcert.Template{CommonName: "middle", CA: true, Kind: testcert.RSA1024})
			o := identity(leafOf(middle, testcert.P384))
			o.Ciphers, o.CompliancePolicy = "DEFAULT:@SECLEVEL=0", "fips-202205"
			return contextFails(o)(t)
		},
		failure.CAMDTooWeak: func(t *testing.T) error {
			o := identity(leafOf(caOf(testcert.RSA3072), testcert.P384))
			o.CompliancePolicy = "bsi-tr-02102-2"
			return contextFails(o)(t)
		},
		failure.CalledWrongFunction: func(*testing.T) error {
			o := polytls.ConnectOptions{Port: 1}
			o.SecureProtocol = "TLSv1_2_server_method"
			return o.Check()
		},
		failure.CryptoInterrupted:       contextFails(polytls.ContextOptions{Key: keys(locked), Passphrase: strings.Repeat("x", 2000)}),
		failure.CryptoOperationFailed:   contextFails(polytls.ContextOptions{ECDHCurve: "nope"}),
		failure.DHKeyTooSmall:           contextFails(polytls.ContextOptions{DHParam: dhPEM(t, oakley1024)}),
		failure.EEKeyTooSmall:           contextFails(identity(ca.Issue(testcert.Template{Kind: testcert.RSA1024}))),
		failure.InvalidArgValue:         contextFails(polytls.ContextOptions{Ciphers: ":"}),
		failure.InvalidCommand:          contextFails(polytls.ContextOptions{Ciphers: "HIGH:@SECLEVEL=9"}),
		failure.InvalidProtocolMethod:   contextFails(polytls.ContextOptions{SecureProtocol: "nope"}),
		failure.InvalidProtocolVersion:  contextFails(polytls.ContextOptions{MinVersion: "TLSv1.0"}),
		failure.KeyValuesMismatch:       contextFails(polytls.ContextOptions{Cert: [][]byte{localhost.PEM()}, Key: keys(ca.Server("other").KeyPEM())}),
		failure.NoCipherMatch:           contextFails(polytls.ContextOptions{Ciphers: "NOPE"}),
		failure.OutOfRange:              contextFails(polytls.ContextOptions{SessionTimeout: -1}),
		failure.PassedInvalidArgument:   contextFails(polytls.ContextOptions{Sigalgs: "?foo"}),
		failure.PEMNoStartLine:          contextFails(polytls.ContextOptions{Cert: [][]byte{[]byte("garbage")}}),
		failure.ProtocolVersionConflict: contextFails(polytls.ContextOptions{MinVersion: "TLSv1", SecureProtocol: "TLSv1_method"}),
		failure.UnsupportedKey:          contextFails(polytls.ContextOptions{Key: keys([]byte("garbage"))}),
		failure.InvalidContext: func(*testing.T) error {
			o := polytls.ConnectOptions{Port: 1, SecureContext: &polytls.SecureContext{}}
			return o.Check()
		},
		failure.MissingArgs: func(t *testing.T) error {
			_, err := polytls.Connect(t.Context(), polytls.ConnectOptions{})
			return err
		},
		failure.RequiredServerName: func(t *testing.T) error {
			srv, err := polytls.NewServer(serving(localhost), echo)
			if err != nil {
				return err
			}
			c, err := polytls.NewSecureContext(identity(localhost))
			if err != nil {
				return err
			}
			return srv.AddContext("", c)
		},
	}.Run(t)
}

func TestFailuresOfHandshakes(t *testing.T) {
	failuretest.Triggers{
		failure.ALPNCallbackInvalid: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) { return "c", nil }
			co.ALPNProtocols = []string{"a"}
		}),
		failure.AltNameFormat: func(*testing.T) error {
			names := `DNS:"y`
			return polytls.CheckServerIdentity("x", &polytls.Certificate{SubjectAltName: &names})
		},
		failure.AltNameInvalid: clientFails(func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.ServerName = "other.test" }),
		failure.PinnedKeyMismatch: clientFails(func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.PinnedKeys = [][]byte{make([]byte, 32)}
		}),
		failure.BadPSKBinder: func(t *testing.T) error {
			external := polytls.PSK{Identity: []byte("sensor 7"), Key: bytes.Repeat([]byte{7}, 32)}
			other := external
			other.Key = bytes.Repeat([]byte{8}, 32)
			return importedPair(t, "TLS_AES_128_GCM_SHA256", imported(t, external, "heating"), imported(t, other, "heating")).serverErr
		},
		failure.Callback: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ALPNCallback = func(context.Context, polytls.ALPNOffer) (string, error) { return "", io.ErrNoProgress }
			co.ALPNProtocols = []string{"a"}
		}),
		failure.ConnectionReset: func(t *testing.T) error {
			ours, theirs := overTCP(t)
			theirs.Close()
			_, err := polytls.Client(t.Context(), ours, trusting(ca))
			return err
		},
		failure.DHParamSize: clientFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			*so = rsaServer()
			so.DHParam, so.Ciphers = dhPEM(t, oakley1024), "DHE-RSA-AES128-SHA:@SECLEVEL=1"
			co.Ciphers, co.MaxVersion, co.MinDHSize = "DHE-RSA-AES128-SHA:@SECLEVEL=1", "TLSv1.2", 1025
		}),
		failure.HandshakeTimeout: func(t *testing.T) error {
			began := time.Now()
			var failed error
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(began))
				ours, theirs := net.Pipe()
				go io.Copy(io.Discard, theirs)
				co := trusting(ca)
				co.HandshakeTimeout = time.Second
				_, failed = polytls.Client(t.Context(), ours, co)
				theirs.Close()
			})
			return failed
		},
		failure.HTTPRequest: func(t *testing.T) error {
			ours, theirs := overTCP(t)
			go io.WriteString(theirs, "GET / HTTP/1.1\r\n\r\n")
			_, err := polytls.ServerSocket(t.Context(), ours, serving(localhost))
			theirs.Close()
			return err
		},
		failure.KeyUsage: clientFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			cert, key := forEncipherment(t, "p256")
			so.Cert, so.Key = [][]byte{cert}, keys(key)
			co.CA, co.MaxVersion = [][]byte{cert}, "TLSv1.2"
		}),
		failure.NoApplicationProtocol: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ALPNProtocols, co.ALPNProtocols = []string{"a"}, []string{"b"}
		}),
		failure.NoCertificateReturned: serverFails(func(so *polytls.ServerOptions, _ *polytls.ConnectOptions) { so.RequestCert = true }),
		failure.NoProtocolsAvailable: clientFails(func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) {
			co.MinVersion, co.MaxVersion = "TLSv1.3", "TLSv1.2"
		}),
		failure.NoSharedCipher: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Ciphers, co.Ciphers, co.MaxVersion = "AES256", "AES128", "TLSv1.2"
		}),
		failure.NoSharedSignatureAlgorithms: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Sigalgs, co.Sigalgs = "RSA-PSS+SHA256", "RSA-PSS+SHA384"
		}),
		failure.NoSuitableKeyShare: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.ECDHCurve, co.ECDHCurve = "P-521", "P-256"
		}),
		failure.NoSuitableSignatureAlgorithm: serverFails(func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.Sigalgs = "RSA-PSS+SHA256" }),
		failure.PSKIdentityNotFound: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.Ciphers, co.Ciphers, co.MaxVersion = "PSK", "PSK", "TLSv1.2"
			so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) { return nil, nil }
			co.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
				return []polytls.PSK{{Identity: []byte("nobody"), Key: make([]byte, 16)}}, nil
			}
		}),
		failure.UnsafeLegacyRenegotiation: func(t *testing.T) error {
			co := trusting(ca)
			co.MaxVersion = "TLSv1.2"
			return handshakeOver(t, func(t testing.TB) (net.Conn, net.Conn) {
				c, s := overTCP(t)
				return &withoutRFC5746{Conn: c}, s
			}, serving(localhost), co).clientErr
		},
		failure.UnsupportedProtocol: serverFails(func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.SecureProtocol = "TLSv1_method" }),
		failure.WrongCurve: serverFails(func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
			so.RequestCert, so.CA, so.ECDHCurve, so.MaxVersion = true, [][]byte{ca.PEM()}, "P-256:P-384", "TLSv1.2"
			id := identity(ca.Issue(testcert.Template{CommonName: "client", Kind: testcert.P521}))
			co.Cert, co.Key = id.Cert, id.Key
		}),
		failure.WrongVersionNumber: func(t *testing.T) error {
			ours, theirs := overTCP(t)
			go io.WriteString(theirs, "SSH-2.0-server\r\n")
			_, err := polytls.Client(t.Context(), ours, trusting(ca))
			theirs.Close()
			return err
		},
	}.Run(t)
}

func TestFailuresOfConnections(t *testing.T) {
	failuretest.Triggers{
		failure.Aborted: func(t *testing.T) error {
			began := time.Now()
			var failed error
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(began))
				so, co := serving(localhost), trusting(ca)
				so.AllowHalfOpen, co.AllowHalfOpen = true, true
				server, client, _, _ := inMemory(t, "TLSv1.2", so, co)
				server.CloseWrite()
				client.Renegotiate(within(t), polytls.RenegotiateOptions{})
				_, failed = client.Write([]byte("data"))
			})
			return failed
		},
		failure.ExtensionNotReceived: func(t *testing.T) error {
			so := serving(localhost)
			so.AllowPostHandshakeAuth = true
			server, _ := pair(t, so, trusting(ca))
			return server.RequestClientCertificate(within(t))
		},
		failure.IllegalExporterLabel: func(t *testing.T) error {
			_, client := pairAt(t, "TLSv1.2")
			_, err := client.ExportKeyingMaterial(10, "master secret", nil)
			return err
		},
		failure.Internal: func(t *testing.T) error {
			_, client := pairAt(t, "TLSv1.3")
			_, err := client.ExportKeyingMaterial(70_000, "label", nil)
			return err
		},
		failure.InvalidState: func(t *testing.T) error {
			var s polytls.Socket
			_, err := s.Read(nil)
			return err
		},
		failure.NoRenegotiation: func(t *testing.T) error {
			so := serving(localhost)
			so.SecureOptions = 0x40000000 // SSL_OP_NO_RENEGOTIATION
			_, client, _ := reneg(t, so, trusting(ca))
			return client.Renegotiate(within(t), polytls.RenegotiateOptions{})
		},
		failure.RenegotiationDisabled: func(t *testing.T) error {
			server, client, end := reneg(t, serving(localhost), trusting(ca))
			server.DisableRenegotiation()
			client.Renegotiate(within(t), polytls.RenegotiateOptions{})
			return <-end
		},
		failure.SessionAttack: func(t *testing.T) error {
			_, client, end := reneg(t, serving(localhost), trusting(ca))
			for range polytls.ClientRenegLimit() + 1 {
				client.Renegotiate(within(t), polytls.RenegotiateOptions{})
			}
			return <-end
		},
		failure.WriteAfterEnd: func(t *testing.T) error {
			_, client := pairAt(t, "TLSv1.3")
			client.CloseWrite()
			_, err := client.Write([]byte("x"))
			return err
		},
		failure.WrongSSLVersion: func(t *testing.T) error {
			_, client := pairAt(t, "TLSv1.3")
			return client.Renegotiate(within(t), polytls.RenegotiateOptions{})
		},
	}.Run(t)
}

// TestFailuresNameOptions looks up the names that the table's sentences take from
// this package.
func TestFailuresNameOptions(t *testing.T) {
	names := map[string]bool{ // of others
		"ServerHello": true, "ClientHello": true, "ClientHellos": true, "KeyUpdate": true, "OpenSSL": true,
	}
	for _, o := range []any{polytls.ContextOptions{}, polytls.ConnectOptions{}, polytls.ServerOptions{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(o)) {
			names[f.Name] = true
		}
	}
	for _, o := range []any{&polytls.Server{}, &polytls.Socket{}} {
		for i := range reflect.TypeOf(o).NumMethod() {
			names[reflect.TypeOf(o).Method(i).Name] = true
		}
	}
	for _, typ := range documented(t).Types {
		names[typ.Name] = true
		for _, f := range typ.Funcs {
			names[f.Name] = true
		}
	}
	for _, f := range documented(t).Funcs {
		names[f.Name] = true
	}
	name := regexp.MustCompile(`\b[A-Z][a-z]+(?:[A-Z][a-zA-Z]*)+\b`)
	for f := range failure.All() {
		for _, word := range name.FindAllString(f.Meaning+" "+f.Remedy, -1) {
			if !names[word] {
				t.Errorf("%s: there is no %s", f.Code, word)
			}
		}
	}
}
