package polytls_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polytls"
	"polytls/certcompress"
	"polytls/internal/optiontest"
	"polytls/internal/session"
	"polytls/internal/testcert"
	"polytls/internal/wire"
)

// TestOptionsThatHoldNothing tells what nil, empty, "" and 0 mean in every option
// that can be so. Codes are Node 26's where Node has the option, but where it
// refuses an empty text that is set, which is no different here from one that is
// not: Sigalgs, MinVersion, MaxVersion and SecureProtocol.
func TestOptionsThatHoldNothing(t *testing.T) {
	rows := optiontest.Rows{}
	for _, some := range []optiontest.Rows{contextZeros(), identityZeros(), serverZeros(), clientZeros(), secretZeros()} {
		maps.Copy(rows, some)
	}
	optiontest.Check(t, rows,
		polytls.ContextOptions{}, polytls.Key{}, polytls.PFX{},
		polytls.ServerOptions{}, polytls.ConnectOptions{}, polytls.RenegotiateOptions{},
		polytls.PSK{}, polytls.SRPVerifier{}, polytls.FileSessionsOptions{})
}

const (
	argument  = "ERR_INVALID_ARG_VALUE"
	outside   = "ERR_OUT_OF_RANGE"
	untrusted = "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
)

func contextZeros() optiontest.Rows {
	locked := localhost.EncryptedKeyPEM("secret")
	return optiontest.Rows{
		"ContextOptions.Cert": {
			optiontest.Nil:          contextIs("", func(o *polytls.ContextOptions) { o.Cert = nil }),
			optiontest.Empty:        contextIs("", func(o *polytls.ContextOptions) { o.Cert = [][]byte{} }),
			optiontest.EmptyElement: contextIs("ERR_OSSL_PEM_NO_START_LINE", func(o *polytls.ContextOptions) { o.Cert = [][]byte{{}} }),
		},
		"ContextOptions.Key": {
			optiontest.Nil:          contextIs("", func(o *polytls.ContextOptions) { o.Key = nil }),
			optiontest.Empty:        contextIs("", func(o *polytls.ContextOptions) { o.Key = []polytls.Key{} }),
			optiontest.EmptyElement: contextIs("ERR_OSSL_UNSUPPORTED", func(o *polytls.ContextOptions) { o.Key = []polytls.Key{{}} }),
		},
		"ContextOptions.CertFile": files(func(o *polytls.ContextOptions) *[]string { return &o.CertFile }),
		"ContextOptions.KeyFile":  files(func(o *polytls.ContextOptions) *[]string { return &o.KeyFile }),
		"ContextOptions.PFXFile":  files(func(o *polytls.ContextOptions) *[]string { return &o.PFXFile }),
		"ContextOptions.CAFile":   files(func(o *polytls.ContextOptions) *[]string { return &o.CAFile }),
		"ContextOptions.CRLFile":  files(func(o *polytls.ContextOptions) *[]string { return &o.CRLFile }),
		"ContextOptions.Passphrase": {
			optiontest.EmptyString: func(t *testing.T) {
				contextIs("ERR_OSSL_BAD_DECRYPT", func(o *polytls.ContextOptions) { o.Key = keys(locked) })(t)
				contextIs("", func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{{Data: localhost.PFX("")}} })(t)
			},
		},
		"ContextOptions.PFX": {
			optiontest.Nil:          contextIs("", func(o *polytls.ContextOptions) { o.PFX = nil }),
			optiontest.Empty:        contextIs("", func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{} }),
			optiontest.EmptyElement: contextIs("-", func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{{}} }),
		},
		"ContextOptions.Certificates": {
			optiontest.Nil:          contextIs("", func(o *polytls.ContextOptions) { o.Certificates = nil }),
			optiontest.Empty:        contextIs("", func(o *polytls.ContextOptions) { o.Certificates = []tls.Certificate{} }),
			optiontest.EmptyElement: contextIs("ERR_OSSL_X509_KEY_VALUES_MISMATCH", func(o *polytls.ContextOptions) { o.Certificates = []tls.Certificate{{}} }),
		},
		// ExtraCA adds to Mozilla's roots alone: it shows that these are there.
		"ContextOptions.CA": {
			optiontest.Nil: shakes("", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
				co.CA, co.ExtraCA = nil, [][]byte{ca.PEM()}
			}),
			optiontest.Empty: shakes(untrusted, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
				co.CA, co.ExtraCA = [][]byte{}, [][]byte{ca.PEM()}
			}),
			optiontest.EmptyElement: shakes(untrusted, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
				co.CA, co.ExtraCA = [][]byte{{}}, [][]byte{ca.PEM()}
			}),
		},
		"ContextOptions.PinnedKeys": {
			optiontest.Nil:          shakes("", func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.PinnedKeys = nil }),
			optiontest.Empty:        shakes("", func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { co.PinnedKeys = [][]byte{} }),
			optiontest.EmptyElement: contextIs(argument, func(o *polytls.ContextOptions) { o.PinnedKeys = [][]byte{{}} }),
		},
		"ContextOptions.ExtraCA": {
			optiontest.Nil:          shakes(untrusted, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.CA, co.ExtraCA = nil, nil }),
			optiontest.Empty:        shakes(untrusted, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.CA, co.ExtraCA = nil, [][]byte{} }),
			optiontest.EmptyElement: shakes(untrusted, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.CA, co.ExtraCA = nil, [][]byte{{}} }),
		},
		"ContextOptions.CRL": {
			optiontest.Nil:          shakes("", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.CRL = nil }),
			optiontest.Empty:        shakes("", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.CRL = [][]byte{} }),
			optiontest.EmptyElement: contextIs("ERR_CRYPTO_OPERATION_FAILED", func(o *polytls.ContextOptions) { o.CRL = [][]byte{{}} }),
		},
		"ContextOptions.Ciphers": {
			optiontest.EmptyString: saysTheSame(func(o *polytls.ConnectOptions) { o.Ciphers = "" }, func(o *polytls.ConnectOptions) { o.Ciphers = polytls.DefaultCiphers() }),
		},
		"ContextOptions.ECDHCurve": {
			optiontest.EmptyString: saysTheSame(func(o *polytls.ConnectOptions) { o.ECDHCurve = "" }, func(o *polytls.ConnectOptions) { o.ECDHCurve = polytls.DefaultECDHCurve() }),
		},
		"ContextOptions.Sigalgs": {
			optiontest.EmptyString: saysAnother(func(o *polytls.ConnectOptions) { o.Sigalgs = "" }, func(o *polytls.ConnectOptions) { o.Sigalgs = "ECDSA+SHA256" }),
		},
		"ContextOptions.DHParam": {
			optiontest.Nil:   shakesDHE("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", nil),
			optiontest.Empty: shakesDHE("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", []byte{}),
		},
		"ContextOptions.MinVersion": {
			optiontest.EmptyString: saysTheSame(func(o *polytls.ConnectOptions) { o.MinVersion = "" }, func(o *polytls.ConnectOptions) { o.MinVersion = polytls.TLS12 }),
		},
		"ContextOptions.MaxVersion": {
			optiontest.EmptyString: saysTheSame(func(o *polytls.ConnectOptions) { o.MaxVersion = "" }, func(o *polytls.ConnectOptions) { o.MaxVersion = polytls.TLS13 }),
		},
		"ContextOptions.SecureProtocol": {
			optiontest.EmptyString: saysTheSame(func(o *polytls.ConnectOptions) { o.SecureProtocol = "" }, func(o *polytls.ConnectOptions) { o.SecureProtocol = "TLS_method" }),
		},
		"ContextOptions.SecureOptions": {
			optiontest.Zero: saysAnother(func(o *polytls.ConnectOptions) { o.SecureOptions = 0 }, func(o *polytls.ConnectOptions) { o.SecureOptions = 1 << 14 }), // NO_TICKET
		},
		"ContextOptions.SessionIDContext": {
			optiontest.EmptyString: func(t *testing.T) {
				if s := sealedSession(t, nil); len(s.IDContext) != 0 {
					t.Errorf("the ticket has the context %q", s.IDContext)
				}
			},
		},
		"ContextOptions.SessionTimeout": {
			optiontest.Zero: func(t *testing.T) {
				if s := sealedSession(t, nil); s.Timeout != 7200*time.Second {
					t.Errorf("the ticket lives %v", s.Timeout)
				}
			},
			optiontest.Negative: contextIs(outside, func(o *polytls.ContextOptions) { o.SessionTimeout = -time.Second }),
		},
		"ContextOptions.OCSPResponse": {
			optiontest.Nil:   staplesNothing(nil),
			optiontest.Empty: staplesNothing([]byte{}),
		},
		"ContextOptions.CertificateCompression": {
			optiontest.Nil:          lacks(wire.ExtCompressCertificate, func(o *polytls.ConnectOptions) { o.CertificateCompression = nil }),
			optiontest.Empty:        lacks(wire.ExtCompressCertificate, func(o *polytls.ConnectOptions) { o.CertificateCompression = []*certcompress.Algorithm{} }),
			optiontest.EmptyElement: contextIs(argument, func(o *polytls.ContextOptions) { o.CertificateCompression = []*certcompress.Algorithm{nil} }),
		},
		"ContextOptions.MaxRSABits": {
			optiontest.Zero: func(t *testing.T) {
				rsa := testcert.ServerTemplate("localhost")
				rsa.Kind = testcert.RSA2048
				cert := ca.Issue(rsa)
				shakes("", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { so.ContextOptions = identity(cert) })(t)
				shakes("ERR_SSL_MODULUS_TOO_LARGE", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
					so.ContextOptions, co.MaxRSABits = identity(cert), 2047
				})(t)
			},
			optiontest.Negative: contextIs(outside, func(o *polytls.ContextOptions) { o.MaxRSABits = -1 }),
		},
		"ContextOptions.RecordSizeLimit": {
			optiontest.Zero: func(t *testing.T) {
				lacks(wire.ExtRecordSizeLimit, func(o *polytls.ConnectOptions) { o.RecordSizeLimit = 0 })(t)
				server, client := pair(t, serving(localhost), trusting(ca))
				wantFragment(t, client, server)
			},
			optiontest.Negative: contextIs(outside, func(o *polytls.ContextOptions) { o.RecordSizeLimit = -1 }),
		},
		"ContextOptions.CompliancePolicy": {
			optiontest.EmptyString: saysAnother(func(o *polytls.ConnectOptions) { o.CompliancePolicy = "" }, func(o *polytls.ConnectOptions) { o.CompliancePolicy = "fips-202205" }),
		},
	}
}

func identityZeros() optiontest.Rows {
	locked := localhost.EncryptedKeyPEM("secret")
	return optiontest.Rows{
		"Key.PEM": {
			optiontest.Nil: func(t *testing.T) {
				contextIs("ERR_OSSL_UNSUPPORTED", func(o *polytls.ContextOptions) { o.Key = []polytls.Key{{PEM: nil}} })(t)
				contextIs("", func(o *polytls.ContextOptions) { o.Key = []polytls.Key{{PEM: nil, Signer: localhost.Signer}} })(t)
			},
			optiontest.Empty: func(t *testing.T) {
				contextIs("ERR_OSSL_UNSUPPORTED", func(o *polytls.ContextOptions) { o.Key = []polytls.Key{{PEM: []byte{}}} })(t)
				contextIs("", func(o *polytls.ContextOptions) {
					o.Key = []polytls.Key{{PEM: []byte{}, Signer: localhost.Signer}}
				})(t)
			},
		},
		"Key.Passphrase": {
			optiontest.EmptyString: contextIs("", func(o *polytls.ContextOptions) { o.Key, o.Passphrase = keys(locked), "secret" }),
		},
		"PFX.Data": {
			optiontest.Nil:   contextIs("-", func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{{Data: nil}} }),
			optiontest.Empty: contextIs("-", func(o *polytls.ContextOptions) { o.PFX = []polytls.PFX{{Data: []byte{}}} }),
		},
		"PFX.Passphrase": {
			optiontest.EmptyString: contextIs("", func(o *polytls.ContextOptions) {
				o.PFX, o.Passphrase = []polytls.PFX{{Data: localhost.PFX("secret")}}, "secret"
			}),
		},
	}
}

func serverZeros() optiontest.Rows {
	choose := func(context.Context, polytls.ALPNOffer) (string, error) { return "h2", nil }
	alpn := func(protocols []string) func(t *testing.T) {
		return func(t *testing.T) {
			serverIs("", func(o *polytls.ServerOptions) { o.ALPNProtocols, o.ALPNCallback = protocols, choose })(t)
			so, co := serving(localhost), trusting(ca)
			so.ALPNProtocols, co.ALPNProtocols = protocols, []string{"h2"}
			if _, client := pair(t, so, co); client.ALPNProtocol() != "" {
				t.Errorf("negotiated %q", client.ALPNProtocol())
			}
		}
	}
	srp := func(bits []int) func(t *testing.T) {
		return func(t *testing.T) {
			wantCode(t, "2,048 bits", srpOf(t, bits, 2048), "")
			wantCode(t, "3,072 bits", srpOf(t, bits, 3072), argument)
		}
	}
	return optiontest.Rows{
		"ServerOptions.ClientAuth": {
			optiontest.Zero: func(t *testing.T) {
				so := serving(localhost)
				so.RequestCert, so.ClientAuth = true, 0
				wantCode(t, "server", handshake(t, so, trusting(ca)).serverErr, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE")
			},
			optiontest.Negative: serverIs(argument, func(o *polytls.ServerOptions) { o.ClientAuth = -1 }),
		},
		"ServerOptions.TraceStyle": {
			optiontest.EmptyString: func(t *testing.T) {
				var w transcript
				so, co := serving(localhost), trusting(ca)
				so.EnableTrace, so.TraceWriter, so.TraceStyle = true, &w, ""
				server, client := pair(t, so, co)
				client.Close()
				server.Close()
				if !strings.Contains(w.String(), " TLS Record\n") { // as 3.5 calls it
					t.Errorf("%.100q", w.String())
				}
			},
		},
		"ServerOptions.ALPNProtocols": {
			optiontest.Nil:          alpn(nil),
			optiontest.Empty:        alpn([]string{}),
			optiontest.EmptyElement: serverIs(argument, func(o *polytls.ServerOptions) { o.ALPNProtocols = []string{""} }),
		},
		"ServerOptions.TicketKeys": {
			optiontest.Nil: func(t *testing.T) {
				a, b := newServer(t, polytls.ServerOptions{}), newServer(t, polytls.ServerOptions{})
				if len(a.TicketKeys()) != 48 || bytes.Equal(a.TicketKeys(), b.TicketKeys()) {
					t.Errorf("two servers have the keys %x and %x", a.TicketKeys(), b.TicketKeys())
				}
			},
			optiontest.Empty: serverIs(argument, func(o *polytls.ServerOptions) { o.TicketKeys = []byte{} }),
		},
		"ServerOptions.Tickets": {
			optiontest.Zero:     ticketsAre(0, 2),
			optiontest.Negative: ticketsAre(-1, 0),
		},
		"ServerOptions.MaxEarlyData": {
			optiontest.Zero: func(t *testing.T) {
				if s := sealedSession(t, nil); s.MaxEarlyData != 0 {
					t.Errorf("the ticket allows %d bytes", s.MaxEarlyData)
				}
			},
		},
		"ServerOptions.PSKIdentityHint": {
			optiontest.EmptyString: func(t *testing.T) {
				list := polytls.ContextOptions{Ciphers: "PSK", MaxVersion: polytls.TLS12}
				so, co := polytls.ServerOptions{ContextOptions: list}, polytls.ConnectOptions{ContextOptions: list}
				so.PSKCallback = func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
					return &polytls.PSK{Key: []byte("key")}, nil
				}
				co.PSKCallback = func(_ context.Context, hint *string) ([]polytls.PSK, error) {
					if hint != nil {
						t.Errorf("the hint is %q", *hint)
					}
					return []polytls.PSK{{Identity: []byte("x"), Key: []byte("key")}}, nil
				}
				pair(t, so, co)
			},
		},
		"ServerOptions.SRPGroups": {
			optiontest.Nil:          srp(nil),
			optiontest.Empty:        srp([]int{}),
			optiontest.EmptyElement: serverIs(argument, func(o *polytls.ServerOptions) { o.SRPGroups = []int{0} }),
		},
		"ServerOptions.SRPSaltSize": {
			optiontest.Zero: func(t *testing.T) {
				so := polytls.ServerOptions{ContextOptions: polytls.ContextOptions{Ciphers: "SRP", MaxVersion: polytls.TLS12}}
				so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return nil, nil }
				if n := len(srpParams(t, so, "nobody").Salt); n < 16 || n > 20 { // 20 bytes less zeros in front
					t.Errorf("a salt of %d bytes", n)
				}
			},
			optiontest.Negative: serverIs(outside, func(o *polytls.ServerOptions) { o.SRPSaltSize = -1 }),
		},
		"ServerOptions.SRPSeed": {
			optiontest.Nil:   serverIs("", func(o *polytls.ServerOptions) { o.SRPSeed = nil }),
			optiontest.Empty: serverIs(argument, func(o *polytls.ServerOptions) { o.SRPSeed = []byte{} }),
		},
		"ServerOptions.HandshakeTimeout": {
			optiontest.Zero:     silentClientIsLeftAfter120s,
			optiontest.Negative: serverIs(outside, func(o *polytls.ServerOptions) { o.HandshakeTimeout = -1 }),
		},
		"ServerOptions.MaxConnections": {
			optiontest.Zero: func(t *testing.T) {
				srv := newServer(t, polytls.ServerOptions{})
				for range 3 {
					ours, theirs := overTCP(t)
					defer ours.Close()
					srv.Inject(theirs)
				}
				if n := srv.Connections(); n != 3 {
					t.Errorf("%d connections, want 3", n)
				}
			},
			optiontest.Negative: serverIs(outside, func(o *polytls.ServerOptions) { o.MaxConnections = -1 }),
		},
		"ServerOptions.MaxSendFragment": {
			optiontest.Zero: func(t *testing.T) {
				server, client := pair(t, serving(localhost), trusting(ca))
				wantFragment(t, server, client)
			},
			optiontest.Negative: serverIs(outside, func(o *polytls.ServerOptions) { o.MaxSendFragment = -1 }),
		},
	}
}

func clientZeros() optiontest.Rows {
	early := func(data []byte) func(*testing.T) {
		return func(t *testing.T) {
			s := newEarlyServer(t, polytls.ServerOptions{})
			lacks(wire.ExtEarlyData, func(o *polytls.ConnectOptions) {
				*o = s.options()
				o.Session, o.EarlyData = s.session(t), data
			})(t)
		}
	}
	resumes := func(data []byte) func(*testing.T) {
		return func(t *testing.T) {
			so, co := resumable(polytls.TLS12)
			co.Session = data
			if _, client := pair(t, so, co); client.SessionReused() {
				t.Error("a session was resumed")
			}
			c, err := polytls.NewSecureContext(co.ContextOptions)
			if err != nil {
				t.Fatal(err)
			}
			co.ContextOptions, co.SecureContext, co.Sessions = polytls.ContextOptions{}, c, &polytls.ClientSessions{}
			pair(t, so, co)
			if _, client := pair(t, so, co); !client.SessionReused() {
				t.Error("what Sessions remembers was not resumed")
			}
		}
	}
	return optiontest.Rows{
		"ConnectOptions.TraceStyle": {
			optiontest.EmptyString: func(t *testing.T) {
				var w transcript
				so, co := serving(localhost), trusting(ca)
				co.EnableTrace, co.TraceWriter, co.TraceStyle = true, &w, ""
				server, client := pair(t, so, co)
				client.Close()
				server.Close()
				if !strings.Contains(w.String(), " TLS Record\n") { // as 3.5 calls it
					t.Errorf("%.100q", w.String())
				}
			},
		},
		"ConnectOptions.Host": {
			optiontest.EmptyString: func(t *testing.T) {
				lacks(wire.ExtServerName, func(o *polytls.ConnectOptions) { o.Host, o.ServerName = "", "" })(t)
				shakes("", func(so *polytls.ServerOptions, co *polytls.ConnectOptions) { co.Host, co.ServerName = "", "" })(t) // it is localhost
			},
		},
		"ConnectOptions.Port": {
			optiontest.Zero:     connectIs("ERR_MISSING_ARGS", func(o *polytls.ConnectOptions) { o.Port = 0 }),
			optiontest.Negative: connectIs("ERR_SOCKET_BAD_PORT", func(o *polytls.ConnectOptions) { o.Port = -1 }),
		},
		"ConnectOptions.Path": {
			optiontest.EmptyString: func(t *testing.T) {
				s := newEarlyServer(t, polytls.ServerOptions{})
				o := s.options()
				o.Path = ""
				client, err := polytls.Connect(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				client.Close()
			},
		},
		"ConnectOptions.ServerName": {
			optiontest.EmptyString: saysTheSame(
				func(o *polytls.ConnectOptions) { o.Host, o.ServerName = "a.test", "" },
				func(o *polytls.ConnectOptions) { o.Host, o.ServerName = "127.0.0.1", "a.test" }),
		},
		"ConnectOptions.ALPNProtocols": {
			optiontest.Nil:          lacks(wire.ExtALPN, func(o *polytls.ConnectOptions) { o.ALPNProtocols = nil }),
			optiontest.Empty:        lacks(wire.ExtALPN, func(o *polytls.ConnectOptions) { o.ALPNProtocols = []string{} }),
			optiontest.EmptyElement: clientIs(argument, func(o *polytls.ConnectOptions) { o.ALPNProtocols = []string{""} }),
		},
		"ConnectOptions.Session": {
			optiontest.Nil:   resumes(nil),
			optiontest.Empty: resumes([]byte{}),
		},
		"ConnectOptions.EarlyData": {
			optiontest.Nil:   early(nil),
			optiontest.Empty: early([]byte{}),
		},
		"ConnectOptions.MinDHSize": {
			optiontest.Zero: func(t *testing.T) {
				shakesDH(t, oakley1024, "", func(o *polytls.ConnectOptions) { o.MinDHSize = 0 })
				shakesDH(t, oakley1024, "ERR_TLS_DH_PARAM_SIZE", func(o *polytls.ConnectOptions) { o.MinDHSize = 1025 })
			},
			optiontest.Negative: clientIs(outside, func(o *polytls.ConnectOptions) { o.MinDHSize = -1 }),
		},
		"FileSessionsOptions.Limit": {
			optiontest.Zero:     filesAreLimited(0, ""),
			optiontest.Negative: filesAreLimited(-1, outside),
		},
		"ConnectOptions.MaxDHSize": {
			optiontest.Zero: func(t *testing.T) {
				prime, err := rand.Prime(rand.Reader, 1024)
				if err != nil {
					t.Fatal(err)
				}
				shakesDH(t, prime.Text(16), "", func(o *polytls.ConnectOptions) { o.MaxDHSize = 0 })
				shakesDH(t, prime.Text(16), "ERR_SSL_MODULUS_TOO_LARGE", func(o *polytls.ConnectOptions) { o.MaxDHSize = 1023 })
			},
			optiontest.Negative: clientIs(outside, func(o *polytls.ConnectOptions) { o.MaxDHSize = -1 }),
		},
		"ConnectOptions.SRPUser": {
			optiontest.EmptyString: lacks(wire.ExtSRP, func(o *polytls.ConnectOptions) { o.Ciphers, o.SRPUser = "DEFAULT:SRP", "" }),
		},
		"ConnectOptions.SRPPassword": {
			optiontest.EmptyString: func(t *testing.T) {
				v, err := polytls.NewSRPVerifier(2048, "user", "")
				if err != nil {
					t.Fatal(err)
				}
				srpShakes(t, nil, v, "user", "", "")
			},
		},
		"ConnectOptions.HandshakeTimeout": {
			optiontest.Zero:     silentServerIsLeftByContext,
			optiontest.Negative: clientIs(outside, func(o *polytls.ConnectOptions) { o.HandshakeTimeout = -1 }),
		},
		"ConnectOptions.MaxSendFragment": {
			optiontest.Zero: func(t *testing.T) {
				server, client := pair(t, serving(localhost), trusting(ca))
				wantFragment(t, client, server)
			},
			optiontest.Negative: clientIs(outside, func(o *polytls.ConnectOptions) { o.MaxSendFragment = -1 }),
		},
		"ConnectOptions.MaxFragmentLength": {
			optiontest.Zero:     lacks(wire.ExtMaxFragmentLength, func(o *polytls.ConnectOptions) { o.MaxFragmentLength = 0 }),
			optiontest.Negative: clientIs(outside, func(o *polytls.ConnectOptions) { o.MaxFragmentLength = -1 }),
		},
	}
}

func secretZeros() optiontest.Rows {
	good := polytls.PSK{Identity: []byte("x"), Key: []byte("key")}
	// change is made to the key at one end, then at the other.
	psk := func(change func(*polytls.PSK), client12, client13, server string) func(*testing.T) {
		return func(t *testing.T) {
			changed := good
			change(&changed)
			wantCode(t, "client, 1.2", pskHandshake(t, polytls.TLS12, good, changed).clientErr, client12)
			wantCode(t, "client, 1.3", pskHandshake(t, polytls.TLS13, good, changed).clientErr, client13)
			wantCode(t, "server, 1.2", pskHandshake(t, polytls.TLS12, changed, good).serverErr, server)
			wantCode(t, "server, 1.3", pskHandshake(t, polytls.TLS13, changed, good).serverErr, server)
		}
	}
	srp := func(code string, change func(*polytls.SRPVerifier)) func(*testing.T) {
		return func(t *testing.T) {
			v, err := polytls.NewSRPVerifier(2048, "user", "password")
			if err != nil {
				t.Fatal(err)
			}
			change(v)
			srpShakes(t, nil, v, "user", "password", code)
		}
	}
	return optiontest.Rows{
		"PSK.Identity": {
			optiontest.Nil:   psk(func(k *polytls.PSK) { k.Identity = nil }, "", argument, ""),
			optiontest.Empty: psk(func(k *polytls.PSK) { k.Identity = []byte{} }, "", argument, ""),
		},
		"PSK.Key": {
			optiontest.Nil:   psk(func(k *polytls.PSK) { k.Key = nil }, argument, argument, argument),
			optiontest.Empty: psk(func(k *polytls.PSK) { k.Key = []byte{} }, argument, argument, argument),
		},
		"PSK.Hash": {
			optiontest.Zero: func(t *testing.T) {
				named := good
				named.Hash = crypto.SHA256
				pskHandshake(t, polytls.TLS13, good, named).must(t)
				pskHandshake(t, polytls.TLS13, named, good).must(t)
			},
		},
		"SRPVerifier.User": {
			optiontest.EmptyString: srp("", func(v *polytls.SRPVerifier) { v.User = "" }),
		},
		"SRPVerifier.Bits": {
			optiontest.Zero:     srp(argument, func(v *polytls.SRPVerifier) { v.Bits = 0 }),
			optiontest.Negative: srp(argument, func(v *polytls.SRPVerifier) { v.Bits = -2048 }),
		},
		"SRPVerifier.Salt": {
			optiontest.Nil:   srp(argument, func(v *polytls.SRPVerifier) { v.Salt = nil }),
			optiontest.Empty: srp(argument, func(v *polytls.SRPVerifier) { v.Salt = []byte{} }),
		},
		"SRPVerifier.Verifier": {
			optiontest.Nil:   srp(argument, func(v *polytls.SRPVerifier) { v.Verifier = nil }),
			optiontest.Empty: srp(argument, func(v *polytls.SRPVerifier) { v.Verifier = []byte{} }),
		},
	}
}

// TestEmptyListsBesideAContext: a list that is empty sets no option beside a ready
// SecureContext, but for CA, which trusts nobody.
func TestEmptyListsBesideAContext(t *testing.T) {
	ready, err := polytls.NewSecureContext(polytls.ContextOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := polytls.ConnectOptions{SecureContext: ready}
	o.Cert, o.Key, o.CRL, o.DHParam, o.CertificateCompression = [][]byte{}, []polytls.Key{}, [][]byte{}, []byte{}, []*certcompress.Algorithm{}
	wantCode(t, "empty lists", o.Check(), "")
	o.CA = [][]byte{}
	wantCode(t, "an empty CA", o.Check(), "ERR_TLS_INVALID_CONTEXT")
}

// TestEmptyDefaults: "" restores the defaults of the process.
func TestEmptyDefaults(t *testing.T) {
	for _, d := range []struct {
		name  string
		get   func() string
		set   func(string) error
		other string
	}{
		{"DefaultCiphers", polytls.DefaultCiphers, polytls.SetDefaultCiphers, "ECDHE"},
		{"DefaultECDHCurve", polytls.DefaultECDHCurve, polytls.SetDefaultECDHCurve, "X25519"},
		{"DefaultMinVersion", polytls.DefaultMinVersion, polytls.SetDefaultMinVersion, polytls.TLS13},
		{"DefaultMaxVersion", polytls.DefaultMaxVersion, polytls.SetDefaultMaxVersion, polytls.TLS12},
	} {
		builtIn := d.get()
		for _, value := range []string{d.other, ""} {
			if err := d.set(value); err != nil {
				t.Errorf("Set%s(%q): %v", d.name, value, err)
			}
			if got, want := d.get(), cmp.Or(value, builtIn); got != want {
				t.Errorf("%s is %q after Set%s(%q), want %q", d.name, got, d.name, value, want)
			}
		}
	}
}

// What follows makes tests of rows.

func files(option func(*polytls.ContextOptions) *[]string) map[string]func(*testing.T) {
	is := func(code string, list []string) func(*testing.T) {
		return shakes(code, func(_ *polytls.ServerOptions, co *polytls.ConnectOptions) { *option(&co.ContextOptions) = list })
	}
	return map[string]func(*testing.T){
		optiontest.Nil:          is("", nil),
		optiontest.Empty:        is("", []string{}),
		optiontest.EmptyElement: contextIs("ENOENT", func(o *polytls.ContextOptions) { *option(o) = []string{""} }),
	}
}

func filesAreLimited(limit int, code string) func(*testing.T) {
	return func(t *testing.T) {
		_, err := polytls.NewFileSessions(filepath.Join(t.TempDir(), "cache"), polytls.FileSessionsOptions{Limit: limit})
		wantCode(t, "NewFileSessions", err, code)
	}
}

func contextIs(code string, change func(*polytls.ContextOptions)) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		var o polytls.ContextOptions
		change(&o)
		_, err := polytls.NewSecureContext(o)
		if code == "-" {
			if err == nil {
				t.Error("no error")
			}
			return
		}
		wantCode(t, "NewSecureContext", err, code)
	}
}

func serverIs(code string, change func(*polytls.ServerOptions)) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		var o polytls.ServerOptions
		change(&o)
		_, err := polytls.NewServer(o, nil)
		wantCode(t, "NewServer", err, code)
	}
}

func newServer(t *testing.T, o polytls.ServerOptions) *polytls.Server {
	t.Helper()
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return srv
}

func clientIs(code string, change func(*polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		var o polytls.ConnectOptions
		change(&o)
		wantCode(t, "Check", o.Check(), code)
	}
}

func connectIs(code string, change func(*polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		var o polytls.ConnectOptions
		change(&o)
		_, err := polytls.Connect(t.Context(), o)
		wantCode(t, "Connect", err, code)
		wantCode(t, "Check", o.Check(), "")
	}
}

// shakes wants a code at the client of a handshake.
func shakes(code string, change func(*polytls.ServerOptions, *polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		so, co := serving(localhost), trusting(ca)
		change(&so, &co)
		wantCode(t, "client", handshake(t, so, co).clientErr, code)
	}
}

func shakesDHE(code string, param []byte) func(*testing.T) {
	return shakes(code, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
		so.DHParam, co.Ciphers, co.MaxVersion = param, "DHE", polytls.TLS12
	})
}

// shakesDH wants a code at a client whose server has a group of 1,024 bits.
func shakesDH(t *testing.T, prime, code string, change func(*polytls.ConnectOptions)) {
	t.Helper()
	rsa := testcert.ServerTemplate("localhost")
	rsa.Kind = testcert.RSA2048
	cert := ca.Issue(rsa)
	shakes(code, func(so *polytls.ServerOptions, co *polytls.ConnectOptions) {
		so.ContextOptions = identity(cert)
		so.DHParam, so.Ciphers = dhPEM(t, prime), "DHE-RSA-AES128-SHA:@SECLEVEL=1"
		co.Ciphers, co.MaxVersion = so.Ciphers, polytls.TLS12
		change(co)
	})(t)
}

// srpOf is the server's error of a user whose verifier is of a group.
func srpOf(t *testing.T, groups []int, bits int) error {
	t.Helper()
	v, err := polytls.NewSRPVerifier(bits, "user", "password")
	if err != nil {
		t.Fatal(err)
	}
	return srpHandshake(t, groups, v, "user", "password").serverErr
}

func srpShakes(t *testing.T, groups []int, v *polytls.SRPVerifier, user, password, code string) {
	t.Helper()
	wantCode(t, "server", srpHandshake(t, groups, v, user, password).serverErr, code)
}

func srpHandshake(t *testing.T, groups []int, v *polytls.SRPVerifier, user, password string) outcome {
	t.Helper()
	list := polytls.ContextOptions{Ciphers: "SRP", MaxVersion: polytls.TLS12}
	so := polytls.ServerOptions{ContextOptions: list, SRPGroups: groups}
	so.SRPCallback = func(context.Context, string) (*polytls.SRPVerifier, error) { return v, nil }
	return handshake(t, so, polytls.ConnectOptions{ContextOptions: list, SRPUser: user, SRPPassword: password})
}

// sealedSession is what a ticket of TLS 1.3 holds.
func sealedSession(t *testing.T, change func(*polytls.ServerOptions)) *session.Session {
	t.Helper()
	so, co := resumable(polytls.TLS13)
	if change != nil {
		change(&so)
	}
	s, _, _, err := session.Open(sessionOf(t, so, co))
	if err != nil {
		t.Fatal(err)
	}
	key, err := session.ParseTicketKeys(ticketKeys)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _, err := session.NewRing(key).Open(s.Ticket)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func staplesNothing(response []byte) func(*testing.T) {
	return func(t *testing.T) {
		so, co := serving(localhost), trusting(ca)
		so.OCSPResponse = response
		co.OnOCSPResponse = func(_ context.Context, r []byte) error {
			if r != nil {
				t.Errorf("the response is %x, want none", r)
			}
			return nil
		}
		pair(t, so, co)
	}
}

func ticketsAre(option, want int) func(*testing.T) {
	return func(t *testing.T) {
		so, co := resumable(polytls.TLS13)
		so.Tickets = option
		n := 0
		co.OnSession = func([]byte) { n++ }
		server, client := pair(t, so, co)
		exchange(t, server, client, "x")
		if n != want {
			t.Errorf("%d tickets, want %d", n, want)
		}
	}
}

// helloOf is the first message of a client.
func helloOf(t *testing.T, change func(*polytls.ConnectOptions)) *wire.ClientHello {
	t.Helper()
	var o polytls.ConnectOptions
	change(&o)
	ours, theirs := net.Pipe()
	defer ours.Close()
	go polytls.Client(context.Background(), theirs, o)
	header := make([]byte, 5)
	if _, err := io.ReadFull(ours, header); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, int(header[3])<<8|int(header[4]))
	if _, err := io.ReadFull(ours, raw); err != nil {
		t.Fatal(err)
	}
	var h wire.ClientHello
	if err := wire.Parse(raw, &h); err != nil {
		t.Fatal(err)
	}
	return &h
}

// offers are the parts of a hello that no chance decides.
func offers(t *testing.T, change func(*polytls.ConnectOptions)) string {
	t.Helper()
	h := helloOf(t, change)
	text := fmt.Sprint(h.LegacyVersion, h.CipherSuites)
	for _, e := range h.Extensions {
		if e.Type != wire.ExtKeyShare {
			text += fmt.Sprintf(" %d:%x", e.Type, e.Body)
		}
	}
	return text
}

func saysTheSame(a, b func(*polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		if a, b := offers(t, a), offers(t, b); a != b {
			t.Errorf("one hello says\n%s\nthe other\n%s", a, b)
		}
	}
}

func saysAnother(a, b func(*polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		if a, b := offers(t, a), offers(t, b); a == b || len(a) < len(b) {
			t.Errorf("one hello says\n%s\nthe other, which should offer less,\n%s", a, b)
		}
	}
}

func lacks(x wire.ExtensionType, change func(*polytls.ConnectOptions)) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		if helloOf(t, change).Extensions.Has(x) {
			t.Errorf("the hello has the extension %v", x)
		}
	}
}

// wantFragment wants the largest records, whose plaintext comes in one Read.
func wantFragment(t *testing.T, from, to *polytls.Socket) {
	t.Helper()
	go from.Write(make([]byte, 16384))
	got := make([]byte, 20000)
	n, err := to.Read(got)
	if err != nil || n != 16384 {
		t.Errorf("a record of %d bytes, %v; want 16384", n, err)
	}
}

func silentClientIsLeftAfter120s(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := lines()
		defer ours.Close()
		began := time.Now()
		_, err := polytls.ServerSocket(context.Background(), theirs, serving(localhost))
		wantCode(t, "server", err, "ERR_TLS_HANDSHAKE_TIMEOUT")
		if took := time.Since(began); took != 120*time.Second {
			t.Errorf("left after %v", took)
		}
	})
}

func silentServerIsLeftByContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := lines()
		defer ours.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		began := time.Now()
		if _, err := polytls.Client(ctx, theirs, trusting(ca)); err == nil {
			t.Error("no error")
		}
		if took := time.Since(began); took != time.Hour {
			t.Errorf("left after %v", took)
		}
	})
}
