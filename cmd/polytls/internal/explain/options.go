package explain

import (
	"cmp"
	"regexp"

	"polytls/internal/option"
)

// FlagOf is the flag of an option of the library with its dashes, "" for none.
func FlagOf(name string) string {
	if o := option.ByName(name); o != nil && o.Flag != "" {
		return "--" + o.Flag
	}
	return ""
}

// FileHint is what to give in place of an option's file, "" if it has none.
func FileHint(name string) string {
	if o := option.ByName(name); o != nil {
		return o.File
	}
	return ""
}

// inFlags writes the flags of the options that a sentence names.
func inFlags(sentence string) string {
	return capitalized.ReplaceAllStringFunc(sentence, func(word string) string {
		return cmp.Or(FlagOf(word), word)
	})
}

// capitalized finds the words that can be names of options.
var capitalized = regexp.MustCompile(`\b[A-Z]\w+\b`)
