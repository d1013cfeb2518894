//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"polytls/bench"
)

// streamModule is where Debian keeps nginx's stream module; elsewhere it is
// built in.
const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so"

// loadStream is the directive that loads it, or nothing.
func loadStream() string {
	if _, err := os.Stat(streamModule); err != nil {
		return ""
	}
	return "load_module " + streamModule + ";"
}

// nginxServes reports whether nginx is installed with its stream module, and
// that with TLS: Debian keeps the module in a package of its own.
func nginxServes() bool {
	dir, err := os.MkdirTemp("", "nginx")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "nginx.conf")
	config := fmt.Sprintf("%s pid %s/pid; events {} stream { ssl_protocols TLSv1.3; }\n", loadStream(), dir)
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return false
	}
	return exec.Command("nginx", "-t", "-q", "-e", dir+"/error.log", "-c", path).Run() == nil
}

// nginxServer starts nginx as one process, whose stream module answers every
// connection with a line and closes it.
func nginxServer(s bench.Spec, d bench.Identities) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(string(d), "nginx")
	if err != nil {
		return nil, err
	}
	tickets, cache := "on", "none"
	if s.Identifier {
		tickets, cache = "off", "shared:sessions:10m"
	}
	config := fmt.Sprintf(`%s daemon off; master_process off; pid %s/pid; error_log %s/error.log crit;
events { worker_connections 1024; }
stream { server {
	listen %s ssl; return "ECHO\n";
	ssl_certificate %s; ssl_certificate_key %s;
	ssl_protocols %s; %s; ssl_ecdh_curve %s;
	ssl_session_tickets %s; ssl_session_cache %s;
} }
`, loadStream(), dir, dir, address, d.Cert(s.Cert), d.Key(s.Cert), s.Version,
		nginxCiphers(s), strings.ReplaceAll(s.Group, "P-256", "prime256v1"), tickets, cache)
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return nil, err
	}
	p, err := start(serverRole, exec.Command("nginx", "-e", dir+"/error.log", "-c", path))
	if err != nil {
		return nil, err
	}
	p.address, p.silent = address, true
	return p, p.awaitListener()
}

// nginxCiphers names the suite, for which TLS 1.3 has a directive of its own.
func nginxCiphers(s bench.Spec) string {
	if s.Version == "TLSv1.3" {
		return "ssl_conf_command Ciphersuites " + s.Suite
	}
	return "ssl_ciphers " + s.Suite
}
