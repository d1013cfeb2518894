package flags

import (
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// OneOf is a flag that takes one of some words.
func OneOf(value *string, allowed []string) pflag.Value { return choice{value, allowed} }

type choice struct {
	value   *string
	allowed []string
}

func (c choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

func (c choice) Type() string { return "WORD" }

func (c choice) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		return fmt.Errorf("%q, want one of %s", s, Words(c.allowed))
	}
	*c.value = s
	return nil
}

// HexOf is a flag of a fixed number of bytes in hex.
func HexOf(value *[]byte, size int) pflag.Value { return hexBytes{value, size} }

type hexBytes struct {
	value *[]byte
	size  int
}

func (h hexBytes) String() string { return "" } // a secret: help must not show it

func (h hexBytes) Type() string { return "HEX" }

func (h hexBytes) Set(s string) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != h.size {
		return fmt.Errorf("want %d hex digits", 2*h.size)
	}
	*h.value = b
	return nil
}
