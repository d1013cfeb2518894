package suite

import "testing"

// TestRegisteredNames: a value has a name of one table only, and one that nobody has
// registered its number.
func TestRegisteredNames(t *testing.T) {
	for g, name := range registeredGroups {
		if g.Info() != nil || curveNames[g] != "" || g.String() != name {
			t.Errorf("group %#x is %q in two tables, or %q", uint16(g), name, g)
		}
	}
	for s, name := range registeredSchemes {
		if s.Info() != nil || s.String() != name {
			t.Errorf("scheme %#x is %q in two tables, or %q", uint16(s), name, s)
		}
	}
	if g, s := Group(0x3A4A).String(), Scheme(0x3A4A).String(); g != "group(0x3A4A)" || s != "scheme(0x3A4A)" {
		t.Errorf("unknown values are %q and %q", g, s)
	}
}
