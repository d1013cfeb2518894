package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
)

// TestZeroConn: the methods of a zero Conn return an error, or nothing.
func TestZeroConn(t *testing.T) {
	c := new(Conn)
	ctx := t.Context()
	_, read := c.Read(nil)
	_, written := c.Write(nil)
	_, exported := c.ExportKeyingMaterial(1, "", nil)
	for name, err := range map[string]error{
		"Handshake": c.Handshake(ctx, nil), "Read": read, "Write": written, "CloseWrite": c.CloseWrite(), "Close": c.Close(),
		"SetReadDeadline": c.SetReadDeadline(time.Now()), "SetWriteDeadline": c.SetWriteDeadline(time.Now()),
		"UpdateKeys": c.UpdateKeys(), "ExportKeyingMaterial": exported, "RequestClientCertificate": c.RequestClientCertificate(ctx),
		"Renegotiate": c.Renegotiate(ctx, handshake.NoClientCert),
	} {
		if !errors.Is(err, failure.InvalidState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.EnableTrace()
	c.AwaitTrace()
	c.DisableRenegotiation()
	if c.NetConn() != nil || c.Live() != nil || c.Outcome() != nil || c.SetKeyCerts(nil) || c.ServerSession(nil) != nil || c.End() != nil {
		t.Error("a Conn that was not made has a state")
	}
}

// TestNetworkErrorsOfHandshakes: an end or a reset is ECONNRESET, as in Node; all
// other errors are unchanged.
func TestNetworkErrorsOfHandshakes(t *testing.T) {
	reset := &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	own := failure.Decode.New("a message")
	for _, tt := range []struct{ err, want error }{
		{nil, nil}, {io.EOF, failure.ConnectionReset}, {io.ErrUnexpectedEOF, failure.ConnectionReset}, {reset, failure.ConnectionReset},
		{own, own}, {context.Canceled, context.Canceled}, {net.ErrClosed, net.ErrClosed},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, os.ErrDeadlineExceeded},
	} {
		err := new(Conn).duringHandshake(tt.err)
		if !errors.Is(err, tt.want) || tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%v became %v, want %v", tt.err, err, tt.want)
		}
	}
}
