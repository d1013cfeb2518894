package main

import (
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

func TestRefusesRecordingThatCannotBeWritten(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t)
	for _, flag := range recordings {
		for _, path := range []string{f.dir, filepath.Join(f.dir, "none", "file")} {
			for _, got := range []result{
				execute(t, "serve", "--listen", "127.0.0.1:0", flag, path),
				execute(t, "connect", r.localhost(), "--ca", f.ca, flag, path),
			} {
				if got.want(t, exitFailure); got.stdout != "" || !strings.Contains(got.stderr, flag+": open "+path) || strings.Count(got.stderr, "\n") != 1 {
					t.Errorf("%s %s: standard output %q, standard error %q", flag, path, got.stdout, got.stderr)
				}
			}
		}
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
		for range 2 {
			got := execute(t, "connect", r.localhost(), "--ca", f.ca, "--input", input, flag, full).want(t, exitOK)
			if got.stdout != "text" || strings.Count(got.stderr, "recording ended") != 1 || !strings.Contains(got.stderr, "ENOSPC: "+flag) {
				t.Errorf("connect %s: standard output %q, standard error %q", flag, got.stdout, got.stderr)
			}
		}
		if _, code := r.stop(); code != exitOK || strings.Count(r.text(), "recording ended") != 1 || !strings.Contains(r.text(), flag) {
			t.Errorf("serve %s: exit code %d\n%s", flag, code, r.text())
		}
	}
}
