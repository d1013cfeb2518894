package polyhttp_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"polytls"
	"polytls/internal/peertest"
	"polytls/polyhttp"
)

// nginxDir returns a directory with the files that nginx reads.
func nginxDir(t *testing.T) string {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "ca.pem"), ca.PEM())
	writeFile(t, filepath.Join(dir, "cert.pem"), localhost.ChainPEM())
	writeFile(t, filepath.Join(dir, "key.pem"), localhost.KeyPEM())
	client := ca.Client("nginx")
	writeFile(t, filepath.Join(dir, "client.pem"), client.PEM())
	writeFile(t, filepath.Join(dir, "client.key"), client.KeyPEM())
	return dir
}

// TestNginxServes asks nginx with both protocols and versions, twice each: the second
// connection resumes.
func TestNginxServes(t *testing.T) {
	dir := nginxDir(t)
	port := peertest.StartNginx(t, dir, fmt.Sprintf(`
		listen 127.0.0.1:%%d ssl http2;
		ssl_protocols TLSv1.2 TLSv1.3;
		ssl_certificate %[1]s/cert.pem;
		ssl_certificate_key %[1]s/key.pem;
		ssl_session_cache shared:sessions:1m;
		return 200 "$server_protocol $ssl_protocol resumed=$ssl_session_reused name=$ssl_server_name";`, dir))
	for _, protocol := range []string{"h2", "http/1.1"} {
		for _, version := range []string{polytls.TLS12, polytls.TLS13} {
			o := trusting()
			o.ALPNProtocols, o.MaxVersion = []string{protocol}, version
			c := ours(t, o)
			for _, resumed := range []string{".", "r"} { // nginx's words
				resp, text := post(t, c, fmt.Sprintf("https://localhost:%d/", port), "")
				if want := fmt.Sprintf("%s %s resumed=%s name=localhost", resp.Proto, version, resumed); text != want {
					t.Errorf("nginx saw %q, want %q", text, want)
				}
				if resp.TLS.DidResume != (resumed == "r") || resp.TLS.NegotiatedProtocol != protocol {
					t.Errorf("%s %s: resumed %t, %q", protocol, version, resp.TLS.DidResume, resp.TLS.NegotiatedProtocol)
				}
				c.CloseIdleConnections()
			}
		}
	}
}

// TestNginxForwards is a server behind nginx, which verifies it and shows a
// certificate.
func TestNginxForwards(t *testing.T) {
	dir := nginxDir(t)
	o := serving()
	o.CA, o.RequestCert = [][]byte{ca.PEM()}, true
	address, _ := start(t, o, func(s *polyhttp.Server) {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s from %s, name %s, resumed %t", r.Proto, r.URL.Path, r.TLS.PeerCertificates[0].Subject.CommonName, r.TLS.ServerName, r.TLS.DidResume)
		})
	})
	port := peertest.StartNginx(t, dir, fmt.Sprintf(`
		listen 127.0.0.1:%%d;
		location / {
			proxy_pass https://%s;
			proxy_http_version 1.1;
			proxy_ssl_trusted_certificate %[2]s/ca.pem;
			proxy_ssl_verify on;
			proxy_ssl_name localhost;
			proxy_ssl_server_name on;
			proxy_ssl_protocols TLSv1.2 TLSv1.3;
			proxy_ssl_certificate %[2]s/client.pem;
			proxy_ssl_certificate_key %[2]s/client.key;
		}
		location /other/ {
			proxy_pass https://%[1]s;
			proxy_ssl_trusted_certificate %[2]s/ca.pem;
			proxy_ssl_verify on;
			proxy_ssl_name other.example;
		}`, strings.Replace(address, "localhost", "127.0.0.1", 1), dir))
	for _, resumed := range []bool{false, true} {
		resp, text := post(t, http.DefaultClient, fmt.Sprintf("http://127.0.0.1:%d/a", port), "")
		if want := fmt.Sprintf("HTTP/1.1 /a from nginx, name localhost, resumed %t", resumed); text != want {
			t.Errorf("%s: %q, want %q", resp.Status, text, want)
		}
	}
	if resp, text := post(t, http.DefaultClient, fmt.Sprintf("http://127.0.0.1:%d/other/", port), ""); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("a name that the certificate is not for: %s %q, want 502", resp.Status, text)
	}
}
