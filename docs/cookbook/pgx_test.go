package cookbook

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"polytls"
	"polytls/internal/peertest"
)

// # PostgreSQL with pgx
//
// A client of PostgreSQL asks for TLS with eight bytes, and the server answers S. pgx
// itself uses no TLS then, so its URL has sslmode=disable; the options must verify the
// server. Run against PostgreSQL.
func postgresPool(ctx context.Context, url string, o polytls.ConnectOptions) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url) // postgres://ada@db.example/orders?sslmode=disable
	if err != nil {
		return nil, err
	}
	config.ConnConfig.DialFunc = postgresDialer{o}.DialContext
	return pgxpool.NewWithConfig(ctx, config)
}

type postgresDialer struct{ options polytls.ConnectOptions }

func (d postgresDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	answer := make([]byte, 1)
	if _, err = io.WriteString(conn, "\x00\x00\x00\x08\x04\xd2\x16\x2f"); err == nil { // SSLRequest
		_, err = io.ReadFull(conn, answer)
	}
	if err != nil || answer[0] != 'S' {
		conn.Close()
		return nil, fmt.Errorf("PostgreSQL does not begin TLS: %q, %v", answer, err)
	}
	s, err := polytls.Client(ctx, conn, d.options)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func TestPgx(t *testing.T) {
	t.Parallel()
	url, o := startPostgres(t)
	ctx := within(t)
	pool, err := postgresPool(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var version string
	err = pool.QueryRow(ctx, "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&version)
	if err != nil || version != "TLSv1.3" {
		t.Errorf("%q, %v", version, err)
	}
}

// startPostgres starts a server whose user postgres logs in by a certificate. It returns
// the URL and the options of that client.
func startPostgres(t *testing.T) (url string, o polytls.ConnectOptions) {
	t.Helper()
	port := peertest.StartPostgres(t, peertest.PostgresFiles{
		Cert: localhost.PEM(), Key: localhost.KeyPEM(), ClientCA: ca.PEM(),
		Access: []string{"hostssl all postgres 127.0.0.1/32 cert"},
	})
	o = trusting(port)
	user := identity(ca.Client("postgres"))
	o.Cert, o.Key = user.Cert, user.Key
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port), o
}
