package flags

import (
	"strings"

	"github.com/spf13/cobra"
)

// NewHelp is the command help, which knows what commands there are.
func NewHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Show the help of a command",
		Example: "  polytls help connect",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag() // else the help would not name it
			return about.Help()
		},
	}
}

// CheckCommand refuses a command that does not exist, also where its help is
// asked for: cobra would show that of the command above.
func CheckCommand(root *cobra.Command, args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // of the shell
		return nil
	}
	cmd, rest, err := root.Find(args)
	if err != nil || !cmd.HasSubCommands() {
		return err
	}
	for _, arg := range rest {
		switch {
		case arg == "-h", arg == "--help":
			continue
		case strings.HasPrefix(arg, "-"), hasCommand(cmd, arg):
			return nil
		}
		return unknownCommand(cmd, arg)
	}
	return nil
}

func hasCommand(cmd *cobra.Command, name string) bool {
	for _, sub := range cmd.Commands() {
		if sub.Name() == name {
			return true
		}
	}
	return false
}
