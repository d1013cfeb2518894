package polytls_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"polytls"
)

// TestHosts tells what becomes of each host: what goes out as server_name, and
// what the certificate must be for.
func TestHosts(t *testing.T) {
	long := strings.Repeat("a.", 126) + "abc" // 255 bytes
	tests := []struct {
		name             string
		host, serverName string
		omit             bool
		sent, verified   string
		code             string
	}{
		{name: "neither", verified: "localhost"},
		{name: "name", host: "a.example", sent: "a.example", verified: "a.example"},
		{name: "trailing dot", host: "a.example.", sent: "a.example", verified: "a.example"},
		{name: "case", host: "A.Example", sent: "A.Example", verified: "A.Example"},
		{name: "underscore", host: "_a.example", sent: "_a.example", verified: "_a.example"},
		{name: "single label", host: "host-1", sent: "host-1", verified: "host-1"},
		{name: "Unicode", host: "Bücher.example", sent: "xn--bcher-kva.example", verified: "xn--bcher-kva.example"},
		{name: "Unicode with ideographic dots", host: "bücher。example。", sent: "xn--bcher-kva.example", verified: "xn--bcher-kva.example"},
		{name: "A-label", host: "xn--bcher-kva.example", sent: "xn--bcher-kva.example", verified: "xn--bcher-kva.example"},
		{name: "IPv4", host: "127.0.0.1", verified: "127.0.0.1"},
		{name: "IPv4 with a trailing dot", host: "127.0.0.1.", verified: "127.0.0.1"},
		{name: "IPv6", host: "::1", verified: "::1"},
		{name: "IPv6 in brackets", host: "[::1]", verified: "::1"},
		{name: "IPv6 with a zone", host: "fe80::1%lo", verified: "fe80::1"},
		{name: "IPv6 in brackets with a zone", host: "[fe80::1%lo]", verified: "fe80::1"},
		{name: "mapped IPv4", host: "::ffff:127.0.0.1", verified: "::ffff:127.0.0.1"},
		{name: "longest name", host: long, sent: long, verified: long},
		{name: "longest name with a trailing dot", host: long + ".", sent: long, verified: long},

		{name: "server name beats host", host: "127.0.0.1", serverName: "b.example", sent: "b.example", verified: "b.example"},
		{name: "server name with a trailing dot", serverName: "b.example.", sent: "b.example", verified: "b.example"},
		{name: "server name of Unicode", serverName: "bücher.example", sent: "xn--bcher-kva.example", verified: "xn--bcher-kva.example"},
		{name: "omitted name", host: "a.example.", omit: true, verified: "a.example"},
		{name: "omitted server name", host: "a.example", serverName: "b.example.", omit: true, verified: "b.example"},

		{name: "port", host: "a.example:443", code: "ERR_INVALID_ARG_VALUE"},
		{name: "port after IPv4", host: "127.0.0.1:443", code: "ERR_INVALID_ARG_VALUE"},
		{name: "port after IPv6", host: "[::1]:443", code: "ERR_INVALID_ARG_VALUE"},
		{name: "empty port", host: "a.example:", code: "ERR_INVALID_ARG_VALUE"},
		{name: "name in brackets", host: "[a.example]", code: "ERR_INVALID_ARG_VALUE"},
		{name: "half a bracket", host: "[::1", code: "ERR_INVALID_ARG_VALUE"},
		{name: "URL", host: "https://a.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "path", host: "a.example/", code: "ERR_INVALID_ARG_VALUE"},
		{name: "user", host: "me@a.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "escape", host: "%61.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "blank", host: "a example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "newline", host: "a.example\n", code: "ERR_INVALID_ARG_VALUE"},
		{name: "NUL", host: "a.example\x00.b.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "not UTF-8", host: "\xff.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "dot alone", host: ".", code: "ERR_INVALID_ARG_VALUE"},
		{name: "empty label", host: "a..example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "two trailing dots", host: "a.example..", code: "ERR_INVALID_ARG_VALUE"},
		{name: "leading dot", host: ".a.example", code: "ERR_INVALID_ARG_VALUE"},
		{name: "short IPv4", host: "127.1", code: "ERR_INVALID_ARG_VALUE"},
		{name: "IPv4 in wide digits", host: "１２７.0.0.1", code: "ERR_INVALID_ARG_VALUE"},
		{name: "octal IPv4", host: "0177.0.0.1", code: "ERR_INVALID_ARG_VALUE"},
		{name: "number out of range", host: "127.0.0.256", code: "ERR_INVALID_ARG_VALUE"},
		{name: "256 bytes", host: long + "d", code: "ERR_INVALID_ARG_VALUE"},
		{name: "256 bytes, as server name", serverName: long + "d", code: "ERR_INVALID_ARG_VALUE"},
		{name: "256 bytes, once it is in ASCII", host: "üü." + long[8:], code: "ERR_INVALID_ARG_VALUE"},
		{name: "NUL in the server name", serverName: "a\x00b", code: "ERR_INVALID_ARG_VALUE"},
		{name: "port in the server name", serverName: "a.example:443", code: "ERR_INVALID_ARG_VALUE"},
		{name: "IPv4 as server name", serverName: "127.0.0.1", code: "ERR_INVALID_ARG_VALUE"},
		{name: "IPv4 with a trailing dot as server name", serverName: "127.0.0.1.", code: "ERR_INVALID_ARG_VALUE"},
		{name: "IPv6 in brackets as server name", serverName: "[::1]", code: "ERR_INVALID_ARG_VALUE"},
		{name: "zone as server name", serverName: "fe80::1%lo", code: "ERR_INVALID_ARG_VALUE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			co := trusting(ca)
			co.Host, co.ServerName, co.OmitServerName = tt.host, tt.serverName, tt.omit
			verified := ""
			co.CheckServerIdentity = func(_ context.Context, host string, _ *polytls.Certificate) error {
				verified = host
				return nil
			}
			err := co.Check()
			wantCode(t, "Check", err, tt.code)
			if option := "option Host"; tt.code != "" {
				if tt.host == "" {
					option = "option ServerName"
				}
				if err == nil || !strings.Contains(err.Error(), option) {
					t.Errorf("%v does not name the %s", err, option)
				}
				return
			}
			server, _ := pair(t, serving(localhost), co)
			if got := server.ServerName(); got != tt.sent || verified != tt.verified {
				t.Errorf("sent %q, verified %q, want %q and %q", got, verified, tt.sent, tt.verified)
			}
		})
	}
}

// TestHostsAreVerified connects to each writing of a host by its certificate.
// TestOptionsMayChangeAfterCheck: what Check has read is not what a later Connect
// verifies.
func TestOptionsMayChangeAfterCheck(t *testing.T) {
	_, co := listening(t, serving(localhost), echo)
	for _, tt := range []struct{ checked, wanted, code string }{
		{"localhost", "other.test", "ERR_TLS_CERT_ALTNAME_INVALID"},
		{"other.test", "localhost", ""},
	} {
		co.ServerName = tt.checked
		if err := co.Check(); err != nil {
			t.Fatal(err)
		}
		co.ServerName = tt.wanted
		s, err := polytls.Connect(t.Context(), co)
		wantCode(t, tt.checked+", then "+tt.wanted, err, tt.code)
		if err == nil {
			s.Close()
		}
	}
}

func TestHostsAreVerified(t *testing.T) {
	named := ca.Server("localhost", "xn--bcher-kva.example", "127.0.0.1", "::1", "fe80::1")
	srv, co := listening(t, serving(named), echo)
	for _, host := range []string{"localhost", "127.0.0.1", "127.0.0.1."} {
		co.Host, co.ServerName = host, ""
		if s := connect(t, co); !s.Authorized() {
			t.Errorf("%s: %v", host, s.AuthorizationError())
		}
	}
	if six, err := net.Listen("tcp", "[::1]:0"); err == nil { // some machines have none
		defer six.Close()
		go srv.Serve(six)
		co.Port = six.Addr().(*net.TCPAddr).Port
		for _, host := range []string{"::1", "[::1]"} {
			co.Host = host
			connect(t, co)
		}
	}
	for _, host := range []string{"localhost.", "Bücher.example", "bücher.example.", "[fe80::1%lo]", "fe80::1%2"} {
		co.Host = host
		pair(t, serving(named), co)
	}
}

// TestHostsAreDialed holds what the resolver and the socket are given.
func TestHostsAreDialed(t *testing.T) {
	refused := errors.New("not here")
	for host, question := range map[string]string{
		"a.example.":      "\x01a\x07example\x00",
		"bücher.example.": "\x0dxn--bcher-kva\x07example\x00",
	} {
		var asked atomic.Bool // for both families at once
		co := polytls.ConnectOptions{Host: host, Port: 1, Dialer: &net.Dialer{Resolver: &net.Resolver{
			PreferGo: true,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe() // over which the resolver speaks as over TCP
				query := make([]byte, 512)
				go func() {
					n, _ := io.ReadAtLeast(theirs, query, 2+12+len(question))
					if strings.Contains(string(query[:n]), question) {
						theirs.Close()
						return
					}
					theirs.Close()
					t.Errorf("%s: the resolver asks %q, want %q", host, query[:n], question)
				}()
				asked.Store(true)
				return ours, nil
			},
		}}}
		if _, err := polytls.Connect(context.Background(), co); err == nil || !asked.Load() {
			t.Errorf("%s: %v, the resolver was asked: %v", host, err, asked.Load())
		}
	}
	for host, address := range map[string]string{"127.0.0.1.": "127.0.0.1:1", "[::1]": "[::1]:1", "::1": "[::1]:1", "[fe80::1%1]": "[fe80::1%1]:1"} {
		dialed := ""
		co := polytls.ConnectOptions{Host: host, Port: 1, Dialer: &net.Dialer{
			ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
				dialed = address
				return refused
			},
		}}
		if _, err := polytls.Connect(context.Background(), co); !errors.Is(err, refused) || dialed != address {
			t.Errorf("%s: dialed %q, want %q: %v", host, dialed, address, err)
		}
	}
}

// TestConnectNeedsAPort holds what says where to connect to Node 26's codes.
func TestConnectNeedsAPort(t *testing.T) {
	for name, tt := range map[string]struct {
		port int
		path string
		code string
	}{
		"none":                 {0, "", "ERR_MISSING_ARGS"},
		"negative":             {-1, "", "ERR_SOCKET_BAD_PORT"},
		"over 16 bits":         {65536, "", "ERR_SOCKET_BAD_PORT"},
		"a path needs no port": {0, "/nothing/here", ""},
	} {
		_, err := polytls.Connect(context.Background(), polytls.ConnectOptions{Port: tt.port, Path: tt.path})
		if tt.path != "" {
			var network *net.OpError
			if !errors.As(err, &network) {
				t.Errorf("%s: %v, want an error of the network", name, err)
			}
			continue
		}
		wantCode(t, name, err, tt.code)
		if err != nil && !strings.Contains(err.Error(), "option Port") {
			t.Errorf("%s: %v does not name the option", name, err)
		}
	}
}
