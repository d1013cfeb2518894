package flags

import (
	"reflect"
	"testing"

	"github.com/spf13/cobra"

	"polytls"
	"polytls/internal/option"
)

// TestFlagsSetTheirOption sets the flag of each option that takes its value as it is,
// and looks at the field.
func TestFlagsSetTheirOption(t *testing.T) {
	values := map[string]string{"bool": "true", "string": "text", "stringSlice": "a,b", "int": "7", "uint32": "7", "duration": "7s"}
	set := func(o *option.Option, options, field any) {
		cmd := &cobra.Command{}
		g := NewGroups(cmd)
		g.AddOption(o, field)
		g.Done()
		f := cmd.Flags().Lookup(o.Flag)
		if err := cmd.Flags().Set(o.Flag, values[f.Value.Type()]); err != nil {
			t.Fatalf("--%s: %v", o.Flag, err)
		}
		if reflect.ValueOf(options).Elem().FieldByName(o.Name).IsZero() {
			t.Errorf("--%s does not set %s", o.Flag, o.Name)
		}
	}
	n := 0
	for o := range option.All() {
		if o.Server != nil {
			var s polytls.ServerOptions
			set(o, &s, o.Server(&s))
			n++
		}
		if o.Connect != nil {
			var c polytls.ConnectOptions
			set(o, &c, o.Connect(&c))
			n++
		}
	}
	if n == 0 {
		t.Error("no option takes the value of its flag as it is")
	}
}
