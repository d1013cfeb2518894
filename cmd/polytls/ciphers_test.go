package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"polytls/internal/peertest"
	"polytls/internal/suite"
)

// TestCiphersAsOpenSSL compares what the command prints with what OpenSSL's
// does, plain and with -v, for each list of the file: the suites that both
// know, in the same order.
func TestCiphersAsOpenSSL(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	lists := cipherLists(t)
	if len(lists) < 400 {
		t.Fatalf("%d lists", len(lists))
	}
	known := suitesOfBoth(t, openssl)
	work := make(chan string)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for list := range work {
				compareCiphers(t, openssl, known, list)
			}
		})
	}
	for _, list := range lists {
		work <- list
	}
	close(work)
	wg.Wait()
}

// cipherLists reads the file: a list a line, quoted as Go does.
func cipherLists(t *testing.T) []string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "cipherlists.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var lists []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		list, err := strconv.Unquote(lines.Text())
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		lists = append(lists, list)
	}
	return lists
}

// suitesOfBoth are those that this OpenSSL has and that polytls can negotiate.
// OpenSSL 3.2 made CCM_8 a cipher of 64 bits and medium strength: no suite with
// it is compared there.
func suitesOfBoth(t *testing.T, openssl string) map[string]bool {
	t.Helper()
	version := finish(t, command(t, openssl, "version")).want(t, 0).stdout
	older := slices.ContainsFunc([]string{"1.1.1", "3.0.", "3.1."}, func(v string) bool { return strings.HasPrefix(version, "OpenSSL "+v) })
	all, ok := opensslCiphers(openssl, "ALL:COMPLEMENTOFALL")
	if !ok {
		t.Fatal("openssl ciphers fails")
	}
	known := map[string]bool{}
	for name := range strings.SplitSeq(strings.TrimSpace(all), ":") {
		if s := suite.ByName(name); s != nil && s.Implemented && (older || s.Cipher != suite.AES128CCM8 && s.Cipher != suite.AES256CCM8) {
			known[name] = true
		}
	}
	if len(known) < 100 {
		t.Fatalf("both know %d suites", len(known))
	}
	return known
}

func compareCiphers(t *testing.T, openssl string, known map[string]bool, list string) {
	t.Helper()
	for separator, flags := range map[string][]string{":": nil, "\n": {"-v"}} {
		args := append(slices.Clone(flags), "--", list)
		var out bytes.Buffer
		root := newRoot()
		root.SetArgs(append([]string{"ciphers"}, args...))
		root.SetOut(&out)
		root.SetErr(io.Discard)
		err := root.Execute()
		theirs, ok := opensslCiphers(openssl, append(slices.Clone(flags), list)...)
		want := knownCiphers(theirs, separator, known)
		got := knownCiphers(out.String(), separator, known)
		if !slices.ContainsFunc(want, isOfRules) {
			want = nil // nothing that both know: an error here
		}
		if !slices.Equal(got, want) || ok && want != nil && err != nil {
			t.Errorf("ciphers %q: %v\n got %q\nwant %q", args, err, got, want)
		}
	}
}

// knownCiphers are the names, or the lines that begin with one, of known suites.
func knownCiphers(out, separator string, known map[string]bool) []string {
	var kept []string
	for item := range strings.SplitSeq(strings.TrimSuffix(out, "\n"), separator) {
		if fields := strings.Fields(item); len(fields) > 0 && known[fields[0]] {
			kept = append(kept, item)
		}
	}
	return kept
}

// isOfRules reports whether an item is one that the list's rules select: the
// suites of TLS 1.3 are there anyway.
func isOfRules(item string) bool { return !strings.HasPrefix(item, "TLS_") }

// opensslCiphers runs OpenSSL's command; ok is false for a list that it refuses.
func opensslCiphers(openssl string, args ...string) (out string, ok bool) {
	cmd := exec.Command(openssl, append([]string{"ciphers"}, args...)...)
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+os.DevNull)
	data, err := cmd.Output()
	return string(data), err == nil
}
