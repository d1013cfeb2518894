package truststore

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/testcert"
)

// newCA writes a CA to be installed.
func newCA(t *testing.T) *CA {
	t.Helper()
	data := testcert.CA("to be trusted").PEM()
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca-cert.pem")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return &CA{File: file, Certificate: cert}
}

// onlyCommands makes PATH a directory with install, rm and one script. There is no sudo.
func onlyCommands(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	for _, tool := range []string{"install", "rm"} {
		path, err := exec.LookPath(tool)
		if err == nil {
			err = os.Symlink(path, filepath.Join(dir, tool))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
}

// oneStore is the store below a root directory.
func oneStore(t *testing.T, root string, ca *CA) *Store {
	t.Helper()
	stores := systemBelow(root, ca)
	if len(stores) != 1 || !strings.HasPrefix(stores[0].Name, "system") {
		t.Fatalf("%d stores: %+v", len(stores), stores)
	}
	return &stores[0]
}

// want checks what was done to a store.
func want(t *testing.T, change func() (string, error), did string) {
	t.Helper()
	if got, err := change(); got != did || err != nil {
		t.Errorf("%q, %v; want %q", got, err, did)
	}
}

// TestSystems has a root directory of each distribution.
func TestSystems(t *testing.T) {
	ca := newCA(t)
	for _, a := range anchors {
		root := t.TempDir()
		dir, ran := filepath.Join(root, a.dir), filepath.Join(root, "ran")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		onlyCommands(t, a.update[0], `echo "$*" >>`+ran+"\n")
		s := oneStore(t, root, ca)
		want(t, s.Remove, "does not have the CA")
		want(t, s.Add, "installed")
		want(t, s.Add, "has the CA already")
		files, _ := filepath.Glob(filepath.Join(dir, "polytls-serve-ca-*"+a.suffix))
		if len(files) != 1 {
			t.Fatalf("%s has the files %q", a.dir, files)
		}
		data, err := os.ReadFile(ca.File)
		if got, _ := os.ReadFile(files[0]); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s has %q", a.dir, got)
		}
		if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: mode %v, %v", files[0], info.Mode(), err)
		}
		want(t, s.Remove, "removed")
		if exists(files[0]) {
			t.Errorf("%s is left behind", files[0])
		}
		update := strings.Join(a.update[1:], " ") + "\n"
		if got, _ := os.ReadFile(ran); string(got) != update+update {
			t.Errorf("%s ran with %q, want %q twice", a.update[0], got, update)
		}
	}
}

// TestDebian runs Debian's own command on another root directory.
func TestDebian(t *testing.T) {
	update := "/usr/sbin/update-ca-certificates"
	if !exists(update) || !exists("/etc/debian_version") {
		t.Skip("this is not Debian with its package ca-certificates")
	}
	ca, root := newCA(t), t.TempDir()
	for _, dir := range []string{"usr/local/share/ca-certificates", "etc/ssl/certs", "hooks", "known"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "conf"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	onlyCommands(t, "update-ca-certificates", "PATH=/usr/sbin:/usr/bin:/sbin:/bin exec "+update+" --certsconf "+root+"/conf --certsdir "+root+
		"/known --localcertsdir "+root+"/usr/local/share/ca-certificates --etccertsdir "+root+"/etc/ssl/certs --hooksdir "+root+"/hooks\n")
	// The command does not write an empty bundle: there is another CA.
	if err := os.WriteFile(filepath.Join(root, "usr/local/share/ca-certificates/other.crt"), testcert.CA("other").PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	inBundle := func() bool {
		bundle, err := os.ReadFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Certificate.Raw}))
	}
	s := oneStore(t, root, ca)
	if want(t, s.Add, "installed"); !inBundle() {
		t.Error("the bundle does not have the CA")
	}
	if want(t, s.Remove, "removed"); inBundle() {
		t.Error("the bundle still has the CA")
	}
}

// TestFailureIsTold has a system whose command fails, and one without a known store.
func TestFailureIsTold(t *testing.T) {
	ca, root := newCA(t), t.TempDir()
	want(t, oneStore(t, root, ca).Add, "skipped: no directory for CAs of the administrator was found")
	if err := os.MkdirAll(filepath.Join(root, "usr/local/share/ca-certificates"), 0o700); err != nil {
		t.Fatal(err)
	}
	onlyCommands(t, "update-ca-certificates", "echo no space left >&2; exit 1\n")
	if _, err := oneStore(t, root, ca).Add(); err == nil || err.Error() != "update-ca-certificates failed: exit status 1: no space left" {
		t.Errorf("the error is %v", err)
	}
}
