package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/suite"
)

// vector is a line of testdata/openssl.txt.
type vector struct {
	peer, version, kind string
	bytes               []byte
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/openssl.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		b, err := hex.DecodeString(f[3])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, vector{f[0], f[1], f[2], b})
	}
	if len(all) < 14 {
		t.Fatalf("%d vectors", len(all))
	}
	return all
}

// countingKey is the key whose n bytes are 0, 1, 2 and so on.
func countingKey(t testing.TB, n int) *TicketKey {
	t.Helper()
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	k, err := ParseTicketKeys(b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestReadsWhatOpenSSLWrote(t *testing.T) {
	for _, v := range vectors(t) {
		if v.kind != "client" && v.kind != "server" {
			continue
		}
		s, name, enveloped, err := Open(v.bytes)
		if err != nil {
			t.Errorf("%s %s %s: %v", v.peer, v.version, v.kind, err)
			continue
		}
		if s.Version.String() != v.version || s.Created.Year() < 2020 || s.Timeout != 2*time.Hour {
			t.Errorf("%s %s %s: %+v", v.peer, v.version, v.kind, s)
		}
		if inEnvelope := v.peer == "node26" && v.kind == "client"; enveloped != inEnvelope {
			t.Errorf("%s %s %s: envelope %v", v.peer, v.version, v.kind, enveloped)
		} else if enveloped && name != "localhost" {
			t.Errorf("%s %s %s: server name %q", v.peer, v.version, v.kind, name)
		}
		if v.kind == "client" && !bytes.Equal(s.ID, TicketID(s.Ticket)) {
			t.Errorf("%s %s: session_id %x is not TicketID", v.peer, v.version, s.ID)
		}
		checkRewritten(t, v, s)
	}
}

// checkRewritten checks that what s is written as is what OpenSSL wrote, apart
// from [19] kex_group, which only OpenSSL 3 writes.
func checkRewritten(t *testing.T, v vector, s *Session) {
	t.Helper()
	got := s.Marshal()
	if v.peer == "node12" {
		if !bytes.Equal(got, v.bytes) {
			t.Errorf("%s %s %s: read  %x\nwrote %x", v.peer, v.version, v.kind, v.bytes, got)
		}
		return
	}
	if s.KexGroup == 0 {
		t.Errorf("%s %s %s: no kex_group", v.peer, v.version, v.kind)
	}
	if want := withoutKexGroup(t, v.bytes); !bytes.Equal(got, want) {
		t.Errorf("%s %s %s: want  %x\nwrote %x", v.peer, v.version, v.kind, want, got)
	}
}

func TestOpensWhatOpenSSLSealed(t *testing.T) {
	short, long := NewRing(countingKey(t, TicketKeySize)), NewRing(countingKey(t, LongTicketKeySize))
	clients, servers := map[string]*Session{}, map[string]*Session{}
	for _, v := range vectors(t) {
		switch v.kind {
		case "client":
			clients[v.peer+v.version], _, _, _ = Open(v.bytes)
		case "server":
			servers[v.peer+v.version], _, _, _ = Open(v.bytes)
		}
	}
	for _, v := range vectors(t) {
		ring := short
		switch v.kind {
		case "ticket80":
			ring = long
		case "ticket":
		default:
			continue
		}
		s, renew, err := ring.Open(v.bytes)
		if err != nil || renew {
			t.Errorf("%s %s: renew %v, %v", v.peer, v.version, renew, err)
			continue
		}
		client := clients[v.peer+v.version]
		if !bytes.Equal(client.Ticket, v.bytes) {
			t.Fatalf("%s %s: the client has another ticket", v.peer, v.version)
		}
		checkTwin(t, v.peer+" "+v.version, s, client)
		if kept := servers[v.peer+v.version]; kept != nil {
			if diff := cmp.Diff(kept, s, unexported); diff != "" {
				t.Errorf("%s %s: -newSession +ticket\n%s", v.peer, v.version, diff)
			}
		}
	}
}

// checkTwin checks that a ticket's session and that of the client who got the
// ticket are two sides of one.
func checkTwin(t *testing.T, name string, server, client *Session) {
	t.Helper()
	switch {
	case server.Version != client.Version, server.Suite != client.Suite:
		t.Errorf("%s: %v %v, client %v %v", name, server.Version, server.Suite, client.Version, client.Suite)
	case !bytes.Equal(server.Master, client.Master), len(server.Master) == 0:
		t.Errorf("%s: master secrets differ", name)
	case server.AgeAdd != client.AgeAdd, server.ALPN != client.ALPN, server.MaxEarlyData != client.MaxEarlyData:
		t.Errorf("%s: %+v, client %+v", name, server, client)
	case server.ExtendedMasterSecret != client.ExtendedMasterSecret:
		t.Errorf("%s: extended master secret %v", name, server.ExtendedMasterSecret)
	case !server.MatchesContext([]byte("ctx")):
		t.Errorf("%s: context %q", name, server.IDContext)
	case server.VerifyResult != 0, server.PeerCertificate != nil, server.Ticket != nil:
		t.Errorf("%s: %+v", name, server)
	}
	if wantID := server.Version == suite.TLS13; (len(server.ID) == sha256.Size) != wantID {
		t.Errorf("%s: session_id of %d bytes", name, len(server.ID))
	}
}

// withoutKexGroup cuts the last field, [19] kex_group, off a session's DER.
func withoutKexGroup(t *testing.T, data []byte) []byte {
	t.Helper()
	start := bytes.LastIndex(data, []byte{byte(explicit(19))})
	body := bytes.Index(data, []byte{0x02, 0x01, 0x01, 0x02, 0x02, 0x03}) // version, ssl_version
	if start < len(data)-8 || body < 0 {
		t.Fatalf("no kex_group at the end of %x", data)
	}
	return sequence(func(b *cryptobyte.Builder) { b.AddBytes(data[body:start]) })
}
