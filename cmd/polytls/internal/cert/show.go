package cert

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls"
	"polytls/certobject"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/option"
	"polytls/internal/trust/certder"
	"polytls/internal/visible"
)

func newCertShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show FILE...",
		Short:   "Show what certificates say",
		Example: "  polytls cert show pki/server-cert.pem",
		Args:    flags.Args("FILE", 1, math.MaxInt),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showCertificates(cmd.OutOrStdout(), args, asJSON)
		},
	}
	g := flags.NewGroups(cmd)
	g.In(option.Output).BoolVar(&asJSON, "json", false, "a JSON object a line, as connect's peerCertificate")
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
				return explain.Of(err)
			}
			if asJSON {
				if err := visible.Encode(w, cert); err != nil {
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

// showCertificate prints a certificate in a few lines.
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
		row("key", keyWords(c, raw))
		row("signed with", signatureWords(raw))
	}
	if c.CA {
		row("authority", "yes")
	}
	row("for", usageWords(c.ExtKeyUsage))
	row("serial", c.SerialNumber)
	row("sha256", c.Fingerprint256)
}

func keyWords(c *polytls.Certificate, raw *certder.Certificate) string {
	switch {
	case c.Modulus != "":
		return fmt.Sprintf("RSA, %d bits", c.Bits)
	case c.NISTCurve != "":
		return "EC, " + c.NISTCurve
	case c.ASN1Curve != "":
		return "EC, " + c.ASN1Curve
	}
	spki := cryptobyte.String(raw.SPKI)
	var info cryptobyte.String
	if !spki.ReadASN1(&info, asn1.SEQUENCE) {
		return ""
	}
	return algorithmWords(info)
}

// signatureWords names the algorithm of the issuer's signature.
func signatureWords(raw *certder.Certificate) string {
	parsed, err := x509.ParseCertificate(raw.Raw)
	if err == nil && parsed.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return parsed.SignatureAlgorithm.String()
	}
	return algorithmWords(raw.Algorithm)
}

// algorithmWords names an AlgorithmIdentifier, by its number if it has no name
// here.
func algorithmWords(der cryptobyte.String) string {
	var algorithm cryptobyte.String
	var id string
	if !der.ReadASN1(&algorithm, asn1.SEQUENCE) || !certder.ReadOID(&algorithm, &id) {
		return ""
	}
	if name := algorithmNames[id]; name != "" {
		return name
	}
	return id
}

// algorithmNames are keys and signatures where crypto/x509 does not read the
// certificate, or has no name for them (RFC 3279, 4055, 5758, 8410, 9881).
var algorithmNames = map[string]string{
	"1.2.840.113549.1.1.4":    "MD5-RSA",
	"1.2.840.113549.1.1.5":    "SHA1-RSA",
	"1.2.840.113549.1.1.10":   "RSA-PSS",
	"1.2.840.113549.1.1.11":   "SHA256-RSA",
	"1.2.840.113549.1.1.12":   "SHA384-RSA",
	"1.2.840.113549.1.1.13":   "SHA512-RSA",
	"1.2.840.113549.1.1.14":   "SHA224-RSA",
	"1.2.840.10045.4.1":       "ECDSA-SHA1",
	"1.2.840.10045.4.3.1":     "ECDSA-SHA224",
	"1.2.840.10045.4.3.2":     "ECDSA-SHA256",
	"1.2.840.10045.4.3.3":     "ECDSA-SHA384",
	"1.2.840.10045.4.3.4":     "ECDSA-SHA512",
	"1.3.101.110":             "X25519",
	"1.3.101.112":             "Ed25519",
	"1.3.101.113":             "Ed448",
	"1.2.840.10040.4.1":       "DSA",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

// usageWords names the extended key usages that matter here.
func usageWords(ids []string) string {
	known := map[string]string{
		"1.3.6.1.5.5.7.3.1": "servers", "1.3.6.1.5.5.7.3.2": "clients", "1.3.6.1.5.5.7.3.9": "OCSP responses",
	}
	var list []string
	for _, id := range ids {
		if name := known[id]; name != "" {
			id = name
		}
		list = append(list, id)
	}
	return strings.Join(list, ", ")
}
