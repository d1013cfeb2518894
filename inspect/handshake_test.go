package inspect

import (
	"reflect"
	"testing"
)

func TestNamedGrease(t *testing.T) {
	got := named([]string{"group(0x3A3A)", "extension(14906)", "0xFAFA", "0xFAFB", "x25519", "group(0x3A4A)", ""})
	want := []string{"GREASE", "GREASE", "GREASE", "0xFAFB", "x25519", "group(0x3A4A)", ""}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
