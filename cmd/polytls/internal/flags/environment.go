package flags

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// OptionsVariable is the environment variable whose flags precede those of the
// command line.
const OptionsVariable = "POLYTLS_OPTIONS"

// WithEnvironment inserts the flags of POLYTLS_OPTIONS after the command's name, so
// that flags on the command line override them. Flags that only other commands have
// are omitted, so that one setting can serve all commands; unknown flags are
// errors.
func WithEnvironment(root *cobra.Command, args []string, options string) ([]string, error) {
	fields, err := splitFields(options)
	if err != nil || len(fields) == 0 {
		return args, err
	}
	cmd, rest, err := root.Find(args)
	if err != nil || cmd == root {
		return args, nil // cobra reports it
	}
	known := map[string]*pflag.Flag{}
	Each(root, func(f *pflag.Flag) { known[f.Name] = f })
	var mine []string
	for len(fields) > 0 {
		name, ok := strings.CutPrefix(fields[0], "--")
		name, _, joined := strings.Cut(name, "=")
		flag := known[name]
		if !ok || flag == nil {
			return nil, Wrong(OptionsVariable, "unknown flag: %s", fields[0])
		}
		n := 1
		if !joined && flag.NoOptDefVal == "" {
			n = min(2, len(fields))
		}
		if cmd.Flags().Lookup(name) != nil {
			mine = append(mine, fields[:n]...)
		}
		fields = fields[n:]
	}
	path := args[:len(args)-len(rest)]
	return append(append(append([]string{}, path...), mine...), rest...), nil
}

// Each calls do for the flags of a command and of its subcommands.
func Each(cmd *cobra.Command, do func(*pflag.Flag)) {
	cmd.Flags().VisitAll(do)
	for _, sub := range cmd.Commands() {
		Each(sub, do)
	}
}

// splitFields splits at spaces outside double quotes. Inside quotes a backslash
// escapes the next character, as in NODE_OPTIONS.
func splitFields(text string) ([]string, error) {
	var fields []string
	var field strings.Builder
	quoted, started, escaped := false, false, false
	for _, r := range text {
		switch {
		case escaped:
			field.WriteRune(r)
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted, started = !quoted, true
		case r == ' ' && !quoted:
			if started {
				fields = append(fields, field.String())
			}
			field.Reset()
			started = false
		default:
			field.WriteRune(r)
			started = true
		}
	}
	if quoted {
		return nil, Wrong(OptionsVariable, "unclosed quote")
	}
	if started {
		fields = append(fields, field.String())
	}
	return fields, nil
}
