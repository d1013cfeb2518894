package peertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// PostgresFiles are what a server of PostgreSQL reads: its certificate and key, the
// authorities of its clients' certificates, all in PEM, and the lines of pg_hba.conf.
type PostgresFiles struct {
	Cert, Key, ClientCA []byte
	Access              []string
}

// StartPostgres starts PostgreSQL with TLS and returns its port on 127.0.0.1. Its user
// and its database are named postgres.
func StartPostgres(t testing.TB, files PostgresFiles) (port int) {
	t.Helper()
	initdb, server := Path(t, "initdb"), Path(t, "postgres")
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	for name, text := range map[string][]byte{
		"cert.pem": files.Cert, "key.pem": files.Key, "ca.pem": files.ClientCA,
		"hba.conf": []byte(strings.Join(files.Access, "\n") + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unprivileged := postgresUser(t, dir)
	create := StartTogether(t, unprivileged(initdb, "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8"))
	if err := create.Wait(t); err != nil {
		t.Fatalf("initdb: %v%s", err, create.Output())
	}
	p, port := StartListening(t, func(port int) *exec.Cmd {
		args := []string{"-D", data}
		for _, setting := range []string{
			"listen_addresses=127.0.0.1", fmt.Sprint("port=", port), "unix_socket_directories=", "fsync=off", "shared_buffers=1MB",
			"ssl=on", "ssl_cert_file=" + dir + "/cert.pem", "ssl_key_file=" + dir + "/key.pem", "ssl_ca_file=" + dir + "/ca.pem",
			"hba_file=" + dir + "/hba.conf",
		} {
			args = append(args, "-c", setting)
		}
		return unprivileged(server, args...)
	}, Logs("database system is ready to accept connections"))
	t.Cleanup(func() { p.Interrupt(t) }) // killed, it leaves a segment of shared memory
	return port
}

// postgresUser returns a function that makes commands, as the user postgres and with
// dir as that user's if the test runs as root, which PostgreSQL refuses.
func postgresUser(t testing.TB, dir string) func(name string, args ...string) *exec.Cmd {
	t.Helper()
	var prefix []string
	if os.Getuid() == 0 {
		prefix = []string{Path(t, "setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"}
		if out, err := exec.Command("chown", "-R", "postgres:postgres", dir).CombinedOutput(); err != nil {
			t.Fatalf("chown: %v: %s", err, out)
		}
	}
	return func(name string, args ...string) *exec.Cmd {
		all := slices.Concat(prefix, []string{name}, args)
		cmd := exec.Command(all[0], all[1:]...)
		cmd.Dir = dir
		return cmd
	}
}
