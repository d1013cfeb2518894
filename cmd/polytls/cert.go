package main

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
)

func newCert() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cert",
		Short: "Make, sign, show and check certificates",
		Long: `cert makes an authority and certificates for servers and clients, signs
requests, packs PKCS #12 archives, revokes, shows and checks. Files are PEM; keys
are readable by you alone; nothing is replaced without --force. What was written
is printed, a path on each line.`,
		Example: `  polytls cert ca --out pki
  polytls cert server --out pki --san localhost,127.0.0.1
  polytls cert check pki/server-cert.pem --ca pki/ca-cert.pem --host localhost`,
		Args: subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCertCA(), newCertLeaf("server", issue.Server), newCertLeaf("client", issue.Client),
		newCertCSR(), newCertSign(), newCertPFX(), newCertCRL(), newCertShow(), newCertCheck())
	return cmd
}

// maker are the flags of the commands that make something.
type maker struct {
	cmd        *cobra.Command
	out        string
	force      bool
	name       string
	san        []string
	days       int
	algorithm  string
	passphrase string
	caCert     string
	caKey      string
}

// addOutput adds where files go.
func (m *maker) addOutput(g *flagGroups) {
	f := g.in(groupOutput)
	f.StringVar(&m.out, "out", ".", "`DIR` where files go")
	f.BoolVar(&m.force, "force", false, "replace existing files")
}

// addNew adds what a new certificate or request says.
func (m *maker) addNew(g *flagGroups, name string, withSAN bool) {
	f := g.in(groupIdentity)
	f.StringVar(&m.name, "name", name, "common `NAME`")
	if withSAN {
		f.StringSliceVar(&m.san, "san", nil, "alternative `NAMES`: host, IP address, DNS:, IP:, URI: or email:")
	}
	m.algorithm = issue.Algorithms[0]
	f.Var(oneOf(&m.algorithm, issue.Algorithms), "algorithm", "of the key: "+words(issue.Algorithms))
	f.StringVar(&m.passphrase, "passphrase", "", "`TEXT` to encrypt the key with, or file:PATH or env:NAME; also opens --ca-key")
}

func (m *maker) addDays(g *flagGroups, days int) {
	g.in(groupIdentity).IntVar(&m.days, "days", days, "validity in `DAYS`")
}

// addAuthority adds who signs.
func (m *maker) addAuthority(g *flagGroups) {
	f := g.in(groupTrust)
	f.StringVar(&m.caCert, "ca", "", "`FILE` with the authority's certificate (default ca-cert.pem in --out)")
	f.StringVar(&m.caKey, "ca-key", "", "`FILE` with its key (default ca-key.pem beside it)")
}

// authority reads who signs.
func (m *maker) authority() (*issue.Authority, error) {
	certPath, keyPath := m.caCert, m.caKey
	if certPath == "" {
		certPath = filepath.Join(m.out, "ca-cert.pem")
	}
	if keyPath == "" {
		keyPath = filepath.Join(filepath.Dir(certPath), "ca-key.pem")
	}
	passphrase, err := secretText("--passphrase", m.passphrase)
	if err != nil {
		return nil, err
	}
	return readAuthority(certPath, keyPath, passphrase)
}

// readAuthority reads a CA from its two files.
func readAuthority(certPath, keyPath, passphrase string) (*issue.Authority, error) {
	cert, err := readCertificate("--ca", certPath)
	if err != nil {
		f := failed(err)
		if f.Code == "ENOENT" {
			f.hint = "make an authority with polytls cert ca, or name one with --ca"
		}
		return nil, f
	}
	key, err := readKey("--ca-key", keyPath, passphrase)
	if err != nil {
		return nil, err
	}
	if err := keyfile.Matches(cert.Raw, key); err != nil {
		f := failed(err)
		f.Reason = "--ca-key: " + f.Reason
		f.hint = "give the key that belongs to --ca"
		return nil, f
	}
	if !cert.IsCA {
		return nil, fail("INVALID_CA", "give a CA certificate, as polytls cert ca makes it", "--ca: %s: not a CA certificate", certPath)
	}
	return &issue.Authority{Certificate: cert, Key: key}, nil
}

// readCertificate reads the first certificate of a file.
func readCertificate(flag, path string) (*x509.Certificate, error) {
	ders, err := readChain(flag, path)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(ders[0])
	if err != nil {
		return nil, fail("ERR_OSSL_ASN1_PARSE_ERROR", "", "%s: %s: %v", flag, path, err)
	}
	return cert, nil
}

func readChain(flag, path string) ([][]byte, error) {
	data, err := readFile(flag, path)
	if err != nil {
		return nil, err
	}
	ders, err := keyfile.ParseCertificates(data)
	if err != nil {
		f := failed(err)
		f.Reason = flag + ": " + path + ": " + f.Reason
		return nil, f
	}
	return ders, nil
}

// readAnchors is readChain with the trust settings of TRUSTED CERTIFICATE.
func readAnchors(flag, path string) ([][]byte, error) {
	if _, err := readChain(flag, path); err != nil {
		return nil, err
	}
	data, err := readFile(flag, path)
	return keyfile.ParseCAs(data), err
}

func readKey(flag, path, passphrase string) (crypto.Signer, error) {
	data, err := readFile(flag, path)
	if err != nil {
		return nil, err
	}
	key, err := keyfile.ParsePrivateKey(data, []byte(passphrase))
	if err != nil {
		f := failed(err)
		f.Reason = flag + ": " + path + ": " + f.Reason
		return nil, f
	}
	return key, nil
}

// output is a file to be written.
type output struct {
	name   string
	data   []byte
	secret bool
}

// write writes files into --out and prints their paths. It looks first whether
// all may be written, so that a pair is never half new.
func (m *maker) write(files ...output) error {
	if err := os.MkdirAll(m.out, dirMode); err != nil {
		return failed(err)
	}
	if !m.force {
		for _, f := range files {
			if _, err := os.Lstat(filepath.Join(m.out, f.name)); err == nil {
				return fail("EEXIST", "", "%s already exists", filepath.Join(m.out, f.name))
			}
		}
	}
	for _, f := range files {
		mode := publicMode
		if f.secret {
			mode = secretMode
		}
		path := filepath.Join(m.out, f.name)
		if err := writeFile(path, f.data, mode, m.force); err != nil {
			return err
		}
		fmt.Fprintln(m.cmd.OutOrStdout(), path)
	}
	return nil
}

// newKey makes a key and its file's contents.
func (m *maker) newKey() (crypto.Signer, []byte, error) {
	passphrase, err := secretText("--passphrase", m.passphrase)
	if err != nil {
		return nil, nil, err
	}
	key, err := issue.NewKey(m.algorithm)
	if err != nil {
		return nil, nil, err
	}
	pem, err := keyPEM(key, passphrase)
	return key, pem, err
}

// checkDays refuses what would not be valid at all.
func (m *maker) checkDays() error {
	const most = 36500
	if m.days < 1 || m.days > most {
		return wrong("--days", "%d, want 1 to %d", m.days, most)
	}
	return nil
}
