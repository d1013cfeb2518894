package flags

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Error describes a wrong flag, beginning with its name, and mentions --help.
func Error(cmd *cobra.Command, err error) error {
	text := err.Error() // names the flag
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		text = Wrong("--"+invalid.GetFlag().Name, "%s", invalidValue(invalid)).text
	case errors.As(err, &missing):
		value, _ := pflag.UnquoteUsage(missing.GetFlag())
		text = Wrong("--"+missing.GetFlag().Name, "needs an argument %s", value).text
	case errors.As(err, &unknown):
		text = unknownFlag(cmd, unknown)
	}
	return &Misuse{fmt.Sprintf("%s; see %s --help", text, cmd.CommandPath())}
}

// unknownFlag returns an unknown flag as it was written.
func unknownFlag(cmd *cobra.Command, e *pflag.NotExistError) string {
	name, dashes := e.GetSpecifiedName(), "--"
	if letters := e.GetSpecifiedShortnames(); letters != "" {
		name, dashes = letters, "-" // it may be a long flag with one dash
	}
	text := "unknown flag: " + dashes + name
	if hint := suggestFlag(cmd, name); hint != "" {
		text += " (" + hint + ")"
	}
	return text
}

// invalidValue returns which values a flag accepts. It omits a value that Parsed
// has refused, because it may be a secret.
func invalidValue(e *pflag.InvalidValueError) string {
	switch e.GetFlag().Value.Type() {
	case "bool":
		return fmt.Sprintf("%q, want true or false", e.GetValue())
	case "duration":
		return fmt.Sprintf("%q, want a duration such as 300ms, 6s or 2m", e.GetValue())
	case "int", "uint32":
		return fmt.Sprintf("%q, want a whole number within range", e.GetValue())
	case "stringSlice":
		return fmt.Sprintf("%q, want a list: %v", e.GetValue(), e.Unwrap())
	}
	return e.Unwrap().Error()
}
