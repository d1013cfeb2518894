package interop

import (
	"bytes"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/testcert"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// flight is what a server of TLS 1.2 sends after a ClientHello, whatever that
// says. Its signature is none: a client must refuse before it what is too large to
// compute with.
type flight struct {
	chain  [][]byte // in DER
	params wire.DHEParams
}

// acceptOne returns the connection of a client, which connects to the port, and what
// is closed when the client has ended.
func acceptOne(t *testing.T, client func(port int)) (c net.Conn, done <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		client(l.Addr().(*net.TCPAddr).Port)
	}()
	if c, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return c, ended
}

// serveFlight sends a flight to a client, which connects to the port, and returns
// the alert that the client sends.
func serveFlight(t *testing.T, f flight, client func(port int)) failure.Alert {
	t.Helper()
	c, done := acceptOne(t, client)
	defer func() {
		c.Close()
		<-done
	}()
	c.SetDeadline(time.Now().Add(patience))
	readRecord(t, c) // the ClientHello
	if _, err := c.Write(f.records(t)); err != nil {
		t.Fatal(err)
	}
	for {
		if kind, body := readRecord(t, c); kind == record.Alert && len(body) == 2 {
			return failure.Alert(body[1])
		}
	}
}

func (f flight) records(t *testing.T) []byte {
	t.Helper()
	hello := &wire.ServerHello{LegacyVersion: suite.TLS12, CipherSuite: suite.ByName(dhe).ID}
	rand.Read(hello.Random[:])
	hello.Extensions.Add(&wire.RenegotiationInfo{})
	exchange := wire.AppendSignature(f.params.Append(nil), suite.TLS12, suite.RSAPSSRSAESHA256, make([]byte, 256))
	var records []byte
	for _, m := range []wire.Message{
		hello, &wire.Certificate12{Chain: f.chain}, &wire.ServerKeyExchange{Raw: exchange}, &wire.ServerHelloDone{},
	} {
		raw, err := wire.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(raw, record.MaxPlaintext) {
			records = append(records, byte(record.Handshake), 3, 3, byte(len(part)>>8), byte(len(part)))
			records = append(records, part...)
		}
	}
	return records
}

// refuseFlight returns the alert with which our client refuses a flight, and its
// error.
func refuseFlight(t *testing.T, f flight, o polytls.ConnectOptions) (sent failure.Alert, code string) {
	t.Helper()
	var err error
	sent = serveFlight(t, f, func(port int) { _, err = tryConnect(t, port, o) })
	var e *polytls.Error
	if !errors.As(err, &e) || e.AlertFrom != polytls.SideUs || e.Alert != sent {
		t.Fatalf("our client: %v, and sent %s", err, sent)
	}
	return sent, e.Code
}

// TestRefusesDHGroups compares with Node how a client refuses a server's group.
func TestRefusesDHGroups(t *testing.T) {
	t.Parallel()
	known := kex.NamedDH(suite.FFDHE2048)
	beforeP := below(known.P)
	n := startNode(t, "node")
	for name, params := range map[string]wire.DHEParams{
		"a modulus of 10,001 bits": {P: ones(10_001), G: known.G},
		"a modulus of 32,768 bits": {P: ones(32_768), G: known.G},
		"a modulus of 511 bits":    {P: ones(511), G: known.G},
		"an even modulus":          {P: beforeP, G: known.G},
		"a modulus of 0":           {P: []byte{0}, G: known.G},
		"a generator of 0":         {P: known.P, G: []byte{0}},
		"a generator of 1":         {P: known.P, G: []byte{1}},
		"a generator of p-1":       {P: known.P, G: beforeP},
		"a generator of p":         {P: known.P, G: known.P},
	} {
		t.Run(name, func(t *testing.T) {
			params.Y = []byte{4}
			f := flight{[][]byte{leafOf(t, "rsa")}, params}
			var wantCode string
			want := serveFlight(t, f, func(port int) {
				wantCode = n.connect(t, port, options{CA: string(ca(t).cert), Reject: true, ServerName: "localhost"}, nil, 0).Code
			})
			if got, code := refuseFlight(t, f, polytls.ConnectOptions{}); got != want || code != wantCode {
				t.Errorf("%s with the alert %s, Node has %s with %s", code, got, wantCode, want)
			}
		})
	}
}

// TestRefusesLargeDHGroups: nothing is computed with a modulus above the limit.
// Node accepts these groups.
func TestRefusesLargeDHGroups(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ bits, most int }{
		{4097, 0}, {8192, 0}, {10_000, 0}, {8193, 8192}, {10_000, 8192}, {2049, 2048},
	} {
		f := flight{[][]byte{leafOf(t, "rsa")}, wire.DHEParams{P: ones(tt.bits), G: []byte{2}, Y: []byte{4}}}
		got, code := refuseFlight(t, f, polytls.ConnectOptions{MaxDHSize: tt.most})
		if got != failure.AlertIllegalParameter || code != "ERR_SSL_MODULUS_TOO_LARGE" {
			t.Errorf("%d bits, MaxDHSize %d: %s with the alert %s", tt.bits, tt.most, code, got)
		}
	}
}

// leafOf is the certificate of an identity in DER.
func leafOf(t *testing.T, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(certificate(t, name).cert)
	return block.Bytes
}

// ones is the largest number of so many bits.
func ones(bits int) []byte {
	b := bytes.Repeat([]byte{0xff}, (bits+7)/8)
	b[0] >>= 7 - uint(bits-1)%8
	return b
}

// below is a number that is odd less one.
func below(odd []byte) []byte {
	b := bytes.Clone(odd)
	b[len(b)-1]--
	return b
}

// TestLargeRSAKeys compares with Node the failure for an RSA key that is too large
// to compute with.
func TestLargeRSAKeys(t *testing.T) {
	t.Parallel()
	large := testcert.UnusableRSA(16_385)
	leaf := testcert.Template{CommonName: "localhost", DNS: []string{"localhost"}, Signer: large}
	small := leaf
	small.Signer = testcert.NewKey(testcert.RSA2048)
	root := testcert.CA("a root")
	largeRoot := testcert.SelfSigned(testcert.Template{CommonName: "a large root", CA: true, Signer: large})
	n := startNode(t, "node")
	for name, tt := range map[string]struct{ shown, root *testcert.Cert }{
		"leaf": {root.Issue(leaf), root},
		"root": {largeRoot.Issue(small), largeRoot},
	} {
		for _, version := range []suite.Version{suite.TLS12, suite.TLS13} {
			t.Run(name+"/"+version.String(), func(t *testing.T) {
				scene := &malformed{version: version, old: "unchanged", passes: true}
				config := scene.config(t, "rsa")
				leaf, err := trust.ParseCertificate(tt.shown.Raw)
				if err != nil {
					t.Fatal(err)
				}
				config.Certificates[0].Leaf = leaf
				config.Certificates[0].Chain, config.Certificates[0].Signer = [][]byte{leaf.Raw}, tt.shown.Signer
				var want, got string
				scene.serve(t, config, func(port int) {
					want = n.connect(t, port, options{CA: string(tt.root.PEM()), Reject: true, ServerName: "localhost"}, nil, 0).Code
				})
				scene.serve(t, config, func(port int) {
					_, err := tryConnect(t, port, polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CA: [][]byte{tt.root.PEM()}}})
					var e *polytls.Error
					if errors.As(err, &e) {
						got = e.Code
					}
				})
				if got != want || want == "" {
					t.Errorf("%s, Node has %s", got, want)
				}
			})
		}
	}
}
