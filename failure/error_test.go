package failure_test

import (
	"errors"
	"testing"

	"polytls/failure"
)

// TestErrorsAreNeverChanged uses every method that adds something.
func TestErrorsAreNeverChanged(t *testing.T) {
	e := failure.Decode.New("a text")
	before := *e
	cause := errors.New("a cause")
	item := failure.Item{Option: "Cert", Index: 1}
	for what, got := range map[string]*failure.Error{
		"Wrap":     e.Wrap(cause),
		"Prefixed": e.Prefixed("message: "),
		"About":    e.About("cert"),
		"At":       e.At(item),
		"OfOption": e.OfOption(item),
	} {
		if got == e || *e != before {
			t.Errorf("%s changes the error to %+v", what, e)
		}
		if !errors.Is(got, failure.Decode) || errors.Is(got, failure.Internal) {
			t.Errorf("%s: another code: %v", what, got)
		}
	}
	if got := e.Wrap(cause); !errors.Is(got, cause) || got.Error() != "tls: a text: a cause (ERR_SSL_DECODE_ERROR)" {
		t.Errorf("a cause: %v", got)
	}
	if got := e.Prefixed("message: "); got.Reason != "message: a text" || got.Alert != e.Alert {
		t.Errorf("a text in front: %+v", got)
	}
}

func TestErrorsNameTheirOption(t *testing.T) {
	item := failure.Item{Option: "Cert", Index: 1}
	e := failure.PEMNoStartLine.Local("no certificate")
	for _, test := range []struct {
		got             *failure.Error
		reason, subject string
		want            failure.Item
	}{
		{e.OfOption(item), "option Cert[1]: no certificate", "option Cert[1]: ", item},
		{e.At(item), "no certificate", "", item},
		{failure.PEMNoStartLine.About("cert", "block %d", 2).OfOption(item), "option Cert[1]: cert: block 2", "option Cert[1]: cert: ", item},
		{failure.OutOfRange.Option("Port", "%d", 7), "option Port: 7", "option Port: ", failure.Item{Option: "Port", Index: -1}},
		{failure.InvalidArgValue.Local("").OfOption(failure.Item{Option: "Port", Index: -1}), "option Port", "option Port: ", failure.Item{Option: "Port", Index: -1}},
	} {
		if got := (failure.Item{Option: test.got.Option, Index: test.got.Index}); got != test.want || test.got.Reason != test.reason || test.got.Subject() != test.subject {
			t.Errorf("%+v, want %+v", test.got, test)
		}
	}
	if sent := failure.Decode.New("text").OfOption(item); sent.AlertFrom != failure.SideNone || sent.Alert != 0 {
		t.Errorf("an option's error has the alert %s", sent.Alert)
	}
}
