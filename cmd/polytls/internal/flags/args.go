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

// OneArg is for commands that take one argument, by its name in the usage.
func OneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return wrongArgs(cmd, "%s: missing argument", name)
		case 1:
			return nil
		}
		return wrongArgs(cmd, "%s: want one argument, got %s", name, quoted(args))
	}
}

// AtMostOneArg is for commands with an argument that may be left out.
func AtMostOneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return wrongArgs(cmd, "%s: want one argument, got %s", name, quoted(args))
		}
		return nil
	}
}

// SomeArgs is for commands that take any number of arguments but none.
func SomeArgs(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return wrongArgs(cmd, "%s: missing argument", name)
		}
		return nil
	}
}

// Subcommand is for commands that only have others below them.
func Subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

// unknownCommand makes the misuse of a name that no command below cmd has.
func unknownCommand(cmd *cobra.Command, name string) *Misuse {
	cmd.SuggestionsMinimumDistance = 2
	if similar := cmd.SuggestionsFor(name); len(similar) > 0 {
		return wrongArgs(cmd, "unknown command: %s %s (did you mean %s?)", cmd.CommandPath(), name, strings.Join(similar, " or "))
	}
	return wrongArgs(cmd, "unknown command: %s %s", cmd.CommandPath(), name)
}

// wrongArgs makes a misuse that says where to look.
func wrongArgs(cmd *cobra.Command, format string, args ...any) *Misuse {
	return &Misuse{fmt.Sprintf(format, args...) + "; see " + cmd.CommandPath() + " --help"}
}

func quoted(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = fmt.Sprintf("%q", arg)
	}
	return strings.Join(words, " ")
}
