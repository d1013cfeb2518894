package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/internal/keyfile"
)

// common are the flags that serve and connect share.
type common struct {
	sharedSecrets
	keys, certs, cas, crls, pfxs []string
	passphrase                   string
	sniItem                      string // the --sni that certs and keys are from, "" for none

	minVersion, maxVersion, secureProtocol string
	secureOptions                          secureOptions
	ciphers, ecdhCurve, sigalgs            string
	dhparam                                string
	minDHSize                              int
	alpn                                   []string
	rejectUnauthorized                     bool

	partialChain, systemRoots bool
	extraCA                   string

	tlsCipherList  string
	tlsMin, tlsMax [4]bool // by the minor version

	handshakeTimeout time.Duration
	maxSendFragment  int
	keylogFile       string

	notes []string // to be told at the start

	own    []ownCertificate           // of the context
	warned map[[sha256.Size]byte]bool // certificates that have been warned of
}

// addTo adds the flags to a command's groups.
func (c *common) addTo(g *flagGroups) {
	f := g.in(groupIdentity)
	f.StringSliceVar(&c.certs, "cert", nil, "`FILE` with a certificate chain in PEM, leaf first; repeatable")
	f.StringSliceVar(&c.keys, "key", nil, "`FILE` with the private key of --cert in PEM; repeatable")
	f.StringSliceVar(&c.pfxs, "pfx", nil, "`FILE` in PKCS #12 with key and certificate; repeatable")
	f.StringVar(&c.passphrase, "passphrase", "", "`TEXT` that opens keys and archives, or file:PATH or env:NAME")
	c.sharedSecrets.addTo(g)

	f = g.in(groupTrust)
	f.StringSliceVar(&c.cas, "ca", nil, "`FILE` with trusted certificates in PEM, in place of Mozilla's roots; repeatable")
	f.BoolVar(&c.systemRoots, "system-roots", false, "trust what this system trusts, in place of Mozilla's roots")
	f.StringVar(&c.extraCA, "extra-ca", "", "`FILE` with certificates in PEM to trust in addition to the roots")
	f.StringSliceVar(&c.crls, "crl", nil, "`FILE` with a certificate revocation list in PEM; repeatable")
	f.BoolVar(&c.partialChain, "allow-partial-trust-chain", false, "accept a chain that ends at any certificate of --ca")
	f.BoolVar(&c.rejectUnauthorized, "reject-unauthorized", true, "refuse peers that fail authentication")

	f = g.in(groupProtocol)
	f.Var(oneOf(&c.minVersion, versionNames), "min-version", "lowest version: "+words(versionNames))
	f.Var(oneOf(&c.maxVersion, versionNames), "max-version", "highest version")
	f.StringVar(&c.secureProtocol, "secure-protocol", "", "OpenSSL `METHOD` in place of both, such as TLSv1_2_method")
	f.Var(&c.secureOptions, "secure-options", "OpenSSL's SSL_OP_ names, joined by ','; those without effect are reported")
	f.StringVar(&c.ciphers, "ciphers", "", "`LIST` of cipher suites in OpenSSL's language")
	f.StringVar(&c.ecdhCurve, "ecdh-curve", "", "`LIST` of groups for the key exchange, joined by ':', or auto")
	f.StringVar(&c.sigalgs, "sigalgs", "", "`LIST` of signature algorithms, joined by ':'")
	f.StringVar(&c.dhparam, "dhparam", "", "`FILE` in PEM with the group of DHE up to TLS 1.2, or auto; ignored by connect")
	f.IntVar(&c.minDHSize, "min-dh-size", 0, "minimum size in `BITS` of a server's DHE group (default 1024); ignored by serve")
	f.StringSliceVar(&c.alpn, "alpn-protocols", nil, "`NAMES` of application protocols, joined by ','")
	f.DurationVar(&c.handshakeTimeout, "handshake-timeout", 0, "maximum `TIME` of a handshake (default 2m0s)")
	f.IntVar(&c.maxSendFragment, "max-send-fragment", 0, "maximum `BYTES` of plaintext in a record, 512 to 16384")
	f.StringVar(&c.tlsCipherList, "tls-cipher-list", "", "default `LIST` of --ciphers")
	for i := range c.tlsMin {
		f.BoolVar(&c.tlsMin[i], fmt.Sprintf("tls-min-v1.%d", i), false, fmt.Sprintf("default of --min-version: %s", versionNames[i]))
	}
	for i := range c.tlsMax {
		f.BoolVar(&c.tlsMax[i], fmt.Sprintf("tls-max-v1.%d", i), false, fmt.Sprintf("default of --max-version: %s", versionNames[i]))
	}

	g.in(groupOutput).StringVar(&c.keylogFile, "keylog-file", "", "`FILE` to append the secrets to in NSS's key log format, for Wireshark")
}

// setDefaults applies the switches that change the defaults of the process:
// of several minimums the lowest counts, of several maximums the highest.
func (c *common) setDefaults() error {
	if c.tlsCipherList != "" {
		if err := polytls.SetDefaultCiphers(c.tlsCipherList); err != nil {
			f := failed(err)
			return wrongOption("--tls-cipher-list", f, withoutSubject(f.Reason))
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

// context reads the files behind the flags. It is called again when they
// change.
func (c *common) context(cmd *cobra.Command) (polytls.ContextOptions, error) {
	o := polytls.ContextOptions{
		Ciphers: c.ciphers, ECDHCurve: c.ecdhCurve, Sigalgs: c.sigalgs,
		MinVersion: c.minVersion, MaxVersion: c.maxVersion,
		SecureProtocol: c.secureProtocol, SecureOptions: c.secureOptions.value,
		AllowPartialTrustChain: c.partialChain,
		SystemRoots:            c.systemRoots,
	}
	c.notes = nil
	if err := c.checkVersions(); err != nil {
		return o, err
	}
	if ignored := c.secureOptions.ignored(); ignored != nil {
		c.note("--secure-options: these have no effect: %s", strings.Join(ignored, ", "))
	}
	if o.Ciphers == "" && c.tlsCipherList == "" {
		o.Ciphers = c.cipherList()
	}
	if c.minDHSize < 0 {
		return o, wrong("--min-dh-size", "%d is negative", c.minDHSize)
	}
	if len(c.pfxs) == 0 && len(c.keys) != len(c.certs) && (len(c.keys) == 0 || len(c.certs) == 0) {
		return o, wrong("--cert, --key", "one requires the other")
	}
	var err error
	if o.Passphrase, err = secretText("--passphrase", c.passphrase); err != nil {
		return o, err
	}
	lists := []struct {
		option string
		paths  []string
		to     *[][]byte
	}{{"Cert", c.certs, &o.Cert}, {"CRL", c.crls, &o.CRL}, {"CA", c.cas, &o.CA}}
	for _, l := range lists {
		if *l.to, err = readFiles(c.flagOf(l.option), l.paths); err != nil {
			return o, err
		}
	}
	if err := c.readKeys(&o); err != nil {
		return o, err
	}
	for i, pem := range o.CA {
		if len(keyfile.ParseCAs(pem)) == 0 {
			return o, wrong("--ca", "%sno certificate in PEM", c.pathOf(fmt.Sprintf("CA[%d]", i)))
		}
	}
	c.own = c.ownCertificates(&o)
	if cmd.Flags().Changed("ca") && o.CA == nil {
		o.CA = [][]byte{} // --ca '' trusts nothing
	}
	return o, c.addExtraCA(&o)
}

func (c *common) readKeys(o *polytls.ContextOptions) error {
	keys, err := readFiles(c.flagOf("Key"), c.keys)
	if err != nil {
		return err
	}
	for _, pem := range keys {
		o.Key = append(o.Key, polytls.Key{PEM: pem})
	}
	archives, err := readFiles(c.flagOf("PFX"), c.pfxs)
	if err != nil {
		return err
	}
	for _, data := range archives {
		o.PFX = append(o.PFX, polytls.PFX{Data: data})
	}
	switch c.dhparam {
	case "":
	case "auto":
		o.DHParam = []byte("auto")
	default:
		o.DHParam, err = readFile(c.flagOf("DHParam"), c.dhparam)
	}
	return err
}

// addExtraCA widens the roots by --extra-ca or POLYTLS_EXTRA_CA_CERTS. As with
// Node's NODE_EXTRA_CA_CERTS, an explicit --ca leaves them out.
func (c *common) addExtraCA(o *polytls.ContextOptions) error {
	flag, path := c.extraCAFile()
	if path == "" || o.CA != nil {
		return nil
	}
	extra, err := readFile(flag, path)
	if err != nil {
		return err
	}
	if len(keyfile.ParseCAs(extra)) == 0 {
		return fail("ERR_OSSL_PEM_NO_START_LINE", fileFlags["ExtraCA"].hint, "%s: %s: no certificate in PEM", flag, path)
	}
	o.ExtraCA = [][]byte{extra}
	return nil
}

// extraCAFile is the file of extra roots, "" for none, and what names it.
func (c *common) extraCAFile() (flag, path string) {
	if c.extraCA != "" {
		return "--extra-ca", c.extraCA
	}
	const variable = "POLYTLS_EXTRA_CA_CERTS"
	return variable, os.Getenv(variable)
}
