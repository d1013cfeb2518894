package interop

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"net"
	"testing"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// rewriter is a connection on which one thing is written instead of another.
type rewriter struct {
	net.Conn
	old, new string // old is "" for what is written first
	done     bool
}

func (r *rewriter) Write(b []byte) (int, error) {
	out := b
	if i := bytes.Index(b, []byte(r.old)); !r.done && i >= 0 {
		r.done = true
		out = bytes.Join([][]byte{b[:i], b[i+len(r.old):]}, []byte(r.new))
	}
	if _, err := r.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// malformed is a flight that no implementation sends.
type malformed struct {
	name     string
	version  suite.Version
	old, new string // as in rewriter
	extra    []byte // a last certificate
	want     failure.Alert
	passes   bool // it is not a reason for an alert
}

const (
	ccs12      = "\x14\x03\x03\x00\x01\x01"
	twoByteCCS = "\x14\x03\x03\x00\x02\x01\x01"
	otherCCS   = "\x14\x03\x03\x00\x01\x02"
	emptyCCS   = "\x14\x03\x03\x00\x00"
)

// TestMalformedFlightsOfClients checks that a server sends the same alert as Node.
func TestMalformedFlightsOfClients(t *testing.T) {
	t.Parallel()
	tests := []malformed{
		{"two bytes of change_cipher_spec", suite.TLS12, ccs12, twoByteCCS, nil, failure.AlertUnexpectedMessage, false},
		{"another change_cipher_spec", suite.TLS12, ccs12, otherCCS, nil, failure.AlertUnexpectedMessage, false},
		{"an empty change_cipher_spec", suite.TLS12, ccs12, emptyCCS, nil, failure.AlertUnexpectedMessage, false},
		{"an empty certificate", suite.TLS12, "none", "", []byte{}, failure.AlertDecodeError, false},
		{"an empty certificate", suite.TLS13, "none", "", []byte{}, failure.AlertDecodeError, false},
	}
	asking := options{RequestCert: true, Reject: true, CA: string(ca(t).cert)}.with(certificate(t, "rsa"))
	ours := serve(t, asking.server(), nil)
	theirs := startNode(t, "node").listen(t, asking)
	for _, tt := range tests {
		t.Run(tt.version.String()+"/"+tt.name, func(t *testing.T) {
			for name, port := range map[string]int{"our server": ours.port, "node's server": theirs.port} {
				conn := dialPlain(t, port)
				defer conn.Close()
				config := &handshake.ClientConfig{Config: tt.config(t, "client")}
				err := tt.over(conn, recordlayer.Client, func(x recordlayer.Exchange) error {
					_, err := handshake.Client(t.Context(), x, config)
					return err
				})
				tt.check(t, name, err)
			}
		})
	}
}

// TestMalformedFlightsOfServers checks that a client sends the same alert as Node.
func TestMalformedFlightsOfServers(t *testing.T) {
	t.Parallel()
	tests := []malformed{
		{"two bytes of change_cipher_spec", suite.TLS12, ccs12, twoByteCCS, nil, failure.AlertUnexpectedMessage, false},
		{"another change_cipher_spec", suite.TLS12, ccs12, otherCCS, nil, failure.AlertUnexpectedMessage, false},
		{"an empty change_cipher_spec", suite.TLS12, ccs12, emptyCCS, nil, failure.AlertUnexpectedMessage, false},
		{"an empty certificate", suite.TLS12, "none", "", []byte{}, failure.AlertBadCertificate, false},
		{"an empty certificate", suite.TLS13, "none", "", []byte{}, failure.AlertBadCertificate, false},
		{"a HelloRequest first", suite.TLS12, "", "\x16\x03\x03\x00\x04\x00\x00\x00\x00", nil, 0, true},
		{"two of them", suite.TLS12, "", "\x16\x03\x03\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00", nil, 0, true},
	}
	n := startNode(t, "node")
	clients := map[string]func(port int){
		"our client": func(port int) {
			if s, err := tryConnect(t, port, polytls.ConnectOptions{}); err == nil {
				s.Close()
			}
		},
		"node's client": func(port int) {
			n.connect(t, port, options{CA: string(ca(t).cert), Reject: true, ServerName: "localhost"}, nil, 0)
		},
	}
	for _, tt := range tests {
		t.Run(tt.version.String()+"/"+tt.name, func(t *testing.T) {
			for name, client := range clients {
				err := tt.serve(t, tt.config(t, "rsa"), client)
				tt.check(t, name, err)
			}
		})
	}
}

// serve serves a client, which connects to the port, over a connection that
// changes the flight.
func (tt *malformed) serve(t *testing.T, config *handshake.Config, client func(port int)) error {
	t.Helper()
	conn, done := acceptOne(t, client)
	err := tt.over(conn, recordlayer.Server, func(x recordlayer.Exchange) error {
		_, err := handshake.Server(t.Context(), x, &handshake.ServerConfig{Config: config})
		return err
	})
	conn.Close()
	<-done
	return err
}

// config is one end's, with a certificate, of a version.
func (tt *malformed) config(t *testing.T, name string) *handshake.Config {
	t.Helper()
	id := certificate(t, name)
	chain, err := keyfile.ParseCertificates(id.cert)
	if err != nil {
		t.Fatal(err)
	}
	cert := &handshake.Certificate{Chain: chain}
	if tt.extra != nil {
		cert.Chain = append(cert.Chain, tt.extra)
	}
	if cert.Signer, err = keyfile.ParsePrivateKey(id.key, nil); err != nil {
		t.Fatal(err)
	}
	cert.Decrypter, _ = cert.Signer.(crypto.Decrypter)
	if cert.Leaf, err = trust.ParseCertificate(chain[0]); err != nil {
		t.Fatal(err)
	}
	list, err := openssl.ParseOpenSSLCiphers(everySuite)
	if err != nil {
		t.Fatal(err)
	}
	return &handshake.Config{
		MinVersion: tt.version, MaxVersion: tt.version, Suites: list.TLS12,
		Suites13: []*suite.CipherSuite{suite.ID(0x1301).Info()},
		Groups:   []suite.Group{suite.X25519}, Schemes: suite.Level(0).DefaultSchemes(),
		Certificates: []*handshake.Certificate{cert},
		VerifyPeer:   func(context.Context, *handshake.Peer) (*failure.Error, error) { return nil, nil },
	}
}

// over runs a handshake over a connection that changes it, and returns why the
// connection ended.
func (tt *malformed) over(conn net.Conn, r recordlayer.Role, run func(recordlayer.Exchange) error) error {
	conn.SetDeadline(time.Now().Add(patience))
	l := recordlayer.New(&recordlayertest.Conn{Conn: &rewriter{Conn: conn, old: tt.old, new: tt.new}}, r)
	x, err := l.Begin(context.Background())
	if err != nil {
		return err
	}
	err = run(x)
	x.End()
	if err == nil && !tt.passes {
		_, err = l.Read(make([]byte, 1))
	}
	return err
}

func (tt *malformed) check(t *testing.T, peer string, err error) {
	t.Helper()
	if tt.passes {
		if err != nil {
			t.Errorf("%s: %v", peer, err)
		}
		return
	}
	var e *failure.Error
	if !errors.As(err, &e) || e.AlertFrom != failure.SidePeer || e.Alert != tt.want {
		t.Errorf("%s: %v, wanted the alert %s", peer, err, tt.want)
	}
}
