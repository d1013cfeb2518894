package cookbook

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"polytls"
)

// # A key log for Wireshark
//
// Wireshark reads the file under Preferences, Protocols, TLS. Whoever has it can decrypt
// the connections. A client has the option of the same name. `polytls serve` and
// `polytls connect` write a capture with the secrets inside with `--pcap`.
func logKeys(srv *polytls.Server, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	srv.OnKeylog(func(line []byte, _ *polytls.Socket) { f.Write(line) }) // one write a line
	return f, nil
}

func TestLogKeys(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	port := start(t, srv, err)
	path := filepath.Join(t.TempDir(), "keys.log")
	f, err := logKeys(srv, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := talk(t, trusting(port)); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.Contains(text, []byte("SERVER_TRAFFIC_SECRET_0 ")) {
		t.Errorf("%s, %v", text, err)
	}
}
