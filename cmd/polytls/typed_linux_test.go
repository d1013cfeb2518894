package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"polytls/internal/peertest"
)

// terminal opens a pseudo-terminal: what is written to master is typed.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// TestTypedLines types at connect and waits for what the echo gives back: R and
// K are no data there.
func TestTypedLines(t *testing.T) {
	f := newFiles(t)
	for version, told := range map[string]map[string]string{
		"TLSv1.2": {"R": "renegotiated\n", "K": "ERR_SSL_WRONG_SSL_VERSION"},
		"TLSv1.3": {"R": "ERR_SSL_WRONG_SSL_VERSION", "K": "updated the keys\n"},
	} {
		t.Run(version, func(t *testing.T) {
			r := f.serve(t, "--max-version", version)
			master, slave := terminal(t)
			cmd := command(t, program(), "connect", r.localhost(), "--ca", f.ca)
			out, errors := peertest.NewTranscript(), peertest.NewTranscript()
			cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, out, errors
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(limit, func() { cmd.Process.Kill() })
			defer timer.Stop()
			for i, line := range []string{"hello", "R", "RR", "K", "K2"} {
				fmt.Fprintln(master, line)
				if want := told[line]; want != "" {
					await(t, errors, want)
					continue
				}
				await(t, out, line+"\n")
				if i == 0 {
					await(t, errors, "enter R to renegotiate")
				}
			}
			master.Write([]byte{4}) // the end of a terminal's input
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, errors.Bytes())
			}
			if got := string(out.Bytes()); got != "hello\nRR\nK2\n" {
				t.Errorf("%q came back", got)
			}
			if s := r.record("handshake"); s["protocol"] != version {
				t.Errorf("the log says %v", s)
			}
		})
	}
}

// await returns when a text has been written.
func await(t *testing.T, out *peertest.Transcript, text string) {
	t.Helper()
	if !out.Await(func(written []byte) bool { return strings.Contains(string(written), text) }) {
		t.Fatalf("%q was not written:\n%s", text, out.Bytes())
	}
}

// TestPipedLinesAreData: R and K mean nothing where nobody types.
func TestPipedLinesAreData(t *testing.T) {
	f := newFiles(t)
	r := f.serve(t, "--max-version", "TLSv1.2")
	cmd := command(t, program(), "connect", r.localhost(), "--ca", f.ca)
	cmd.Stdin = strings.NewReader("R\nK\n")
	if got := finish(t, cmd).want(t, exitOK); got.stdout != "R\nK\n" {
		t.Errorf("%q came back", got.stdout)
	}
}
