package flags

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// NoArgs is for commands that take flags only.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return wrongArgs(cmd, "%q: %s takes flags, no arguments", args[0], cmd.CommandPath())
	}
	return nil
}

// Args is for commands that take from least to most arguments, which the usage
// calls name.
func Args(name string, least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return wrongArgs(cmd, "%s: missing argument", name)
		case len(args) > most:
			return wrongArgs(cmd, "%s: want at most %d, got %q", name, most, args)
		}
		return nil
	}
}

// Subcommand is for commands that have only subcommands.
func Subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		return wrongArgs(cmd, "unknown command: %s %s (did you mean %s?)", cmd.CommandPath(), args[0], strings.Join(similar, " or "))
	}
	return wrongArgs(cmd, "unknown command: %s %s", cmd.CommandPath(), args[0])
}

// wrongArgs makes an error that mentions --help.
func wrongArgs(cmd *cobra.Command, format string, args ...any) *Misuse {
	return &Misuse{fmt.Sprintf(format, args...) + "; see " + cmd.CommandPath() + " --help"}
}
