package failure_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"testing"

	"polytls/failure"
)

// attributes are those of a record as text, by key.
func attributes(v slog.Value) map[string]string {
	m := map[string]string{}
	for _, a := range v.Resolve().Group() {
		m[a.Key] = a.Value.String()
	}
	return m
}

func TestErrorInLogs(t *testing.T) {
	err := failure.Received(failure.AlertUnknownCA).Wrap(errors.New("cause \u202e\x00"))
	x := failure.Explain(err)
	got := attributes(slog.AnyValue(err))
	want := map[string]string{"code": err.Code, "alert": "unknown_ca", "alertFrom": "peer", "reason": err.Reason + `: cause \u202e\x00`, "what": x.What, "fault": x.Fault, "remedy": x.Remedy}
	if len(got) != len(want) {
		t.Errorf("%q", got)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %q, want %q", key, got[key], value)
		}
	}
	for _, other := range []struct {
		err          error
		code, reason string
	}{{nil, "", ""}, {io.ErrUnexpectedEOF, failure.CodeOf(io.ErrUnexpectedEOF), "unexpected EOF"}, {failure.InvalidState.Local("closed"), failure.InvalidState.Code, "closed"}} {
		got := attributes(slog.GroupValue(failure.AppendLogAttrs(nil, other.err)...))
		if alert, ok := got["alert"]; got["code"] != other.code || got["reason"] != other.reason || alert != "" || !ok || got["alertFrom"] != "" || len(got) < 3 {
			t.Errorf("%v: %q", other.err, got)
		}
	}
}

// TestErrorAsAttribute is an error as programs log it.
func TestErrorAsAttribute(t *testing.T) {
	var text bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Warn("failed", "err", failure.InvalidState.Local("closed"))
	if !bytes.Contains(text.Bytes(), []byte(" err.code=ERR_TLS_INVALID_STATE ")) || !bytes.Contains(text.Bytes(), []byte(" err.reason=closed ")) {
		t.Errorf("%s", text.Bytes())
	}
	if attrs := (failure.Explanation{}).LogValue().Group(); len(attrs) != 0 {
		t.Errorf("the explanation of nothing: %v", attrs)
	}
}
