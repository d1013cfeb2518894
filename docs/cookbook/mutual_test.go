package cookbook

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"polytls"
)

// # Certificates at both ends
//
// The server accepts clients whose certificate `CA` has issued. `ClientAuth` has the
// five modes of crypto/tls. The client sends a certificate if the server requests one.
func mutualServer(cert, key, ca []byte) (*polytls.Server, error) {
	return polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			Cert: [][]byte{cert},
			Key:  []polytls.Key{{PEM: key}},
			CA:   [][]byte{ca},
		},
		RequestCert: true,
	}, func(s *polytls.Socket) {
		defer s.Close()
		fmt.Fprintf(s, "hello, %s", s.X509Certificates()[0].Subject.CommonName)
	})
}

func mutualClient(host string, port int, cert, key, ca []byte) polytls.ConnectOptions {
	return polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{
			Cert: [][]byte{cert},
			Key:  []polytls.Key{{PEM: key}},
			CA:   [][]byte{ca},
		},
		Host: host,
		Port: port,
	}
}

func TestMutual(t *testing.T) {
	srv, err := mutualServer(localhost.PEM(), localhost.KeyPEM(), ca.PEM())
	port := start(t, srv, err)
	device := ca.Client("device 7")
	s, err := polytls.Connect(within(t), mutualClient("127.0.0.1", port, device.PEM(), device.KeyPEM(), ca.PEM()))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if text, err := io.ReadAll(s); err != nil || string(text) != "hello, device 7" {
		t.Errorf("%q, %v", text, err)
	}
	o := trusting(port)
	o.MaxVersion = polytls.TLS12 // where the client's handshake waits for the verdict
	_, err = polytls.Connect(within(t), o)
	var e *polytls.Error
	if !errors.As(err, &e) || e.AlertFrom != polytls.SidePeer {
		t.Errorf("without a certificate: %v", err)
	}
}
