package cert

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"software.sslmate.com/src/go-pkcs12"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
)

func newCertCA() *cobra.Command {
	m := &maker{}
	cmd := &cobra.Command{
		Use:     "ca",
		Short:   "Create a CA: ca-cert.pem and ca-key.pem",
		Example: "  polytls cert ca --out pki --name 'my CA'",
		Args:    flags.NoArgs,
	}
	add := func(identity, _ *pflag.FlagSet) {
		m.addNew(identity, "polytls CA")
		m.addDays(identity, 3650)
	}
	return m.command(cmd, add, func([]string) ([]output, error) {
		key, secret, err := m.newKey()
		if err != nil {
			return nil, err
		}
		ca, err := issue.NewAuthority(m.name, key, m.days, nil)
		if err != nil {
			return nil, err
		}
		return []output{{"ca-key.pem", secret, files.SecretMode}, {"ca-cert.pem", ca.PEM(), files.PublicMode}}, nil
	})
}

// newCertLeaf returns the command cert server or cert client.
func newCertLeaf(kind, name string, usage issue.Usage) *cobra.Command {
	m := &maker{}
	cmd := &cobra.Command{
		Use:     kind,
		Short:   "Create a " + kind + "'s certificate: " + kind + "-cert.pem and " + kind + "-key.pem",
		Example: "  polytls cert " + kind + " --out pki --name " + name,
		Args:    flags.NoArgs,
	}
	add := func(identity, trust *pflag.FlagSet) {
		m.addNew(identity, name)
		identity.Lookup("passphrase").Usage += "; also opens --ca-key"
		m.addSAN(identity)
		m.addDays(identity, 365)
		m.addAuthority(trust)
	}
	return m.command(cmd, add, func([]string) ([]output, error) {
		names, err := m.names(usage)
		if err != nil {
			return nil, err
		}
		ca, err := m.authority()
		if err != nil {
			return nil, err
		}
		key, secret, err := m.newKey()
		if err != nil {
			return nil, err
		}
		pem, err := ca.Issue(issue.Request{Name: m.name, Names: names, Usage: usage, Days: m.days}, key.Public())
		return []output{{kind + "-key.pem", secret, files.SecretMode}, {kind + "-cert.pem", pem, files.PublicMode}}, err
	})
}

// names returns the names of --san. A server without any has its common name, and
// for localhost also the loopback addresses.
func (m *maker) names(usage issue.Usage) (issue.Names, error) {
	names, err := issue.ParseNames(m.san)
	switch {
	case err != nil:
		return names, flags.Wrong("--san", "%v", err)
	case usage != issue.Server || !names.Empty():
		return names, nil
	case m.name == "localhost":
		return issue.LocalNames(), nil
	}
	if err := names.Add(m.name); err != nil {
		return names, flags.Wrong("--san", "required, as --name is not a host name: %v", err)
	}
	return names, nil
}

func newCertCSR() *cobra.Command {
	m := &maker{}
	cmd := &cobra.Command{
		Use:     "csr",
		Short:   "Create a request for another CA: csr.pem and csr-key.pem",
		Example: "  polytls cert csr --out pki --name www.example.org",
		Args:    flags.NoArgs,
	}
	add := func(identity, _ *pflag.FlagSet) {
		m.addNew(identity, "localhost")
		m.addSAN(identity)
	}
	return m.command(cmd, add, func([]string) ([]output, error) {
		names, err := m.names(issue.Server)
		if err != nil {
			return nil, err
		}
		key, secret, err := m.newKey()
		if err != nil {
			return nil, err
		}
		pem, err := issue.NewRequest(m.name, names, key)
		return []output{{"csr-key.pem", secret, files.SecretMode}, {"csr.pem", pem, files.PublicMode}}, err
	})
}

// usages are the values of --usage of cert sign and of --purpose of cert check.
var usages = []string{"server", "client"}

func newCertSign() *cobra.Command {
	m := &maker{}
	usage := usages[0]
	cmd := &cobra.Command{
		Use:     "sign CSR",
		Short:   "Sign a request: csr.pem becomes csr-cert.pem",
		Example: "  polytls cert sign csr.pem --out pki --usage server",
		Args:    flags.Args("CSR", 1, 1),
	}
	add := func(identity, trust *pflag.FlagSet) {
		identity.Var(flags.OneOf(&usage, usages), "usage", "what the certificate is for: "+flags.Words(usages))
		identity.StringSliceVar(&m.san, "san", nil, "`NAMES` in place of those that the request has")
		m.addPassphrase(identity, "that opens the CA's key")
		m.addDays(identity, 365)
		m.addAuthority(trust)
	}
	return m.command(cmd, add, func(args []string) ([]output, error) {
		names, err := issue.ParseNames(m.san)
		if err != nil {
			return nil, flags.Wrong("--san", "%v", err)
		}
		request, public, err := readRequest(args[0])
		if err != nil {
			return nil, err
		}
		if names.Empty() {
			names = issue.NamesOf(request)
		}
		ca, err := m.authority()
		if err != nil {
			return nil, err
		}
		r := issue.Request{Name: request.Subject.CommonName, Names: names, Usage: issue.Server, Days: m.days}
		if usage == "client" {
			r.Usage = issue.Client
		}
		pem, err := ca.Issue(r, public)
		return []output{{baseOf(args[0]) + "-cert.pem", pem, files.PublicMode}}, err
	})
}

// baseOf returns a file's name without directory and extension.
func baseOf(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// readRequest reads a request and its key, whose signature it checks.
func readRequest(path string) (*x509.CertificateRequest, crypto.PublicKey, error) {
	data, err := files.Read("CSR", path)
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || !strings.HasSuffix(block.Type, issue.RequestLabel) { // an older label begins with NEW
		return nil, nil, explain.New("ERR_OSSL_PEM_NO_START_LINE", "give a request in PEM, as polytls cert csr makes it", "CSR: %s: no %s in PEM", path, issue.RequestLabel)
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	var public crypto.PublicKey
	if err == nil {
		public, err = issue.CheckRequest(request)
	}
	if err != nil {
		return nil, nil, explain.New("ERR_OSSL_ASN1_PARSE_ERROR", "make a new request", "CSR: %s: %v", path, err)
	}
	return request, public, nil
}

func newCertPFX() *cobra.Command {
	m := &maker{}
	var cert, key, keyPassphrase string
	cmd := &cobra.Command{
		Use:   "pfx",
		Short: "Pack a certificate and its key into a PKCS #12 archive",
		Example: `  polytls cert pfx --cert pki/client-cert.pem --key pki/client-key.pem \
    --passphrase env:SECRET --out pki`,
		Args: flags.NoArgs,
	}
	add := func(identity, trust *pflag.FlagSet) {
		identity.StringVar(&cert, "cert", "", "`FILE` with the certificate, followed by its chain")
		identity.StringVar(&key, "key", "", "`FILE` with its key")
		identity.StringVar(&keyPassphrase, "key-passphrase", "", "`TEXT` that opens --key, or file:PATH or env:NAME")
		m.addPassphrase(identity, "that opens the archive")
		trust.StringVar(&m.caCert, "ca", "", "`FILE` with more certificates to pack")
	}
	return m.command(cmd, add, func([]string) ([]output, error) {
		if cert == "" || key == "" {
			return nil, flags.Wrong("--cert, --key", "both are required")
		}
		data, err := m.pack(cert, key, keyPassphrase)
		return []output{{strings.TrimSuffix(baseOf(cert), "-cert") + ".pfx", data, files.SecretMode}}, err
	})
}

// pack makes an archive.
func (m *maker) pack(certPath, keyPath, keyPassphrase string) ([]byte, error) {
	passphrase, err := files.Secret("--passphrase", m.passphrase)
	if err != nil {
		return nil, err
	}
	if keyPassphrase, err = files.Secret("--key-passphrase", keyPassphrase); err != nil {
		return nil, err
	}
	ders, err := files.Chain("--cert", certPath)
	if err == nil && m.caCert != "" {
		var more [][]byte
		more, err = files.Chain("--ca", m.caCert)
		ders = append(ders, more...)
	}
	if err != nil {
		return nil, err
	}
	key, err := files.Key("--key", keyPath, keyPassphrase)
	if err != nil {
		return nil, err
	}
	if err := keyfile.Matches(ders[0], key); err != nil {
		return nil, err
	}
	if _, err := x509.MarshalPKCS8PrivateKey(key); err != nil { // go-pkcs12 writes only keys that crypto/x509 supports
		return keyfile.MarshalPFX(rand.Reader, key, ders, passphrase)
	}
	chain, err := x509.ParseCertificates(slices.Concat(ders...))
	if err != nil {
		return nil, err
	}
	return pkcs12.Modern.Encode(key, chain[0], chain[1:], passphrase)
}

func newCertCRL() *cobra.Command {
	m := &maker{}
	var revoke []string
	cmd := &cobra.Command{
		Use:   "crl",
		Short: "Create a revocation list: crl.pem",
		Long: `crl creates a revocation list of a CA. With --force an existing list keeps
its entries, and the new ones are added.`,
		Example: "  polytls cert crl --out pki --revoke pki/client-cert.pem --force",
		Args:    flags.NoArgs,
	}
	add := func(identity, trust *pflag.FlagSet) {
		identity.StringSliceVar(&revoke, "revoke", nil, "`FILE` with a certificate, or a serial number in hex; repeatable")
		m.addPassphrase(identity, "that opens the CA's key")
		m.addDays(identity, 30)
		m.addAuthority(trust)
	}
	return m.command(cmd, add, func([]string) ([]output, error) { return m.revoke(revoke) })
}

func (m *maker) revoke(list []string) ([]output, error) {
	const file = "crl.pem"
	ca, err := m.authority()
	if err != nil {
		return nil, err
	}
	var serials []*big.Int
	for _, item := range list {
		serial, err := serialOf(item)
		if err != nil {
			return nil, err
		}
		serials = append(serials, serial)
	}
	var old *x509.RevocationList
	if m.force {
		if old, err = earlierList(filepath.Join(m.out, file), ca); err != nil {
			return nil, err
		}
	}
	pem, err := ca.Revoke(old, serials, m.days)
	return []output{{file, pem, files.PublicMode}}, err
}

// serialOf reads an item of --revoke: a serial number, or a certificate.
func serialOf(item string) (*big.Int, error) {
	if serial, ok := new(big.Int).SetString(strings.ReplaceAll(item, ":", ""), 16); ok && serial.Sign() > 0 {
		return serial, nil
	}
	cert, err := files.Certificate("--revoke", item)
	if err != nil {
		return nil, err
	}
	return cert.SerialNumber, nil
}

// earlierList reads the existing list, nil if there is none.
func earlierList(path string, ca *issue.Authority) (*x509.RevocationList, error) {
	lists, err := files.RevocationLists("--out", path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := ca.CheckList(lists[0]); err != nil {
		return nil, explain.New("CRL_SIGNATURE_FAILURE", "give another --out", "%s: issued by another CA: %v", path, err)
	}
	return lists[0], nil
}
