package interop

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"polytls/internal/openssl"
	"strconv"
	"testing"
	"time"

	"polytls"
)

// serverReports are servers that some client did not understand, and clients
// that some server did not.
func serverReports() []report {
	until12 := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }
	requireAny := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	protocols := func(c *tls.Config) { c.NextProtos = []string{"h2"} }
	warned := func(c net.Conn) net.Conn {
		return &fragmenter{Conn: c, first: []byte{21, 3, 3, 0, 2, 1, byte(polytls.AlertUnrecognizedName)}}
	}
	bytewise := func(c net.Conn) net.Conn { return &fragmenter{Conn: c, perRecord: 1} }
	const cut = "read hel, unexpected EOF"
	return []report{
		{"aws/s2n-tls#855", "a warning that the name is not known, before the ServerHello",
			against(options{}, until12, warned, echoOnce), secure, "", ""},
		{"nmap/nmap#194", "a server's messages in records of one byte",
			against(options{}, until12, bytewise, echoOnce), secure, "", ""},
		{"openssl/openssl#6804", "a client without the certificate that TLS 1.3 requires",
			against(options{}, requireAny, nil, echoOnce), "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "", ""},
		{"google/conscrypt#777", "a client without the certificate that TLS 1.2 requires",
			against(options{}, func(c *tls.Config) { until12(c); requireAny(c) }, nil, echoOnce), "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "", ""},
		{"openssl/openssl#22526", "an end without close_notify",
			against(options{}, nil, nil, cutOff), "read hel, end", cut,
			"somebody may have cut the connection; SSL_OP_IGNORE_UNEXPECTED_EOF is for protocols that can tell"},
		{"python/cpython#87960", "an end without close_notify where SSL_OP_IGNORE_UNEXPECTED_EOF allows it",
			against(options{SecureOption: uint64(openssl.OpIgnoreUnexpectedEOF)}, nil, nil, cutOff), "read hel, end", "", ""},
		{"kvirc/KVIrc#2751", "the same up to TLS 1.2",
			against(options{SecureOption: uint64(openssl.OpIgnoreUnexpectedEOF)}, until12, nil, cutOff), "read hel, end", "", ""},
		{"nodemailer/nodemailer#1461", "a mail server that greets in plain text",
			dialedPlain("220 mail.example ESMTP\r\n"), "ERR_SSL_WRONG_VERSION_NUMBER", "", ""},
		{"nodejs/node#44031", "no application protocol in common",
			against(options{ALPN: []string{"foo"}}, protocols, nil, echoOnce), "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "", ""},
		{"rustls/rustls#1369", "a client of OpenSSL that refuses a certificate under TLS 1.3",
			refused13, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "", ""},
		{"webserver-llc/angie#110", "a client certificate of one host carried to another by resumption",
			resumedElsewhere, "resumed and authorized", "SELF_SIGNED_CERT_IN_CHAIN",
			"resumption admits nobody whom a full handshake would refuse"},
	}
}

// fragmenter puts bytes before what a server writes, and cuts the handshake
// messages of its records in the clear.
type fragmenter struct {
	net.Conn
	first     []byte
	perRecord int // bytes, 0 for those that there are
	protected bool
}

func (r *fragmenter) Write(p []byte) (int, error) {
	const header = 5
	out, all := r.first, len(p)
	r.first = nil
	for len(p) > 0 {
		n := header + int(p[3])<<8 + int(p[4])
		rec, body := p[:n], p[header:n]
		p = p[n:]
		r.protected = r.protected || rec[0] != 22
		if r.protected || r.perRecord == 0 {
			out = append(out, rec...)
			continue
		}
		for ; len(body) > 0; body = body[r.perRecord:] {
			out = append(out, 22, rec[1], rec[2], 0, byte(r.perRecord))
			out = append(out, body[:r.perRecord]...)
		}
	}
	if _, err := r.Conn.Write(out); err != nil {
		return 0, err
	}
	return all, nil
}

func echoOnce(c *tls.Conn, _ net.Conn) {
	got := make([]byte, len(hello))
	if _, err := io.ReadFull(c, got); err == nil {
		c.Write(got)
	}
	c.Close()
}

// cutOff answers with half a line and ends the connection below TLS.
func cutOff(c *tls.Conn, below net.Conn) {
	io.ReadFull(c, make([]byte, len(hello)))
	c.Write(hello[:len(hello)/2])
	below.Close()
}

// against connects a client to crypto/tls, and returns what it reads of an echo.
func against(client options, change func(*tls.Config), wrap func(net.Conn) net.Conn, handle func(c *tls.Conn, below net.Conn)) scene {
	return func(t testing.TB, n *node) string {
		id := certificate(t, "rsa")
		config := &tls.Config{Certificates: []tls.Certificate{must(tls.X509KeyPair(id.cert, id.key))}}
		if change != nil {
			change(config)
		}
		return dialed(t, n, client, func(below net.Conn) {
			c := below
			if wrap != nil {
				c = wrap(below)
			}
			if server := tls.Server(c, config); server.Handshake() == nil {
				handle(server, below)
			}
		})
	}
}

// dialedPlain connects a client to a server that does not use TLS.
func dialedPlain(text string) scene {
	return func(t testing.TB, n *node) string {
		return dialed(t, n, options{}, func(c net.Conn) {
			io.ReadAtLeast(c, make([]byte, 1<<12), 1)
			io.WriteString(c, text)
		})
	}
}

// dialed connects Node's or our client to a server, and returns the result.
func dialed(t testing.TB, n *node, client options, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	defer func() { l.Close(); <-done }()
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		serve(c)
	}()
	client.CA, client.ServerName, client.Reject = string(ca(t).cert), "localhost", true
	port := l.Addr().(*net.TCPAddr).Port
	if n != nil {
		r := n.connect(t, port, client, hello, 0)
		switch {
		case r.Echoed:
			return secure
		case r.Code == "END" && len(r.Received) > 0:
			return "read " + string(r.Received) + ", end"
		}
		return r.Code
	}
	s, err := tryConnect(t, port, client.client())
	if err != nil {
		return code(err)
	}
	defer s.Close()
	s.Write(hello)
	got := make([]byte, len(hello))
	switch k, err := io.ReadFull(s, got); {
	case err == nil:
		return secure
	case errors.Is(err, io.ErrUnexpectedEOF): // ReadFull's, or the connection's
		_, again := s.Read(make([]byte, 1))
		return "read " + string(got[:k]) + ", " + endOf(again)
	default:
		return code(err)
	}
}

// endOf returns how a connection ended.
func endOf(err error) string {
	if err == io.EOF {
		return "end"
	}
	return code(err)
}

// refused13 returns how a server learns that a client of OpenSSL does not trust its
// certificate: by an alert in the clear.
func refused13(t testing.TB, n *node) string {
	port, next := listenAs(t, n, options{HonorOrder: true}.with(certificate(t, "rsa")))
	c := start(t, "openssl", "s_client", "-connect", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		"-tls1_3", "-CAfile", otherCA(t).certFile, "-verify_return_error")
	c.Stdin.Close()
	<-c.Done
	_, failure := next()
	return failure
}

// resumedElsewhere returns how a server handles a client of OpenSSL whose session
// is of a host with another CA for clients.
func resumedElsewhere(t testing.TB, n *node) string {
	id, client := certificate(t, "rsa"), certificate(t, "client")
	server := options{CA: string(ca(t).cert), RequestCert: true, Reject: true, HonorOrder: true, Contexts: map[string]map[string]string{
		"elsewhere.test": {"cert": string(id.cert), "key": string(id.key), "ca": string(otherCA(t).cert)},
	}}
	port, next := listenAs(t, n, server.with(id))
	file := filepath.Join(dir, rand.Text())
	defer os.Remove(file)
	connect := func(name, session string) (facts, string) {
		c := start(t, "openssl", "s_client", "-connect", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), "-tls1_3", "-quiet",
			"-CAfile", ca(t).certFile, "-cert", client.certFile, "-key", client.keyFile, "-servername", name, session, file)
		f, failure := next()
		if failure == "" {
			c.Write(t, "x\n")
			c.expect(t, c.Stdout, "x\n")
		}
		c.Kill()
		return f, failure
	}
	if _, failure := connect("localhost", "-sess_out"); failure != "" {
		return "at first " + failure
	}
	f, failure := connect("elsewhere.test", "-sess_in")
	switch {
	case failure != "":
		return failure
	case f.Reused && f.Authorized:
		return "resumed and authorized"
	}
	return "connected"
}
