package handshake

import (
	"context"
	"errors"

	"polytls/failure"
)

// callbackFailed returns the error of a failed callback, with the alert to send:
// the callback's error and its alert if it carries a code.
func callbackFailed(name string, a failure.Alert, err error) error {
	if left, ok := err.(*peerLeft); ok {
		return left.error
	}
	return CallbackError(name, a, err)
}

// CallbackError is the error of a callback that was called by its name and has failed
// with err: it has the code and the alert of err, if err has them.
func CallbackError(name string, a failure.Alert, err error) *failure.Error {
	var own *failure.Error
	if errors.As(err, &own) {
		if own.AlertFrom == failure.SideUs {
			a = own.Alert
		}
		return &failure.Error{Code: own.Code, Reason: name + ": " + own.Reason, Alert: a, AlertFrom: failure.SideUs, Err: err}
	}
	return failure.Callback.With(a, "%s", name).Wrap(err)
}

// watched calls f, a callback of the user, with a context that ends when the peer
// closes the connection; the error is then a *peerLeft.
func watched[T any](ctx context.Context, c *conversation, f func(context.Context) (T, error)) (T, error) {
	ctx, end := c.layer.Watch(ctx)
	result, err := f(ctx)
	if left := end(); left != nil {
		return result, &peerLeft{left}
	}
	return result, err
}

// peerLeft is the error if the peer closed or reset the connection during a callback.
type peerLeft struct{ error }
