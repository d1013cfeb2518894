package interop

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"polytls"
	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// nameReports are hosts that are not valid server names (RFC 6066, section 3).
func nameReports() []report {
	const none = "no server_name"
	return []report{
		{"netty/netty-tcnative#400", "a host with a trailing dot",
			namedBy("localhost."), none, "server_name localhost",
			"we send the host as the server name, and RFC 6066, section 3, wants it without the dot"},
		{"golang/go#14404", "an IPv6 address in brackets",
			namedBy("[::1]"), none, "", ""},
		{"fluent/fluent-bit#11815", "an IPv6 address",
			namedBy("::1"), none, "", ""},
		{"zaphoyd/websocketpp#924", "an IPv4 address",
			namedBy("127.0.0.1"), none, "", ""},
	}
}

// namedBy returns the server name that a client sends for a host.
func namedBy(host string) scene {
	return func(t testing.TB, n *node) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		done := make(chan struct{})
		go func() {
			defer close(done)
			if n != nil {
				n.connect(t, port, options{Host: host}, nil, 0)
				return
			}
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				return
			}
			if s, err := polytls.Client(context.Background(), c, polytls.ConnectOptions{Host: host}); err == nil {
				s.Close()
			}
		}()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(patience))
		_, raw := readRecord(t, c)
		name := serverName(t, raw)
		c.Close()
		<-done
		if name == "" {
			return "no server_name"
		}
		return "server_name " + name
	}
}

func readRecord(t testing.TB, c net.Conn) (record.ContentType, []byte) {
	t.Helper()
	header := make([]byte, record.HeaderLen)
	if _, err := io.ReadFull(c, header); err != nil {
		t.Fatal(err)
	}
	h := record.ParseHeader(header)
	body := make([]byte, h.Length)
	if _, err := io.ReadFull(c, body); err != nil {
		t.Fatal(err)
	}
	return h.Type, body
}

func serverName(t testing.TB, raw []byte) string {
	t.Helper()
	hello := &wire.ClientHello{}
	if err := wire.Parse(raw, hello); err != nil {
		t.Fatal(err)
	}
	names, err := wire.Find[wire.ServerNames](hello.Extensions)
	if err != nil {
		t.Fatal(err)
	}
	if names == nil {
		return ""
	}
	return names.HostName
}

// greeting is a ClientHello with the bytes that a report needs.
type greeting struct {
	wire.ClientHello
	before    []byte // the first record
	perRecord int    // bytes, 0 for all
	segments  int    // in which it goes to the network, 0 for one
}

// newGreeting is one that every server answers with TLS 1.3, if it may.
func newGreeting(name string) *greeting {
	g := &greeting{ClientHello: wire.ClientHello{
		LegacyVersion: suite.TLS12, SessionID: bulk(32), CompressionMethods: []byte{0},
		CipherSuites: []suite.ID{0x1302, 0x1301, 0xc030, 0xc02f, 0x00ff},
	}}
	copy(g.Random[:], bulk(32))
	e := &g.Extensions
	e.Add(&wire.ServerNames{HostName: name})
	e.Add(&wire.PointFormats{Formats: []byte{0}})
	e.Add(&wire.SupportedGroups{Groups: []suite.Group{suite.X25519, suite.P256}})
	e.Add(&wire.SignatureAlgorithms{Schemes: []suite.Scheme{suite.RSAPSSRSAESHA256, suite.RSAPKCS1SHA256}})
	e.Add(&wire.SupportedVersions{Versions: []suite.Version{suite.TLS13, suite.TLS12}})
	e.Add(&wire.PSKModes{Modes: []uint8{1}})
	e.Add(&wire.ClientKeyShares{Shares: []wire.KeyShare{{Group: suite.X25519, Data: bulk(32)}}})
	return g
}

// only12 removes what TLS 1.3 needs.
func (g *greeting) only12() {
	g.Extensions = slices.DeleteFunc(g.Extensions, func(x wire.Extension) bool {
		return x.Type == wire.ExtSupportedVersions || x.Type == wire.ExtPSKKeyExchangeModes || x.Type == wire.ExtKeyShare
	})
}

func (g *greeting) send(t testing.TB, c net.Conn) {
	t.Helper()
	raw, err := wire.Marshal(&g.ClientHello)
	if err != nil {
		t.Fatal(err)
	}
	out := slices.Clone(g.before)
	for part := range slices.Chunk(raw, cmp.Or(g.perRecord, record.MaxPlaintext)) {
		out = append(out, byte(record.Handshake), 3, 1, byte(len(part)>>8), byte(len(part)))
		out = append(out, part...)
	}
	for part := range slices.Chunk(out, (len(out)+g.segments)/max(g.segments, 1)) {
		if _, err := c.Write(part); err != nil {
			t.Fatal(err)
		}
	}
}

// greeted returns what a server answers to a hello, and how it ended if it was with
// an alert.
func greeted(name string, change func(g *greeting)) scene {
	return answered(name, change, func(t testing.TB, c net.Conn, next func() string) string {
		kind, body := readRecord(t, c)
		switch {
		case kind == record.Alert && len(body) == 2:
			return fmt.Sprintf("alert %s, %s", polytls.Alert(body[1]), next())
		case kind == record.Handshake && len(body) > 0:
			return wire.MessageType(body[0]).String()
		}
		return fmt.Sprintf("record of type %d", kind)
	})
}

// measured returns whether a server's first flight of TLS 1.2 obeys a length limit.
func measured(most int, change func(g *greeting)) scene {
	return answered("localhost", change, func(t testing.TB, c net.Conn, _ func() string) string {
		var flight []byte
		for !bytes.HasSuffix(flight, []byte{byte(wire.TypeServerHelloDone), 0, 0, 0}) {
			kind, body := readRecord(t, c)
			if kind != record.Handshake || len(body) > most {
				return fmt.Sprintf("a record of type %d and %d bytes", kind, len(body))
			}
			flight = append(flight, body...)
		}
		return fmt.Sprintf("records of at most %d bytes", most)
	})
}

func answered(name string, change func(g *greeting), look func(t testing.TB, c net.Conn, next func() string) string) scene {
	return func(t testing.TB, n *node) string {
		port, next := listenAs(t, n, options{HonorOrder: true}.with(certificate(t, "rsa")))
		g := newGreeting(name)
		change(g)
		c := dialPlain(t, port)
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		g.send(t, c)
		return look(t, c, func() string { _, failure := next(); return failure })
	}
}

// helloReports are first messages that some server did not understand.
func helloReports() []report {
	const hello = "ServerHello"
	asIs := func(*greeting) {}
	fragment := func(code uint8) func(g *greeting) {
		return func(g *greeting) { g.only12(); g.Extensions.Add(&wire.MaxFragmentLength{Code: code}) }
	}
	return []report{
		{"testssl/testssl.sh#2493", "a hello too large for one segment",
			greeted("localhost", func(g *greeting) {
				g.Extensions.Add(&wire.Padding{Length: 1500})
				g.segments = 2
			}), hello, "", ""},
		{"wolfSSL/wolfssl#8754", "a hello in records of one byte",
			greeted("localhost", func(g *greeting) { g.perRecord = 1 }), hello, "", ""},
		{"aws/s2n-tls#534", "a device that takes records of 512 bytes",
			measured(512, fragment(1)), "records of at most 512 bytes", "", ""},
		{"igrr/axtls-8266#55", "a device that takes records of 1,024 bytes",
			measured(1024, fragment(2)), "records of at most 1024 bytes", "", ""},
		{"openssl/openssl#17573", "a length of records that nobody has",
			greeted("localhost", fragment(5)), "alert illegal_parameter, ERR_SSL_SSL3_EXT_INVALID_MAX_FRAGMENT_LENGTH", "", ""},
		{"openssl/openssl#15246", "an alert in place of a hello",
			greeted("localhost", func(g *greeting) { g.before = []byte{21, 3, 1, 0, 2, 2, 80} }),
			"alert unexpected_message, ERR_SSL_UNEXPECTED_MESSAGE", "", ""},
		{"grpc/grpc#9219", "a name that the server does not know, to which a warning is no answer",
			greeted("unknown.test", asIs), hello, "", ""},
		{"tailscale/tailscale#10233", "a name with a trailing dot",
			greeted("localhost.", asIs), hello, "", ""},
		{"microsoft/msquic#5997", "an address for a name",
			greeted("127.0.0.1", asIs), hello, "", ""},
	}
}
