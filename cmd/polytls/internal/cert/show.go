package cert

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls"
	"polytls/certobject"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/option"
	"polytls/internal/trace/release"
	"polytls/internal/trace/x509text"
	"polytls/internal/trust/certder"
	"polytls/internal/visible"
	"polytls/internal/visible/visiblejson"
)

func newCertShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show FILE...",
		Short:   "Print the contents of certificates",
		Example: "  polytls cert show pki/server-cert.pem",
		Args:    flags.Args("FILE", 1, math.MaxInt),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showCertificates(cmd.OutOrStdout(), args, asJSON)
		},
	}
	g := flags.NewGroups(cmd)
	g.In(option.Output).BoolVar(&asJSON, "json", false, "one JSON object per line, as connect's peerCertificate")
	return g.Done()
}

func showCertificates(w io.Writer, paths []string, asJSON bool) error {
	first := true
	for _, path := range paths {
		ders, err := files.Chain("FILE", path)
		if err != nil {
			return err
		}
		for _, der := range ders {
			cert, err := certobject.New(der)
			if err != nil {
				return err
			}
			if asJSON {
				if err := visiblejson.Encode(w, cert); err != nil {
					return err
				}
				continue
			}
			if !first {
				fmt.Fprintln(w)
			}
			first = false
			showCertificate(w, cert, der)
		}
	}
	return nil
}

// showCertificate prints a certificate in a few lines, with OpenSSL's names.
func showCertificate(w io.Writer, c *polytls.Certificate, der []byte) {
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-12s %s\n", name, visible.Text(value))
		}
	}
	row("subject", cmp.Or(c.Subject.String(), "(empty)"))
	row("issuer", cmp.Or(c.Issuer.String(), "(empty)"))
	if c.SubjectAltName != nil {
		row("names", *c.SubjectAltName)
	}
	row("valid", c.ValidFrom+" to "+c.ValidTo)
	if raw, _, err := certder.Parse(der); err == nil {
		row("key", keyText(c, raw.SPKI))
		row("signed with", algorithmName(raw.Algorithm))
	}
	if c.CA {
		row("authority", "yes")
	}
	var usages []string
	for _, id := range c.ExtKeyUsage {
		usages = append(usages, longName(id))
	}
	row("for", strings.Join(usages, ", "))
	row("serial", c.SerialNumber)
	row("sha256", c.Fingerprint256)
}

// keyText describes a key by its size or curve, or by its algorithm if it has
// neither.
func keyText(c *polytls.Certificate, spki cryptobyte.String) string {
	if c.Modulus != "" {
		return fmt.Sprintf("RSA, %d bits", c.Bits)
	}
	if curve := cmp.Or(c.NISTCurve, c.ASN1Curve); curve != "" {
		return "EC, " + curve
	}
	var info cryptobyte.String
	if !spki.ReadASN1(&info, asn1.SEQUENCE) {
		return ""
	}
	return algorithmName(info)
}

// algorithmName returns the name of an AlgorithmIdentifier.
func algorithmName(der cryptobyte.String) string {
	var algorithm cryptobyte.String
	var id string
	if !der.ReadASN1(&algorithm, asn1.SEQUENCE) || !certder.ReadOID(&algorithm, &id) {
		return ""
	}
	return longName(id)
}

// longName returns OpenSSL's name of an object, or its identifier in dotted
// notation.
func longName(id string) string { return x509text.LongName(id, release.OpenSSL35) }
