package endpoint

import (
	"errors"
	"slices"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
)

// secureOptions is the flag of OpenSSL's SSL_OP_ names, which can be repeated.
type secureOptions struct {
	value uint64
	names []string // of which some have no bit
}

func (o *secureOptions) String() string { return "" }

func (o *secureOptions) Type() string { return "NAMES" }

func (o *secureOptions) Set(s string) error {
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

// ignored are the names that mean nothing here, each with the reason.
func (o *secureOptions) ignored() []string {
	var list []string
	for _, option := range polytls.SecureOptions() {
		if option.Effect == "" && slices.Contains(o.names, option.Name) {
			list = append(list, option.Name+" ("+option.Note+")")
		}
	}
	return list
}
