package serve

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/cmd/polytls/internal/truststore"
	"polytls/internal/visible"
)

// trustFlags are the flags with which programs of this machine come to trust the CA
// that serve makes.
type trustFlags struct {
	trust, untrust, yes bool
	stores              []string
}

func (t *trustFlags) addTo(f *pflag.FlagSet) {
	t.stores = truststore.Kinds
	f.BoolVar(&t.trust, "trust", false, "have browsers and other programs of this machine trust the CA in --state, which can issue certificates for private names only; asks first")
	f.BoolVar(&t.untrust, "untrust", false, "undo --trust, and end")
	f.StringSliceVar(&t.stores, "trust-stores", t.stores, "where --trust and --untrust change something")
	f.BoolVar(&t.yes, "yes", false, "do what --trust and --untrust would ask about")
}

// trustFlag returns the flag that was given.
func (t *trustFlags) trustFlag() string {
	if t.untrust {
		return "--untrust"
	}
	return "--trust"
}

// checkTrust checks the flags.
func (c *command) checkTrust() error {
	flag := c.trustFlag()
	for _, kind := range c.stores {
		if !slices.Contains(truststore.Kinds, kind) {
			return flags.Wrong("--trust-stores", "%q, want a list of %s", kind, flags.Words(truststore.Kinds))
		}
	}
	switch asks := c.trust || c.untrust; {
	case !asks && c.yes:
		return flags.Wrong("--yes", "requires --trust or --untrust")
	case !asks && c.cmd.Flags().Changed("trust-stores"):
		return flags.Wrong("--trust-stores", "requires --trust or --untrust")
	case !asks:
		return nil
	case c.trust && c.untrust:
		return flags.Wrong("--trust, --untrust", "give one of the two")
	case !c.ownCertificate():
		return flags.Wrong(flag, "serve makes no CA where other flags give it an identity")
	case c.state == "":
		return flags.Wrong(flag, "requires --state DIR: without it, each start makes another CA")
	case !c.yes && !term.IsTerminal(int(os.Stdin.Fd())):
		return flags.Wrong(flag, "asks before it changes anything; give --yes where nobody types")
	}
	return nil
}

// removeTrust is all that serve does with --untrust.
func (s *server) removeTrust(ctx context.Context) error {
	if _, err := s.options(); err != nil {
		return err
	}
	return s.changeTrust(ctx)
}

// changeTrust adds the CA to the stores, or removes it.
func (s *server) changeTrust(ctx context.Context) error {
	flag := s.trustFlag()
	cert, err := files.Certificate("--state", keptCA(s.state))
	if err != nil {
		return err
	}
	ca := &truststore.CA{File: keptCA(s.state), Certificate: cert}
	stores := truststore.Find(s.stores, ca)
	if !s.yes && !s.confirm(ctx, ca, stores) {
		return explain.New("", "answer y to go on", "%s: not confirmed, nothing was changed", flag)
	}
	failed := 0
	for _, store := range stores {
		change := store.Add
		if s.untrust {
			change = store.Remove
		}
		result, err := change()
		if err != nil {
			failed++
			result = "failed: " + err.Error()
		}
		s.logStore(store.Name, result, err != nil)
	}
	if failed > 0 {
		return explain.New("", "see above; --trust-stores can leave stores out", "%s: %d of %d stores could not be changed", flag, failed, len(stores))
	}
	return nil
}

// logStore says what was done to a store.
func (s *server) logStore(name, result string, failed bool) {
	if s.ForPeople() {
		fmt.Fprintln(s.stderr, visible.Text(name+": "+result))
		return
	}
	level := slog.LevelInfo
	if failed {
		level = slog.LevelWarn
	}
	s.log.Log(s.cmd.Context(), level, "trust store", "store", name, "result", result)
}

// confirm says what trusting the CA means, and asks for a yes. The end of ctx is a no.
func (s *server) confirm(ctx context.Context, ca *truststore.CA, stores []truststore.Store) bool {
	verb := "removes from"
	if s.trust {
		verb = "adds to"
	}
	lines := []string{fmt.Sprintf("polytls %s these stores of trusted CAs the CA in %s (SHA-256 %X):", verb, ca.File, sha256.Sum256(ca.Certificate.Raw))}
	for _, store := range stores {
		line := "    " + store.Name
		switch {
		case store.Skip != "":
			line += ": skipped: " + store.Skip
		case store.NeedsPassword():
			line += ", by sudo"
		}
		lines = append(lines, line)
	}
	if s.trust {
		lines = append(lines, trustNotice(ca, s.state)...)
	}
	for _, line := range lines {
		fmt.Fprintln(os.Stderr, visible.Text(line))
	}
	fmt.Fprint(os.Stderr, "Go on? [y/N] ")
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // at an error it is not a yes
		answers <- answer
	}()
	select {
	case <-ctx.Done():
		return false
	case answer := <-answers:
		return slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer)))
	}
}

// trustNotice says what trusting the CA means.
func trustNotice(ca *truststore.CA, dir string) []string {
	names := "any name: it is of an older polytls; with another --state, a CA for private names is made"
	if cert := ca.Certificate; len(cert.PermittedDNSDomains) > 0 {
		names = "names below " + strings.Join(cert.PermittedDNSDomains, ", ") + " and private addresses, for no others"
	}
	return []string{
		fmt.Sprintf("Until %s, programs that use these stores then accept its certificates.", ca.Certificate.NotAfter.Format(time.DateOnly)),
		"It can issue them for " + names + ".",
		"So can everybody who can read " + filepath.Join(dir, keptCAKey) + ". --untrust undoes this.",
	}
}
