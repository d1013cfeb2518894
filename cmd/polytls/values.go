package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"polytls"
	hs "polytls/internal/handshake"
)

// oneOf is a flag that takes one of some words.
func oneOf(value *string, allowed []string) pflag.Value { return choice{value, allowed} }

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
		return fmt.Errorf("%q, want one of %s", s, words(c.allowed))
	}
	*c.value = s
	return nil
}

var versionNames = []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// hexOf is a flag of a fixed number of bytes in hex.
func hexOf(value *[]byte, size int) pflag.Value { return hexBytes{value, size} }

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

// pskList is the flag of pre-shared keys, IDENTITY:HEX, which can be repeated.
type pskList struct{ keys *[]polytls.PSK }

func (l pskList) String() string { return "" } // secrets, too

func (l pskList) Type() string { return "IDENTITY:HEX" }

func (l pskList) Set(s string) error {
	at := strings.LastIndexByte(s, ':') // the identity may hold one itself
	if at < 1 {
		return errors.New("want IDENTITY:HEX")
	}
	key, err := hex.DecodeString(s[at+1:])
	switch {
	case err != nil || len(key) == 0:
		return errors.New("want the key in hex, two digits for each byte")
	case len(key) > hs.MaxPSKKey:
		return fmt.Errorf("key of %d bytes, want at most %d", len(key), hs.MaxPSKKey)
	case at > hs.MaxPSKIdentity:
		return fmt.Errorf("identity of %d bytes, want at most %d", at, hs.MaxPSKIdentity)
	}
	*l.keys = append(*l.keys, polytls.PSK{Identity: []byte(s[:at]), Key: key})
	return nil
}
