package recordlayer_test

import (
	"errors"
	"io"
	"testing"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// underHandshakeKeys is a server's layer that has sent its first flight of
// TLS 1.3 and reads what the records of a client say.
func underHandshakeKeys(t *testing.T, records ...[]byte) *recordlayer.Layer {
	t.Helper()
	l := recordlayer.New(&tape{in: concat(records...)}, recordlayer.Server)
	x := begin(l)
	defer x.End()
	x.SetVersion(suite.TLS13)
	if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	return l
}

// sealed makes records of TLS 1.3 under the keys of underHandshakeKeys.
func sealed(t *testing.T) func(record.ContentType, ...byte) []byte {
	t.Helper()
	var s record.Sealer
	if err := s.SetKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	return func(ct record.ContentType, payload ...byte) []byte { return s.Seal(nil, suite.TLS12, ct, payload, 0) }
}

// TestAlertsInTheClear: a client that refuses our first flight may have no keys to
// protect its alert.
func TestAlertsInTheClear(t *testing.T) {
	for level := range 4 {
		for _, a := range []failure.Alert{failure.AlertUnknownCA, failure.AlertUserCanceled, failure.AlertUnrecognizedName, 200} {
			l := underHandshakeKeys(t, plain(record.Alert, byte(level), byte(a)))
			x := begin(l)
			_, err := x.ReadMessage()
			x.End()
			var e *failure.Error
			if !errors.As(err, &e) || e.AlertFrom != failure.SidePeer || e.Alert != a || e.Code != failure.Received(a).Code {
				t.Errorf("%s of level %d: got %v", a, level, err)
			}
		}
	}
	l := underHandshakeKeys(t, plain(record.Alert, 1, byte(failure.AlertCloseNotify)))
	x := begin(l)
	defer x.End()
	if _, err := x.ReadMessage(); err != io.ErrUnexpectedEOF {
		t.Errorf("close_notify: got %v", err)
	}
}

// TestAlertsInTheClearEndWithTheKeys: unprotected alerts are refused once the
// client has used its keys, and other unprotected records always.
func TestAlertsInTheClearEndWithTheKeys(t *testing.T) {
	refusal := plain(record.Alert, 2, byte(failure.AlertUnknownCA))
	seal := sealed(t)
	message := seal(record.Handshake, hand(wire.TypeFinished, 32)...)
	for name, records := range map[string][][]byte{
		"after a message":  {message, refusal},
		"of one byte":      {plain(record.Alert, 2)},
		"of three bytes":   {plain(record.Alert, 2, byte(failure.AlertUnknownCA), 0)},
		"two in a record":  {plain(record.Alert, 2, 48, 2, 48)},
		"another type":     {plain(record.Handshake, 2, 48)},
		"after half of it": {sealed(t)(record.Handshake, hand(wire.TypeFinished, 32)[:3]...), refusal},
	} {
		l := underHandshakeKeys(t, records...)
		x := begin(l)
		var err error
		for err == nil {
			_, err = x.ReadMessage()
		}
		x.End()
		if !errors.Is(err, failure.BadRecordType) {
			t.Errorf("%s: got %v, want %s", name, err, failure.BadRecordType.Code)
		}
	}
}

// TestAlertsInTheClearAfterEarlyData: early data does not show that its sender has
// accepted our first flight.
func TestAlertsInTheClearAfterEarlyData(t *testing.T) {
	l := underHandshakeKeys(t, sealed(t)(record.ApplicationData, 'x'), plain(record.Alert, 2, byte(failure.AlertUnknownCA)))
	x := begin(l)
	x.QueueData(1, failure.TooMuchEarlyData.New("too much"))
	x.End()
	got := make([]byte, 2)
	if n, err := l.Read(got); n != 1 || err != nil {
		t.Fatalf("read %q, %v", got[:n], err)
	}
	var e *failure.Error
	if _, err := l.Read(got); !errors.As(err, &e) || e.AlertFrom != failure.SidePeer || e.Alert != failure.AlertUnknownCA {
		t.Errorf("got %v", err)
	}
}

// TestAlertLevelsAreIgnoredInTLS13: only the description of an alert counts (RFC
// 8446, section 6).
func TestAlertLevelsAreIgnoredInTLS13(t *testing.T) {
	read := func(payload ...byte) error {
		l := underHandshakeKeys(t, sealed(t)(record.Alert, payload...))
		x := begin(l)
		defer x.End()
		_, err := x.ReadMessage()
		return err
	}
	for _, level := range []failure.Level{failure.LevelWarning, failure.LevelFatal} {
		var e *failure.Error
		if err := read(byte(level), byte(failure.AlertUnknownCA)); !errors.As(err, &e) || e.AlertFrom != failure.SidePeer || e.Alert != failure.AlertUnknownCA {
			t.Errorf("unknown_ca of level %d: %v", level, err)
		}
		for _, a := range []failure.Alert{failure.AlertCloseNotify, failure.AlertUserCanceled} { // then the tape ends
			if err := read(byte(level), byte(a)); err != io.ErrUnexpectedEOF {
				t.Errorf("%s of level %d: %v", a, level, err)
			}
		}
	}
	var e *failure.Error
	if err := read(); !errors.Is(err, failure.BadAlert) || !errors.As(err, &e) || e.Alert != failure.AlertUnexpectedMessage {
		t.Errorf("an empty alert: %v", err)
	}
	if err := read(2, 48, 0); !errors.Is(err, failure.BadAlert) || !errors.As(err, &e) || e.Alert != failure.AlertDecodeError {
		t.Errorf("an alert of three bytes: %v", err)
	}
}

// TestClientsReadNoAlertInTheClear: a server has keys before it has anything to
// refuse.
func TestClientsReadNoAlertInTheClear(t *testing.T) {
	l := recordlayer.New(&tape{in: plain(record.Alert, 2, byte(failure.AlertUnknownCA))}, recordlayer.Client)
	x := begin(l)
	defer x.End()
	x.SetVersion(suite.TLS13)
	if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	if _, err := x.ReadMessage(); !errors.Is(err, failure.BadRecordType) {
		t.Errorf("got %v", err)
	}
}
