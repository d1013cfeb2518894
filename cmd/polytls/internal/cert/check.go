package cert

import (
	"crypto/x509"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/certobject"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/keyfile"
	"polytls/internal/option"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/visible"
)

// checker is the command cert check with its flags.
type checker struct {
	cas, crls       []string
	system, partial bool
	host, key, pass string
	purpose         string
	level, warnDays int
}

func newCertCheck() *cobra.Command {
	c := &checker{purpose: usages[0]}
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Verify a chain as a peer would",
		Long: `check verifies the chain in FILE, leaf first, as a peer would, and prints every
fault; the exit code is 1 if there is one.`,
		Example: "  polytls cert check pki/server-cert.pem --ca pki/ca-cert.pem --host localhost --key pki/server-key.pem",
		Args:    flags.Args("FILE", 1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.check(cmd.OutOrStdout(), args[0])
		},
	}
	g := flags.NewGroups(cmd)
	f := g.In(option.Trust)
	f.StringSliceVar(&c.cas, "ca", nil, "`FILE` with trusted certificates in place of Mozilla's roots; repeatable")
	f.BoolVar(&c.system, "system-roots", false, "trust what this system trusts")
	f.StringSliceVar(&c.crls, "crl", nil, "`FILE` with a revocation list; repeatable")
	f.BoolVar(&c.partial, "allow-partial-trust-chain", false, "accept a chain that ends at any certificate of --ca")
	f.Var(flags.OneOf(&c.purpose, usages), "purpose", "use of the certificate: "+flags.Words(usages))
	f.IntVar(&c.level, "security-level", int(defaultSecurityLevel), "OpenSSL's security `LEVEL`, 0 to 5")
	f = g.In(option.Identity)
	f.StringVar(&c.host, "host", "", "`NAME` or IP address that the certificate must have")
	f.StringVar(&c.key, "key", "", "`FILE` with the key that must belong to the certificate")
	f.StringVar(&c.pass, "passphrase", "", "`TEXT` that opens the key, or file:PATH or env:NAME")
	g.In(option.Output).IntVar(&c.warnDays, "warn-days", 30, "warn within `DAYS` of expiry")
	return g.Done()
}

const defaultSecurityLevel = 2

// check prints every fault and returns the last.
func (c *checker) check(w io.Writer, path string) error {
	if c.level < 0 || c.level > 5 {
		return flags.Wrong("--security-level", "%d, want 0 to 5", c.level)
	}
	chain, err := readTrustChain(path)
	if err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	var last *explain.Failure
	report := func(err error, where string) {
		last = explain.Of(err)
		fmt.Fprintf(w, "%s (%s)\n", visible.Text(last.Error()), where)
	}
	for _, fault := range trust.Faults(chain, o) {
		report(fault.Result.Err(), depthWords(fault.Depth))
	}
	if err := c.checkHost(chain[0]); err != nil {
		report(err, "--host")
	}
	if err := c.checkKey(chain[0]); err != nil {
		report(err, "--key")
	}
	if last != nil {
		return &explain.Reported{Err: last}
	}
	left := int(time.Until(chain[0].NotAfter).Hours() / 24)
	fmt.Fprintf(w, "valid for %d more days\n", left)
	if left < c.warnDays {
		fmt.Fprintf(w, "renew it: it expires on %s\n", chain[0].NotAfter.UTC().Format(time.DateOnly))
	}
	return nil
}

func depthWords(depth int) string {
	if depth == 0 {
		return "the certificate"
	}
	return fmt.Sprintf("issuer at depth %d", depth)
}

func readTrustChain(path string) ([]*trust.Certificate, error) {
	ders, err := files.Chain("FILE", path)
	if err != nil {
		return nil, err
	}
	var chain []*trust.Certificate
	for _, der := range ders {
		cert, err := trust.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		chain = append(chain, cert)
	}
	return chain, nil
}

// options reads the options of the verification.
func (c *checker) options() (trust.Options, error) {
	o := trust.Options{Purpose: trust.ServerAuth, Level: suite.Level(c.level), AllowPartialChain: c.partial, Now: time.Now(), Roots: trust.MozillaRoots()}
	if c.purpose == "client" {
		o.Purpose = trust.ClientAuth
	}
	if c.system {
		roots, err := trust.SystemRoots()
		if err != nil {
			return o, err
		}
		o.Roots = roots
	}
	var ders [][]byte
	for _, path := range c.cas {
		anchors, err := files.Anchors("--ca", path)
		if err != nil {
			return o, err
		}
		ders = append(ders, anchors...)
	}
	if c.cas != nil {
		o.Roots = trust.NewPool(ders...)
	}
	var lists []*x509.RevocationList
	for _, path := range c.crls {
		more, err := files.RevocationLists("--crl", path)
		if err != nil {
			return o, err
		}
		lists = append(lists, more...)
	}
	o.CRLs = trust.NewRevocationLists(lists...)
	return o, nil
}

func (c *checker) checkHost(leaf *trust.Certificate) error {
	if c.host == "" {
		return nil
	}
	object, err := certobject.New(leaf.Raw)
	if err != nil {
		return err
	}
	return polytls.CheckServerIdentity(c.host, object)
}

func (c *checker) checkKey(leaf *trust.Certificate) error {
	if c.key == "" {
		return nil
	}
	passphrase, err := files.Secret("--passphrase", c.pass)
	if err != nil {
		return err
	}
	key, err := files.Key("--key", c.key, passphrase)
	if err != nil {
		return err
	}
	return keyfile.Matches(leaf.Raw, key)
}
