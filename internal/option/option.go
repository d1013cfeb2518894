// Package option is the table of the options of contexts, servers and clients: the
// names that Node, Go and the command have for each. The command makes its flags
// from it, and tests compare the documentation with it. Programs that use the
// library do not link it.
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

	// Differs is what the package documentation says about it beside Node's name.
	Differs string

	Flag string // without dashes, "" for none
	// Help is the flag's text for --help, with what it takes in backquotes. If
	// several options share a flag, one of them has the text.
	Help  string
	Group Group // of the flag
	// File says what to pass instead if the file that the flag names cannot be
	// used; "" if the flag does not name a file.
	File string
	// NoFlag says why there is no flag.
	NoFlag string

	// Server and Connect return a pointer to the field that the flag's value is
	// stored in; nil if the command has to convert the value.
	Server  func(*polytls.ServerOptions) any
	Connect func(*polytls.ConnectOptions) any
}

// Struct is the set of structs that have an option.
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

// inContext stores the flag's value of an option of ContextOptions in its field.
func (o Option) inContext(field func(*polytls.ContextOptions) any) Option {
	o.In = Context
	o.Server = func(s *polytls.ServerOptions) any { return field(&s.ContextOptions) }
	o.Connect = func(c *polytls.ConnectOptions) any { return field(&c.ContextOptions) }
	return o
}
