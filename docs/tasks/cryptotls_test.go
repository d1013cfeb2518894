package tasks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"

	"golang.org/x/crypto/acme/autocert"
	"google.golang.org/grpc/credentials"
)

// cryptoTLS does the tasks with crypto/tls.
type cryptoTLS struct{}

func (cryptoTLS) httpsServer(addr, cert, key string, h http.Handler) error {
	return http.ListenAndServeTLS(addr, cert, key, h)
}

func (cryptoTLS) httpsClient(ca string) (http.RoundTripper, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}, nil
}

func (cryptoTLS) server(addr, cert, key string) (net.Listener, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	return tls.Listen("tcp", addr, &tls.Config{Certificates: []tls.Certificate{pair}})
}

func (cryptoTLS) client(ctx context.Context, addr string) (net.Conn, error) {
	return new(tls.Dialer).DialContext(ctx, "tcp", addr)
}

func (cryptoTLS) mutualServer(addr, cert, key, ca string) (net.Listener, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return tls.Listen("tcp", addr, &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})
}

func (cryptoTLS) mutualClient(ctx context.Context, addr, cert, key, ca string) (net.Conn, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	dialer := &tls.Dialer{Config: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}}
	return dialer.DialContext(ctx, "tcp", addr)
}

func (cryptoTLS) acme(addr, name string) (net.Listener, error) {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(name)}
	return tls.Listen("tcp", addr, m.TLSConfig())
}

func (cryptoTLS) grpc(cert, key, ca string) (server, client credentials.TransportCredentials, err error) {
	server, err = credentials.NewServerTLSFromFile(cert, key)
	if err != nil {
		return nil, nil, err
	}
	client, err = credentials.NewClientTLSFromFile(ca, "")
	return server, client, err
}

func (cryptoTLS) byHello(addr string, public, private *tls.Config) (net.Listener, error) {
	return tls.Listen("tcp", addr, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName == "private.example" {
			return private, nil
		}
		return public, nil
	}})
}

func (cryptoTLS) pinned(ctx context.Context, addr string, pin []byte) (net.Conn, error) {
	dialer := &tls.Dialer{Config: &tls.Config{VerifyConnection: func(state tls.ConnectionState) error {
		for _, chain := range state.VerifiedChains {
			for _, cert := range chain {
				sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
				if bytes.Equal(sum[:], pin) {
					return nil
				}
			}
		}
		return errors.New("no pinned key")
	}}}
	return dialer.DialContext(ctx, "tcp", addr)
}
