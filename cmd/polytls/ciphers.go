package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/internal/suite"
)

func newCiphers() *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use:   "ciphers [-v] [--] [LIST]",
		Short: "Print the cipher suites that a list selects",
		Long: `ciphers prints the cipher suites that a list in OpenSSL's language selects, in
their order. Without LIST it is the default list. A list that begins with '-'
follows "--".`,
		Example: `  polytls ciphers -v 'ECDHE+AESGCM:!aNULL'
  polytls ciphers -- '-ALL:PSK'`,
		Args: atMostOneArg("LIST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			list := polytls.DefaultCiphers()
			if len(args) == 1 {
				list = args[0]
			}
			text, err := ciphersText(list, verbose)
			if err != nil {
				f := failed(err)
				return wrongOption("LIST", f, withoutSubject(f.Reason))
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
	g := groupFlags(cmd)
	g.in(groupOutput).BoolVarP(&verbose, "verbose", "v", false, "a line each, with the columns of openssl ciphers -v")
	g.done()
	return cmd
}

// ciphersText is what the command prints for a list.
func ciphersText(list string, verbose bool) (string, error) {
	parsed, err := suite.ParseCiphers(list)
	if err != nil {
		return "", err
	}
	suites := slices.Concat(parsed.TLS13, parsed.TLS12)
	if verbose {
		return suite.FormatV(suites), nil
	}
	names := make([]string, len(suites))
	for i, s := range suites {
		names[i] = s.Name
	}
	return strings.Join(names, ":") + "\n", nil
}
