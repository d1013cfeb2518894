package peertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// StartNginx starts nginx as one process with a server block, in which %d is the port,
// as in "listen 127.0.0.1:%d ssl;", and returns the port. Relative paths are below dir.
func StartNginx(t testing.TB, dir, server string) (port int) {
	t.Helper()
	path, config := Path(t, "nginx"), filepath.Join(dir, "nginx.conf")
	_, port = StartListening(t, func(port int) *exec.Cmd {
		text := fmt.Sprintf(`
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr notice;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		%[2]s
	}
}
`, dir, fmt.Sprintf(server, port))
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.Command(path, "-e", "stderr", "-p", dir, "-c", config)
	}, Logs("getrlimit(RLIMIT_NOFILE)")) // once it listens
	return port
}
