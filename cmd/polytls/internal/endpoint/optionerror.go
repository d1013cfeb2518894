package endpoint

import (
	"cmp"
	"errors"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
	"polytls/failure"
)

// OptionError adds the flag of an option that the library refused to its error, and
// the file that the flag names.
func (c *Flags) OptionError(err error) error {
	var e *polytls.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	f := explain.Of(err)
	if e.Option == "" {
		return f
	}
	at := failure.Item{Option: e.Option, Index: e.Index}
	text := explain.Unnamed(err)
	var other failure.Item // another item that the failure is about
	if errors.As(err, &other) {
		text = strings.ReplaceAll(text, other.String(), c.fileWords(other))
	}
	flag, hint := explain.FlagOf(at.Option), explain.FileHint(at.Option)
	switch {
	case at.Option == "Host":
		return flags.Wrong("HOST:PORT", "%s", text)
	case flag == "":
	case hint == "":
		return flags.WrongOption(flag, f, text)
	default:
		f.Reason = c.flagOf(at.Option) + ": " + c.pathOf(at) + text
		f.Hint = cmp.Or(f.OwnAdvice(), hint)
	}
	return f
}

// fileWords returns the file of an item as the command line names it.
func (c *Flags) fileWords(item failure.Item) string {
	path := strings.TrimSuffix(c.pathOf(item), ": ")
	if c.SNIItem != "" {
		return path
	}
	return c.flagOf(item.Option) + " " + path
}

// flagOf returns the flag that names an option's file.
func (c *Flags) flagOf(option string) string {
	if c.SNIItem != "" && (option == "Cert" || option == "Key") {
		return "--sni " + c.SNIItem
	}
	return explain.FlagOf(option)
}

// pathOf returns the file of an item such as Key[1], followed by a colon.
func (c *Flags) pathOf(item failure.Item) string {
	paths := map[string][]string{"Cert": c.Certs, "Key": c.Keys, "PFX": c.PFXs, "CRL": c.CRLs, "CA": c.CAs, "DHParam": {c.DHParam}}[item.Option]
	i := max(item.Index, 0)
	for _, path := range paths {
		if path == "" {
			continue // no file
		}
		if i == 0 {
			return path + ": "
		}
		i--
	}
	return ""
}
