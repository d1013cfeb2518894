package peertest

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Pebble is a certificate authority with an ACME server (RFC 8555).
type Pebble struct {
	Directory string // URL of its directory
	Root      string // URL of its root certificate in PEM
}

// PebbleConfig is what the authority needs: a certificate and key in PEM for its own
// server, the ports of 127.0.0.1 that it validates, and the address of a DNS server.
type PebbleConfig struct {
	Cert, Key         []byte
	HTTPPort, TLSPort int
	DNS               string
}

// StartPebble starts the authority. It returns when it accepts connections on both of
// its ports.
func StartPebble(t testing.TB, c PebbleConfig) *Pebble {
	t.Helper()
	path, dir := Path(t, "pebble"), t.TempDir()
	cert, key, config := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "config.json")
	management := 0
	_, port := StartListening(t, func(port int) *exec.Cmd {
		management = FreePort(t)
		text, err := json.Marshal(map[string]any{"pebble": map[string]any{
			"listenAddress": address(port), "managementListenAddress": address(management),
			"certificate": cert, "privateKey": key, "httpPort": c.HTTPPort, "tlsPort": c.TLSPort,
			"keyAlgorithm": "ecdsa", "profiles": map[string]any{"default": map[string]any{"validityPeriod": 7776000}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string][]byte{cert: c.Cert, key: c.Key, config: text} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(path, "-config", config, "-dnsserver", c.DNS)
		cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0")
		return cmd
	}, Answers(func(port int) error { return errors.Join(shows(port, c.Cert), shows(management, c.Cert)) }))
	return &Pebble{
		Directory: fmt.Sprintf("https://%s/dir", address(port)),
		Root:      fmt.Sprintf("https://%s/roots/0", address(management)),
	}
}

// shows connects to a port of 127.0.0.1 and checks that the server has the certificate:
// another program may listen there.
func shows(port int, certPEM []byte) error {
	c, err := tls.Dial("tcp", address(port), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer c.Close()
	block, _ := pem.Decode(certPEM)
	if !bytes.Equal(c.ConnectionState().PeerCertificates[0].Raw, block.Bytes) {
		return errors.New("another server")
	}
	return nil
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", fmt.Sprint(port)) }
