package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// noArgs is for commands that take flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return wrongArgs(cmd, "%q: %s takes flags only", args[0], cmd.CommandPath())
	}
	return nil
}

// oneArg is for commands that take one argument, by its name in the usage.
func oneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return wrongArgs(cmd, "%s: it is missing", name)
		case 1:
			return nil
		}
		return wrongArgs(cmd, "%s: one is wanted, got %s", name, quoted(args))
	}
}

// atMostOneArg is for commands with an argument that may be left out.
func atMostOneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return wrongArgs(cmd, "%s: one is wanted, got %s", name, quoted(args))
		}
		return nil
	}
}

// someArgs is for commands that take any number of arguments but none.
func someArgs(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return wrongArgs(cmd, "%s: it is missing", name)
		}
		return nil
	}
}

// subcommand is for commands that only have others below them.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("%q is no command of %s", args[0], cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		text += ", " + strings.Join(similar, " or ") + " is"
	}
	return wrongArgs(cmd, "%s", text)
}

// wrongArgs makes a misuse that says where to look.
func wrongArgs(cmd *cobra.Command, format string, args ...any) *misuse {
	return &misuse{fmt.Sprintf(format, args...) + "; see " + cmd.CommandPath() + " --help"}
}

func quoted(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = fmt.Sprintf("%q", arg)
	}
	return strings.Join(words, " ")
}
