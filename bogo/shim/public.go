package main

import (
	"context"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"polytls"
	"polytls/internal/handshake"
	"polytls/internal/openssl"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/sessionstore"
)

// This file holds the second mode of the shim, -public: the connection is made by
// the root package, and what the flags say goes through its options.

// public is what lasts of such connections.
type public struct {
	server  *polytls.Server
	session []byte
}

// publicFlags are those that this mode serves.
var publicFlags = []string{
	"port", "shim-id", "ipv6", "server", "public", "async", "resume-count", "trust-cert",
	"min-version", "max-version", "no-tls1", "no-tls11", "no-tls12", "no-tls13",
	"cert-file", "key-file", "host-name", "advertise-alpn", "select-alpn", "no-ticket",
	"verify-peer", "use-custom-verify-callback", "require-any-client-certificate", "enable-early-data",
	"renegotiate-freely", "no-legacy-server-connect",
	"implicit-handshake", "shim-writes-first", "shim-initial-write", "repeat-shim-initial-write",
	"shim-shuts-down", "check-close-notify", "read-size", "key-update", "max-send-fragment",
	"write-different-record-sizes", "no-op-extra-handshake", "handshake-never-done",
	"export-keying-material", "export-label", "export-context", "use-export-context", "use-exporter-between-reads",
	"expect-version", "expect-cipher", "expect-alpn", "expect-server-name", "expect-peer-cert-file",
	"expect-no-peer-cert", "expect-extended-master-secret", "expect-total-renegotiations", "expect-session-miss",
	"expect-no-session", "expect-hrr", "expect-no-hrr", "expect-ticket-supports-early-data",
	"expect-accept-early-data", "expect-curve-id",
}

// publicOnly returns a flag that is set and that this mode does not serve.
func (f *flags) publicOnly() error {
	if len(f.Credentials) > 0 {
		return unserved{flag: "new-x509-credential"}
	}
	for _, v := range []reflect.Value{reflect.ValueOf(f).Elem(), reflect.ValueOf(&f.Default).Elem()} {
		for i := range v.NumField() {
			tag := v.Type().Field(i).Tag.Get("flag")
			if tag != "" && !v.Field(i).IsZero() && !slices.Contains(publicFlags, tag) {
				return unserved{flag: tag}
			}
		}
	}
	return nil
}

// handshakePublic makes the connection.
func (c *conn) handshakePublic() error {
	if err := c.flags.publicOnly(); err != nil {
		return err
	}
	o, err := c.flags.publicOptions()
	if err != nil {
		return err
	}
	if c.flags.Server {
		err = c.serve(o)
	} else {
		err = c.connect(o)
	}
	if err != nil {
		return err
	}
	c.stream = publicStream{c.socket}
	return c.publicResult()
}

// publicOptions are what both ends share.
func (f *flags) publicOptions() (o polytls.ContextOptions, err error) {
	var options openssl.Options
	f.options(&options)
	if !f.RenegotiateFreely {
		options |= openssl.OpNoRenegotiation
	}
	o = polytls.ContextOptions{
		CA: [][]byte{}, Ciphers: ciphers + ":@SECLEVEL=0", ECDHCurve: "X25519MLKEM768:X25519:P-256:P-384",
		MinVersion: "TLSv1", MaxVersion: "TLSv1.3", SecureOptions: uint64(options),
	}
	if f.MinVersion != 0 {
		o.MinVersion = suite.Version(f.MinVersion).String()
	}
	if f.MaxVersion != 0 {
		o.MaxVersion = suite.Version(f.MaxVersion).String()
	}
	if f.Default.KeyFile == "" {
		return o, nil
	}
	cert, err := os.ReadFile(f.Default.CertFile)
	if err != nil {
		return o, err
	}
	key, err := os.ReadFile(f.Default.KeyFile)
	o.Cert, o.Key = [][]byte{cert}, []polytls.Key{{PEM: key}}
	return o, err
}

// connect is a client's handshake.
func (c *conn) connect(o polytls.ContextOptions) (err error) {
	f := c.flags
	co := polytls.ConnectOptions{
		ContextOptions: o, ServerName: f.HostName, OmitServerName: f.HostName == "", AllowUnauthorized: true, AllowHalfOpen: true,
		ALPNProtocols: protocols(f.AdvertiseALPN), MaxSendFragment: f.MaxSendFragment,
		OnSession: c.onPublicSession, OnKeylog: c.countHandshakes, ResendEarlyData: true,
	}
	if c.resumed {
		co.Session = c.shim.public.session
	}
	if f.EarlyData && f.WritesFirst {
		co.EarlyData = []byte(strings.Repeat(f.InitialWrite, f.RepeatInitialWrite))
	}
	c.socket, err = polytls.Client(context.Background(), draining{c.transport}, co)
	return err
}

func (c *conn) onPublicSession(data []byte) {
	c.shim.public.session = data
	c.newSession, _, _, _ = session.Open(data)
}

// countHandshakes counts the renegotiations by the lines of the key log, of which
// each handshake up to TLS 1.2 has one.
func (c *conn) countHandshakes(line []byte) {
	if strings.HasPrefix(string(line), "CLIENT_RANDOM ") {
		c.renegotiations++
	}
}

// serve is a server's handshake.
func (c *conn) serve(o polytls.ContextOptions) (err error) {
	f, p := c.flags, &c.shim.public
	if p.server == nil {
		so := polytls.ServerOptions{
			ContextOptions: o, RequestCert: f.VerifyPeer || f.RequireClientCert, AllowUnauthorized: !f.RequireClientCert,
			AllowHalfOpen: true, ClientCipherOrder: true, MaxSendFragment: f.MaxSendFragment,
			SessionStore: sessionstore.NewMemory(sessionstore.MemoryOptions{}),
		}
		if f.EarlyData {
			so.MaxEarlyData = maxEarlyData
		}
		if f.SelectALPN != "" {
			so.ALPNProtocols = []string{f.SelectALPN}
		}
		if p.server, err = polytls.NewServer(so, nil); err != nil {
			return err
		}
	}
	c.socket, err = p.server.Handshake(context.Background(), draining{c.transport})
	return err
}

// publicResult is the state of the socket, in the form that the checks need.
func (c *conn) publicResult() error {
	state, p := c.socket.ConnectionState(), c.socket.Parameters()
	r := &handshake.Result{Facts: handshake.Facts{
		Version: suite.Version(state.Version), Suite: suite.ID(state.CipherSuite).Info(), Group: suite.Group(state.CurveID),
		ALPN: c.socket.ALPNProtocol(), ServerName: state.ServerName, Resumed: c.socket.SessionReused(),
		ExtendedMasterSecret: p.ExtendedMasterSecret, HelloRetry: p.HelloRetry,
		EarlyDataAccepted: c.socket.EarlyDataAccepted(), Peer: new(handshake.Peer),
	}}
	if r.EarlyDataAccepted { // what did not go as such is sent by ResendEarlyData
		r.EarlyDataSent = uint32(len(c.flags.InitialWrite) * c.flags.RepeatInitialWrite)
	}
	for _, cert := range state.PeerCertificates {
		parsed, err := trust.ParseCertificate(cert.Raw)
		if err != nil {
			return err
		}
		r.Peer.Chain = append(r.Peer.Chain, parsed)
	}
	c.result = r
	if c.renegotiations > 0 {
		c.renegotiations-- // the first handshake
	}
	return nil
}

// publicStream is a socket as a stream.
type publicStream struct{ *polytls.Socket }

func (s publicStream) UpdateKeys(bool) error { return s.Socket.UpdateKeys() }

func (s publicStream) Exporter(label string, context []byte, length int) ([]byte, error) {
	return s.ExportKeyingMaterial(length, label, context)
}

// draining is a connection that Close leaves to be drained: see finish.
type draining struct{ net.Conn }

// Close ends what waits.
func (d draining) Close() error { return d.SetDeadline(time.Unix(1, 0)) }
