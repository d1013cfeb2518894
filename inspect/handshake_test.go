package inspect

import (
	"reflect"
	"testing"

	"polytls/failure"
)

func TestNamedGrease(t *testing.T) {
	got := named([]string{"group(0x3A3A)", "extension(14906)", "0xFAFA", "0xFAFB", "x25519", "group(0x3A4A)", ""})
	want := []string{"GREASE", "GREASE", "GREASE", "0xFAFB", "x25519", "group(0x3A4A)", ""}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestFailureIsExplained has the three sentences in the facts.
func TestFailureIsExplained(t *testing.T) {
	h := &Handshake{}
	h.failed(failure.Received(failure.AlertUnknownCA))
	if h.What == "" || h.Fault == "" || h.Remedy == "" {
		t.Errorf("%+v", h)
	}
	if logged := h.LogValue().Group(); len(logged) != 0 { // Describe has not made it
		t.Errorf("logged %q", logged)
	}
	accepted := &Handshake{OK: true} // an unauthorized peer that was let in
	accepted.failed(failure.Received(failure.AlertUnknownCA))
	if accepted.Code == "" || accepted.Remedy != "" {
		t.Errorf("%+v", accepted)
	}
}
