package polygrpc_test

import (
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"polytls"
	"polytls/polygrpc"
)

func ExampleNewServer() {
	cert, err := os.ReadFile("server.crt")
	if err != nil {
		log.Fatal(err)
	}
	key, err := os.ReadFile("server.key")
	if err != nil {
		log.Fatal(err)
	}
	creds, err := polygrpc.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{Cert: [][]byte{cert}, Key: []polytls.Key{{PEM: key}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", ":50051")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(grpc.NewServer(grpc.Creds(creds)).Serve(l))
}

func ExampleNewClient() {
	creds, err := polygrpc.NewClient(polytls.ConnectOptions{})
	if err != nil {
		log.Fatal(err)
	}
	conn, err := grpc.NewClient("dns:///example.org:50051", grpc.WithTransportCredentials(creds))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
}

// A handler reads the certificates of its caller.
func ExampleTLSInfo() {
	handler := func(ctx context.Context) {
		if p, ok := peer.FromContext(ctx); ok {
			info := p.AuthInfo.(credentials.TLSInfo)
			for _, cert := range info.State.PeerCertificates {
				log.Print(cert.Subject)
			}
		}
	}
	handler(context.Background())
}
