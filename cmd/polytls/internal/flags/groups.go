// Package flags prints a command's flags in groups, parses their values, and
// reports wrong command lines.
package flags

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"polytls/internal/option"
)

// Groups are the flags of a command by the headings of its help.
type Groups struct {
	cmd  *cobra.Command
	sets map[option.Group]*pflag.FlagSet
}

// NewGroups returns the groups of a command and sets its help.
func NewGroups(cmd *cobra.Command) *Groups {
	g := &Groups{cmd: cmd, sets: map[option.Group]*pflag.FlagSet{}}
	for _, name := range option.Groups {
		set := pflag.NewFlagSet(string(name), pflag.ContinueOnError)
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
func (g *Groups) In(name option.Group) *pflag.FlagSet { return g.sets[name] }

// AddOption adds the flag of an option. Its value is stored in the variable that
// value points to, which holds the default.
func (g *Groups) AddOption(o *option.Option, value any) {
	f := g.In(o.Group)
	switch v := value.(type) {
	case pflag.Value:
		f.Var(v, o.Flag, o.Help)
	case *string:
		f.StringVar(v, o.Flag, *v, o.Help)
	case *[]string:
		f.StringSliceVar(v, o.Flag, *v, o.Help)
	case *bool:
		f.BoolVar(v, o.Flag, *v, o.Help)
	case *int:
		f.IntVar(v, o.Flag, *v, o.Help)
	case *uint32:
		f.Uint32Var(v, o.Flag, *v, o.Help)
	case *time.Duration:
		f.DurationVar(v, o.Flag, *v, o.Help)
	default:
		panic(fmt.Sprintf("option %s: a flag cannot be a %T", o.Name, value))
	}
}

// Done adds all flags to the command and returns it.
func (g *Groups) Done() *cobra.Command {
	for _, name := range option.Groups {
		g.cmd.Flags().AddFlagSet(g.sets[name])
	}
	return g.cmd
}

func (g *Groups) print(w io.Writer) {
	fmt.Fprintf(w, "Usage:\n  %s\n", g.cmd.UseLine())
	if g.cmd.HasExample() {
		fmt.Fprintf(w, "\nExample:\n%s\n", g.cmd.Example)
	}
	for _, name := range option.Groups {
		if set := g.sets[name]; set.HasFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", name, set.FlagUsagesWrapped(columns()))
		}
	}
	fmt.Fprintf(w, "\nHelp:\n  -h, --help   show this help\n")
}

// columns returns the width at which help is wrapped: that of the terminal, if
// there is one.
func columns() int {
	const otherwise, most = 100, 120
	if width, _, err := term.GetSize(1); err == nil && width > 0 {
		return min(width, most)
	}
	return otherwise
}

// Words joins the values that a flag accepts for its help.
func Words(list []string) string { return strings.Join(list, ", ") }
