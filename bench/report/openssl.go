//go:build linux

package main

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"time"

	"polytls/bench"
)

// opensslServer starts s_server, which sends every line back, its bytes in
// reverse. It also describes every connection on its standard error, which
// costs it some microseconds that are not TLS's.
func opensslServer(s bench.Spec, d bench.Identities) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"s_server", "-rev", "-quiet", "-accept", address, "-num_tickets", "1"}
	if s.Version == "TLSv1.3" {
		args = append(args, "-tls1_3", "-ciphersuites", s.Suite)
	} else {
		args = append(args, "-tls1_2", "-cipher", s.Suite)
	}
	if s.Group != "" {
		args = append(args, "-groups", strings.ReplaceAll(s.Group, "P-256", "prime256v1"))
	}
	if s.Cert != "" {
		args = append(args, "-cert", d.Cert(s.Cert), "-key", d.Key(s.Cert))
	}
	if s.PSK {
		args = append(args, "-nocert", "-psk_identity", bench.PSKIdentity, "-psk", bench.PSKHex())
	}
	cmd := exec.Command("openssl", args...)
	cmd.Stderr = io.Discard
	p, err := start(serverRole, cmd)
	if err != nil {
		return nil, err
	}
	p.address, p.silent = address, true
	return p, p.awaitListener()
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// awaitListener waits until a server without commands accepts connections.
func (p *process) awaitListener() error {
	const pause = 20 * time.Millisecond
	for range 250 {
		c, err := net.Dial("tcp", p.address)
		if err == nil {
			return c.Close()
		}
		time.Sleep(pause)
	}
	_, err := net.Dial("tcp", p.address)
	return err
}
