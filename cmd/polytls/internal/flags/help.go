package flags

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// NewHelp makes the command help, which refuses unknown commands.
func NewHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		Example: "  polytls help connect",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = Subcommand(about, rest)
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag() // otherwise the help would not list it
			return about.Help()
		},
	}
}

// CheckCommand refuses an unknown command, also with --help, where cobra would
// print the help of the parent command.
func CheckCommand(root *cobra.Command, args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // cobra's own, for completion in shells
		return nil
	}
	cmd, rest, err := root.Find(args)
	if err != nil || !cmd.HasSubCommands() {
		return err
	}
	for len(rest) > 0 && (rest[0] == "-h" || rest[0] == "--help") {
		rest = rest[1:]
	}
	if len(rest) == 0 || strings.HasPrefix(rest[0], "-") ||
		slices.ContainsFunc(cmd.Commands(), func(sub *cobra.Command) bool { return sub.Name() == rest[0] }) {
		return nil
	}
	return Subcommand(cmd, rest)
}
