package recordlayer_test

import (
	"bytes"
	"errors"
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// reading is the error of one end that waits for a handshake message and reads
// some bytes.
func reading(role recordlayer.Role, in []byte) func(*testing.T) error {
	return func(*testing.T) error {
		x := begin(recordlayer.New(&tape{in: in}, role))
		defer x.End()
		_, err := x.ReadMessage()
		return err
	}
}

func TestFailures(t *testing.T) {
	warning := plain(record.Alert, byte(failure.LevelWarning), byte(failure.AlertUnrecognizedName))
	half := plain(record.Handshake, 1, 0, 0, 9)
	failuretest.Triggers{
		failure.AppDataInHandshake: reading(recordlayer.Client, plain(record.ApplicationData, 1)),
		failure.BadAlert:           reading(recordlayer.Client, plain(record.Alert, 2)),
		failure.BadChangeCipherSpec: func(*testing.T) error {
			x := begin(recordlayer.New(&tape{in: plain(record.ChangeCipherSpec, 2)}, recordlayer.Client))
			defer x.End()
			return x.ReadChangeCipherSpec()
		},
		failure.ExcessHandshakeData: func(t *testing.T) error {
			x := begin(recordlayer.New(&tape{in: plain(record.Handshake, concat(hand(wire.TypeServerHello, 9), hand(wire.TypeFinished, 9))...)}, recordlayer.Client))
			defer x.End()
			if _, err := x.ReadMessage(); err != nil {
				return err
			}
			return x.SetReadKeys(keysFor(suite.TLS13))
		},
		failure.HTTPSProxyRequest:        reading(recordlayer.Server, []byte("CONNECT a:443 HTTP/1.1")),
		failure.MixedHandshakeAndNonHand: reading(recordlayer.Client, concat(half, plain(record.ApplicationData, 1))),
		failure.SSLv2Hello:               reading(recordlayer.Server, []byte("\x80\x2e\x01\x00\x02hello")),
		failure.TooManyEmptyFragments:    reading(recordlayer.Client, bytes.Repeat(plain(record.Handshake), 33)),
		failure.TooManyKeyUpdates: func(*testing.T) error {
			x := begin(recordlayer.New(&tape{}, recordlayer.Client))
			defer x.End()
			var err error
			for n := 0; err == nil && n < 1000; n++ {
				err = x.CountUpdate()
			}
			return err
		},
		failure.TooManyWarnAlerts: reading(recordlayer.Client, bytes.Repeat(warning, 5)),
		failure.TooMuchSkippedEarlyData: func(*testing.T) error {
			x := begin(recordlayer.New(&tape{in: bytes.Repeat(plain(record.ApplicationData, make([]byte, 17+5)...), 2)}, recordlayer.Server))
			defer x.End()
			x.SetVersion(suite.TLS13)
			x.SkipEarlyData(5)
			_, err := x.ReadMessage()
			return err
		},
		failure.UnexpectedRecord: reading(recordlayer.Client, plain(99, 1)),
		failure.UnknownAlertType: reading(recordlayer.Client, plain(record.Alert, 3, 0)),
		failure.WriteAfterAlert: func(*testing.T) error {
			l := recordlayer.New(&tape{}, recordlayer.Client)
			x := begin(l)
			x.Established()
			x.Reading.Fail(failure.Decode.New("text"))
			x.End()
			_, err := l.Write([]byte("data"))
			return err
		},
	}.Run(t)
}

// TestReceivedAlerts reads each alert and expects the code of its row.
func TestReceivedAlerts(t *testing.T) {
	for f := range failure.All() {
		a := f.Alert
		if f.Code != failure.Received(a).Code {
			continue // not the row of an alert
		}
		err := reading(recordlayer.Client, plain(record.Alert, byte(failure.LevelFatal), byte(a)))(t)
		var e *failure.Error
		if !errors.As(err, &e) || e.Code != f.Code || e.Alert != a || e.AlertFrom != failure.SidePeer {
			t.Errorf("%s: got %v", a, err)
		}
	}
}
