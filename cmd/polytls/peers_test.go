package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"polytls/internal/peertest"
)

func TestOpenSSLConnects(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	f := newFiles(t)
	r := f.serve(t)
	for version, flag := range map[string]string{"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"} {
		cmd := command(t, openssl, "s_client", "-connect", r.address, "-servername", "localhost", "-CAfile", f.ca, "-verify_return_error", flag)
		cmd.Stdin = strings.NewReader("")
		got := finish(t, cmd).want(t, 0)
		if !strings.Contains(got.stdout, "New, "+version) {
			t.Errorf("%s: s_client says\n%s", version, got.stdout)
		}
		if record := r.record("handshake"); record["protocol"] != version || record["servername"] != "localhost" {
			t.Errorf("%s: the log says %v", version, record)
		}
	}
}

// TestOpenSSLRefusesKeys has a server that knows another identity or another key: the last
// line of connect says which flag to check, whatever alert OpenSSL sends for it.
func TestOpenSSLRefusesKeys(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	_, port := peertest.StartListening(t, func(port int) *exec.Cmd {
		return exec.Command(openssl, "s_server", "-accept", "127.0.0.1:"+strconv.Itoa(port), "-nocert", "-psk_identity", "friend", "-psk", "00112233")
	}, peertest.Logs("ACCEPT"))
	for _, test := range []struct{ version, key, want string }{
		{"TLSv1.2", "friend:44556677", "check --psk"},
		{"TLSv1.3", "friend:44556677", `check --psk for identity "friend"`},
		{"TLSv1.3", "stranger:00112233", `check that the server has PSK identity "stranger"`},
	} {
		got := execute(t, "connect", "127.0.0.1:"+strconv.Itoa(port), "--max-version", test.version, "--psk", test.key).want(t, exitFailure)
		if !strings.Contains(got.stderr, test.want) {
			t.Errorf("%s, %s: no %q in\n%s", test.version, test.key, test.want, got.stderr)
		}
	}
}

// TestSessionsGoBothWaysWithOpenSSL resumes at our server what s_client saved,
// and what we saved with s_client.
func TestSessionsGoBothWaysWithOpenSSL(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	f := newFiles(t)
	r := f.serve(t)
	client := func(args ...string) result {
		args = append([]string{"s_client", "-connect", r.address, "-servername", "localhost", "-CAfile", f.ca, "-verify_return_error"}, args...)
		cmd := command(t, openssl, args...)
		return untilEcho(t, cmd)
	}
	for version, flag := range map[string]string{"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"} {
		ours, theirs := filepath.Join(f.dir, "ours"+version), filepath.Join(f.dir, "theirs"+version)
		f.connect(t, r, "--max-version", version, "--session-out", ours).want(t, exitOK)
		if got := client(flag, "-sess_in", ours); !strings.Contains(got.stdout, "Reused, ") {
			t.Errorf("%s: s_client does not resume our session", version)
		}
		client(flag, "-sess_out", theirs)
		if _, err := os.Stat(theirs); err != nil {
			t.Fatalf("%s: s_client saved no session", version)
		}
		got := f.connect(t, r, "--max-version", version, "--session-in", theirs).want(t, exitOK).object(t)
		if got["sessionReused"] != true {
			t.Errorf("%s: connect does not resume s_client's session", version)
		}
	}
}

// untilEcho sends a line and ends the input when it comes back: behind the
// tickets, which s_client saves only if it has read them.
func untilEcho(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	const line = "there and back\n"
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	defer timer.Stop()
	io.WriteString(input, line)
	var seen strings.Builder
	r := bufio.NewReader(output)
	for {
		text, err := r.ReadString('\n')
		seen.WriteString(text)
		if text == line {
			input.Close()
		}
		if err != nil {
			break
		}
	}
	cmd.Wait()
	return result{stdout: seen.String(), code: cmd.ProcessState.ExitCode()}.want(t, 0)
}

func TestCurlReadsThePage(t *testing.T) {
	curl := peertest.Path(t, "curl")
	f := newFiles(t)
	r := start(t, "--cert", f.cert, "--key", f.key)
	for _, flag := range []string{"--http1.1", "--http2"} {
		got := finish(t, command(t, curl, "--silent", "--show-error", "--fail", flag, "--cacert", f.ca, "https://"+r.localhost()+"/")).want(t, 0)
		if !strings.Contains(got.stdout, "<title>Handshakes") {
			t.Errorf("curl %s: %.200s", flag, got.stdout)
		}
	}
}
