package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// flagGroups are a command's flags as its help shows them.
type flagGroups struct {
	cmd  *cobra.Command
	sets map[string]*pflag.FlagSet
}

// groupFlags gives a command help in groups.
func groupFlags(cmd *cobra.Command) *flagGroups {
	g := &flagGroups{cmd: cmd, sets: map[string]*pflag.FlagSet{}}
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

// in returns the flags of a group.
func (g *flagGroups) in(name string) *pflag.FlagSet { return g.sets[name] }

// done hands all flags to the command.
func (g *flagGroups) done() {
	for _, name := range groupNames {
		g.cmd.Flags().AddFlagSet(g.sets[name])
	}
}

func (g *flagGroups) print(w io.Writer) {
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
var groupNames = []string{groupAddress, groupIdentity, groupTrust, groupProtocol, groupSessions, groupOutput}

const (
	groupAddress  = "Address"
	groupIdentity = "Identity"
	groupTrust    = "Trust"
	groupProtocol = "Protocol"
	groupSessions = "Sessions"
	groupOutput   = "Output"
)

// words joins the choices of a flag for its help.
func words(list []string) string { return strings.Join(list, ", ") }
