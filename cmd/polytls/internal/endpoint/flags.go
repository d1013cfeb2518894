// Package endpoint has the flags that serve and connect share, and the files behind
// them.
package endpoint

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/failure"
	"polytls/internal/keyfile"
)

// Flags are the flags that serve and connect share.
type Flags struct {
	secrets
	Keys, Certs, CAs, CRLs, PFXs []string
	Passphrase                   string
	SNIItem                      string // the --sni that certs and keys are from, "" for none

	MinVersion, maxVersion, SecureProtocol string
	secureOptions                          secureOptions
	ciphers, ecdhCurve, sigalgs            string
	DHParam                                string
	MinDHSize, MaxDHSize                   int
	ALPN                                   []string
	RejectUnauthorized                     bool

	partialChain, systemRoots bool
	extraCA                   string
	maxRSABits                int
	strictKeyUsage            bool

	tlsCipherList  string
	tlsMin, tlsMax [4]bool // by the minor version

	HandshakeTimeout time.Duration
	MaxSendFragment  int
	keylogFile       string

	Notes []string // to be told at the start

	Own    []OwnCertificate           // of the context
	warned map[[sha256.Size]byte]bool // certificates that have been warned of
}

// AddTo adds the flags to a command's groups.
func (c *Flags) AddTo(g *flags.Groups) {
	f := g.In(flags.Identity)
	f.StringSliceVar(&c.Certs, "cert", nil, "`FILE` with a certificate chain in PEM, leaf first; repeatable")
	f.StringSliceVar(&c.Keys, "key", nil, "`FILE` with the private key of --cert in PEM; repeatable")
	f.StringSliceVar(&c.PFXs, "pfx", nil, "`FILE` in PKCS #12 with key and certificate; repeatable")
	f.StringVar(&c.Passphrase, "passphrase", "", "`TEXT` that opens keys and archives, or file:PATH or env:NAME")
	c.secrets.addTo(g)

	f = g.In(flags.Trust)
	f.StringSliceVar(&c.CAs, "ca", nil, "`FILE` with trusted certificates in PEM, in place of Mozilla's roots; repeatable")
	f.BoolVar(&c.systemRoots, "system-roots", false, "trust what this system trusts, in place of Mozilla's roots")
	f.StringVar(&c.extraCA, "extra-ca", "", "`FILE` with certificates in PEM to trust in addition to the roots")
	f.StringSliceVar(&c.CRLs, "crl", nil, "`FILE` with a certificate revocation list in PEM; repeatable")
	f.BoolVar(&c.partialChain, "allow-partial-trust-chain", false, "accept a chain that ends at any certificate of --ca")
	f.IntVar(&c.maxRSABits, "max-rsa-bits", 0, "maximum size in `BITS` of a peer's RSA keys (default 8192)")
	f.BoolVar(&c.strictKeyUsage, "strict-key-usage", false, "refuse a peer's certificate whose key usage is for something else")
	f.BoolVar(&c.RejectUnauthorized, "reject-unauthorized", true, "refuse peers that fail authentication")

	f = g.In(flags.Protocol)
	f.Var(flags.OneOf(&c.MinVersion, versionNames), "min-version", "lowest version: "+flags.Words(versionNames))
	f.Var(flags.OneOf(&c.maxVersion, versionNames), "max-version", "highest version")
	f.StringVar(&c.SecureProtocol, "secure-protocol", "", "OpenSSL `METHOD` in place of both, such as TLSv1_2_method")
	f.Var(&c.secureOptions, "secure-options", "OpenSSL's SSL_OP_ names, joined by ','; those without effect are reported")
	f.StringVar(&c.ciphers, "ciphers", "", "`LIST` of cipher suites in OpenSSL's language")
	f.StringVar(&c.ecdhCurve, "ecdh-curve", "", "`LIST` of groups for the key exchange, joined by ':', or auto")
	f.StringVar(&c.sigalgs, "sigalgs", "", "`LIST` of signature algorithms, joined by ':'")
	f.StringVar(&c.DHParam, "dhparam", "", "`FILE` in PEM with the group of DHE up to TLS 1.2, or auto; ignored by connect")
	f.IntVar(&c.MinDHSize, "min-dh-size", 0, "minimum size in `BITS` of a server's DHE group (default 1024); ignored by serve")
	f.IntVar(&c.MaxDHSize, "max-dh-size", 0, "maximum size in `BITS` of a server's own DHE group (default 4096); ignored by serve")
	f.StringSliceVar(&c.ALPN, "alpn-protocols", nil, "`NAMES` of application protocols, joined by ','")
	f.DurationVar(&c.HandshakeTimeout, "handshake-timeout", 0, "maximum `TIME` of a handshake (default 2m0s)")
	f.IntVar(&c.MaxSendFragment, "max-send-fragment", 0, "maximum `BYTES` of plaintext in a record, 512 to 16384")
	f.StringVar(&c.tlsCipherList, "tls-cipher-list", "", "default `LIST` of --ciphers")
	for i := range c.tlsMin {
		f.BoolVar(&c.tlsMin[i], fmt.Sprintf("tls-min-v1.%d", i), false, fmt.Sprintf("default of --min-version: %s", versionNames[i]))
	}
	for i := range c.tlsMax {
		f.BoolVar(&c.tlsMax[i], fmt.Sprintf("tls-max-v1.%d", i), false, fmt.Sprintf("default of --max-version: %s", versionNames[i]))
	}

	g.In(flags.Output).StringVar(&c.keylogFile, "keylog-file", "", "`FILE` to append the secrets to in NSS's key log format, for Wireshark")
}

// SetDefaults applies the switches that change the defaults of the process:
// of several minimums the lowest counts, of several maximums the highest.
func (c *Flags) SetDefaults() error {
	if c.tlsCipherList != "" {
		if err := polytls.SetDefaultCiphers(c.tlsCipherList); err != nil {
			f := explain.Of(err)
			return flags.WrongOption("--tls-cipher-list", f, WithoutSubject(f.Reason))
		}
	}
	for i, on := range c.tlsMin {
		if on {
			if err := polytls.SetDefaultMinVersion(versionNames[i]); err != nil {
				return err
			}
			break
		}
	}
	for i, on := range c.tlsMax {
		if on {
			if err := polytls.SetDefaultMaxVersion(versionNames[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Context reads the files behind the flags. It is called again when they
// change.
func (c *Flags) Context(cmd *cobra.Command) (polytls.ContextOptions, error) {
	o := polytls.ContextOptions{
		Ciphers: c.ciphers, ECDHCurve: c.ecdhCurve, Sigalgs: c.sigalgs,
		MinVersion: c.MinVersion, MaxVersion: c.maxVersion,
		SecureProtocol: c.SecureProtocol, SecureOptions: c.secureOptions.value,
		AllowPartialTrustChain: c.partialChain,
		SystemRoots:            c.systemRoots,
		MaxRSABits:             c.maxRSABits,
		StrictKeyUsage:         c.strictKeyUsage,
	}
	c.Notes = nil
	if err := c.checkVersions(); err != nil {
		return o, err
	}
	if ignored := c.secureOptions.ignored(); ignored != nil {
		c.note("--secure-options: these have no effect: %s", strings.Join(ignored, ", "))
	}
	if o.Ciphers == "" && c.tlsCipherList == "" {
		o.Ciphers = c.cipherList()
	}
	for flag, size := range map[string]int{"--min-dh-size": c.MinDHSize, "--max-dh-size": c.MaxDHSize} {
		if size < 0 {
			return o, flags.Wrong(flag, "%d is negative", size)
		}
	}
	if len(c.PFXs) == 0 && len(c.Keys) != len(c.Certs) && (len(c.Keys) == 0 || len(c.Certs) == 0) {
		return o, flags.Wrong("--cert, --key", "one requires the other")
	}
	var err error
	if o.Passphrase, err = files.Secret("--passphrase", c.Passphrase); err != nil {
		return o, err
	}
	lists := []struct {
		option string
		paths  []string
		to     *[][]byte
	}{{"Cert", c.Certs, &o.Cert}, {"CRL", c.CRLs, &o.CRL}, {"CA", c.CAs, &o.CA}}
	for _, l := range lists {
		if *l.to, err = files.ReadAll(c.flagOf(l.option), l.paths); err != nil {
			return o, err
		}
	}
	if err := c.readKeys(&o); err != nil {
		return o, err
	}
	for i, pem := range o.CA {
		if len(keyfile.ParseCAs(pem)) == 0 {
			return o, flags.Wrong("--ca", "%sno certificate in PEM", c.pathOf(failure.Item{Option: "CA", Index: i}))
		}
	}
	c.Own = c.ownCertificates(&o)
	if cmd.Flags().Changed("ca") && o.CA == nil {
		o.CA = [][]byte{} // --ca '' trusts nothing
	}
	return o, c.addExtraCA(&o)
}

func (c *Flags) readKeys(o *polytls.ContextOptions) error {
	keys, err := files.ReadAll(c.flagOf("Key"), c.Keys)
	if err != nil {
		return err
	}
	for _, pem := range keys {
		o.Key = append(o.Key, polytls.Key{PEM: pem})
	}
	archives, err := files.ReadAll(c.flagOf("PFX"), c.PFXs)
	if err != nil {
		return err
	}
	for _, data := range archives {
		o.PFX = append(o.PFX, polytls.PFX{Data: data})
	}
	switch c.DHParam {
	case "":
	case "auto":
		o.DHParam = []byte("auto")
	default:
		o.DHParam, err = files.Read(c.flagOf("DHParam"), c.DHParam)
	}
	return err
}

// addExtraCA widens the roots by --extra-ca or POLYTLS_EXTRA_CA_CERTS. As with
// Node's NODE_EXTRA_CA_CERTS, an explicit --ca leaves them out.
func (c *Flags) addExtraCA(o *polytls.ContextOptions) error {
	flag, path := c.ExtraCAFile()
	if path == "" || o.CA != nil {
		return nil
	}
	extra, err := files.Read(flag, path)
	if err != nil {
		return err
	}
	if len(keyfile.ParseCAs(extra)) == 0 {
		return explain.New("ERR_OSSL_PEM_NO_START_LINE", explain.FileHint("ExtraCA"), "%s: %s: no certificate in PEM", flag, path)
	}
	o.ExtraCA = [][]byte{extra}
	return nil
}

// ExtraCAFile is the file of extra roots, "" for none, and what names it.
func (c *Flags) ExtraCAFile() (flag, path string) {
	if c.extraCA != "" {
		return "--extra-ca", c.extraCA
	}
	const variable = "POLYTLS_EXTRA_CA_CERTS"
	return variable, os.Getenv(variable)
}
