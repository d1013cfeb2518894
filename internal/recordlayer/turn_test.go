package recordlayer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/wire"
)

// busy is a transport whose writes block, and counts them.
type busy struct {
	tape
	going   chan struct{}
	writing atomic.Int32
}

func (b *busy) Write(p []byte) (int, error) {
	b.writing.Add(1)
	defer b.writing.Add(-1)
	<-b.going
	return b.tape.Write(p)
}

// TestEndDuringACallOfTheTurn: nothing else is sent before the call has returned.
func TestEndDuringACallOfTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &busy{going: make(chan struct{})}
		l := recordlayer.New(b, recordlayer.Client)
		turn, err := l.TakeTurn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		turn.WriteMessage(hand(wire.TypeClientHello, 10))
		flushed := make(chan error)
		go func() { flushed <- turn.Flush() }()
		synctest.Wait()
		turn.End()
		go l.Write([]byte("data"))
		synctest.Wait()
		if n := b.writing.Load(); n != 1 {
			t.Errorf("%d writes at a time", n)
		}
		close(b.going)
		if err := <-flushed; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		want := concat(plain(record.Handshake, hand(wire.TypeClientHello, 10)...), plain(record.ApplicationData, []byte("data")...))
		if got := b.out.Bytes(); len(got) != len(want) {
			t.Errorf("%d bytes, want the message and the data, %d bytes", len(got), len(want))
		}
		if err := turn.Flush(); err == nil {
			t.Error("the turn can be used after its end")
		}
	})
}

// late is a transport whose writes time out while slow is set.
type late struct {
	tape
	slow bool
}

func (p *late) Write(b []byte) (int, error) {
	if p.slow {
		return 0, os.ErrDeadlineExceeded
	}
	return p.tape.Write(b)
}

// TestAlertAfterALateWrite: an alert that could not be sent within the write
// deadline is sent by Close, and no close_notify after it.
func TestAlertAfterALateWrite(t *testing.T) {
	p := &late{slow: true}
	l := recordlayer.New(p, recordlayer.Server)
	if _, err := l.Write([]byte("data")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	x := begin(l)
	refusal := failure.DecryptionFailed.New("a record that does not open")
	x.Reading.Fail(refusal)
	x.End()
	if _, err := l.Write([]byte("more")); !errors.Is(err, refusal) {
		t.Errorf("Write: %v, want the failure", err)
	}
	p.slow = false
	l.Close(time.Second)
	want := concat(plain(record.ApplicationData, []byte("data")...), plain(record.Alert, 2, byte(refusal.Alert)))
	if got := p.out.Bytes(); !bytes.Equal(got, want) {
		t.Errorf("sent %x, want %x", got, want)
	}
}

// watched is a transport whose first read times out late, in the background.
type watched struct {
	tape
	expire chan struct{}
	late   bool
}

func (p *watched) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	if !p.late {
		p.late = true
		<-p.expire
		return 0, os.ErrDeadlineExceeded
	}
	return p.tape.ReadInto(s)
}

// TestDeadlineOfAWatch: the deadline of a read in the background does not apply to
// a later read.
func TestDeadlineOfAWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		msg := hand(wire.TypeFinished, 12)
		p := &watched{tape: tape{in: plain(record.Handshake, msg...)}, expire: make(chan struct{})}
		x := begin(recordlayer.New(p, recordlayer.Server))
		defer x.End()
		_, end := x.Watch(context.Background())
		time.Sleep(time.Second)
		close(p.expire)
		synctest.Wait()
		if err := end(); err != nil {
			t.Error(err)
		}
		if got, err := x.ReadMessage(); err != nil || !bytes.Equal(got, msg) {
			t.Errorf("got %x, %v", got, err)
		}
	})
}

// halves is a transport that reads one chunk for each, then waits for leave, and
// then ends.
type halves struct {
	tape
	chunks [][]byte
	leave  chan struct{}
}

func (p *halves) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	if len(p.chunks) == 0 {
		<-p.leave
		return 0, io.EOF
	}
	n := copy(s.Free(), p.chunks[0])
	p.chunks = p.chunks[1:]
	return n, nil
}

// TestWatchBesideUnreadData: a watch notices that the peer closes the connection
// although data is buffered, an earlier watch's read still waits, or that read has
// returned data. All data is read in order.
func TestWatchBesideUnreadData(t *testing.T) {
	first, second, third := hand(wire.TypeFinished, 12), hand(wire.TypeCertificate, 50), hand(wire.TypeCertificateVerify, 30)
	for name, chunks := range map[string][][]byte{
		"one chunk":    {slices.Concat(plain(record.Handshake, first...), plain(record.Handshake, second...), plain(record.Handshake, third...))},
		"three chunks": {plain(record.Handshake, first...), plain(record.Handshake, second...), plain(record.Handshake, third...)},
		"split record": {plain(record.Handshake, first...), plain(record.Handshake, second...)[:20], slices.Concat(plain(record.Handshake, second...)[20:], plain(record.Handshake, third...))},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &halves{chunks: chunks, leave: make(chan struct{})}
				x := begin(recordlayer.New(p, recordlayer.Server))
				defer x.End()
				if got, err := x.ReadMessage(); err != nil || !bytes.Equal(got, first) {
					t.Fatalf("got %x, %v", got, err)
				}
				for range len(chunks) { // each read brings a chunk; the last one waits
					_, end := x.Watch(t.Context())
					time.Sleep(time.Second)
					if err := end(); err != nil {
						t.Fatal(err)
					}
				}
				for _, want := range [][]byte{second, third} {
					if got, err := x.ReadMessage(); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("got %x, %v, want %x", got, err, want)
					}
				}
				ctx, end := x.Watch(t.Context())
				time.Sleep(time.Second)
				close(p.leave)
				<-ctx.Done()
				if err := end(); err == nil {
					t.Error("the watch does not tell that the peer has left")
				}
				if got, err := x.ReadMessage(); err == nil {
					t.Errorf("got %x after the end", got)
				}
			})
		})
	}
}

// TestEndOfAWatchTellsWhy: once the context has ended, the returned function
// returns the cause, without a race.
func TestEndOfAWatchTellsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for n := range 5000 {
			x := begin(recordlayer.New(&tape{}, recordlayer.Server))
			ctx, end := x.Watch(context.Background())
			<-ctx.Done()
			if err := end(); err == nil {
				t.Fatalf("watch %d ended for no reason", n)
			}
			x.End()
		}
	})
}
