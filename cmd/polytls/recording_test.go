package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"polytls/internal/peertest"
)

// tshark prints a field of the packets of a capture that a filter lets through.
func tshark(t *testing.T, file, port, filter, field string) []string {
	t.Helper()
	cmd := exec.Command(peertest.Path(t, "tshark"), "-r", file, "-d", "tcp.port=="+port+",tls", "-Y", filter, "-T", "fields", "-e", field)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "SSLKEYLOGFILE=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, stderr.String())
	}
	return strings.Fields(string(out))
}

// TestPcap has tshark decrypt what both ends saw, the server many connections at once.
func TestPcap(t *testing.T) {
	const many = 20
	f := newFiles(t)
	in := func(name string) string { return filepath.Join(f.dir, name) }
	r := f.serve(t, "--pcap", in("serve.pcapng"))
	port := r.address[strings.LastIndexByte(r.address, ':')+1:]
	texts := map[string]bool{}
	var all sync.WaitGroup
	for i := range many {
		version, text := []string{"TLSv1.2", "TLSv1.3"}[i%2], fmt.Sprintf("text of connection %d", i)
		texts[fmt.Sprintf("%x", text)] = true
		input := f.write(t, fmt.Sprint("input", i), []byte(text))
		all.Go(func() {
			got := execute(t, "connect", r.localhost(), "--ca", f.ca, "--json", "--max-version", version, "--input", input, "--pcap", in(fmt.Sprint(i)), "--reconnect", "1")
			if got.code != exitOK {
				t.Errorf("exit code %d\n%s", got.code, got.stderr)
			}
		})
	}
	all.Wait()
	if _, code := r.stop(); code != exitOK {
		t.Fatalf("serve: exit code %d\n%s", code, r.text())
	}
	const plaintext = "data.data"
	atServer := map[string]int{}
	for _, text := range tshark(t, in("serve.pcapng"), port, plaintext, plaintext) {
		atServer[text]++
	}
	for text := range texts {
		if n := atServer[text]; n != 4 { // two connections, of which each sends it back
			t.Errorf("%q is in the server's capture %d times, want 4", text, n)
		}
	}
	if wrong := tshark(t, in("serve.pcapng"), port, "tcp.analysis.flags || _ws.malformed", "frame.number"); len(wrong) > 0 {
		t.Errorf("packets %s of the server's capture are wrong", wrong)
	}
	for i := range 2 { // one of each version
		want := strings.Repeat(fmt.Sprintf("%x ", fmt.Sprintf("text of connection %d", i)), 4)
		if got := strings.Join(tshark(t, in(fmt.Sprint(i)), port, plaintext, plaintext), " ") + " "; got != want {
			t.Errorf("the client's capture has %s, want %s", got, want)
		}
	}
	if info, _ := os.Stat(in("0")); info.Mode().Perm() != 0o600 {
		t.Errorf("a capture, in which secrets are, has mode %v", info.Mode())
	}
}

// TestPcapOfUnixSocket records a connection that has no addresses.
func TestPcapOfUnixSocket(t *testing.T) {
	f := newFiles(t)
	path := filepath.Join(f.dir, "socket")
	r := start(t, "--mode", "echo", "--cert", f.cert, "--key", f.key, "--listen", "unix:"+path)
	file, input := filepath.Join(f.dir, "pcapng"), f.write(t, "input", []byte("GET /here HTTP/1.1\r\n\r\n"))
	execute(t, "connect", r.address, "--servername", "localhost", "--ca", f.ca, "--json", "--input", input, "--pcap", file).want(t, exitOK)
	// It has the port of HTTPS there, to which tshark knows what is inside.
	if got := tshark(t, file, "443", "http.request.uri", "http.request.uri"); len(got) == 0 || got[0] != "/here" {
		t.Errorf("the capture has requests for %s", got)
	}
}

// recordings are the flags of files that connections are recorded in.
var recordings = []string{"--keylog-file", "--pcap"}

// unwritable returns paths that nobody can write to, not even root.
func (f *files) unwritable(t *testing.T) []string {
	t.Helper()
	in := func(name string) string { return filepath.Join(f.dir, name) }
	if err := os.Symlink("loop", in("loop")); err != nil {
		t.Fatal(err)
	}
	paths := []string{f.dir, in("none/file"), f.cert + "/file", in("loop"), in(strings.Repeat("x", 300))}
	if os.Geteuid() > 0 {
		if err := os.Chmod(f.cert, 0o400); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, f.cert)
	}
	return paths
}

// TestRefusesRecordingThatCannotBeWritten: neither command begins, since the addresses,
// which cannot be used either, are not reported.
func TestRefusesRecordingThatCannotBeWritten(t *testing.T) {
	f := newFiles(t)
	nowhere := "unix:" + filepath.Join(f.dir, "none", "socket")
	for _, path := range f.unwritable(t) {
		for _, start := range [][]string{{"serve", "--listen", nowhere}, {"connect", nowhere, "--ca", f.ca}} {
			for _, flag := range recordings {
				refusesRecording(t, command(t, program(), append(start, flag, path)...), flag, path)
			}
			cmd := command(t, program(), start...)
			cmd.Env = append(cmd.Env, "SSLKEYLOGFILE="+path)
			refusesRecording(t, cmd, "SSLKEYLOGFILE", path)
		}
	}
}

// refusesRecording wants one line that names what is at fault, the file, and what to do.
func refusesRecording(t *testing.T, cmd *exec.Cmd, fault, path string) {
	t.Helper()
	got := finish(t, cmd).want(t, exitFailure)
	named := strings.Contains(got.stderr, ": "+fault+": open "+path+": ")
	advised := strings.HasSuffix(got.stderr, "; check the path\n") || strings.Contains(got.stderr, "; check the permissions")
	if got.stdout != "" || !named || !advised || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("%s, %s: standard output %q, standard error %q", fault, path, got.stdout, got.stderr)
	}
}

// TestRefusesOneFileForBoth: a key log and a capture in one file could not be read.
func TestRefusesOneFileForBoth(t *testing.T) {
	f := newFiles(t)
	path, link := filepath.Join(f.dir, "both"), filepath.Join(f.dir, "link")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{path, link} {
		got := finish(t, command(t, program(), "connect", "unix:nowhere", "--keylog-file", path, "--pcap", other)).want(t, exitMisuse)
		if want := "--pcap: " + path + " is the file of --keylog-file, too\n"; !strings.HasSuffix(got.stderr, want) {
			t.Errorf("%q, want %q", got.stderr, want)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != "kept" {
		t.Errorf("the file is %q, %v", kept, err)
	}
	finish(t, command(t, program(), "connect", "unix:nowhere", "--keylog-file", os.DevNull, "--pcap", os.DevNull)).want(t, exitFailure)
}

// TestFailedStartLeavesFiles: a command that cannot start, as one whose address another
// uses, leaves the last capture. One that starts replaces it.
func TestFailedStartLeavesFiles(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	last := bytes.Repeat([]byte("last"), 1<<20)
	path := f.write(t, "capture", last)
	execute(t, "serve", "--listen", r.address, "--pcap", path).want(t, exitFailure)
	execute(t, "serve", "--listen", "127.0.0.1:0", "--mode", "http", "--root", f.dir+"/none", "--pcap", path).want(t, exitFailure)
	execute(t, "connect", r.localhost(), "--cert", f.cert, "--key", f.ca, "--pcap", path).want(t, exitFailure)
	execute(t, "connect", r.localhost(), "--ciphers", "PSK", "--max-version", "TLSv1.2", "--pcap", path).want(t, exitMisuse)
	if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, last) {
		t.Errorf("%d of %d bytes are left, %v", len(left), len(last), err)
	}
	f.connect(t, r, "--pcap", path).want(t, exitOK)
	if now, err := os.ReadFile(path); err != nil || len(now) == 0 || len(now) > 1<<20 || bytes.Contains(now, []byte("lastlast")) {
		t.Errorf("the new capture has %d bytes, %v", len(now), err)
	}
}

// recordingEnded wants one line of a log or of notes that says why the file of a flag
// is no longer written.
func recordingEnded(t *testing.T, text, code, flag string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "recording ended") && strings.Contains(line, flag) {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 || !strings.Contains(lines[0], code) || !strings.Contains(lines[0], flag+": write ") {
		t.Errorf("want one line about %s with %s, got %q", flag, code, lines)
	}
}

// TestConnectionsContinueOnAFullDisk: the failed recording is logged once.
func TestConnectionsContinueOnAFullDisk(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip(err)
	}
	f := newFiles(t)
	input := f.write(t, "input", []byte("text"))
	for _, flag := range recordings {
		r := f.serve(t, flag, full)
		got := execute(t, "connect", r.localhost(), "--ca", f.ca, "--input", input, flag, full).want(t, exitOK)
		if got.stdout != "text" {
			t.Errorf("connect %s: standard output %q", flag, got.stdout)
		}
		recordingEnded(t, got.stderr, "ENOSPC", flag)
		got = f.connect(t, r, "--input", input, flag, full, "--reconnect", "1").want(t, exitOK)
		if all, _ := got.object(t)["connections"].([]any); len(all) != 2 {
			t.Errorf("connect --json %s: standard output %q", flag, got.stdout)
		}
		recordingEnded(t, got.stderr, "ENOSPC", flag)
		if _, code := r.stop(); code != exitOK {
			t.Errorf("serve %s: exit code %d", flag, code)
		}
		recordingEnded(t, r.text(), "ENOSPC", flag)
	}
}

// limited runs the command with files of at most two kilobytes or four, as the shell's
// unit is.
func limited(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return command(t, "sh", append([]string{"-c", `ulimit -f 4 && exec "$@"`, "sh", program()}, args...)...)
}

// TestConnectionsContinueBeyondALimit has files that become full midway: in a connection
// of a client, and after some of a server.
func TestConnectionsContinueBeyondALimit(t *testing.T) {
	const most = 4 << 10
	f := newFiles(t)
	large := f.write(t, "large", bytes.Repeat([]byte("text"), most))
	keys, capture := filepath.Join(f.dir, "keys"), filepath.Join(f.dir, "capture")
	r := serveCmd(t, limited(t, "serve", "--listen", "127.0.0.1:0", "--log", "json", "--mode", "echo", "--cert", f.cert, "--key", f.key,
		"--keylog-file", keys, "--pcap", capture))
	for i := range 10 { // of which each has half a kilobyte of secrets
		path := filepath.Join(f.dir, fmt.Sprint(i))
		got := finish(t, limited(t, "connect", r.localhost(), "--ca", f.ca, "--input", large, "--pcap", path)).want(t, exitOK)
		if len(got.stdout) != 4*most {
			t.Errorf("connection %d: %d bytes come back", i, len(got.stdout))
		}
		recordingEnded(t, got.stderr, "EFBIG", "--pcap")
		if info, err := os.Stat(path); err != nil || info.Size() == 0 || info.Size() > most {
			t.Errorf("connection %d: the capture is %v, %v", i, info, err)
		}
	}
	if _, code := r.stop(); code != exitOK {
		t.Errorf("serve: exit code %d", code)
	}
	for _, flag := range recordings {
		recordingEnded(t, r.text(), "EFBIG", flag)
	}
	for _, path := range []string{keys, capture} {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 || info.Size() > most {
			t.Errorf("the file is %v, %v", info, err)
		}
	}
}
