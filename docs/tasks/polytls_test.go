package tasks

import (
	"context"
	"net"
	"net/http"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"google.golang.org/grpc/credentials"

	"polytls"
	"polytls/polygrpc"
	"polytls/polyhttp"
)

// polyTLS does them with polytls.
type polyTLS struct{}

func (polyTLS) httpsServer(addr, cert, key string, h http.Handler) error {
	return polyhttp.ListenAndServe(addr, polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key}},
	}, h)
}

func (polyTLS) httpsClient(ca string) (http.RoundTripper, error) {
	return polyhttp.NewTransport(polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CAFile: []string{ca}}})
}

func (polyTLS) server(addr, cert, key string) (net.Listener, error) {
	return polytls.Listen("tcp", addr, polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key}},
	})
}

func (polyTLS) client(ctx context.Context, host string, port int) (net.Conn, error) {
	return polytls.Connect(ctx, polytls.ConnectOptions{Host: host, Port: port})
}

func (polyTLS) mutualServer(addr, cert, key, ca string) (net.Listener, error) {
	return polytls.Listen("tcp", addr, polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key}, CAFile: []string{ca}},
		RequestCert:    true,
	})
}

func (polyTLS) mutualClient(ctx context.Context, host string, port int, cert, key, ca string) (net.Conn, error) {
	return polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key}, CAFile: []string{ca}},
		Host:           host, Port: port,
	})
}

func (polyTLS) acme(addr, name string) (net.Listener, error) {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(name)}
	return polytls.Listen("tcp", addr, polytls.ServerOptions{
		OnClientHello: polytls.GetCertificate(m.GetCertificate), ALPNProtocols: []string{"http/1.1", acme.ALPNProto},
	})
}

func (polyTLS) grpc(cert, key, ca string) (server, client credentials.TransportCredentials, err error) {
	server, err = polygrpc.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{cert}, KeyFile: []string{key}},
	})
	if err != nil {
		return nil, nil, err
	}
	client, err = polygrpc.NewClient(polytls.ConnectOptions{ContextOptions: polytls.ContextOptions{CAFile: []string{ca}}})
	return server, client, err
}

func (polyTLS) byHello(addr string, public, private *polytls.SecureContext) (net.Listener, error) {
	return polytls.Listen("tcp", addr, polytls.ServerOptions{OnClientHello: func(_ context.Context, hello *polytls.ClientHello) (*polytls.ServerChoice, error) {
		if hello.ServerName == "private.example" {
			return &polytls.ServerChoice{SecureContext: private}, nil
		}
		return &polytls.ServerChoice{SecureContext: public}, nil
	}})
}

func (polyTLS) pinned(ctx context.Context, host string, port int, pin []byte) (net.Conn, error) {
	return polytls.Connect(ctx, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{PinnedKeys: [][]byte{pin}}, Host: host, Port: port,
	})
}
