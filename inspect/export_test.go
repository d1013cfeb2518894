package inspect

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/pcapgo"

	"polytls/internal/peertest"
)

// export returns a file of the first handshake of a page.
func export(t *testing.T, p *Page, ending string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest("GET", "/handshakes/1"+ending, nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Disposition") != `attachment; filename="handshake-1`+ending+`"` {
		t.Fatalf("%d %q", w.Code, w.Header())
	}
	return w.Body.Bytes()
}

// TestCaptures has tshark read what the page saves: every message of each version, and
// the alert of a failure.
func TestCaptures(t *testing.T) {
	tshark := peertest.Path(t, "tshark")
	for name, want := range map[string][]string{
		"tls12":      {"Client Hello", "Server Hello", "Certificate", "Server Key Exchange", "Server Hello Done", "Client Key Exchange", "Finished"},
		"node12":     {"Client Hello", "Server Hello", "Encrypted Extensions", "Certificate", "Certificate Verify", "Finished", "New Session Ticket"},
		"without-ca": {"Client Hello", "Certificate Verify", "Description: Unknown CA"},
	} {
		p := trialServer(t)
		if code := post(p, name); code != http.StatusNoContent {
			t.Fatalf("%s: %d", name, code)
		}
		e := last(t, p, 0).shown()
		file := filepath.Join(t.TempDir(), "x.pcapng")
		if err := os.WriteFile(file, export(t, p, ".pcapng"), 0o600); err != nil {
			t.Fatal(err)
		}
		port := e.local.String()[strings.LastIndexByte(e.local.String(), ':')+1:]
		cmd := exec.Command(tshark, "-r", file, "-d", "tcp.port=="+port+",tls", "-o", "tcp.check_checksum:TRUE", "-O", "tls", "-V")
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "SSLKEYLOGFILE=")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.Bytes())
		}
		for _, part := range want {
			if !bytes.Contains(out, []byte(part)) {
				t.Errorf("%s: no %q in\n%s", name, part, out)
			}
		}
		for _, fault := range []string{"Malformed", "Encrypted Handshake Message", "Bad checksum", "out-of-order"} {
			if bytes.Contains(out, []byte(fault)) {
				t.Errorf("%s: %q in\n%s", name, fault, out)
			}
		}
	}
}

// TestCaptureWithoutMessages has a client that leaves at once: the capture has the times of
// its connection.
func TestCaptureWithoutMessages(t *testing.T) {
	p, before := trialServer(t), time.Now()
	conn, err := p.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	last(t, p, 0)
	packets, err := pcapgo.NewNgReader(bytes.NewReader(export(t, p, ".pcapng")), pcapgo.NgReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const handshakeOfTCP = 3 // packets
	for n := 0; ; n++ {
		_, packet, err := packets.ReadPacketData()
		if err == io.EOF && n == handshakeOfTCP {
			return
		}
		if err != nil {
			t.Fatalf("after %d packets: %v", n, err)
		}
		if at := packet.Timestamp; at.Before(before) || at.After(time.Now()) {
			t.Errorf("packet %d is of %v", n, at)
		}
	}
}

// TestSavesJSON has the details in a file.
func TestSavesJSON(t *testing.T) {
	p := trialServer(t)
	post(p, "tls12")
	last(t, p, 0)
	if text := export(t, p, ".json"); !bytes.Contains(text, []byte(`"section":"RFC 8446, section 4.1.2"`)) {
		t.Errorf("%s", text)
	}
}
