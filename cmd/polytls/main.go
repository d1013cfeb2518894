// Command polytls runs TLS servers and clients, reports what they negotiate, and creates
// and verifies certificates.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"polytls/cmd/polytls/internal/cert"
	"polytls/cmd/polytls/internal/ciphers"
	"polytls/cmd/polytls/internal/connect"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/serve"
	"polytls/internal/visible"
	_ "polytls/secp256k1" // certificates and keys on this curve
)

// Exit codes, which scripts may rely on.
const (
	exitOK      = 0
	exitFailure = 1 // of a handshake, of verification, of the network, of a file
	exitMisuse  = 2 // of a flag or an argument
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// run executes a command line and returns its exit code. Errors go to stderr in
// one line each.
func run(args []string, stderr io.Writer) int {
	root := newRoot()
	args, err := flags.WithEnvironment(root, args, os.Getenv("POLYTLS_OPTIONS"))
	if err == nil {
		err = flags.CheckCommand(root, args)
	}
	if err == nil {
		root.SetArgs(args)
		err = root.Execute()
	}
	var misuse *flags.Misuse
	var reported *explain.Reported
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &misuse):
		fmt.Fprintln(stderr, visible.Text(misuse.Error()))
		return exitMisuse
	case !errors.As(err, &reported):
		fmt.Fprintln(stderr, explain.Of(err).Line())
	}
	return exitFailure
}

// newRoot makes the tree of commands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "polytls",
		Short: "TLS 1.0 to 1.3: servers, clients, certificates, cipher lists",
		Long: `polytls implements TLS 1.0 to 1.3 like Node.js's tls module, on the command
line. "polytls serve" creates a certificate unless it is given one, and shows every
handshake on a page.`,
		Example: `  polytls serve
  polytls connect localhost:8443 --ca ca-cert.pem --json`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          flags.Subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.AddCommand(serve.Command(), connect.Command(), cert.Command(), ciphers.Command(), newVersion())
	help := flags.NewHelp()
	root.AddCommand(help)
	root.SetHelpCommand(help)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		for _, shell := range completion.Commands() {
			shell.Args = flags.NoArgs // cobra's own error would not be a misuse
		}
	}
	root.SetFlagErrorFunc(flags.Error)
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
	return root
}
