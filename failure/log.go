package failure

import (
	"errors"
	"log/slog"

	"polytls/internal/visible"
)

// LogValue implements slog.LogValuer: a group of the attributes of AppendLogAttrs and of
// the explanation.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(append(AppendLogAttrs(nil, e), Explain(e).LogValue().Group()...)...)
}

// AppendLogAttrs appends what log records say of an error: code, alert and alertFrom ("us"
// or "peer"), each "" if there is none, and reason, which nil has not. Text that the peer
// may have chosen is escaped.
func AppendLogAttrs(attrs []slog.Attr, err error) []slog.Attr {
	code, alert, from, reason := "", "", "", ""
	if err != nil {
		code, reason = CodeOf(err), err.Error()
	}
	var own *Error
	if errors.As(err, &own) {
		reason = own.Message()
		if own.AlertFrom != SideNone {
			alert, from = own.Alert.String(), own.AlertFrom.String()
		}
	}
	attrs = append(attrs, slog.String("code", visible.Text(code)), slog.String("alert", alert), slog.String("alertFrom", from))
	if err != nil {
		attrs = append(attrs, slog.String("reason", visible.Text(reason)))
	}
	return attrs
}

// LogValue implements slog.LogValuer: a group of what, fault and remedy, without
// attributes for the explanation of nil.
func (x Explanation) LogValue() slog.Value {
	if x == (Explanation{}) {
		return slog.GroupValue()
	}
	return slog.GroupValue(slog.String("what", visible.Text(x.What)), slog.String("fault", visible.Text(x.Fault)), slog.String("remedy", x.Remedy))
}
