package interop

import (
	"cmp"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"polytls"
)

// TestBadInput sends a server input that is not TLS: it reports the same error as
// Node, sends the same alert or none, and continues to serve. Each input is also
// sent to Node, to check the table.
func TestBadInput(t *testing.T) {
	t.Parallel()
	truncated := append([]byte("\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03"), bulk(40)...)
	tests := []struct {
		name  string
		input []byte
		end   func(*net.TCPConn)
		code  string
		alert string // hex of the record, "" for none
		node  string // Node's code where it is another
	}{
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), halfClose, "ERR_SSL_HTTP_REQUEST", "", ""},
		{"HTTP proxy", []byte("CONNECT localhost:443 HTTP/1.1\r\n\r\n"), halfClose, "ERR_SSL_HTTPS_PROXY_REQUEST", "", ""},
		{"SSH", []byte("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), halfClose, "ERR_SSL_WRONG_VERSION_NUMBER", "", ""},
		{"zeros", make([]byte, 64), halfClose, "ERR_SSL_WRONG_VERSION_NUMBER", "", ""},
		{"random bytes", append([]byte("\xc3\x5a"), bulk(300)...), halfClose, "ERR_SSL_WRONG_VERSION_NUMBER", "", ""},
		{"SSL 2 hello", sslv2Hello(0x0002, 16), halfClose, "ERR_SSL_UNKNOWN_PROTOCOL", "15030300020246", ""},
		{"truncated record", truncated, halfClose, "ECONNRESET", "", ""},
		{"nothing", nil, halfClose, "ECONNRESET", "", ""},
		{"reset", nil, reset, "ECONNRESET", "", ""},
		{"reset inside a record", truncated, reset, "ECONNRESET", "", ""},
		{"oversized record", []byte("\x16\x03\x01\xff\xff\x01\x00\x40"), halfClose, "ERR_SSL_DATA_LENGTH_TOO_LONG", "15030300020216", ""},
		{"TLS 1.1 hello", tlsHello("\x03\x02"), halfClose, "ERR_SSL_UNSUPPORTED_PROTOCOL", "15030300020246", ""},
		{"SSL 3 hello", tlsHello("\x03\x00"), halfClose, "ERR_SSL_UNSUPPORTED_PROTOCOL", "15030300020246", "ERR_SSL_VERSION_TOO_LOW"},
		{"hello with a byte too many", tlsHello("\x03\x03", 0), halfClose, "ERR_SSL_DECODE_ERROR", "15030300020232", "ERR_SSL_LENGTH_MISMATCH"},
		{"a message that is no hello", []byte("\x16\x03\x01\x00\x04\x10\x00\x00\x00"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503030002020a", ""},
		{"an alert", []byte("\x15\x03\x01\x00\x02\x02\x28"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503010002020a", ""},
		{"close_notify", []byte("\x15\x03\x03\x00\x02\x01\x00"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503030002020a", ""},
		{"an alert of SSL 3", []byte("\x15\x03\x00\x00\x02\x02\x28"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503000002020a", ""},
		{"an alert of a version to come", []byte("\x15\x03\x04\x00\x02\x02\x28"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503030002020a", ""},
		{"an empty alert", []byte("\x15\x03\x03\x00\x00"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503030002020a", ""},
		{"an alert in half a hello", []byte("\x16\x03\x03\x00\x01\x01\x15\x03\x03\x00\x02\x02\x28"), halfClose, "ERR_SSL_UNEXPECTED_MESSAGE", "1503030002020a", ""},
		{"application data", []byte("\x17\x03\x03\x00\x05hello"), halfClose, "ERR_SSL_APP_DATA_IN_HANDSHAKE", "1503030002020a", "ERR_SSL_UNEXPECTED_MESSAGE"},
	}
	srv := serve(t, polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options()}, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := send(t, srv.port, test.input, test.end)
			if e := srv.nextError(t); e.Code != test.code {
				t.Errorf("code %q (%v), wanted %q", e.Code, e, test.code)
			}
			if got := hex.EncodeToString(answer); got != test.alert {
				t.Errorf("answer %q, wanted %q", got, test.alert)
			}
		})
	}
	t.Run("a client afterwards", func(t *testing.T) {
		exchange(t, connect(t, srv.port, polytls.ConnectOptions{}), "hello\n", "hello\n")
		if n := srv.Connections(); n != 1 {
			t.Errorf("%d connections are open, wanted the last one", n)
		}
	})
	t.Run("node", func(t *testing.T) {
		n := startNode(t, "node")
		theirs := n.listen(t, options{}.with(certificate(t, "rsa")))
		for _, test := range tests {
			answer := send(t, theirs.port, test.input, test.end)
			r := theirs.next(t)
			if want := cmp.Or(test.node, test.code); r.Code != want {
				t.Errorf("%s: node's code is %q, wanted %q", test.name, r.Code, want)
			}
			// Node answers old hellos in their version, SSL 3 with another alert.
			if got := hex.EncodeToString(answer); got != test.alert && !strings.HasSuffix(test.name, " hello") {
				t.Errorf("%s: node answers %q, wanted %q", test.name, got, test.alert)
			}
		}
	})
}

// send gives a server raw bytes, ends the connection and returns the answer.
func send(t testing.TB, port int, input []byte, end func(*net.TCPConn)) []byte {
	t.Helper()
	c := dialPlain(t, port).(*net.TCPConn)
	defer c.Close()
	if _, err := c.Write(input); err != nil {
		t.Fatal(err)
	}
	end(c)
	c.SetReadDeadline(time.Now().Add(patience))
	answer, _ := io.ReadAll(c) // a reset is an end, too
	return answer
}

func halfClose(c *net.TCPConn) { c.CloseWrite() }

func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

// TestSSLv2Format checks that a server with TLS 1.0 accepts a hello in the format
// of SSL 2.0 if it names an enabled version, as Node does.
func TestSSLv2Format(t *testing.T) {
	t.Parallel()
	o := options{MinVersion: "TLSv1", Ciphers: "ALL:@SECLEVEL=0"}.with(certificate(t, "rsa"))
	srv := serve(t, o.server(), nil)
	theirs := startNode(t, "node").listen(t, o)
	for _, tt := range []struct {
		name  string
		input []byte
		want  string // how the answer begins, in hex
	}{
		{"TLS 1.0", sslv2Hello(0x0301, 16), "1603010"},
		{"TLS 1.1", sslv2Hello(0x0302, 16), "1603020"},
		{"TLS 1.2", sslv2Hello(0x0303, 32), "1603030"},
		{"a version to come", sslv2Hello(0x0304, 32), "1603030"},
		{"a long challenge", sslv2Hello(0x0301, 48), "1603010"},
		{"a short challenge", sslv2Hello(0x0301, 1), "1603010"},
		{"SSL 2", sslv2Hello(0x0002, 16), "15030300020246"},
		{"a version of nobody", sslv2Hello(0x0400, 16), "15030300020246"},
		{"cut off", sslv2Hello(0x0301, 16)[:20], ""},
	} {
		for name, port := range map[string]int{"ours": srv.port, "node's": theirs.port} {
			answer := hex.EncodeToString(send(t, port, tt.input, halfClose))
			if !strings.HasPrefix(answer, tt.want) || tt.want == "" && answer != "" {
				t.Errorf("%s: %s server answers %.40s, wanted %s", tt.name, name, answer, tt.want)
			}
		}
	}
}

// sslv2Hello is a CLIENT-HELLO in the format of SSL 2, with two of its ciphers
// and one of TLS.
func sslv2Hello(version uint16, challenge int) []byte {
	body := []byte{1, byte(version >> 8), byte(version), 0, 9, 0, 0, 0, byte(challenge)}
	body = append(body, 1, 0, 0x80, 7, 0, 0xc0, 0, 0, 0x2f)
	body = append(body, bulk(challenge)...)
	return append([]byte{0x80, byte(len(body))}, body...)
}

// tlsHello is a ClientHello of a version with a body of 41 bytes and more, none
// of which are extensions.
func tlsHello(version string, more ...byte) []byte {
	const fixed = 41
	n := byte(fixed + len(more))
	hello := append([]byte{0x16, 3, 1, 0, n + 4, 1, 0, 0, n}, version...)
	hello = append(hello, bulk(32)...)
	return append(append(hello, 0, 0, 2, 0xc0, 0x2f, 1, 0), more...)
}
