package cookbook

import (
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"polytls"
	"polytls/polygrpc"
)

// # gRPC, both ends
//
// Clients resume sessions. A handler finds the peer's certificates in the AuthInfo of
// `peer.FromContext`, a `credentials.TLSInfo`, as with crypto/tls.
func grpcServer(o polytls.ContextOptions) (*grpc.Server, error) {
	creds, err := polygrpc.NewServer(polytls.ServerOptions{ContextOptions: o})
	if err != nil {
		return nil, err
	}
	return grpc.NewServer(grpc.Creds(creds)), nil
}

func grpcClient(target string, ca []byte) (*grpc.ClientConn, error) {
	creds, err := polygrpc.NewClient(polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca}},
	})
	if err != nil {
		return nil, err
	}
	return grpc.NewClient(target, grpc.WithTransportCredentials(creds))
}

func TestGRPC(t *testing.T) {
	srv, err := grpcServer(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	grpc_health_v1.RegisterHealthServer(srv, health.NewServer())
	l := listen(t)
	go srv.Serve(l)
	defer srv.Stop()
	conn, err := grpcClient(l.Addr().String(), ca.PEM())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	response, err := grpc_health_v1.NewHealthClient(conn).Check(within(t), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || response.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("%v, %v", response, err)
	}
}
