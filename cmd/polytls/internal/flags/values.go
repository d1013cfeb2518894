package flags

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// Parsed returns the value of a flag that set parses; name is the name of the value
// in the help. The help does not show a default, which may be a secret.
func Parsed(name string, set func(string) error) pflag.Value { return &parsed{name: name, set: set} }

type parsed struct {
	name  string
	set   func(string) error
	shown *string // the default that help shows, nil for none
}

func (p *parsed) String() string {
	if p.shown == nil {
		return ""
	}
	return *p.shown
}

func (p *parsed) Type() string { return p.name }

func (p *parsed) Set(s string) error { return p.set(s) }

// OneOf returns the value of a flag that accepts one of the allowed words.
func OneOf(value *string, allowed []string) pflag.Value {
	return &parsed{name: "WORD", shown: value, set: func(s string) error {
		if !slices.Contains(allowed, s) {
			return fmt.Errorf("%q, want one of %s", s, Words(allowed))
		}
		*value = s
		return nil
	}}
}

// HexOf returns the value of a flag that accepts size bytes in hexadecimal.
func HexOf(value *[]byte, size int) pflag.Value {
	return Parsed("HEX", func(s string) error {
		b, err := hex.DecodeString(s)
		if err != nil || len(b) != size {
			return fmt.Errorf("want %d hex digits", 2*size)
		}
		*value = b
		return nil
	})
}
