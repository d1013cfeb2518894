package keys

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"

	"polytls/internal/suite"
	"polytls/internal/testcert"
)

// TestExportersAgreeWithGo takes the master secret of a crypto/tls handshake
// from its key log and compares exporters.
func TestExportersAgreeWithGo(t *testing.T) {
	for _, c := range []struct {
		version uint16
		suite   uint16
		hash    crypto.Hash
	}{
		{tls.VersionTLS10, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, 0},
		{tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, crypto.SHA256},
		{tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, crypto.SHA384},
	} {
		t.Run(fmt.Sprintf("%s %s", tls.VersionName(c.version), tls.CipherSuiteName(c.suite)), func(t *testing.T) {
			state, log, serverHello := goHandshake(t, c.version, c.suite)
			line := log[LogClientRandom]
			const headers = 5 + 4 + 2 // record, message, version
			serverRandom := serverHello[headers : headers+32]
			p := NewPRF(suite.Version(c.version), c.hash)
			for _, context := range [][]byte{nil, {}, []byte("context")} {
				want, err := state.ExportKeyingMaterial("EXPORTER-polytls", context, 77)
				if err != nil {
					t.Fatal(err)
				}
				got, err := p.Master(line[1]).Exporter(line[0], serverRandom, "EXPORTER-polytls", context, 77)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("context %q:\n got %x\nwant %x", context, got, want)
				}
			}
		})
	}
}

// goHandshake returns the client's state, its key log and what the server sent.
func goHandshake(t *testing.T, version, cipher uint16) (*tls.ConnectionState, map[string][2][]byte, []byte) {
	cert := testcert.SelfSigned(testcert.Template{})
	var log bytes.Buffer
	config := &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: cert.Signer}},
		MinVersion:   version, MaxVersion: version,
		CipherSuites:       []uint16{cipher},
		InsecureSkipVerify: true,
		KeyLogWriter:       &log,
	}
	serverConfig := config.Clone()
	serverConfig.KeyLogWriter = nil

	a, b := net.Pipe()
	recorded := &recorder{Conn: a}
	client, server := tls.Client(recorded, config), tls.Server(b, serverConfig)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	lines := map[string][2][]byte{}
	for line := range strings.Lines(log.String()) {
		fields := strings.Fields(line)
		random, err1 := hex.DecodeString(fields[1])
		secret, err2 := hex.DecodeString(fields[2])
		if err1 != nil || err2 != nil || line != LogLine(fields[0], random, secret) {
			t.Fatalf("key log line %q", line)
		}
		lines[fields[0]] = [2][]byte{random, secret}
	}
	state := client.ConnectionState()
	return &state, lines, recorded.read.Bytes()
}

// recorder keeps what was read.
type recorder struct {
	net.Conn
	read bytes.Buffer
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.read.Write(p[:n])
	return n, err
}
