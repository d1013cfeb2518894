package cookbook

import (
	"context"
	"database/sql"
	"net"
	"testing"
	"time"

	"github.com/lib/pq"

	"polytls"
)

// # PostgreSQL with lib/pq
//
// The connection begins as with pgx above, whose `postgresDialer` is used here; lib/pq
// wants two further methods. Run against PostgreSQL.
func openPostgres(url string, o polytls.ConnectOptions) (*sql.DB, error) {
	connector, err := pq.NewConnector(url) // with sslmode=disable
	if err != nil {
		return nil, err
	}
	connector.Dialer(pqDialer{postgresDialer{o}})
	return sql.OpenDB(connector), nil
}

type pqDialer struct{ postgresDialer }

func (d pqDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d pqDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func TestPq(t *testing.T) {
	t.Parallel()
	url, o := startPostgres(t)
	db, err := openPostgres(url, o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version string
	err = db.QueryRowContext(within(t), "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&version)
	if err != nil || version != "TLSv1.3" {
		t.Errorf("%q, %v", version, err)
	}
}
