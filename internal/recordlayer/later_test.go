package recordlayer_test

import (
	"testing"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/wire"
)

// packets is a transport that reports each write.
type packets struct {
	tape
	sent chan int // bytes
}

func (p *packets) Write(b []byte) (int, error) {
	p.sent <- len(b)
	return len(b), nil
}

// TestFlushLater: messages that the peer does not wait for are sent with the first
// data, or alone if there is none.
func TestFlushLater(t *testing.T) {
	message := hand(wire.TypeFinished, 32)
	alone := len(plain(record.Handshake, message...))
	data := len(plain(record.ApplicationData, make([]byte, 100)...))
	start := func() (*recordlayer.Layer, recordlayer.Exchange, *packets) {
		p := &packets{sent: make(chan int, 10)}
		l := recordlayer.New(p, recordlayer.Server)
		x := begin(l)
		x.WriteMessage(message)
		if err := x.FlushLater(); err != nil {
			t.Fatal(err)
		}
		return l, x, p
	}
	_, x, p := start()
	x.End()
	if n := <-p.sent; n != alone {
		t.Errorf("by itself: %d bytes, want %d", n, alone)
	}

	l, x, p := start()
	x.Reading.End()
	// The turn is still out: the first Write comes first.
	done := make(chan error)
	go func() {
		_, err := l.Write(make([]byte, 100))
		done <- err
	}()
	x.Turn.End()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	total := 0
	for total < alone+data {
		total += <-p.sent
	}
	if total != alone+data || len(p.sent) > 0 {
		t.Errorf("with data: %d bytes, want %d", total, alone+data)
	}

	_, x, p = start()
	x.SendAlert(0) // close_notify, in the same turn
	x.End()
	if n := <-p.sent; n < alone {
		t.Errorf("before the end: %d bytes, want %d and an alert", n, alone)
	}
}

// TestWriteSendsAQueuedFlight: a Write sends a queued flight and its data in one
// write of the transport.
func TestWriteSendsAQueuedFlight(t *testing.T) {
	p := &packets{sent: make(chan int, 10)}
	l := recordlayer.New(p, recordlayer.Server)
	l.Send(func(turn *recordlayer.Turn) error {
		turn.WriteMessage(hand(wire.TypeFinished, 32))
		return nil // nothing says that it may wait, so that nothing sends it
	})
	flight := len(plain(record.Handshake, hand(wire.TypeFinished, 32)...))
	if _, err := l.Write(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if n, want := <-p.sent, flight+len(plain(record.ApplicationData, make([]byte, 100)...)); n != want {
		t.Errorf("%d bytes in the first write, want %d", n, want)
	}
}
