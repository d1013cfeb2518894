package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// atTerminal is a serve command whose standard error is a terminal.
type atTerminal struct {
	cmd     *exec.Cmd
	screen  *peertest.Transcript
	address string
}

func serveAtTerminal(t *testing.T, path string, args ...string) *atTerminal {
	t.Helper()
	master, slave := terminal(t)
	cmd := command(t, program(), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	if path != "" {
		cmd.Env = append(cmd.Env, "PATH="+path)
	}
	out := peertest.NewTranscript()
	a := &atTerminal{cmd: cmd, screen: peertest.NewTranscript()}
	cmd.Stdout, cmd.Stderr = out, slave
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go io.Copy(a.screen, master)
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
		said.add(string(a.screen.Bytes()))
	})
	await(t, out, "\n")
	a.address = strings.TrimSuffix(strings.TrimPrefix(string(out.Bytes()), "listening on "), "\n")
	return a
}

// line awaits a line and returns what the groups of its pattern match.
func (a *atTerminal) line(t *testing.T, pattern string) []string {
	t.Helper()
	want := regexp.MustCompile("(?m)" + pattern)
	var found []string
	if !a.screen.Await(func(written []byte) bool { found = want.FindStringSubmatch(string(written)); return found != nil }) {
		t.Fatalf("no line is like %q:\n%s", pattern, a.screen.Bytes())
	}
	return found
}

// times awaits a number of lines that match a pattern.
func (a *atTerminal) times(t *testing.T, n int, pattern string) {
	t.Helper()
	want := regexp.MustCompile("(?m)" + pattern)
	if !a.screen.Await(func(written []byte) bool { return len(want.FindAll(written, n)) == n }) {
		t.Fatalf("fewer than %d lines are like %q:\n%s", n, pattern, a.screen.Bytes())
	}
}

// stop types Ctrl-C.
func (a *atTerminal) stop(t *testing.T) {
	t.Helper()
	a.cmd.Process.Signal(os.Interrupt)
	if err := a.cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, a.screen.Bytes())
	}
}

// TestWelcome follows what serve says at a terminal: each of the commands connects.
func TestWelcome(t *testing.T) {
	for _, tool := range []string{"openssl", "curl"} {
		peertest.Path(t, tool)
	}
	for _, mode := range []string{"inspect", "echo", "http"} {
		a := serveAtTerminal(t, "", "--mode", mode, "--root", t.TempDir())
		a.line(t, "^each handshake is a line here")
		ca := a.line(t, `^the CA of its certificate is new at each start: (\S+);`)[1]
		a.line(t, `^    \S+ serve --listen 127.0.0.1:0 --mode `+mode+` .*--state ~/.polytls --trust\r$`)
		if mode != "echo" {
			a.line(t, `^    https://localhost:\d+/\r$`)
		}
		for made, tool := range []string{"connect", "openssl", "curl"} {
			if tool == "curl" && mode == "echo" {
				continue
			}
			hint := a.line(t, `^    (.*\b`+tool+`\b.*localhost.*)\r$`)[1]
			run := exec.Command("sh", "-c", hint+" </dev/null")
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", hint, err, out)
			}
			a.times(t, made+1, `^\d\d:\d\d:\d\d 127.0.0.1:\d+ TLSv1.3, TLS_AES_\S+, [xX]25519`)
		}
		execute(t, "connect", a.address, "--ca", ca, "--max-version", "TLSv1.2", "--ciphers", "AES128-SHA").want(t, exitFailure)
		a.line(t, `^\d\d:\d\d:\d\d 127.0.0.1:\d+ failed: ERR_SSL_NO_SHARED_CIPHER: .*\(this end refused .*\); .*--ciphers`)
		a.stop(t)
		a.line(t, `draining: connections 0\r$`)
		if text := string(a.screen.Bytes()); strings.Contains(text, "level=") || strings.Contains(text, "msg=") {
			t.Errorf("%s: the terminal shows records:\n%s", mode, text)
		}
	}
}

// TestWelcomeNamesWhatIsKept has a state to keep, and a key of which no command shows
// more than its variable.
func TestWelcomeNamesWhatIsKept(t *testing.T) {
	dir := t.TempDir()
	a := serveAtTerminal(t, "", "--state", dir)
	a.line(t, `^the CA of its certificate is kept: `+regexp.QuoteMeta(filepath.Join(dir, "ca-cert.pem"))+`; `)
	a.line(t, `^    .*--state `+regexp.QuoteMeta(dir)+` --trust\r$`)
	a.stop(t)
	a = serveAtTerminal(t, "", "--psk", "one:00112233")
	a.line(t, `^where \$PSK is the key of one, in hex\r$`)
	a.stop(t)
	if text := string(a.screen.Bytes()); strings.Contains(text, "--state") || strings.Contains(text, "00112233") {
		t.Errorf("a server without a certificate says\n%s", text)
	}
}

// TestRecordsAtATerminal asks for records by --log.
func TestRecordsAtATerminal(t *testing.T) {
	a := serveAtTerminal(t, "", "--log", "text")
	a.line(t, `level=INFO msg=serving url=https://`)
	a.stop(t)
	a.line(t, `msg=draining`)
}

// TestOpen has a browser that notes its URL, one that fails, and none.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	opener := filepath.Join(dir, "xdg-open")
	for script, want := range map[string]string{
		"#!/bin/sh\necho \"$1\" >'" + dir + "/opened'; exit 3\n": "exit status 3",
		"": "executable file not found",
	} {
		os.Remove(opener)
		if script != "" {
			if err := os.WriteFile(opener, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		a := serveAtTerminal(t, dir, "--open")
		a.line(t, "no browser was opened: url https://localhost:.*"+want)
		execute(t, "connect", a.address, "--reject-unauthorized=false", "--json").want(t, exitOK)
		a.stop(t)
	}
	opened, err := os.ReadFile(filepath.Join(dir, "opened"))
	if err != nil || !strings.HasPrefix(string(opened), "https://localhost:") {
		t.Errorf("opened %q, %v", opened, err)
	}
}

// TestHandshakesDoNotWaitForTheLog has more handshakes than fit into a pipe that nobody
// reads, and reads it then.
func TestHandshakesDoNotWaitForTheLog(t *testing.T) {
	f := newFiles(t)
	for _, mode := range []string{"inspect", "echo"} {
		unread, stderr, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer unread.Close()
		cmd := command(t, program(), "serve", "--listen", "127.0.0.1:0", "--mode", mode, "--cert", f.cert, "--key", f.key)
		out := peertest.NewTranscript()
		cmd.Stdout, cmd.Stderr = out, stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stderr.Close()
		await(t, out, "\n")
		address := strings.TrimSpace(strings.TrimPrefix(string(out.Bytes()), "listening on "))
		const many = 400 // of more than 250 bytes each
		for range many {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(conn, "neither TLS nor HTTP\r\n")
			io.Copy(io.Discard, conn) // until the server has logged the failure and closed
			conn.Close()
		}
		log := peertest.NewTranscript()
		go io.Copy(log, unread)
		if !log.Await(func(text []byte) bool { return bytes.Count(text, []byte("msg=handshake")) == many }) {
			t.Errorf("%s: want %d records of handshakes in\n%s", mode, many, log.Bytes())
		}
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}
