package flags

import (
	"fmt"

	"polytls/cmd/polytls/internal/explain"
)

// Misuse is a wrong command line: it ends with exit code 2 and a line that names the
// flag or the argument at fault.
type Misuse struct{ text string }

func (m *Misuse) Error() string { return m.text }

// Wrong makes the error of a flag (with its dashes) or an argument.
func Wrong(what, format string, args ...any) *Misuse {
	return &Misuse{what + ": " + fmt.Sprintf(format, args...)}
}

// WrongOption makes the error of a value that the library refused.
func WrongOption(what string, f *explain.Failure, text string) *Misuse {
	if f.Code != "" {
		text += " (" + f.Code + ")"
	}
	if hint := f.OwnAdvice(); hint != "" {
		text += "; " + hint
	}
	return Wrong(what, "%s", text)
}
