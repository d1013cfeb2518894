// Package flags has the command's flags in groups, the values that they take, and
// what is wrong with a command line.
package flags

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// Groups are a command's flags as its help shows them.
type Groups struct {
	cmd  *cobra.Command
	sets map[string]*pflag.FlagSet
}

// NewGroups gives a command help in groups.
func NewGroups(cmd *cobra.Command) *Groups {
	g := &Groups{cmd: cmd, sets: map[string]*pflag.FlagSet{}}
	for _, name := range groupNames {
		set := pflag.NewFlagSet(name, pflag.ContinueOnError)
		set.SortFlags = false
		g.sets[name] = set
	}
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		g.print(c.OutOrStdout())
		return nil
	})
	return g
}

// In returns the flags of a group.
func (g *Groups) In(name string) *pflag.FlagSet { return g.sets[name] }

// Done hands all flags to the command, and returns it.
func (g *Groups) Done() *cobra.Command {
	for _, name := range groupNames {
		g.cmd.Flags().AddFlagSet(g.sets[name])
	}
	return g.cmd
}

func (g *Groups) print(w io.Writer) {
	fmt.Fprintf(w, "Usage:\n  %s\n", g.cmd.UseLine())
	if g.cmd.HasExample() {
		fmt.Fprintf(w, "\nExample:\n%s\n", g.cmd.Example)
	}
	for _, name := range groupNames {
		if set := g.sets[name]; set.HasFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", name, set.FlagUsagesWrapped(columns()))
		}
	}
	fmt.Fprintf(w, "\nHelp:\n  -h, --help   show this\n")
}

// columns is the width to wrap at: the terminal's, if there is one.
func columns() int {
	const otherwise, most = 100, 120
	if width, _, err := term.GetSize(1); err == nil && width > 0 {
		return min(width, most)
	}
	return otherwise
}

// groupNames are the groups in the order of the help.
var groupNames = []string{Address, Identity, Trust, Protocol, Sessions, Output}

const (
	Address  = "Address"
	Identity = "Identity"
	Trust    = "Trust"
	Protocol = "Protocol"
	Sessions = "Sessions"
	Output   = "Output"
)

// Words joins the choices of a flag for its help.
func Words(list []string) string { return strings.Join(list, ", ") }
