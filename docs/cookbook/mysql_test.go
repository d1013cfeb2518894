package cookbook

import (
	"database/sql"
	"errors"
	"io"
	"testing"

	"github.com/go-sql-driver/mysql"

	"polytls"
)

// # MySQL behind a proxy that ends TLS
//
// go-sql-driver begins TLS within its own protocol, with crypto/tls, and has no hook
// there. Its hook for connections is for servers whose TLS begins with the connection,
// as behind HAProxy, stunnel or the proxies of cloud providers. Run against a local
// server of a few lines that refuses the client with an error of MySQL.
func openMySQL(address, user, database string, dialer *polytls.Dialer) (*sql.DB, error) {
	config := mysql.NewConfig()
	config.User, config.DBName = user, database
	config.Net, config.Addr = "tcp", address
	config.DialFunc = dialer.DialContext
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func TestMySQL(t *testing.T) {
	const tooManyConnections = "\x17\x00\x00\x00\xff\x10\x04Too many connections"
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, func(s *polytls.Socket) {
		defer s.Close()
		io.WriteString(s, tooManyConnections)
		io.Copy(io.Discard, s)
	})
	dialer, dialerErr := polytls.NewDialer(trusting(start(t, srv, err)))
	if dialerErr != nil {
		t.Fatal(dialerErr)
	}
	db, err := openMySQL(srv.Address().String(), "ada", "orders", dialer)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var refused *mysql.MySQLError
	if err := db.PingContext(within(t)); !errors.As(err, &refused) || refused.Number != 1040 {
		t.Errorf("%v", err)
	}
}
