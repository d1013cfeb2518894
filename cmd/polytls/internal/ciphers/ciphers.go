// Package ciphers is the command ciphers.
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
)

func Command() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:   "ciphers [-v] [--] [LIST]",
		Short: "Print the cipher suites that a list selects",
		Long: `ciphers prints the cipher suites that a list in OpenSSL's language selects, in
their order. Without LIST it is the default list. A list that begins with '-'
follows "--".`,
		Example: `  polytls ciphers -v 'ECDHE+AESGCM:!aNULL'
  polytls ciphers -- '-ALL:PSK'`,
		Args: flags.AtMostOneArg("LIST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			list := polytls.DefaultCiphers()
			if len(args) == 1 {
				list = args[0]
			}
			text, err := ciphersText(list, verbose)
			if err != nil {
				return flags.WrongOption("LIST", explain.Of(err), explain.Unnamed(err))
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
	g := flags.NewGroups(cmd)
	g.In(option.Output).BoolVarP(&verbose, "verbose", "v", false, "a line each, with the columns of openssl ciphers -v")
	return g.Done()
}

// ciphersText is what the command prints for a list.
func ciphersText(list string, verbose bool) (string, error) {
	parsed, err := openssl.ParseCiphers(list)
	if err != nil {
		return "", err
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
