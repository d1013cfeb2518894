// Package endpoint implements the flags that serve and connect share, and reads the
// files that they name.
package endpoint

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/failure"
	"polytls/internal/keyfile"
	"polytls/internal/option"
)

// Flags are the flags that serve and connect share.
type Flags struct {
	secrets
	Keys, Certs, CAs, CRLs, PFXs []string
	Passphrase                   string
	SNIItem                      string // the --sni item that certs and keys belong to, "" for none

	secureOptions        secureOptions
	DHParam              string
	MinDHSize, MaxDHSize int
	RejectUnauthorized   bool
	extraCA              string

	Given *polytls.ContextOptions // the options that flags set directly

	tlsCipherList  string
	tlsMin, tlsMax [4]bool // indexed by minor version

	keylogFile, PcapFile string
	log                  string

	Notes []string // printed at the start

	Own    []OwnCertificate           // of the context
	warned map[[sha256.Size]byte]bool // certificates that a warning was given for
}

// AddTo adds the flags of a command's options: those with a variable in own or in
// c, and those whose value is stored in a field of the command's options, which
// field returns. given are the options of its context.
func (c *Flags) AddTo(g *flags.Groups, given *polytls.ContextOptions, field func(*option.Option) any, own map[string]any) {
	c.Given, c.RejectUnauthorized = given, true
	shared := map[string]any{
		"Cert": &c.Certs, "Key": &c.Keys, "PFX": &c.PFXs, "Passphrase": &c.Passphrase,
		"PSKCallback": flags.Parsed("IDENTITY:HEX", c.addPSK), "PSKIdentityHint": &c.PSKHint,
		"CA": &c.CAs, "ExtraCA": &c.extraCA, "CRL": &c.CRLs, "AllowUnauthorized": &c.RejectUnauthorized,
		"MinVersion": flags.OneOf(&given.MinVersion, versionNames), "MaxVersion": flags.OneOf(&given.MaxVersion, versionNames),
		"SecureOptions":          flags.Parsed("NAMES", c.secureOptions.add),
		"CertificateCompression": compressionList(&given.CertificateCompression),
		"DHParam":                &c.DHParam, "MinDHSize": &c.MinDHSize, "MaxDHSize": &c.MaxDHSize,
	}
	for o := range option.All() {
		value := field(o)
		for _, variables := range []map[string]any{shared, own} {
			if v := variables[o.Name]; v != nil {
				value = v
			}
		}
		if o.Help != "" && value != nil {
			g.AddOption(o, value)
		}
	}
	c.addDefaults(g.In(option.Protocol))
	f := g.In(option.Output)
	f.StringVar(&c.keylogFile, "keylog-file", "", "`FILE` to append the secrets to in NSS's key log format, for Wireshark")
	f.StringVar(&c.PcapFile, "pcap", "", "`FILE` to write what is sent and received to, with the secrets, in pcapng, for Wireshark")
	f.Var(flags.OneOf(&c.log, logFormats), "log", "format of log records on standard error: "+flags.Words(logFormats)+"; without it text, and lines for people if it is a terminal")
}

// addDefaults adds Node's flags that change the defaults of options.
func (c *Flags) addDefaults(f *pflag.FlagSet) {
	f.StringVar(&c.tlsCipherList, "tls-cipher-list", "", "default `LIST` of --ciphers")
	for i := range c.tlsMin {
		f.BoolVar(&c.tlsMin[i], fmt.Sprintf("tls-min-v1.%d", i), false, fmt.Sprintf("default of --min-version: %s", versionNames[i]))
	}
	for i := range c.tlsMax {
		f.BoolVar(&c.tlsMax[i], fmt.Sprintf("tls-max-v1.%d", i), false, fmt.Sprintf("default of --max-version: %s", versionNames[i]))
	}
}

// SetDefaults applies the flags that change the defaults of the process. The lowest
// of several minimums applies, and the highest of several maximums.
func (c *Flags) SetDefaults() error {
	if c.tlsCipherList != "" {
		if err := polytls.SetDefaultCiphers(c.tlsCipherList); err != nil {
			return flags.WrongOption("--tls-cipher-list", explain.Of(err), explain.Unnamed(err))
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

// Context checks the flags and reads their files. It is called again when the files
// change.
func (c *Flags) Context(cmd *cobra.Command) (polytls.ContextOptions, error) {
	o := *c.Given
	o.SecureOptions = c.secureOptions.value
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

// addExtraCA adds the certificates of --extra-ca or POLYTLS_EXTRA_CA_CERTS to the
// roots. With --ca they are ignored, as in Node.
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

// ExtraCAFile returns the file of extra roots, "" for none, and the flag or variable
// that names it.
func (c *Flags) ExtraCAFile() (flag, path string) {
	if c.extraCA != "" {
		return "--extra-ca", c.extraCA
	}
	const variable = "POLYTLS_EXTRA_CA_CERTS"
	return variable, os.Getenv(variable)
}
