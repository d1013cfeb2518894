package polytls_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"polytls"
	"polytls/internal/testcert"
)

// A server that echoes, and a client that talks to it.
func Example() {
	srv, err := polytls.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{
			Cert: [][]byte{localhost.PEM()},
			Key:  []polytls.Key{{PEM: localhost.KeyPEM()}},
		},
	}, func(s *polytls.Socket) {
		defer s.Close()
		io.Copy(s, s)
	})
	if err != nil {
		log.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "localhost",
		Port:           addr.(*net.TCPAddr).Port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Fprintln(s, "hello")
	line, err := bufio.NewReader(s).ReadString('\n')
	fmt.Printf("%q %v, %s, authorized: %v\n", line, err, s.Protocol(), s.Authorized())
	// Output: "hello\n" <nil>, TLSv1.3, authorized: true
}

// Failures carry Node's code, and say who sent which alert.
func ExampleError() {
	srv, port := exampleServer(polytls.ServerOptions{}, nil)
	defer srv.Close()
	_, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "127.0.0.1",
		Port:           port,
		ServerName:     "example.com",
	})
	var e *polytls.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.AlertFrom, e.Alert)
	}
	if refused, ok := polytls.RefusedName(err); ok {
		fmt.Println(refused.Reason)
	}
	// Output:
	// ERR_TLS_CERT_ALTNAME_INVALID us bad_certificate
	// Host: example.com. is not in the cert's altnames: DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1
}

// What went wrong can be asked for by sentinel, by any of Node's codes, and by
// the alert.
func ExampleError_is() {
	srv, port := exampleServer(polytls.ServerOptions{RequestCert: true}, nil)
	defer srv.Close()
	_, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}, MaxVersion: polytls.TLS12},
		Host:           "localhost",
		Port:           port,
	})
	fmt.Println(errors.Is(err, polytls.ErrNoCertificate), "since that is the server's own error")
	fmt.Println(errors.Is(err, &polytls.Error{Code: "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"}))
	var e *polytls.Error
	if errors.As(err, &e) && e.AlertFrom == polytls.SidePeer && e.Alert == polytls.AlertHandshakeFailure {
		fmt.Println("the server said", e.Alert)
	}
	// Output:
	// false since that is the server's own error
	// true
	// the server said handshake_failure
}

// Which names a certificate has that is not one for the host.
func ExampleIdentityError() {
	srv, port := exampleServer(polytls.ServerOptions{}, nil)
	defer srv.Close()
	_, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "127.0.0.1",
		Port:           port,
		ServerName:     "example.com",
	})
	if errors.Is(err, polytls.ErrCertificateIdentity) {
		var refused *polytls.IdentityError
		errors.As(err, &refused)
		fmt.Println(refused.Host, "is not among", *refused.Cert.SubjectAltName)
	}
	// Output:
	// example.com is not among DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1
}

// Mutual TLS: the server lets in who has a certificate of its CA.
func ExampleServerOptions_mutual() {
	client := ca.Client("client 7")
	srv, port := exampleServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		RequestCert:    true,
	}, func(s *polytls.Socket) {
		defer s.Close()
		name := s.PeerCertificate(false).Subject.Get("CN")[0]
		fmt.Fprintf(s, "hello, %s", name)
	})
	defer srv.Close()
	s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{
			CA:   [][]byte{ca.PEM()},
			Cert: [][]byte{client.PEM()},
			Key:  []polytls.Key{{PEM: client.KeyPEM()}},
		},
		Host: "localhost",
		Port: port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	greeting, err := io.ReadAll(s)
	fmt.Printf("%s, %v\n", greeting, err)
	// Output: hello, client 7, <nil>
}

// One server with two certificates.
func ExampleServer_AddContext() {
	srv, port := exampleServer(polytls.ServerOptions{}, nil)
	defer srv.Close()
	other := ca.Server("*.example.com")
	c, err := polytls.NewSecureContext(polytls.ContextOptions{
		Cert: [][]byte{other.PEM()},
		Key:  []polytls.Key{{PEM: other.KeyPEM()}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.AddContext("*.example.com", c); err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"localhost", "www.example.com"} {
		s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
			ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
			Host:           "127.0.0.1",
			Port:           port,
			ServerName:     name,
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, "is served by", s.X509Certificates()[0].Subject.CommonName)
		s.Close()
	}
	// Output:
	// localhost is served by localhost
	// www.example.com is served by *.example.com
}

// The server's order of protocols decides.
func ExampleSocket_ALPNProtocol() {
	srv, port := exampleServer(polytls.ServerOptions{ALPNProtocols: []string{"h2", "http/1.1"}}, nil)
	defer srv.Close()
	s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "localhost",
		Port:           port,
		ALPNProtocols:  []string{"http/1.1", "h2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.ALPNProtocol())
	// Output: h2
}

// A plain connection turns into a TLS connection, as with STARTTLS.
func ExampleClient() {
	ours, theirs := net.Pipe()
	go func() {
		fmt.Fprint(theirs, "220 ready\r\n")
		s, err := polytls.ServerSocket(context.Background(), theirs, polytls.ServerOptions{
			ContextOptions: identity(localhost),
			Tickets:        -1, // a pipe has no room for them
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprint(s, "250 secure\r\n")
	}()
	line := make([]byte, len("220 ready\r\n"))
	if _, err := io.ReadFull(ours, line); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", line)
	s, err := polytls.Client(context.Background(), ours, polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		ServerName:     "localhost",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer ours.Close()
	answer, _ := bufio.NewReader(s).ReadString('\n')
	fmt.Printf("%q\n", answer)
	// Output:
	// "220 ready\r\n"
	// "250 secure\r\n"
}

// A server's own accept loop, which uses plain text until its client asks for TLS.
// One Server for all connections lets clients resume.
func ExampleServer_Handshake() {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, nil)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				fmt.Fprint(conn, "220 ready\r\n")
				s, err := srv.Handshake(context.Background(), conn)
				if err != nil {
					return // conn is closed
				}
				defer s.Close()
				fmt.Fprintf(s, "resumed %v\r\n", s.SessionReused())
			}()
		}
	}()
	var session []byte
	for range 2 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		io.ReadFull(conn, make([]byte, len("220 ready\r\n")))
		s, err := polytls.Client(context.Background(), conn, polytls.ConnectOptions{
			ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
			ServerName:     "localhost", Session: session,
		})
		if err != nil {
			log.Fatal(err)
		}
		answer, _ := bufio.NewReader(s).ReadString('\n')
		session = s.Session()
		s.Close()
		fmt.Printf("%q\n", answer)
	}
	// Output:
	// "resumed false\r\n"
	// "resumed true\r\n"
}

// Certificates and keys from files.
func ExampleNewSecureContext() {
	dir, err := os.MkdirTemp("", "polytls")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	os.WriteFile(certFile, localhost.PEM(), 0o644)
	os.WriteFile(keyFile, localhost.EncryptedKeyPEM("open sesame"), 0o600)

	cert, err := os.ReadFile(certFile)
	if err != nil {
		log.Fatal(err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		log.Fatal(err)
	}
	for _, passphrase := range []string{"open sesame", "a guess"} {
		_, err = polytls.NewSecureContext(polytls.ContextOptions{
			Cert:       [][]byte{cert},
			Key:        []polytls.Key{{PEM: key}},
			Passphrase: passphrase,
		})
		var e *polytls.Error
		if errors.As(err, &e) {
			fmt.Println(e.Code)
		} else {
			fmt.Println(err)
		}
	}
	// Output:
	// <nil>
	// ERR_OSSL_BAD_DECRYPT
}

// net/http over a server of ours.
func ExampleServer_Listener() {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, nil)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	go http.Serve(srv.Listener(l), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "you asked for %s", r.URL.Path)
	}))

	client := http.Client{Transport: &http.Transport{
		DialTLSContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			if err != nil {
				return nil, err
			}
			return polytls.Client(ctx, conn, polytls.ConnectOptions{
				ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
				ServerName:     "localhost",
			})
		},
	}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + l.Addr().String() + "/page")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, string(body), err)
	// Output: 200 you asked for /page <nil>
}

// Pre-shared keys in place of certificates.
func ExamplePSK() {
	key := []byte(strings.Repeat("k", 32))
	srv, err := polytls.NewServer(polytls.ServerOptions{
		PSKCallback: func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
			if string(identity) == "sensor 7" {
				return &polytls.PSK{Key: key}, nil
			}
			return nil, nil // unknown
		},
	}, echo)
	if err != nil {
		log.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		Host: "localhost",
		Port: addr.(*net.TCPAddr).Port,
		PSKCallback: func(context.Context, *string) ([]polytls.PSK, error) {
			return []polytls.PSK{{Identity: []byte("sensor 7"), Key: key}}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.Protocol(), s.Authorized(), s.PeerCertificate(false) == nil)
	// Output: TLSv1.3 true true
}

// A session makes the next handshake short.
func ExampleConnectOptions_session() {
	srv, port := exampleServer(polytls.ServerOptions{}, nil)
	defer srv.Close()
	var session []byte
	for range 2 {
		s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
			ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
			Host:           "localhost",
			Port:           port,
			Session:        session,
			OnSession:      func(new []byte) { session = new },
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprint(s, "x")
		s.Read(make([]byte, 1)) // in TLS 1.3 sessions come while something reads
		fmt.Println("resumed:", s.SessionReused())
		s.Close()
	}
	// Output:
	// resumed: false
	// resumed: true
}

// Another certificate for connections to come.
func ExampleServer_SetSecureContext() {
	srv, port := exampleServer(polytls.ServerOptions{}, nil)
	defer srv.Close()
	renewed := ca.Issue(testcert.Template{CommonName: "renewed", DNS: []string{"localhost"}})
	c, err := polytls.NewSecureContext(polytls.ContextOptions{
		Cert: [][]byte{renewed.PEM()},
		Key:  []polytls.Key{{PEM: renewed.KeyPEM()}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.SetSecureContext(c); err != nil {
		log.Fatal(err)
	}
	s, err := polytls.Connect(context.Background(), polytls.ConnectOptions{
		ContextOptions: polytls.ContextOptions{CA: [][]byte{ca.PEM()}},
		Host:           "localhost",
		Port:           port,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.X509Certificates()[0].Subject.CommonName)
	// Output: renewed
}

// exampleServer starts a server as localhost; a nil handler echoes.
func exampleServer(o polytls.ServerOptions, handler func(*polytls.Socket)) (srv *polytls.Server, port int) {
	if handler == nil {
		handler = echo
	}
	o.Cert, o.Key = [][]byte{localhost.PEM()}, []polytls.Key{{PEM: localhost.KeyPEM()}}
	srv, err := polytls.NewServer(o, handler)
	if err != nil {
		log.Fatal(err)
	}
	addr, err := srv.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return srv, addr.(*net.TCPAddr).Port
}
