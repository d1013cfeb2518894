package interop

import (
	"bytes"
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"net"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/keys"
	"polytls/internal/record"
	"polytls/internal/suite"
)

var recordsOf = flag.String("records", "", "print OpenSSL's records of the suites in `LIST`, names joined by ':', as lines of internal/record/testdata/records.txt")

const pangram = "The quick brown fox jumps over the lazy dog\n"

// TestRecordsOfOpenSSL makes lines of internal/record/testdata/records.txt: what
// OpenSSL's client seals, and under which keys.
func TestRecordsOfOpenSSL(t *testing.T) {
	names := "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:DHE-RSA-CHACHA20-POLY1305:TLS_CHACHA20_POLY1305_SHA256"
	if *recordsOf != "" {
		names = *recordsOf
	}
	for name := range strings.SplitSeq(names, ":") {
		s := suite.ByName(name)
		if s == nil {
			t.Fatalf("no suite %s", name)
		}
		for v := s.MinVersion; v <= s.MaxVersion; v++ {
			for _, etm := range []bool{false, true} {
				if etm && !s.IsCBC() {
					continue
				}
				k, records := sealedByOpenSSL(t, s, v, etm)
				if text := openAll(t, k, records); text != pangram {
					t.Errorf("%s in %s, encrypt-then-MAC %t: %q", name, v, etm, text)
				}
				if *recordsOf != "" {
					fmt.Println(recordLine(k, records))
				}
			}
		}
	}
}

// recordLine is a line of the file.
func recordLine(k record.Keys, records [][]byte) string {
	or := func(b []byte) string {
		if len(b) == 0 {
			return "-"
		}
		return hex.EncodeToString(b)
	}
	etm := "-"
	if k.EncryptThenMAC {
		etm = "etm"
	}
	line := []string{k.Suite.Name, fmt.Sprintf("%04x", uint16(k.Version)), etm, or(k.MAC), or(k.Key), or(k.IV)}
	for _, r := range records {
		line = append(line, hex.EncodeToString(r))
	}
	return strings.Join(line, " ")
}

// openAll returns the application data of records.
func openAll(t *testing.T, k record.Keys, records [][]byte) (text string) {
	t.Helper()
	o, err := record.NewOpener(k)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		typ, plain, err := o.Open(bytes.Clone(r))
		if err != nil {
			t.Fatalf("%s: %v", k.Suite.Name, err)
		}
		if typ == record.ApplicationData {
			text += string(plain)
		}
	}
	return text
}

// sealedByOpenSSL returns the records that s_client sends under its last keys in a
// connection of a suite and a version, and the keys.
func sealedByOpenSSL(t *testing.T, s *suite.CipherSuite, v suite.Version, etm bool) (record.Keys, [][]byte) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client := sConnect(t, listener.Addr().(*net.TCPAddr).Port, clientFlags(s, v)...)
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tee := &teeConn{Conn: conn}
	defer conn.Close()
	secrets := map[string][]byte{}
	key := "rsa"
	if s.Auth == suite.AuthECDSA {
		key = "p256"
	}
	o := polytls.ServerOptions{ContextOptions: certificate(t, key).options()}
	o.DHParam = []byte("auto")
	o.MinVersion, o.MaxVersion, o.Ciphers = v.String(), v.String(), s.Name
	if v < suite.TLS13 {
		o.Ciphers += ":@SECLEVEL=0"
	}
	if !etm {
		o.SecureOptions = secureOptions(t, "SSL_OP_NO_ENCRYPT_THEN_MAC")
	}
	server, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	server.OnKeylog(func(line []byte, _ *polytls.Socket) {
		f := strings.Fields(string(line))
		secrets[f[0]], _ = hex.DecodeString(f[2])
	})
	socket, err := server.Handshake(context.Background(), tee)
	if err != nil {
		t.Fatalf("%s in %s: %v%s", s.Name, v, err, client.Output())
	}
	client.Write(t, pangram)
	text := make([]byte, len(pangram))
	for n := 0; n < len(text); {
		m, err := socket.Read(text[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += m
	}
	k := record.Keys{Suite: s, Version: v, EncryptThenMAC: etm}
	if v == suite.TLS13 {
		k.Key, k.IV = keys.Traffic{Hash: s.Hash, Secret: secrets["CLIENT_TRAFFIC_SECRET_0"]}.KeyIV(s)
	} else {
		const random = record.HeaderLen + 4 + 2 // where it begins in both hellos
		block := keys.NewPRF(v, s.Hash).Master(secrets["CLIENT_RANDOM"]).Keys(s, v, tee.read.Bytes()[random:][:32], tee.written.Bytes()[random:][:32])
		k.MAC, k.Key, k.IV = block.ClientMAC, block.ClientKey, block.ClientIV
	}
	return k, lastRecords(tee.read.Bytes(), v)
}

// clientFlags make s_client offer one suite in one version.
func clientFlags(s *suite.CipherSuite, v suite.Version) []string {
	if v == suite.TLS13 {
		return []string{"-tls1_3", "-ciphersuites", s.Name}
	}
	flags := map[suite.Version]string{suite.TLS10: "-tls1", suite.TLS11: "-tls1_1", suite.TLS12: "-tls1_2"}
	return []string{flags[v], "-cipher", s.Name + ":@SECLEVEL=0"}
}

// lastRecords returns the records of a client under its last keys: those after
// its change_cipher_spec, in TLS 1.3 without its Finished.
func lastRecords(stream []byte, v suite.Version) [][]byte {
	var records [][]byte
	changed := false
	for len(stream) >= record.HeaderLen {
		h := record.ParseHeader(stream)
		n := record.HeaderLen + h.Length
		if changed {
			records = append(records, stream[:n])
		}
		changed = changed || h.Type == record.ChangeCipherSpec
		stream = stream[n:]
	}
	if v == suite.TLS13 {
		records = records[1:]
	}
	return records
}

// teeConn keeps what is read and written.
type teeConn struct {
	net.Conn
	read, written bytes.Buffer
}

func (c *teeConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Write(p[:n])
	return n, err
}

func (c *teeConn) Write(p []byte) (int, error) {
	c.written.Write(p)
	return c.Conn.Write(p)
}
