package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"polytls/internal/peertest"
)

// trusting has a home directory, a Java and a state of its own, and never changes the
// system's store.
type trusting struct {
	home, javaHome, state string
}

func newTrusting(t *testing.T) *trusting {
	t.Helper()
	certutil, keytool := peertest.Path(t, "certutil"), peertest.Path(t, "keytool")
	keytool, err := filepath.EvalSymlinks(keytool)
	if err != nil {
		t.Fatal(err)
	}
	h := &trusting{t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "state")}
	firefox := filepath.Join(h.home, ".mozilla", "firefox", "0.default")
	h.mkdir(t, firefox)
	if out, err := exec.Command(certutil, "-N", "-d", "sql:"+firefox, "--empty-password").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	java := filepath.Dir(filepath.Dir(keytool))
	data, err := os.ReadFile(filepath.Join(java, "lib", "security", "cacerts"))
	if err != nil {
		t.Fatal(err)
	}
	security := filepath.Join(h.javaHome, "lib", "security")
	h.mkdir(t, security)
	if err := os.WriteFile(filepath.Join(security, "cacerts"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(java, "bin"), filepath.Join(h.javaHome, "bin")); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *trusting) mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// command is serve with this home and this Java.
func (h *trusting) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--log", "json", "--state", h.state, "--trust-stores", "nss,java"}, args...)
	cmd := command(t, program(), args...)
	cmd.Env = append(cmd.Env, "HOME="+h.home, "JAVA_HOME="+h.javaHome)
	return cmd
}

// inNSS lists the CAs of polytls in the user's databases.
func (h *trusting) inNSS(t *testing.T) (names []string) {
	t.Helper()
	for _, dir := range []string{".mozilla/firefox/0.default", ".pki/nssdb"} {
		out, err := exec.Command("certutil", "-L", "-d", "sql:"+filepath.Join(h.home, dir)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "polytls-") {
				names = append(names, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	return names
}

// inJava reports whether the keystore has a CA of polytls.
func (h *trusting) inJava(t *testing.T) bool {
	t.Helper()
	out, err := exec.Command("keytool", "-list", "-storepass", "changeit", "-keystore", filepath.Join(h.javaHome, "lib/security/cacerts")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Contains(string(out), "polytls-serve-ca-")
}

// results reads what the log says of each store, by the first word of its name.
func (r *running) results(count int) map[string]string {
	r.t.Helper()
	results := map[string]string{}
	for range count {
		record := r.record("trust store")
		name, _, _ := strings.Cut(record["store"].(string), " ")
		results[name] = record["result"].(string)
	}
	return results
}

// TestTrust has a browser that accepts the page with the CA, and not without it.
func TestTrust(t *testing.T) {
	h := newTrusting(t)
	r := serveCmd(t, h.command(t, "--trust", "--yes"))
	if got := fmt.Sprint(r.results(3)); got != "map[Chromium:installed Firefox:installed Java:installed]" {
		t.Errorf("the log says %s", got)
	}
	if names := h.inNSS(t); len(names) != 2 || names[0] != names[1] || !strings.HasSuffix(names[0], " C,,") {
		t.Errorf("the databases have %q", names)
	}
	if !h.inJava(t) {
		t.Error("Java's keystore does not have the CA")
	}
	url := "https://" + r.localhost() + "/"
	strict := []chromedp.ExecAllocatorOption{chromedp.Flag("ignore-certificate-errors", false), chromedp.Env("HOME=" + h.home)}
	do(t, browser(t, strict...), chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS(`details[data-id]`)))
	again := serveCmd(t, h.command(t, "--trust", "--yes"))
	if got := fmt.Sprint(again.results(3)); strings.Count(got, "has the CA already") != 3 {
		t.Errorf("the second time the log says %s", got)
	}
	got := finish(t, h.command(t, "--untrust", "--yes")).want(t, exitOK)
	if n := strings.Count(got.stderr, "removed"); n != 3 || got.stdout != "" {
		t.Errorf("--untrust says\n%s%s", got.stdout, got.stderr)
	}
	got = finish(t, h.command(t, "--untrust", "--yes")).want(t, exitOK)
	if n := strings.Count(got.stderr, "does not have the CA"); n != 3 {
		t.Errorf("--untrust says again\n%s", got.stderr)
	}
	if names := h.inNSS(t); len(names) != 0 || h.inJava(t) {
		t.Errorf("after --untrust the databases have %q", names)
	}
	err := chromedp.Do(browser(t, strict...), chromedp.Navigate(url))
	if err == nil || !strings.Contains(err.Error(), "ERR_CERT_AUTHORITY_INVALID") {
		t.Errorf("after --untrust the browser says %v", err)
	}
}

// TestTrustGoesOnAfterAFailure has a keystore that is none: the other stores are
// changed.
func TestTrustGoesOnAfterAFailure(t *testing.T) {
	h := newTrusting(t)
	if err := os.WriteFile(filepath.Join(h.javaHome, "lib/security/cacerts"), []byte("no keystore"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := finish(t, h.command(t, "--trust", "--yes")).want(t, exitFailure)
	if !strings.Contains(got.stderr, "keytool failed: exit status 1: ") || !strings.HasSuffix(got.stderr, "--trust: 1 of 3 stores could not be changed; see above; --trust-stores can leave stores out\n") {
		t.Errorf("standard error is %s", got.stderr)
	}
	if names := h.inNSS(t); len(names) != 2 || got.stdout != "" {
		t.Errorf("the databases have %q, standard output %q", names, got.stdout)
	}
	if err := os.Rename(h.state, h.state+"2"); err != nil {
		t.Fatal(err)
	}
	if got := finish(t, h.command(t, "--untrust", "--yes")).want(t, exitFailure); !strings.HasPrefix(got.stderr, "ENOENT: --state: ") {
		t.Errorf("without a CA: %s", got.stderr)
	}
}

// TestTrustSkips has none of the stores.
func TestTrustSkips(t *testing.T) {
	h := &trusting{t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "state")}
	cmd := h.command(t, "--trust", "--yes")
	cmd.Env = append(cmd.Env, "PATH="+t.TempDir())
	r := serveCmd(t, cmd)
	if got := r.results(2); !strings.HasPrefix(got["Firefox"], "skipped: needs certutil") || !strings.HasPrefix(got["Java"], "skipped: no JAVA_HOME") {
		t.Errorf("the log says %v", got)
	}
}

// TestTrustAsks types answers at a terminal.
func TestTrustAsks(t *testing.T) {
	h := newTrusting(t)
	h.mkdir(t, filepath.Join(h.home, ".pki", "nssdb"))
	if out, err := exec.Command("certutil", "-N", "-d", "sql:"+filepath.Join(h.home, ".pki", "nssdb"), "--empty-password").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for answer, trusted := range map[string]bool{"\n": false, "no\n": false, "y\n": true} {
		master, slave := terminal(t)
		cmd := command(t, program(), "serve", "--listen", "127.0.0.1:0", "--state", h.state, "--trust", "--trust-stores", "nss")
		cmd.Env = append(cmd.Env, "HOME="+h.home)
		screen, out := peertest.NewTranscript(), peertest.NewTranscript()
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, out, slave
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go io.Copy(screen, master)
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
			said.add(string(screen.Bytes()))
		})
		await(t, screen, "names below localhost, local, test, internal, home.arpa and private addresses, for no others.")
		await(t, screen, "Go on? [y/N] ")
		if names := h.inNSS(t); len(names) != 0 {
			t.Fatalf("before the answer the databases have %q", names)
		}
		io.WriteString(master, answer)
		if !trusted {
			if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != exitFailure {
				t.Errorf("%q: %v", answer, err)
			}
			await(t, screen, "not confirmed, nothing was changed")
			continue
		}
		await(t, screen, "0.default): installed")
		await(t, screen, "the CA of its certificate is trusted: ")
		if names := h.inNSS(t); len(names) != 2 {
			t.Errorf("the databases have %q", names)
		}
		finish(t, h.command(t, "--untrust", "--yes")).want(t, exitOK)
	}
}

// TestMadeCAIsBounded has a certificate for a public name from the CA that serve made:
// peers that trust the CA refuse it, and accept the certificate of serve.
func TestMadeCAIsBounded(t *testing.T) {
	const public = "www.example.com"
	dir := filepath.Join(t.TempDir(), "state")
	own := start(t, "--mode", "echo", "--state", dir)
	ca := filepath.Join(dir, "ca-cert.pem")
	execute(t, "cert", "server", "--ca", ca, "--out", dir, "--force", "--san", public).want(t, exitOK)
	abused := start(t, "--mode", "echo", "--cert", filepath.Join(dir, "server-cert.pem"), "--key", filepath.Join(dir, "server-key.pem"))
	const python = `import socket, ssl, sys
c = ssl.create_default_context(cafile=sys.argv[3])
c.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2]))), server_hostname=sys.argv[1])`
	const node = `const [name, port, ca] = process.argv.slice(1)
require("tls").connect({port, host: "127.0.0.1", servername: name, ca: require("fs").readFileSync(ca)}, () => process.exit(0)).on("error", e => { console.error(e.code); process.exit(1) })`
	for program, words := range map[string]string{
		"openssl":    "s_client -connect 127.0.0.1:PORT -servername NAME -verify_hostname NAME -CAfile FILE -verify_return_error",
		"gnutls-cli": "--x509cafile FILE --sni-hostname NAME --verify-hostname NAME --port PORT 127.0.0.1",
		"python3":    "-c PYTHON NAME PORT FILE", "node": "-e NODE NAME PORT FILE", "node12": "-e NODE NAME PORT FILE",
	} {
		path := peertest.Path(t, program)
		for name, r := range map[string]*running{"localhost": own, public: abused} {
			port := r.address[strings.LastIndexByte(r.address, ':')+1:]
			replace := strings.NewReplacer("PORT", port, "NAME", name, "FILE", ca, "PYTHON", python, "NODE", node)
			args := strings.Fields(words)
			for i := range args {
				args[i] = replace.Replace(args[i])
			}
			cmd := command(t, path, args...)
			cmd.Stdin = strings.NewReader("")
			if got := finish(t, cmd); (got.code == 0) != (r == own) {
				t.Errorf("%s with %s: exit code %d\n%s%s", program, name, got.code, got.stdout, got.stderr)
			}
		}
	}
	if got := execute(t, "connect", abused.localhost(), "--servername", public, "--ca", ca).want(t, exitFailure); !strings.HasPrefix(got.stderr, "UNSPECIFIED: permitted subtree violation; ") {
		t.Errorf("connect says %s", got.stderr)
	}
	got := execute(t, "serve", "--listen", "192.0.2.1:0", "--state", dir).want(t, exitMisuse)
	if !strings.HasPrefix(got.stderr, "--listen: the CA in "+dir+" is for other names and addresses only") {
		t.Errorf("serve at another address says %s", got.stderr)
	}
	if info, err := os.Stat(filepath.Join(dir, "ca-key.pem")); err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("the CA's key: %v, %v", info, err)
	}
}
