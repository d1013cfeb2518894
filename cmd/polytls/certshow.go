package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/internal/certobject"
	"polytls/internal/trust"
)

func newCertShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show FILE...",
		Short:   "Show what certificates say",
		Example: "  polytls cert show pki/server-cert.pem",
		Args:    someArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showCertificates(cmd.OutOrStdout(), args, asJSON)
		},
	}
	g := groupFlags(cmd)
	g.in(groupOutput).BoolVar(&asJSON, "json", false, "a JSON object a line, as connect's peerCertificate")
	g.done()
	return cmd
}

func showCertificates(w io.Writer, paths []string, asJSON bool) error {
	first := true
	for _, path := range paths {
		ders, err := readChain("FILE", path)
		if err != nil {
			return err
		}
		for _, der := range ders {
			cert, err := certobject.New(der)
			if err != nil {
				return failed(err)
			}
			if asJSON {
				e := json.NewEncoder(w)
				e.SetEscapeHTML(false)
				if err := e.Encode(cert); err != nil {
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
			fmt.Fprintf(w, "%-12s %s\n", name, oneLine(value))
		}
	}
	row("subject", distinguished(c.Subject))
	row("issuer", distinguished(c.Issuer))
	if c.SubjectAltName != nil {
		row("names", *c.SubjectAltName)
	}
	row("valid", c.ValidFrom+" to "+c.ValidTo)
	row("key", keyWords(c))
	if parsed, err := trust.ParseCertificate(der); err == nil && parsed.Certificate != nil {
		row("signed with", parsed.SignatureAlgorithm.String())
	}
	if c.CA {
		row("authority", "yes")
	}
	row("for", usageWords(c.ExtKeyUsage))
	row("serial", c.SerialNumber)
	row("sha256", c.Fingerprint256)
}

func keyWords(c *polytls.Certificate) string {
	switch {
	case c.Modulus != "":
		return fmt.Sprintf("RSA, %d bits", c.Bits)
	case c.NISTCurve != "":
		return "EC, " + c.NISTCurve
	case c.ASN1Curve != "":
		return "EC, " + c.ASN1Curve
	}
	return ""
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
