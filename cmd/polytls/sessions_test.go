package main

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// TestFleetOfCommands resumes at one server what another gave, for each way in
// which they can come to the same ticket keys.
func TestFleetOfCommands(t *testing.T) {
	f := newFiles(t)
	keys := f.write(t, "keys", []byte(strings.Repeat("0123456789ab", 8)+"\n"))
	secret := f.write(t, "secret", []byte("a secret of more than thirty-two bytes\n"))
	for name, flags := range map[string][]string{
		"keys":   {"--ticket-keys", strings.Repeat("0123456789ab", 8)},
		"file":   {"--ticket-keys-from", keys},
		"secret": {"--ticket-keys-from", "secret", "--ticket-secret", "file:" + secret},
		"store":  {"--ticket-keys-from", "store", "--ticket-secret", "file:" + secret, "--session-store"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "store" {
				flags = append(flags, peertest.StartRedis(t).URL())
			}
			first, second := f.serve(t, flags...), f.serve(t, flags...)
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				file := filepath.Join(t.TempDir(), "session")
				f.connect(t, first, "--max-version", version, "--session-out", file).want(t, exitOK)
				got := f.connect(t, second, "--max-version", version, "--session-in", file).want(t, exitOK).object(t)
				if got["sessionReused"] != true {
					t.Errorf("%s: the second server does not resume\n%s", version, second.text())
				}
			}
		})
	}
}

// TestSessionsAreKept resumes sessions that have no ticket.
func TestSessionsAreKept(t *testing.T) {
	f := newFiles(t)
	for name, flags := range map[string][]string{
		"memory":       nil,
		"Redis":        {"--ticket-keys", strings.Repeat("0123456789ab", 8)},
		"Redis, plain": {"--session-store-plain"},
	} {
		t.Run(name, func(t *testing.T) {
			url := "memory"
			if name != "memory" {
				url = peertest.StartRedis(t).URL()
			}
			flags = append(flags, "--session-store", url, "--secure-options", "SSL_OP_NO_TICKET")
			first := f.serve(t, flags...)
			second := first
			if name != "memory" {
				second = f.serve(t, flags...)
			}
			for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
				file := filepath.Join(t.TempDir(), "session")
				f.connect(t, first, "--max-version", version, "--session-out", file).want(t, exitOK)
				got := f.connect(t, second, "--max-version", version, "--session-in", file).want(t, exitOK).object(t)
				if got["sessionReused"] != true {
					t.Errorf("%s: the session is not resumed\n%s", version, second.text())
				}
			}
		})
	}
}

// TestEarlyData sends a file as early data, and after the handshake where the
// server does not accept it: it always comes back whole, and once.
func TestEarlyData(t *testing.T) {
	f := newFiles(t)
	early := f.write(t, "early", []byte("early\n"))
	late := f.write(t, "late", []byte("late\n"))
	r := f.serve(t, "--max-early-data", "1000", "--session-store", "memory")
	file := filepath.Join(f.dir, "session")
	send := func(what, version string, accepted, reused bool) {
		t.Helper()
		got := f.connect(t, r, "--max-version", version, "--session-in", file, "--early-data", early, "--input", late).want(t, exitOK).object(t)
		received, err := base64.StdEncoding.DecodeString(got["received"].(string))
		if err != nil || string(received) != "early\nlate\n" {
			t.Errorf("%s: %q came back, %v", what, received, err)
		}
		if got["earlyDataAccepted"] != accepted || got["sessionReused"] != reused {
			t.Errorf("%s: accepted %v, reused %v", what, got["earlyDataAccepted"], got["sessionReused"])
		}
	}
	f.connect(t, r, "--session-out", file).want(t, exitOK)
	send("a fresh ticket", "TLSv1.3", true, true)
	send("a ticket that has served", "TLSv1.3", false, false)

	f.connect(t, r, "--max-version", "TLSv1.2", "--session-out", file).want(t, exitOK)
	send("a session of TLS 1.2", "TLSv1.2", false, true)
}

func TestMisuseOfSessionFlags(t *testing.T) {
	t.Setenv("SHORT", "short")
	secret := "file:" + newFiles(t).key
	hex := strings.Repeat("0123456789ab", 8)
	for _, test := range []struct {
		flag string
		args []string
	}{
		{"--ticket-keys-from", []string{"--ticket-keys", hex, "--ticket-keys-from", "x"}},
		{"--ticket-secret", []string{"--ticket-keys-from", "secret"}},
		{"--ticket-secret", []string{"--ticket-keys-from", "secret", "--ticket-secret", strings.Repeat("open", 10)}},
		{"--ticket-secret", []string{"--ticket-keys-from", "secret", "--ticket-secret", "env:SHORT"}},
		{"--ticket-secret", []string{"--ticket-keys-from", "secret", "--ticket-secret", "env:NOBODY_SET_THIS"}},
		{"--ticket-secret", []string{"--ticket-secret", secret}},
		{"--ticket-keys-from", []string{"--ticket-keys-from", "store", "--ticket-secret", secret, "--session-store", "memory"}},
		{"--session-store-plain", []string{"--session-store-plain"}},
		{"--session-store", []string{"--session-store", "redis://127.0.0.1:1"}},
		{"--session-store", []string{"--session-store", "http://127.0.0.1:1", "--ticket-keys", hex}},
		{"--max-early-data", []string{"--max-early-data", "-1"}},
		{"--max-early-data", []string{"--max-early-data", "4294967296"}},
	} {
		got := execute(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, test.args...)...)
		if got.code != exitMisuse || !strings.Contains(got.stderr, test.flag) {
			t.Errorf("%q: exit code %d, %s", test.args, got.code, got.stderr)
		}
	}
	for _, url := range []string{"foo", "localhost:6379", "http://127.0.0.1:1"} {
		got := execute(t, "serve", "--listen", "127.0.0.1:0", "--session-store", url).want(t, exitMisuse)
		if !strings.HasPrefix(got.stderr, "--session-store: want memory or a URL") {
			t.Errorf("%s: %s", url, got.stderr)
		}
	}
	f := newFiles(t)
	for _, path := range []string{filepath.Join(f.dir, "missing"), f.cert} {
		got := execute(t, "serve", "--listen", "127.0.0.1:0", "--ticket-keys-from", path)
		if got.code != exitFailure || !strings.Contains(got.stderr, "--ticket-keys-from") {
			t.Errorf("%s: exit code %d, %s", path, got.code, got.stderr)
		}
	}
}
