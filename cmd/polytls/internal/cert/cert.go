// Package cert implements the command cert with its subcommands.
package cert

import (
	"cmp"
	"crypto"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/option"
)

func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cert",
		Short: "Create, sign, show and verify certificates",
		Long: `cert creates a CA and certificates for servers and clients, signs requests, packs
PKCS #12 archives, revokes, shows and verifies certificates. Files are PEM; keys are
readable by their owner only; files are replaced only with --force. The paths of the
files that were written are printed, one on each line.`,
		Example: `  polytls cert ca --out pki
  polytls cert server --out pki --san localhost,127.0.0.1
  polytls cert check pki/server-cert.pem --ca pki/ca-cert.pem --host localhost`,
		Args: flags.Subcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCertCA(), newCertLeaf("server", "localhost", issue.Server), newCertLeaf("client", "client", issue.Client),
		newCertCSR(), newCertSign(), newCertPFX(), newCertCRL(), newCertShow(), newCertCheck())
	return cmd
}

// maker holds the flags of the commands that make files. Each command uses some of
// them.
type maker struct {
	out        string
	force      bool
	name       string
	san        []string
	days       int
	algorithm  string
	passphrase string
	caCert     string
	caKey      string
}

// output is a file to be written.
type output struct {
	name string
	data []byte
	mode os.FileMode
}

// command completes a command that writes the files that run returns. add adds the
// flags that only this command has.
func (m *maker) command(cmd *cobra.Command, add func(identity, trust *pflag.FlagSet), run func(args []string) ([]output, error)) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		const most = 36500
		if f := cmd.Flags().Lookup("days"); f != nil && (m.days < 1 || m.days > most) {
			return flags.Wrong("--days", "%d, want 1 to %d", m.days, most)
		}
		outputs, err := run(args)
		if err != nil {
			return err
		}
		return m.write(cmd, outputs)
	}
	g := flags.NewGroups(cmd)
	add(g.In(option.Identity), g.In(option.Trust))
	f := g.In(option.Output)
	f.StringVar(&m.out, "out", ".", "`DIR` where files go")
	f.BoolVar(&m.force, "force", false, "replace existing files")
	return g.Done()
}

// addNew adds the flags of a new key and of the name in its certificate or request.
func (m *maker) addNew(f *pflag.FlagSet, name string) {
	f.StringVar(&m.name, "name", name, "common `NAME`")
	m.algorithm = issue.Algorithms[0]
	f.Var(flags.OneOf(&m.algorithm, issue.Algorithms), "algorithm", "algorithm of the key: "+flags.Words(issue.Algorithms))
	m.addPassphrase(f, "that encrypts the key")
}

func (m *maker) addPassphrase(f *pflag.FlagSet, purpose string) {
	f.StringVar(&m.passphrase, "passphrase", "", "`TEXT` "+purpose+", or file:PATH or env:NAME")
}

func (m *maker) addSAN(f *pflag.FlagSet) {
	f.StringSliceVar(&m.san, "san", nil, "alternative `NAMES`: host, IP address, DNS:, IP:, URI: or email:")
}

func (m *maker) addDays(f *pflag.FlagSet, days int) {
	f.IntVar(&m.days, "days", days, "validity in `DAYS`")
}

// addAuthority adds the flags of the CA that signs.
func (m *maker) addAuthority(f *pflag.FlagSet) {
	f.StringVar(&m.caCert, "ca", "", "`FILE` with the CA's certificate (default ca-cert.pem in --out)")
	f.StringVar(&m.caKey, "ca-key", "", "`FILE` with its key (default ca-key.pem beside it)")
}

// authority reads the CA that signs.
func (m *maker) authority() (*issue.Authority, error) {
	certPath := cmp.Or(m.caCert, filepath.Join(m.out, "ca-cert.pem"))
	keyPath := cmp.Or(m.caKey, filepath.Join(filepath.Dir(certPath), "ca-key.pem"))
	passphrase, err := files.Secret("--passphrase", m.passphrase)
	if err != nil {
		return nil, err
	}
	return files.Authority(certPath, keyPath, passphrase)
}

// newKey makes a key and the contents of its file.
func (m *maker) newKey() (crypto.Signer, []byte, error) {
	passphrase, err := files.Secret("--passphrase", m.passphrase)
	if err != nil {
		return nil, nil, err
	}
	return issue.NewKey(m.algorithm, passphrase)
}

// write writes files into --out and prints their paths. It first checks that all of
// them may be written, so that it never replaces only one file of a pair.
func (m *maker) write(cmd *cobra.Command, outputs []output) error {
	if err := os.MkdirAll(m.out, files.DirMode); err != nil {
		return err
	}
	for _, f := range outputs {
		if _, err := os.Lstat(filepath.Join(m.out, f.name)); err == nil && !m.force {
			return explain.New("EEXIST", "", "%s already exists", filepath.Join(m.out, f.name))
		}
	}
	for _, f := range outputs {
		path := filepath.Join(m.out, f.name)
		if err := files.Write(path, f.data, f.mode, m.force); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), path)
	}
	return nil
}
