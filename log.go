package polytls

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"polytls/failure"
	"polytls/internal/visible"
)

// LogValue implements slog.LogValuer. Logged under an empty key, the attributes are
// those of the record:
//
//	ok            whether the handshake succeeded
//	protocol, cipher, group, servername, alpn, reused, authorized
//	code, alert, alertFrom  of the failure, or of why an accepted peer is not authorized
//	remote        the peer's address
//	reason        of the failure
//	peer          the subject of its certificate or the identity of its key
//	resumption    "ticket", "identifier" or "external key"
//	ms, waitedMs  Took and Waited in milliseconds
//	ja4           the digest of the ClientHello
//	what, fault, remedy  of a failure, from package failure
//	weak          the weaknesses
//
// Those up to remote are always there, the others if they are not empty; resumption, the
// times, ja4, and the servername of a failure need RecordHandshake. Text that the peer has
// chosen is escaped.
func (i *HandshakeInfo) LogValue() slog.Value {
	const usual = 16
	attrs := append(make([]slog.Attr, 0, usual),
		slog.Bool("ok", i.Err == nil && i.Protocol != ""), slog.String("protocol", i.Protocol),
		slog.String("cipher", i.Cipher.Name), slog.String("group", i.Parameters.Group),
		slog.String("servername", visible.Text(i.ServerName)), slog.String("alpn", visible.Text(i.ALPNProtocol)),
		slog.Bool("reused", i.SessionReused), slog.Bool("authorized", i.Authorized))
	attrs = failure.AppendLogAttrs(attrs, cmp.Or(i.Err, i.AuthorizationError))
	attrs = append(attrs, slog.String("remote", visible.Text(i.Remote)))
	for _, a := range []struct{ key, value string }{
		{"peer", i.Peer}, {"resumption", i.Resumption}, {"ja4", i.JA4}, {"weak", strings.Join(i.Weak, ", ")},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.key, visible.Text(a.value)))
		}
	}
	if i.Took > 0 {
		attrs = append(attrs, slog.Float64("ms", milliseconds(i.Took)), slog.Float64("waitedMs", milliseconds(i.Waited)))
	}
	if i.Failure != nil {
		attrs = append(attrs, i.Failure.LogValue().Group()...)
	}
	return slog.GroupValue(attrs...)
}

// milliseconds returns d in milliseconds, with microseconds as decimals for handshakes
// over loopback.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// logger returns the Logger of the socket's options, nil for none.
func (s *Socket) logger() *slog.Logger {
	if s.server != nil {
		return s.server.options.Logger
	}
	if c, ok := s.conn.End().(*client); ok {
		return c.Logger
	}
	return nil
}

// logHandshake logs that the handshake has ended.
func (s *Socket) logHandshake(ctx context.Context, err error) {
	log, level := s.logger(), slog.LevelInfo
	if err != nil {
		level = slog.LevelWarn
	}
	if log == nil || !log.Enabled(ctx, level) {
		return
	}
	d := s.deferred()
	d.from.err = err
	logRecord(ctx, log, level, "handshake", slog.Any("", d))
}

// ends are the errors with which a connection ends or pauses without a failure: its end
// by either side, with or without close_notify, and a deadline.
var ends = []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded}

// logError logs the first failure of a connection after its handshake.
func (s *Socket) logError(err error) {
	log := s.logger()
	if log == nil || s.conn.Outcome() == nil {
		return
	}
	for _, end := range ends {
		if errors.Is(err, end) {
			return
		}
	}
	if !s.conn.FirstFailure() || !log.Enabled(context.Background(), slog.LevelWarn) {
		return
	}
	attrs := append(failure.AppendLogAttrs(nil, err), slog.String("remote", visible.Text(peerAddress(s.RemoteAddr()))))
	explanation := failure.Explain(err)
	logRecord(context.Background(), log, slog.LevelWarn, "connection", append(attrs, explanation.LogValue().Group()...)...)
}

// logRecord logs a record without the place in the code, which tells nothing here and
// costs more than the rest.
func logRecord(ctx context.Context, log *slog.Logger, level slog.Level, message string, attrs ...slog.Attr) {
	r := slog.NewRecord(time.Now(), level, message, 0)
	r.AddAttrs(attrs...)
	log.Handler().Handle(ctx, r) // its error has no better place than the log
}
