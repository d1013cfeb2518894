package interop

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/suite"
)

// everySuite is a cipher list that leaves nothing out.
const everySuite = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:" +
	"TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256:ALL:COMPLEMENTOFALL:@SECLEVEL=0"

// exporterLabel is what facts export 32 bytes under.
const exporterLabel = "EXPORTER-polytls-interop"

// facts is what one end reports about a connection; its JSON is what the script for
// Node writes.
type facts struct {
	Protocol   string                `json:"protocol"`
	Cipher     polytls.CipherInfo    `json:"cipher"`
	Ephemeral  *polytls.EphemeralKey `json:"ephemeral"` // nil at a server
	ALPN       string                `json:"alpn"`
	ServerName string                `json:"servername"`
	Authorized bool                  `json:"authorized"`
	AuthError  string                `json:"authorizationError"`
	Reused     bool                  `json:"reused"`
	Finished   string                `json:"finished"` // hex
	PeerFin    string                `json:"peerFinished"`
	Exporter   string                `json:"exporter"`
	Sigalgs    []string              `json:"sigalgs"`
	PeerCN     string                `json:"peerCN"`

	group      string // ours only
	helloRetry bool
}

func factsOf(s *polytls.Socket) facts {
	f := facts{
		Protocol:   s.Protocol(),
		Ephemeral:  s.EphemeralKeyInfo(),
		ALPN:       s.ALPNProtocol(),
		ServerName: s.ServerName(),
		Authorized: s.Authorized(),
		AuthError:  code(s.AuthorizationError()),
		Reused:     s.SessionReused(),
		Finished:   hex.EncodeToString(s.Finished()),
		PeerFin:    hex.EncodeToString(s.PeerFinished()),
		Sigalgs:    s.SharedSigalgs(),
	}
	if c := s.Cipher(); c != nil {
		f.Cipher = *c
	}
	if key, err := s.ExportKeyingMaterial(32, exporterLabel, nil); err == nil {
		f.Exporter = hex.EncodeToString(key)
	}
	if certs := s.X509Certificates(); len(certs) > 0 {
		f.PeerCN = certs[0].Subject.CommonName
	}
	state := s.ConnectionState()
	f.helloRetry = state.HelloRetryRequest
	if state.CurveID != 0 {
		f.group = groupName(uint16(state.CurveID))
	}
	return f
}

// code is an error's code in Node, or its text if it has none.
func code(err error) string {
	if err == nil {
		return ""
	}
	var e *polytls.Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return err.Error()
}

// ourServer is a server of ours on a port of 127.0.0.1.
type ourServer struct {
	*polytls.Server
	port   int
	secure chan facts
	errors chan error

	mu     sync.Mutex
	keylog bytes.Buffer
}

// serve starts a server of ours that hands its connections to handle, and
// echoes if that is nil.
func serve(t testing.TB, o polytls.ServerOptions, handle func(*polytls.Socket)) *ourServer {
	t.Helper()
	if handle == nil {
		handle = echo
	}
	const many = 64 // more connections than a test looks at
	s := &ourServer{secure: make(chan facts, many), errors: make(chan error, many)}
	var err error
	s.Server, err = polytls.NewServer(o, func(sock *polytls.Socket) {
		defer sock.Close()
		sock.SetDeadline(time.Now().Add(patience))
		s.secure <- factsOf(sock)
		handle(sock)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.OnTLSClientError(func(err error, _ *polytls.Socket) { s.errors <- err })
	s.OnKeylog(func(line []byte, _ *polytls.Socket) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.keylog.Write(line)
	})
	addr, err := s.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = addr.(*net.TCPAddr).Port
	t.Cleanup(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(now)
	})
	return s
}

func echo(s *polytls.Socket) { io.Copy(s, s) }

// next returns the facts of the next connection.
func (s *ourServer) next(t testing.TB) facts {
	t.Helper()
	select {
	case f := <-s.secure:
		return f
	case err := <-s.errors:
		t.Fatalf("our server: %v", err)
	case <-time.After(patience):
		t.Fatal("our server: no connection came")
	}
	return facts{}
}

// nextError returns the code of the next handshake that failed.
func (s *ourServer) nextError(t testing.TB) *polytls.Error {
	t.Helper()
	select {
	case err := <-s.errors:
		var e *polytls.Error
		if !errors.As(err, &e) {
			t.Fatalf("our server: an error without a code: %v", err)
		}
		return e
	case <-time.After(patience):
		t.Fatal("our server: no handshake failed")
	}
	return nil
}

func (s *ourServer) keylogLines() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.keylog.Bytes())
}

// connect makes a connection of ours to a port of 127.0.0.1. Unless the
// options say otherwise it asks for localhost and trusts ca.
func connect(t testing.TB, port int, o polytls.ConnectOptions) *polytls.Socket {
	t.Helper()
	s, err := tryConnect(t, port, o)
	if err != nil {
		t.Fatalf("our client: %v", err)
	}
	return s
}

func tryConnect(t testing.TB, port int, o polytls.ConnectOptions) (*polytls.Socket, error) {
	t.Helper()
	o.Host, o.Port = "127.0.0.1", port
	if o.ServerName == "" && !o.OmitServerName {
		o.ServerName = "localhost"
	}
	if o.CA == nil && o.SecureContext == nil {
		o.CA = [][]byte{ca(t).cert}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := polytls.Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { s.Close() })
	s.SetDeadline(time.Now().Add(patience))
	return s, nil
}

// refused returns the error with which a peer refuses us: that of the
// handshake, or with TLS 1.3 that of the first read.
func refused(t testing.TB, port int, o polytls.ConnectOptions) *polytls.Error {
	t.Helper()
	s, err := tryConnect(t, port, o)
	if err == nil {
		_, err = io.ReadAll(s)
	}
	var e *polytls.Error
	if !errors.As(err, &e) {
		t.Fatalf("our client: got %v, wanted an error with a code", err)
	}
	return e
}

// exchange writes a text and reads the expected echo.
func exchange(t testing.TB, s io.ReadWriter, text, want string) {
	t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatalf("write: %v", err)
	}
	got := make([]byte, len(want))
	if n, err := io.ReadFull(s, got); err != nil {
		t.Fatalf("read %q of %q: %v", got[:n], want, err)
	}
	if string(got) != want {
		t.Fatalf("read %q, wanted %q", got, want)
	}
}

// bulk is a text of n bytes in which no part looks like another.
func bulk(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// echoBulk sends a text in odd pieces while it reads it back.
func echoBulk(t testing.TB, s io.ReadWriter, text []byte) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{s}, bytes.NewReader(text), make([]byte, 12347))
		sent <- err
	}()
	got := make([]byte, len(text))
	n, err := io.ReadFull(s, got)
	if err != nil {
		t.Fatalf("read %d of %d bytes: %v", n, len(text), err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, text) {
		t.Fatal("what came back is not what was sent")
	}
}

// groupName is a group's IANA name.
func groupName(id uint16) string { return suite.Group(id).String() }

// sessions collects what OnSession gives.
type sessions chan []byte

func newSessions() sessions { return make(sessions, 16) }

func (s sessions) add(session []byte) { s <- session }

// first returns the first session of a connection, which must be read from
// until then: with TLS 1.3 it comes after the handshake.
func (s sessions) first(t testing.TB) []byte {
	t.Helper()
	select {
	case session := <-s:
		return session
	case <-time.After(patience):
		t.Fatal("no session came")
	}
	return nil
}
