package interop

import (
	"context"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/dns/dnsmessage"

	"polytls"
	"polytls/internal/peertest"
	"polytls/polyhttp"
)

// acmeName is what certificates are ordered for; resolve gives its address.
const acmeName = "www.acme.example"

// TestACME lets autocert get a certificate at the first handshake for a name, and
// serves it: by a challenge in a handshake (RFC 8737) and by one over plain HTTP.
func TestACME(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "pebble")
	for _, challenge := range []string{"tls-alpn-01", "http-01"} {
		t.Run(challenge, func(t *testing.T) {
			t.Parallel()
			m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(acmeName), Cache: autocert.DirCache(t.TempDir())}
			challenges := make(chan string, 10)
			srv := serve(t, polytls.ServerOptions{
				ALPNProtocols: []string{"http/1.1", acme.ALPNProto},
				OnClientHello: func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
					cert, err := m.GetCertificate(&hello.ClientHelloInfo)
					switch {
					case hello.SupportedProtos[0] == acme.ALPNProto:
						challenges <- "tls-alpn-01"
					case err != nil:
						t.Errorf("autocert: %v", err)
					}
					return &polytls.ServerChoice{Certificate: cert}, err
				},
			}, nil)
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				challenges <- "http-01"
				r.Host = acmeName // autocert compares it, and expects port 80
				m.HTTPHandler(nil).ServeHTTP(w, r)
			}))
			t.Cleanup(web.Close)
			config := peertest.PebbleConfig{
				Cert: certificate(t, "p256").cert, Key: certificate(t, "p256").key, DNS: resolve(t),
				HTTPPort: web.Listener.Addr().(*net.TCPAddr).Port, TLSPort: srv.port,
			}
			if challenge == "http-01" { // which autocert tries next if TLS fails
				m.HTTPHandler(nil)
				config.TLSPort = listenPlain(t, func(c net.Conn) { c.Close() })
			}
			authority := peertest.StartPebble(t, config)
			client := ourHTTPClient(t)
			m.Client = &acme.Client{DirectoryURL: authority.Directory, HTTPClient: client}
			for _, version := range []string{polytls.TLS13, polytls.TLS12} {
				s := connect(t, srv.port, polytls.ConnectOptions{
					ContextOptions: polytls.ContextOptions{CA: [][]byte{get(t, client, authority.Root)}, MaxVersion: version},
					ServerName:     acmeName, ALPNProtocols: []string{"http/1.1"},
				})
				if names := s.X509Certificates()[0].DNSNames; len(names) != 1 || names[0] != acmeName || s.ALPNProtocol() != "http/1.1" {
					t.Errorf("%s: a certificate for %q, ALPN %q", version, names, s.ALPNProtocol())
				}
				exchange(t, s, "hello\n", "hello\n")
			}
			if got := <-challenges; got != challenge {
				t.Errorf("the authority used %s", got)
			}
		})
	}
}

// TestACMEForOthers: a name for which nothing was ordered gets no certificate, neither
// for a challenge nor for use.
func TestACMEForOthers(t *testing.T) {
	t.Parallel()
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(acmeName)}
	srv := serve(t, polytls.ServerOptions{
		ALPNProtocols: []string{acme.ALPNProto, "http/1.1"},
		OnClientHello: func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
			cert, err := m.GetCertificate(&hello.ClientHelloInfo)
			return &polytls.ServerChoice{Certificate: cert}, err
		},
	}, nil)
	for _, protocol := range []string{acme.ALPNProto, "http/1.1"} {
		s, err := tryConnect(t, srv.port, polytls.ConnectOptions{AllowUnauthorized: true, ServerName: "other.example", ALPNProtocols: []string{protocol}})
		if err == nil {
			s.Close()
			t.Errorf("%s: a certificate", protocol)
		}
	}
}

// ourHTTPClient is a client of polyhttp that trusts our CA.
func ourHTTPClient(t *testing.T) *http.Client {
	t.Helper()
	transport, err := polyhttp.NewTransport(polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CA: [][]byte{ca(t).cert}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(t *testing.T, c *http.Client, url string) []byte {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if block, _ := pem.Decode(text); block == nil || err != nil {
		t.Fatalf("%s: %q, %v", url, text, err)
	}
	return text
}

// resolve answers every DNS question over TCP: the IPv4 address of each name is
// 127.0.0.1, and it has nothing else. It returns the address of the server.
func resolve(t *testing.T) string {
	t.Helper()
	port := listenPlain(t, func(c net.Conn) {
		defer c.Close()
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(head))
		var m dnsmessage.Message
		if _, err := io.ReadFull(c, question); err != nil || m.Unpack(question) != nil || len(m.Questions) != 1 {
			return
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			}}
		}
		if answer, err := m.Pack(); err == nil {
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		}
	})
	return fmt.Sprintf("127.0.0.1:%d", port)
}
