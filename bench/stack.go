package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"

	"polytls"
	"polytls/sessionstore"
)

// The stacks.
const (
	Polytls   = "polytls"
	CryptoTLS = "crypto/tls"
	Node      = "Node"
	OpenSSL   = "OpenSSL"
	Nginx     = "nginx"
	// Library is polytls as the command serve uses it, without its records and logs.
	Library = "the library"
)

// Stack is a TLS implementation in this process.
type Stack struct {
	// Serve accepts connections until l is closed and gives each, secure, to
	// handle on a goroutine of its own.
	Serve func(l net.Listener, s Spec, d Identities, handle func(net.Conn)) error
	// Client prepares a client; the function it returns makes a connection
	// secure.
	Client func(s Spec, d Identities) (func(net.Conn) (net.Conn, error), error)
}

// Stacks are those in this process, by name.
var Stacks = map[string]Stack{
	Polytls:   {servePolytls, polytlsClient},
	Library:   {serveEcho, polytlsClient},
	CryptoTLS: {serveCryptoTLS, cryptoTLSClient},
}

// The pre-shared key of all stacks.
const (
	PSKIdentity = "bench"
	pskKey      = "\x1f\x1e\x1d\x1c\x1b\x1a\x19\x18\x17\x16\x15\x14\x13\x12\x11\x10\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08\x07\x06\x05\x04\x03\x02\x01\x00"
)

// PSKHex is the pre-shared key as OpenSSL's command line takes it.
func PSKHex() string { return hex.EncodeToString([]byte(pskKey)) }

func polytlsContext(s Spec) polytls.ContextOptions {
	return polytls.ContextOptions{
		MinVersion: s.Version, MaxVersion: s.Version,
		Ciphers: s.Suite, ECDHCurve: s.Group,
	}
}

func servePolytls(l net.Listener, s Spec, d Identities, handle func(net.Conn)) error {
	return servePolytlsWith(polytls.ServerOptions{Tickets: 1}, l, s, d, handle) // as many as crypto/tls
}

// serveEcho serves as the command serve does in its mode echo.
func serveEcho(l net.Listener, s Spec, d Identities, _ func(net.Conn)) error {
	return servePolytlsWith(polytls.ServerOptions{AllowHalfOpen: true}, l, s, d, func(c net.Conn) {
		defer c.Close()
		io.Copy(c, c)
	})
}

// servePolytlsWith adds the options of a Spec to o and serves.
func servePolytlsWith(o polytls.ServerOptions, l net.Listener, s Spec, d Identities, handle func(net.Conn)) error {
	o.ContextOptions = polytlsContext(s)
	if s.Cert != "" {
		if err := ownCertificate(&o.ContextOptions, s, d); err != nil {
			return err
		}
	}
	if s.Mutual {
		ca, err := os.ReadFile(d.CA())
		if err != nil {
			return err
		}
		o.CA, o.RequestCert = [][]byte{ca}, true
	}
	if s.Identifier {
		const noTicket = 1 << 14 // SSL_OP_NO_TICKET
		o.SecureOptions = noTicket
		o.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
	}
	if s.DHE {
		o.DHParam = []byte("auto")
	}
	if s.PSK {
		o.PSKCallback = func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
			if string(identity) != PSKIdentity {
				return nil, nil
			}
			return &polytls.PSK{Identity: identity, Key: []byte(pskKey)}, nil
		}
	}
	srv, err := polytls.NewServer(o, func(c *polytls.Socket) { handle(c) })
	if err != nil {
		return err
	}
	srv.OnTLSClientError(func(err error, _ *polytls.Socket) { fmt.Fprintln(os.Stderr, "bench: polytls server:", err) })
	return srv.Serve(l)
}

// ownCertificate sets a Spec's certificate and its key.
func ownCertificate(o *polytls.ContextOptions, s Spec, d Identities) error {
	cert, err := os.ReadFile(d.Cert(s.Cert))
	if err != nil {
		return err
	}
	key, err := os.ReadFile(d.Key(s.Cert))
	if err != nil {
		return err
	}
	o.Cert, o.Key = [][]byte{cert}, []polytls.Key{{PEM: key}}
	return nil
}

func polytlsClient(s Spec, d Identities) (func(net.Conn) (net.Conn, error), error) {
	ca, err := os.ReadFile(d.CA())
	if err != nil {
		return nil, err
	}
	co := polytlsContext(s)
	co.CA = [][]byte{ca}
	if s.Mutual {
		if err := ownCertificate(&co, s, d); err != nil {
			return nil, err
		}
	}
	sc, err := polytls.NewSecureContext(co)
	if err != nil {
		return nil, err
	}
	o := polytls.ConnectOptions{SecureContext: sc, Host: "localhost"}
	if s.PSK {
		o.PSKCallback = func(context.Context, *string) ([]polytls.PSK, error) {
			return []polytls.PSK{{Identity: []byte(PSKIdentity), Key: []byte(pskKey)}}, nil
		}
	}
	var last atomic.Pointer[[]byte]
	if s.Resume {
		o.OnSession = func(session []byte) { last.Store(&session) }
	}
	return func(raw net.Conn) (net.Conn, error) {
		o := o
		old := last.Load()
		if old != nil {
			o.Session = *old
		}
		c, err := polytls.Client(context.Background(), raw, o)
		if err != nil {
			return nil, err
		}
		if old != nil && !c.SessionReused() {
			return nil, errNotResumed
		}
		return c, nil
	}, nil
}

// forgetful makes a client of crypto/tls ask for tickets, as all others do, and
// use none.
type forgetful struct{}

func (forgetful) Get(string) (*tls.ClientSessionState, bool) { return nil, false }
func (forgetful) Put(string, *tls.ClientSessionState)        {}

var errNotResumed = errors.New("the session was not resumed")

// versions are crypto/tls's numbers.
var versions = map[string]uint16{tls12: tls.VersionTLS12, tls13: tls.VersionTLS13}

// suites are crypto/tls's numbers of what it lets be chosen.
var suites = map[string]uint16{
	gcmECDSA:                        tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-RSA-AES128-GCM-SHA256":   tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	"ECDHE-ECDSA-CHACHA20-POLY1305": tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	"ECDHE-ECDSA-AES128-SHA":        tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	"AES128-GCM-SHA256":             tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
}

var curves = map[string][]tls.CurveID{
	x25519:   {tls.X25519},
	x25519EC: {tls.X25519, tls.CurveP256},
	hybrid:   {tls.X25519MLKEM768},
}

func cryptoTLSConfig(s Spec) (*tls.Config, error) {
	c := &tls.Config{MinVersion: versions[s.Version], MaxVersion: versions[s.Version], CurvePreferences: curves[s.Group]}
	if s.Version == tls13 {
		if s.Suite != gcm13 { // the one it prefers with AES in hardware
			return nil, fmt.Errorf("crypto/tls does not let %s be chosen", s.Suite)
		}
		return c, nil
	}
	id, ok := suites[s.Suite]
	if !ok {
		return nil, fmt.Errorf("crypto/tls has no %s", s.Suite)
	}
	c.CipherSuites = []uint16{id}
	return c, nil
}

func serveCryptoTLS(l net.Listener, s Spec, d Identities, handle func(net.Conn)) error {
	config, err := cryptoTLSConfig(s)
	if err != nil {
		return err
	}
	cert, err := tls.LoadX509KeyPair(d.Cert(s.Cert), d.Key(s.Cert))
	if err != nil {
		return err
	}
	config.Certificates = []tls.Certificate{cert}
	if s.Mutual {
		if config.ClientCAs, err = pool(d); err != nil {
			return err
		}
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	for {
		raw, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			c := tls.Server(raw, config)
			if err := c.Handshake(); err != nil {
				fmt.Fprintln(os.Stderr, "bench: crypto/tls server:", err)
				raw.Close()
				return
			}
			handle(c)
		}()
	}
}

func cryptoTLSClient(s Spec, d Identities) (func(net.Conn) (net.Conn, error), error) {
	config, err := cryptoTLSConfig(s)
	if err != nil {
		return nil, err
	}
	config.ServerName = "localhost"
	if config.RootCAs, err = pool(d); err != nil {
		return nil, err
	}
	if s.Mutual {
		cert, err := tls.LoadX509KeyPair(d.Cert(s.Cert), d.Key(s.Cert))
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	config.ClientSessionCache = forgetful{}
	if s.Resume {
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	var warm atomic.Bool
	return func(raw net.Conn) (net.Conn, error) {
		c := tls.Client(raw, config)
		if err := c.Handshake(); err != nil {
			return nil, err
		}
		if s.Resume && warm.Swap(true) && !c.ConnectionState().DidResume {
			return nil, errNotResumed
		}
		return c, nil
	}, nil
}

// pool is the CA for crypto/tls.
func pool(d Identities) (*x509.CertPool, error) {
	ca, err := os.ReadFile(d.CA())
	if err != nil {
		return nil, err
	}
	p := x509.NewCertPool()
	p.AppendCertsFromPEM(ca)
	return p, nil
}
