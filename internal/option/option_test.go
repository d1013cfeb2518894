package option

import (
	"reflect"
	"testing"

	"polytls"
)

// structs are those that have the options.
var structs = map[Struct]reflect.Type{
	Context: reflect.TypeFor[polytls.ContextOptions](),
	Server:  reflect.TypeFor[polytls.ServerOptions](),
	Connect: reflect.TypeFor[polytls.ConnectOptions](),
}

// TestEveryOptionHasARow compares the table with the fields of the structs.
func TestEveryOptionHasARow(t *testing.T) {
	fields := map[string]Struct{}
	for in, s := range structs {
		for i := range s.NumField() {
			if f := s.Field(i); f.IsExported() && !f.Anonymous {
				fields[f.Name] |= in
			}
		}
	}
	for o := range All() {
		if fields[o.Name] == 0 {
			t.Errorf("%s: a second row, or no such field", o.Name)
		} else if fields[o.Name] != o.In {
			t.Errorf("%s: In of the row, or inContext, says %03b, but the structs with that field are %03b", o.Name, o.In, fields[o.Name])
		}
		delete(fields, o.Name)
	}
	for name := range fields {
		t.Errorf("%s: it has no row in table.go", name)
	}
}

// TestRows: an option has a flag or a reason why it has none, each flag has one
// text, and what takes a flag's value is the field of the row's name.
func TestRows(t *testing.T) {
	texts := map[string]int{}
	for o := range All() {
		if (o.Flag == "") == (o.NoFlag == "") {
			t.Errorf("%s: want one of a flag and a reason for none", o.Name)
		}
		if (o.Help == "") != (o.Group == "") {
			t.Errorf("%s: want a text and a group, or neither", o.Name)
		}
		if o.In == Server|Connect && (o.Server == nil) != (o.Connect == nil) {
			t.Errorf("%s: its flag sets it at one end alone", o.Name)
		}
		if o.Flag != "" {
			texts[o.Flag] += len(o.Group) / max(len(o.Group), 1)
		}
		var server polytls.ServerOptions
		if o.Server != nil && !isField(&server, o.Name, o.Server(&server)) {
			t.Errorf("%s: Server returns another field", o.Name)
		}
		var connect polytls.ConnectOptions
		if o.Connect != nil && !isField(&connect, o.Name, o.Connect(&connect)) {
			t.Errorf("%s: Connect returns another field", o.Name)
		}
	}
	for flag, n := range texts {
		if n != 1 {
			t.Errorf("--%s: %d rows with a text, want one", flag, n)
		}
	}
}

// isField reports whether a pointer is that of a struct's field.
func isField(s any, name string, pointer any) bool {
	return reflect.ValueOf(s).Elem().FieldByName(name).Addr().Interface() == pointer
}
