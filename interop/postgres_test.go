package interop

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/peertest"
)

// sslRequest is the message by which a client of PostgreSQL asks for TLS: its length
// and a number.
const sslRequest = "\x00\x00\x00\x08\x04\xd2\x16\x2f"

// startPostgres starts a server that demands a certificate of its user postgres.
func startPostgres(t *testing.T) (port int) {
	t.Helper()
	server := certificate(t, "p256")
	return peertest.StartPostgres(t, peertest.PostgresFiles{
		Cert: server.cert, Key: server.key, ClientCA: ca(t).cert,
		Access: []string{"hostssl all postgres 127.0.0.1/32 cert"},
	})
}

// postgresUser is what the user postgres shows, and trusts.
func postgresUser(t *testing.T) polytls.ContextOptions {
	user := ca(t).made.Client("postgres")
	return polytls.ContextOptions{CA: [][]byte{ca(t).cert}, Cert: [][]byte{user.PEM()}, Key: []polytls.Key{{PEM: user.KeyPEM()}}}
}

// dialPostgres asks a server for TLS and connects, as libpq does with verify-full.
func dialPostgres(t *testing.T, port int, o polytls.ConnectOptions) (*polytls.Socket, error) {
	t.Helper()
	conn := dialPlain(t, port)
	exchange(t, conn, sslRequest, "S")
	return polytls.Client(context.Background(), conn, o)
}

// TestPostgres logs in to PostgreSQL by a certificate and asks it what it negotiated.
func TestPostgres(t *testing.T) {
	t.Parallel()
	port := startPostgres(t)
	eachVersion(t, func(t *testing.T, _, version string) {
		o := polytls.ConnectOptions{ContextOptions: postgresUser(t), ServerName: "localhost"}
		o.MaxVersion = version
		s, err := dialPostgres(t, port, o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		const question = "SELECT concat_ws(' ', ssl, version, cipher, client_dn) FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
		got, err := askPostgres(s, question)
		if want := fmt.Sprintf("t %s %s /O=polytls/CN=postgres", s.Protocol(), s.Cipher().Name); got != want || err != nil {
			t.Errorf("PostgreSQL answered %q, %v; want %q", got, err, want)
		}
	})
	for _, tt := range []struct {
		name   string
		change func(*polytls.ConnectOptions)
		code   string
	}{
		{"other host", func(o *polytls.ConnectOptions) { o.ServerName = "db.example" }, "ERR_TLS_CERT_ALTNAME_INVALID"},
		{"other authority", func(o *polytls.ConnectOptions) { o.CA = [][]byte{otherCA(t).cert} }, "SELF_SIGNED_CERT_IN_CHAIN"},
		{"a stranger's certificate", func(o *polytls.ConnectOptions) {
			o.Cert, o.Key = certificate(t, "stranger").options().Cert, certificate(t, "stranger").options().Key
		}, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := polytls.ConnectOptions{ContextOptions: postgresUser(t), ServerName: "localhost"}
			tt.change(&o)
			s, err := dialPostgres(t, port, o)
			if err == nil { // in TLS 1.3 the server refuses afterwards
				defer s.Close()
				_, err = s.Read(make([]byte, 1))
			}
			var e *polytls.Error
			if !errors.As(err, &e) || e.Code != tt.code {
				t.Errorf("%v, want %s", err, tt.code)
			}
		})
	}
}

// TestPostgresProxy lets psql verify a server of ours, which passes its session on to
// PostgreSQL, over TLS as well.
func TestPostgresProxy(t *testing.T) {
	t.Parallel()
	psql := peertest.Path(t, "psql")
	port := startPostgres(t)
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: certificate(t, "p256").options()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	front := listenPlain(t, func(c net.Conn) {
		defer c.Close()
		exchange(t, c, "", sslRequest)
		io.WriteString(c, "S")
		in, err := srv.Handshake(context.Background(), c)
		if err != nil {
			t.Errorf("psql: %v", err)
			return
		}
		out, err := dialPostgres(t, port, polytls.ConnectOptions{ContextOptions: postgresUser(t), ServerName: "localhost"})
		if err != nil {
			t.Errorf("PostgreSQL: %v", err)
			return
		}
		splice(in, out)
	})
	roots := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, roots, ca(t).cert)
	p := peertest.Start(t, exec.Command(psql, "--no-psqlrc", "-At", "-c", "SELECT 6 * 7",
		fmt.Sprintf("host=localhost hostaddr=127.0.0.1 port=%d user=postgres dbname=postgres gssencmode=disable sslmode=verify-full sslrootcert=%s", front, roots)))
	if err := p.Wait(t); err != nil || strings.TrimSpace(string(p.Stdout.Bytes())) != "42" {
		t.Errorf("psql: %v%s", err, p.Output())
	}
}

// askPostgres logs in as postgres, sends a query and returns the first column of the
// first row.
func askPostgres(c io.ReadWriter, query string) (string, error) {
	startup := "\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00"
	if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(4+len(startup))), startup...)); err != nil {
		return "", err
	}
	value, asked := "", false
	for {
		kind, body, err := readPostgres(c)
		if err != nil {
			return "", err
		}
		switch {
		case kind == 'E':
			return "", fmt.Errorf("%q", body)
		case kind == 'D': // the number of columns, and the first with its length
			value = string(body[6:])
		case kind == 'Z' && asked:
			return value, nil
		case kind == 'Z':
			message := append(binary.BigEndian.AppendUint32([]byte("Q"), uint32(4+len(query)+1)), query+"\x00"...)
			if _, err := c.Write(message); err != nil {
				return "", err
			}
			asked = true
		}
	}
}

// readPostgres reads a message: its type, its length and its body.
func readPostgres(r io.Reader) (kind byte, body []byte, err error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, nil, err
	}
	body = make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}
