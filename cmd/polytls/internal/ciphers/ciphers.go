// Package ciphers implements the command ciphers.
package ciphers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/openssl"
	"polytls/internal/option"
	"polytls/internal/suite"
)

func Command() *cobra.Command {
	var verbose bool
	var policy string
	cmd := &cobra.Command{
		Use:   "ciphers [-v] [--policy [NAME]] [--] [LIST]",
		Short: "Print the cipher suites that a list selects, or what a policy allows",
		Long: `ciphers prints the cipher suites that a list in OpenSSL's language selects, in
their order. Without LIST it is the default list. A list that begins with '-'
follows "--".

With --policy it prints what the policy NAME of serve and connect allows, or,
without NAME, which policies there are and the document of each.`,
		Example: `  polytls ciphers -v 'ECDHE+AESGCM:!aNULL'
  polytls ciphers -- '-ALL:PSK'
  polytls ciphers --policy mozilla-intermediate`,
		Args: flags.Args("LIST", 0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := "", error(nil)
			switch named := policy != "" && policy != every; {
			case named && len(args) > 0:
				return flags.Wrong("LIST", "not allowed with --policy")
			case policy != "" && verbose:
				return flags.Wrong("--verbose", "not allowed with --policy")
			case named:
				text, err = policyText(policy)
			case policy != "" && len(args) > 0: // --policy NAME: pflag accepts only --policy=NAME
				text, err = policyText(args[0])
			case policy != "":
				text = policiesText()
			case len(args) > 0:
				text, err = ciphersText(args[0], verbose)
			default:
				text, err = ciphersText(polytls.DefaultCiphers(), verbose)
			}
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
	g := flags.NewGroups(cmd)
	f := g.In(option.Output)
	f.BoolVarP(&verbose, "verbose", "v", false, "a line each, with the columns of openssl ciphers -v")
	f.StringVar(&policy, "policy", "", "print what the policy `NAME` allows; without NAME list the policies")
	f.Lookup("policy").NoOptDefVal = every
	return g.Done()
}

// every is the value of --policy that prints the list of all policies.
const every = "list"

// policyText returns what a policy allows.
func policyText(name string) (string, error) {
	if name == every {
		return policiesText(), nil
	}
	p, err := suite.ParsePolicy(name)
	if err != nil {
		return "", flags.WrongOption("--policy", explain.Of(err), explain.Unnamed(err))
	}
	return p.Words(), nil
}

// policiesText returns the list of policies with their documents.
func policiesText() string {
	var b strings.Builder
	for p := range suite.Policies() {
		fmt.Fprintf(&b, "%-21s %s\n", p.Name, p.Document)
	}
	return b.String()
}

// ciphersText returns what the command prints for a list.
func ciphersText(list string, verbose bool) (string, error) {
	parsed, err := openssl.ParseCiphers(list)
	if err != nil {
		return "", flags.WrongOption("LIST", explain.Of(err), explain.Unnamed(err))
	}
	suites := slices.Concat(parsed.TLS13, parsed.TLS12)
	if verbose {
		return openssl.FormatV(suites), nil
	}
	names := make([]string, len(suites))
	for i, s := range suites {
		names[i] = s.Name
	}
	return strings.Join(names, ":") + "\n", nil
}
