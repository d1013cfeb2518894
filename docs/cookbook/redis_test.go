package cookbook

import (
	"fmt"
	"os/exec"
	"testing"

	"github.com/redis/go-redis/v9"

	"polytls"
	"polytls/internal/peertest"
)

// # Redis and Valkey with go-redis
//
// Run against Redis, which demands the client's certificate.
func redisClient(address string, dialer *polytls.Dialer) *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr:   address,
		Dialer: dialer.DialContext, // in place of TLSConfig
	})
}

func TestRedis(t *testing.T) {
	program := peertest.Path(t, "redis")
	cert, key := file(t, "cert.pem", localhost.PEM()), file(t, "key.pem", localhost.KeyPEM())
	roots := file(t, "ca.pem", ca.PEM())
	_, port := peertest.StartListening(t, func(port int) *exec.Cmd {
		return exec.Command(program, "--bind", "127.0.0.1", "--port", "0", "--tls-port", fmt.Sprint(port), "--tls-cert-file", cert,
			"--tls-key-file", key, "--tls-ca-cert-file", roots, "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	}, peertest.Logs("eady to accept connections"))
	o := trusting(port)
	own := identity(ca.Client("a client"))
	o.Cert, o.Key = own.Cert, own.Key
	dialer, err := polytls.NewDialer(o)
	if err != nil {
		t.Fatal(err)
	}
	client := redisClient(fmt.Sprint("127.0.0.1:", port), dialer)
	defer client.Close()
	if err := client.Set(within(t), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if value, err := client.Get(within(t), "key").Result(); err != nil || value != "value" {
		t.Errorf("%q, %v", value, err)
	}
}
