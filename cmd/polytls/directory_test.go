//go:build unix

package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestServeDirectory serves what is public over both versions of HTTP, and nothing
// else: no listing, no dot file, nothing outside.
func TestServeDirectory(t *testing.T) {
	f := newFiles(t)
	root := filepath.Join(t.TempDir(), "root")
	in := func(name string) string { return filepath.Join(root, name) }
	for name, text := range map[string]string{
		"hello.txt": "hello", "sub/index.html": "index", "sub/other": "other", "bare/file": "file",
		".hidden": "hidden", ".git/config": "config", "sub/.htpasswd": "password",
	} {
		if err := os.MkdirAll(filepath.Dir(in(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"outside": f.clientKey, "link": "hello.txt", "dots": ".hidden", "git": ".git", "up": ".."} {
		if err := os.Symlink(target, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, "--mode", "http", "--root", root, "--cert", f.cert, "--key", f.key)
	for protocol, major := range map[string]int{"h2": 2, "http/1.1": 1} {
		c := f.client(t, protocol)
		for path, want := range map[string]string{
			"hello.txt": "hello", "link": "hello", "sub/": "index", "sub/other": "other", "bare/file": "file",
			"": "", "bare/": "", "bare": "", ".hidden": "", ".git/config": "", "sub/.htpasswd": "", "missing": "", "pipe": "",
			"outside": "", "dots": "", "git/config": "", "up/": "", "../../etc/passwd": "", "%2e%2e/%2e%2e/etc/passwd": "", "sub/%2ehtpasswd": "",
		} {
			response, body := get(t, c, "https://"+r.address+"/"+path)
			status := http.StatusNotFound
			if want != "" {
				status = http.StatusOK
			}
			if response.StatusCode != status && response.StatusCode != http.StatusBadRequest || want != "" && body != want || response.ProtoMajor != major {
				t.Errorf("%s: /%s: %d %q over %s, want %d %q", protocol, path, response.StatusCode, body, response.Proto, status, want)
			}
		}
	}
}

// TestOwnFilesAreNotServed has every file that serve reads or writes below its
// root, under its name, under a link and under a second name.
func TestOwnFilesAreNotServed(t *testing.T) {
	f := newFiles(t)
	root := f.dir
	in := func(name string) string { return filepath.Join(root, name) }
	copyOf := func(name, path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return f.write(t, name, data)
	}
	execute(t, "cert", "ca", "--out", in("pki")).want(t, exitOK)
	execute(t, "cert", "crl", "--out", in("pki")).want(t, exitOK)
	execute(t, "cert", "pfx", "--cert", f.clientCert, "--key", f.clientKey, "--passphrase", "sesame", "--out", root).want(t, exitOK)
	args := []string{"--mode", "http", "--root", root, "--cert", f.cert, "--key", f.key, "--ca", f.ca, "--ca", in("pki/ca-cert.pem"),
		"--crl", in("pki/crl.pem"), "--pfx", in("ccert.pfx"), "--passphrase", "file:" + f.write(t, "passphrase", []byte("sesame\n")),
		"--extra-ca", copyOf("extra.pem", f.ca), "--sni", "x=" + copyOf("named.pem", f.clientCert) + "," + copyOf("named-key.pem", f.clientKey),
		"--srp-verifiers", copyOf("users.srp", verifiers), "--keylog-file", in("keys.log"),
		"--ticket-keys-from", f.write(t, "ticket.keys", []byte(strings.Repeat("0f", 48)+"\n")), "--state", in("state")}
	names := []string{"cert.pem", "key.pem", "ca.pem", "pki/ca-cert.pem", "pki/crl.pem", "ccert.pfx", "passphrase", "extra.pem",
		"named.pem", "named-key.pem", "users.srp", "keys.log", "ticket.keys"}
	r := start(t, args...)
	f.notServed(t, r, names)
	made := start(t, "--mode", "http", "--root", root, "--state", in("state"))
	f.ca = in("state/ca-cert.pem")
	f.notServed(t, made, []string{"state/ca-cert.pem", "state/ca-key.pem", "state/server-cert.pem", "state/server-key.pem"})
}

// notServed asks for files by name, by a link and by a hard link.
func (f *files) notServed(t *testing.T, r *running, names []string) {
	t.Helper()
	c := f.client(t, "http/1.1")
	served := f.write(t, "served", []byte("served"))
	if _, body := get(t, c, "https://"+r.address+"/"+filepath.Base(served)); body != "served" {
		t.Fatalf("what is public is not served: %q", body)
	}
	for i, name := range names {
		link, second := "link"+string(rune('a'+i)), "second"+string(rune('a'+i))
		os.Remove(filepath.Join(f.dir, link))
		os.Remove(filepath.Join(f.dir, second))
		err := os.Symlink(name, filepath.Join(f.dir, link))
		if err = errors.Join(err, os.Link(filepath.Join(f.dir, name), filepath.Join(f.dir, second))); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{name, link, second} {
			if response, body := get(t, c, "https://"+r.address+"/"+path); response.StatusCode != http.StatusNotFound {
				t.Errorf("%s as /%s: %d %.40q", name, path, response.StatusCode, body)
			}
		}
	}
}
