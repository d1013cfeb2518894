package endpoint

import (
	"errors"
	"slices"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
)

// secureOptions are the values of --secure-options, which can be repeated.
type secureOptions struct {
	value uint64
	names []string // including those without a bit
}

// add reads one value: OpenSSL's SSL_OP_ names.
func (o *secureOptions) add(s string) error {
	value, err := polytls.ParseSecureOptions(s)
	if err != nil {
		return errors.New(explain.Unnamed(err))
	}
	o.value |= value
	for name := range strings.SplitSeq(s, ",") {
		o.names = append(o.names, strings.TrimSpace(name))
	}
	return nil
}

// ignored lists the names that have no effect, each with the reason.
func (o *secureOptions) ignored() []string {
	var list []string
	for _, option := range polytls.SecureOptions() {
		if option.Effect == "" && slices.Contains(o.names, option.Name) {
			list = append(list, option.Name+" ("+option.Note+")")
		}
	}
	return list
}
