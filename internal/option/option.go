// Package option is the table of the options of contexts, servers and clients: what
// Node, Go and the command call each. The command makes its flags of it, and the
// tests the rows of the documentation. No program of the library links it.
package option

import (
	"iter"

	"polytls"
)

// Option is a field of polytls.ContextOptions, ServerOptions or ConnectOptions. A
// field that is in both of the latter is one option.
type Option struct {
	Name string // the field
	In   Struct
	Node string // Node's names of it, "" if Node has none

	// Differs is what the package documentation says of it beside Node's name.
	Differs string

	Flag string // without dashes, "" for none
	// Help is the flag's text for --help, with what it takes in backquotes. Of
	// several options of one flag one has it.
	Help  string
	Group Group // of the flag
	// File is what to give if the flag names a file which cannot be used; "" if it
	// does not name one.
	File string
	// NoFlag is why there is no flag.
	NoFlag string

	// Server and Connect return a pointer to the field, to which the flag's value
	// goes as it is; nil if the command has to make something of it.
	Server  func(*polytls.ServerOptions) any
	Connect func(*polytls.ConnectOptions) any
}

// Struct says which structs have an option.
type Struct uint8

// The structs.
const (
	Context Struct = 1 << iota // both others embed it
	Server
	Connect
)

// Group is a heading of the command's help.
type Group string

// The groups, in the order of the help.
const (
	Address  Group = "Address"
	Identity Group = "Identity"
	Trust    Group = "Trust"
	Protocol Group = "Protocol"
	Sessions Group = "Sessions"
	Output   Group = "Output"
)

// Groups lists the groups in the order of the help.
var Groups = [...]Group{Address, Identity, Trust, Protocol, Sessions, Output}

// All ranges over the options, in the order of the help.
func All() iter.Seq[*Option] {
	return func(yield func(*Option) bool) {
		for i := range options {
			if !yield(&options[i]) {
				return
			}
		}
	}
}

// ByName returns the option of a field, nil if there is none.
func ByName(name string) *Option {
	for o := range All() {
		if o.Name == name {
			return o
		}
	}
	return nil
}

// inContext makes an option of ContextOptions take its flag's value as it is.
func (o Option) inContext(field func(*polytls.ContextOptions) any) Option {
	o.In = Context
	o.Server = func(s *polytls.ServerOptions) any { return field(&s.ContextOptions) }
	o.Connect = func(c *polytls.ConnectOptions) any { return field(&c.ContextOptions) }
	return o
}
