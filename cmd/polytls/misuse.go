package main

import (
	"errors"
	"fmt"
)

// misuse is a command line that means nothing: it ends with exit code 2 and a
// line that names the flag or the argument at fault.
type misuse struct{ text string }

func (m *misuse) Error() string { return m.text }

// wrong makes a misuse of a flag (with its dashes) or an argument.
func wrong(what, format string, args ...any) *misuse {
	return &misuse{what + ": " + fmt.Sprintf(format, args...)}
}

// wrongOption makes a misuse of what the library refused.
func wrongOption(what string, f *failure, text string) *misuse {
	if f.Code != "" {
		text += " (" + f.Code + ")"
	}
	if hint := f.adviceByCause(); hint != "" {
		text += "; " + hint
	}
	return wrong(what, "%s", text)
}

// misuseOf takes over what cobra says of commands.
func misuseOf(err error) *misuse {
	var m *misuse
	if errors.As(err, &m) {
		return m
	}
	return &misuse{err.Error() + "; see polytls --help"}
}
