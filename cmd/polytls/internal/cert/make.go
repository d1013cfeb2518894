package cert

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"software.sslmate.com/src/go-pkcs12"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/keyfile"
	"polytls/internal/option"
)

func newCertCA() *cobra.Command {
	m := &maker{}
	m.cmd = &cobra.Command{
		Use:     "ca",
		Short:   "Make an authority: ca-cert.pem and ca-key.pem",
		Example: "  polytls cert ca --out pki --name 'my authority'",
		Args:    flags.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := m.checkDays(); err != nil {
				return err
			}
			key, secret, err := m.newKey()
			if err != nil {
				return err
			}
			ca, err := issue.NewAuthority(m.name, key, m.days)
			if err != nil {
				return explain.Of(err)
			}
			return m.write(output{"ca-key.pem", secret, true}, output{"ca-cert.pem", ca.PEM(), false})
		},
	}
	g := flags.NewGroups(m.cmd)
	m.addNew(g, "polytls authority", false)
	m.addDays(g, 3650)
	m.addOutput(g)
	return g.Done()
}

// newCertLeaf is cert server and cert client.
func newCertLeaf(kind string, usage issue.Usage) *cobra.Command {
	m := &maker{}
	m.cmd = &cobra.Command{
		Use:     kind,
		Short:   "Make a " + kind + "'s certificate: " + kind + "-cert.pem and " + kind + "-key.pem",
		Example: "  polytls cert " + kind + " --out pki --name " + leafName(kind),
		Args:    flags.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return m.makeLeaf(kind, usage)
		},
	}
	g := flags.NewGroups(m.cmd)
	m.addNew(g, leafName(kind), true)
	m.addDays(g, 365)
	m.addAuthority(g)
	m.addOutput(g)
	return g.Done()
}

func leafName(kind string) string {
	if kind == "server" {
		return "localhost"
	}
	return kind
}

func (m *maker) makeLeaf(kind string, usage issue.Usage) error {
	if err := m.checkDays(); err != nil {
		return err
	}
	names, err := m.names(usage)
	if err != nil {
		return err
	}
	ca, err := m.authority()
	if err != nil {
		return err
	}
	key, secret, err := m.newKey()
	if err != nil {
		return err
	}
	r := issue.Request{Name: m.name, Names: names, Usage: usage, Days: m.days}
	pem, err := ca.Issue(r, key.Public())
	if err != nil {
		return explain.Of(err)
	}
	return m.write(output{kind + "-key.pem", secret, true}, output{kind + "-cert.pem", pem, false})
}

// names are those of --san. A server without any is called by its common name,
// and localhost by its addresses, too.
func (m *maker) names(usage issue.Usage) (issue.Names, error) {
	names, err := issue.ParseNames(m.san)
	if err != nil {
		return names, flags.Wrong("--san", "%v", err)
	}
	if usage != issue.Server || !names.Empty() {
		return names, nil
	}
	if m.name == "localhost" {
		return issue.LocalNames(), nil
	}
	if err := names.Add(m.name); err != nil {
		return names, flags.Wrong("--san", "required, as --name is not a host name: %v", err)
	}
	return names, nil
}

func newCertCSR() *cobra.Command {
	m := &maker{}
	m.cmd = &cobra.Command{
		Use:     "csr",
		Short:   "Make a request for another authority: csr.pem and csr-key.pem",
		Example: "  polytls cert csr --out pki --name www.example.org",
		Args:    flags.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			names, err := m.names(issue.Server)
			if err != nil {
				return err
			}
			key, secret, err := m.newKey()
			if err != nil {
				return err
			}
			pem, err := issue.NewRequest(m.name, names, key)
			if err != nil {
				return explain.Of(err)
			}
			return m.write(output{"csr-key.pem", secret, true}, output{"csr.pem", pem, false})
		},
	}
	g := flags.NewGroups(m.cmd)
	m.addNew(g, "localhost", true)
	m.addOutput(g)
	return g.Done()
}

func newCertSign() *cobra.Command {
	m := &maker{}
	usage := "server"
	m.cmd = &cobra.Command{
		Use:     "sign CSR",
		Short:   "Sign a request: csr.pem becomes csr-cert.pem",
		Example: "  polytls cert sign csr.pem --out pki --usage server",
		Args:    flags.Args("CSR", 1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			kind := issue.Server
			if usage == "client" {
				kind = issue.Client
			}
			return m.sign(args[0], kind)
		},
	}
	g := flags.NewGroups(m.cmd)
	f := g.In(option.Identity)
	f.Var(flags.OneOf(&usage, []string{"server", "client"}), "usage", "what the certificate is for: server, client")
	f.StringSliceVar(&m.san, "san", nil, "`NAMES` in place of those that the request has")
	f.StringVar(&m.passphrase, "passphrase", "", "`TEXT` that opens the authority's key, or file:PATH or env:NAME")
	m.addDays(g, 365)
	m.addAuthority(g)
	m.addOutput(g)
	return g.Done()
}

func (m *maker) sign(path string, usage issue.Usage) error {
	if err := m.checkDays(); err != nil {
		return err
	}
	names, err := issue.ParseNames(m.san)
	if err != nil {
		return flags.Wrong("--san", "%v", err)
	}
	request, err := readRequest(path)
	if err != nil {
		return err
	}
	if names.Empty() {
		names = issue.NamesOf(request)
	}
	ca, err := m.authority()
	if err != nil {
		return err
	}
	r := issue.Request{Name: request.Subject.CommonName, Names: names, Usage: usage, Days: m.days}
	pem, err := ca.Issue(r, request.PublicKey)
	if err != nil {
		return explain.Of(err)
	}
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return m.write(output{base + "-cert.pem", pem, false})
}

// readRequest reads a request and checks its signature, which proves that the
// requester has the key.
func readRequest(path string) (*x509.CertificateRequest, error) {
	data, err := files.Read("CSR", path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || !strings.HasSuffix(block.Type, issue.RequestLabel) { // an older label has NEW before it
		return nil, explain.New("ERR_OSSL_PEM_NO_START_LINE", "give a request in PEM, as polytls cert csr makes it", "CSR: %s: no %s in PEM", path, issue.RequestLabel)
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err == nil {
		err = request.CheckSignature()
	}
	if err != nil {
		return nil, explain.New("ERR_OSSL_ASN1_PARSE_ERROR", "make a new request", "CSR: %s: %v", path, err)
	}
	return request, nil
}

func newCertPFX() *cobra.Command {
	m := &maker{}
	var cert, key, keyPassphrase string
	m.cmd = &cobra.Command{
		Use:   "pfx",
		Short: "Pack certificate and key into a PKCS #12 archive",
		Example: `  polytls cert pfx --cert pki/client-cert.pem --key pki/client-key.pem \
    --passphrase env:SECRET --out pki`,
		Args: flags.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if cert == "" || key == "" {
				return flags.Wrong("--cert, --key", "both are required")
			}
			return m.pack(cert, key, keyPassphrase)
		},
	}
	g := flags.NewGroups(m.cmd)
	f := g.In(option.Identity)
	f.StringVar(&cert, "cert", "", "`FILE` with the certificate, followed by its chain")
	f.StringVar(&key, "key", "", "`FILE` with its key")
	f.StringVar(&keyPassphrase, "key-passphrase", "", "`TEXT` that opens --key, or file:PATH or env:NAME")
	f.StringVar(&m.passphrase, "passphrase", "", "`TEXT` that opens the archive, or file:PATH or env:NAME")
	g.In(option.Trust).StringVar(&m.caCert, "ca", "", "`FILE` with certificates to pack besides")
	m.addOutput(g)
	return g.Done()
}

// pack writes NAME.pfx for NAME-cert.pem.
func (m *maker) pack(certPath, keyPath, keyPassphrase string) error {
	passphrase, err := files.Secret("--passphrase", m.passphrase)
	if err != nil {
		return err
	}
	if keyPassphrase, err = files.Secret("--key-passphrase", keyPassphrase); err != nil {
		return err
	}
	ders, err := files.Chain("--cert", certPath)
	if err != nil {
		return err
	}
	if m.caCert != "" {
		extra, err := files.Chain("--ca", m.caCert)
		if err != nil {
			return err
		}
		ders = append(ders, extra...)
	}
	key, err := files.Key("--key", keyPath, keyPassphrase)
	if err != nil {
		return err
	}
	if err := keyfile.Matches(ders[0], key); err != nil {
		return explain.Of(err)
	}
	var chain []*x509.Certificate
	for _, der := range ders {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return explain.Of(err)
		}
		chain = append(chain, cert)
	}
	data, err := pkcs12.Modern.Encode(key, chain[0], chain[1:], passphrase)
	if err != nil {
		return explain.Of(err)
	}
	base := strings.TrimSuffix(filepath.Base(certPath), filepath.Ext(certPath))
	return m.write(output{strings.TrimSuffix(base, "-cert") + ".pfx", data, true})
}

func newCertCRL() *cobra.Command {
	m := &maker{}
	var revoke []string
	m.cmd = &cobra.Command{
		Use:   "crl",
		Short: "Make a revocation list: crl.pem",
		Long: `crl makes a revocation list of an authority. With --force a list that is there
keeps its entries and gets the new ones besides.`,
		Example: "  polytls cert crl --out pki --revoke pki/client-cert.pem --force",
		Args:    flags.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return m.revoke(revoke) },
	}
	g := flags.NewGroups(m.cmd)
	f := g.In(option.Identity)
	f.StringSliceVar(&revoke, "revoke", nil, "`FILE` with a certificate, or a serial number in hex; repeatable")
	f.StringVar(&m.passphrase, "passphrase", "", "`TEXT` that opens the authority's key, or file:PATH or env:NAME")
	m.addDays(g, 30)
	m.addAuthority(g)
	m.addOutput(g)
	return g.Done()
}

func (m *maker) revoke(list []string) error {
	const file = "crl.pem"
	if err := m.checkDays(); err != nil {
		return err
	}
	ca, err := m.authority()
	if err != nil {
		return err
	}
	var serials []*big.Int
	for _, item := range list {
		serial, err := serialOf(item)
		if err != nil {
			return err
		}
		serials = append(serials, serial)
	}
	var old *x509.RevocationList
	if m.force {
		if old, err = earlierList(filepath.Join(m.out, file), ca); err != nil {
			return err
		}
	}
	pem, err := ca.Revoke(old, serials, m.days)
	if err != nil {
		return explain.Of(err)
	}
	return m.write(output{file, pem, false})
}

// serialOf reads what --revoke names: a serial number, or a certificate.
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

// earlierList is the list that is there, nil if there is none.
func earlierList(path string, ca *issue.Authority) (*x509.RevocationList, error) {
	lists, err := files.RevocationLists("--out", path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := lists[0].CheckSignatureFrom(ca.Certificate); err != nil {
		return nil, explain.New("CRL_SIGNATURE_FAILURE", "give another --out", "%s: issued by another authority: %v", path, err)
	}
	return lists[0], nil
}
