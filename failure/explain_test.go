package failure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestExplainsEveryRow has a sentence for each of the three questions, whatever failed.
func TestExplainsEveryRow(t *testing.T) {
	for f := range All() {
		for _, err := range []*Error{f.New("text"), f.Local("text"), f.Option("Cert", "text")} {
			x := Explain(fmt.Errorf("around it: %w", err))
			if x.Code != f.Code || x.What != f.Meaning || x.Remedy == "" || x.Fault == "" {
				t.Errorf("%s: %+v", f.Code, x)
			}
		}
	}
	if x := Explain(nil); x != (Explanation{}) {
		t.Errorf("nil: %+v", x)
	}
}

func TestWhoseFault(t *testing.T) {
	const silent = "the peer or the network"
	for _, tt := range []struct {
		err         error
		fault, what string
	}{
		{Decode.New("x"), "this end refused", "does not have the form"},
		{Received(AlertUnknownCA), "the peer refused", "unknown_ca"},
		{InvalidArgValue.Local("x").OfOption(Item{"Cert", 1}), "Cert[1]", ""},
		{HandshakeTimeout.Local("x"), silent, "did not end"},
		{HTTPRequest.Local("x"), "do not expect the same", "HTTP"},
		{WrongVersionNumber.New("x"), "do not expect the same", ""},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "no handshake began", "listens"},
		{&net.DNSError{IsNotFound: true}, "no handshake began", "name"},
		{ConnectionReset.Local("x"), silent, ""},
		{os.ErrDeadlineExceeded, silent, "in time"},
		{context.DeadlineExceeded, silent, "in time"},
		{context.Canceled, "this end closed", "canceled"},
		{net.ErrClosed, "this end closed", "closed"},
		{io.ErrUnexpectedEOF, silent, ""},
		{errors.New("of a callback"), "this end could not go on", "of a callback"},
	} {
		x := Explain(tt.err)
		if !strings.Contains(x.Fault, tt.fault) || !strings.Contains(x.What, tt.what) {
			t.Errorf("%v: %+v", tt.err, x)
		}
	}
}
