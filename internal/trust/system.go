package trust

import (
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// SystemRoots reads the certificates that the system trusts, from where OpenSSL
// reads them: the file of SSL_CERT_FILE or the first usual bundle, and the
// directories of SSL_CERT_DIR or the first usual one. No other function of this
// package reads files. It fails if there are no certificates.
func SystemRoots() (*Pool, error) {
	files, dirs := systemFiles, systemDirectories
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files = []string{f}
	}
	if d := os.Getenv("SSL_CERT_DIR"); d != "" {
		dirs = filepath.SplitList(d)
	}
	pool := NewPool()
	var failures []error
	for _, name := range files {
		err := pool.addFile(name)
		if err == nil {
			break
		}
		failures = append(failures, err)
	}
	for _, dir := range dirs {
		if err := pool.addDirectory(dir); err != nil {
			failures = append(failures, err)
		}
	}
	if pool.Len() == 0 {
		return nil, fmt.Errorf("system certificates: none found: %w", errors.Join(failures...))
	}
	return pool, nil
}

var systemFiles = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
	"/etc/pki/tls/certs/ca-bundle.crt",                  // older RHEL
	"/etc/ssl/ca-bundle.pem",                            // SUSE
	"/etc/ssl/cert.pem",                                 // Alpine, the BSDs, macOS
	"/usr/local/share/certs/ca-root-nss.crt",            // FreeBSD
}

var systemDirectories = []string{
	"/etc/ssl/certs",
	"/etc/pki/tls/certs",
}

func (p *Pool) addFile(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil
		}
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
			continue
		}
		if c, err := parseTrusted(block.Bytes); err == nil {
			p.add(c)
		}
	}
}

func (p *Pool) addDirectory(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			// A broken link among many certificates is ignored.
			_ = p.addFile(filepath.Join(dir, e.Name()))
		}
	}
	return nil
}
