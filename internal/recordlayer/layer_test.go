package recordlayer_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// tape is a transport that reads given bytes, some at a time, and keeps what is
// written.
type tape struct {
	in    []byte
	step  int // bytes per read, 0 for all
	out   bytes.Buffer
	taken int // the free space that the last read was given
}

func (p *tape) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	if len(p.in) == 0 {
		s.Release()
		return 0, io.EOF
	}
	b := s.Free()
	if p.taken = len(b); p.step > 0 {
		b = b[:min(p.step, len(b))]
	}
	n := copy(b, p.in)
	p.in = p.in[n:]
	return n, nil
}

func (p *tape) Write(b []byte) (int, error) { return p.out.Write(b) }

func (p *tape) SetReadDeadline(time.Time) error  { return nil }
func (p *tape) SetWriteDeadline(time.Time) error { return nil }
func (p *tape) Close() error                     { return nil }

// begin acquires the right to read and the right to send.
func begin(l *recordlayer.Layer) recordlayer.Exchange {
	x, err := l.Begin(context.Background())
	if err != nil {
		panic(err)
	}
	return x
}

// plain makes a record without protection.
func plain(t record.ContentType, payload ...byte) []byte {
	var s record.Sealer
	return s.Seal(nil, suite.TLS12, t, payload, 0)
}

// hand makes a handshake message of n bytes with its header.
func hand(t wire.MessageType, n int) []byte {
	return append(wire.AppendHeader(nil, t, n), bytes.Repeat([]byte{7}, n)...)
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestMessagesSplitAnywhere(t *testing.T) {
	one, two := hand(wire.TypeCertificate, 300), hand(wire.TypeServerHelloDone, 0)
	var single []byte
	for _, b := range concat(one, two) {
		single = append(single, plain(record.Handshake, b)...)
	}
	for name, in := range map[string][]byte{
		"a record each":  concat(plain(record.Handshake, one...), plain(record.Handshake, two...)),
		"in one record":  plain(record.Handshake, concat(one, two)...),
		"overlapping":    concat(plain(record.Handshake, one[:200]...), plain(record.Handshake, concat(one[200:], two)...)),
		"byte by byte":   single,
		"empty between":  concat(plain(record.Handshake), plain(record.Handshake, one...), plain(record.Handshake), plain(record.Handshake, two...)),
		"header cut off": concat(plain(record.Handshake, one[:3]...), plain(record.Handshake, one[3:]...), plain(record.Handshake, two...)),
	} {
		for _, step := range []int{0, 1, 7} {
			t.Run(name, func(t *testing.T) {
				l := recordlayer.New(&tape{in: bytes.Clone(in), step: step}, recordlayer.Client)
				x := begin(l)
				defer x.End()
				for _, want := range [][]byte{one, two} {
					if got, err := x.ReadMessage(); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("got %x, %v", got, err)
					}
				}
				if x.Buffered() {
					t.Error("something is left")
				}
				if _, err := x.ReadMessage(); err != io.ErrUnexpectedEOF {
					t.Errorf("at the end: %v", err)
				}
			})
		}
	}
}

func TestRefused(t *testing.T) {
	warning := plain(record.Alert, byte(failure.LevelWarning), byte(failure.AlertUnrecognizedName))
	for name, test := range map[string]struct {
		in   []byte
		want failure.Failure
	}{
		"data before the end":     {plain(record.ApplicationData, 1), failure.AppDataInHandshake},
		"empty data":              {plain(record.ApplicationData), failure.AppDataInHandshake},
		"change_cipher_spec":      {plain(record.ChangeCipherSpec, 1), failure.UnexpectedRecord},
		"unknown type":            {plain(99, 1), failure.UnexpectedRecord},
		"alert of one byte":       {plain(record.Alert, 2), failure.BadAlert},
		"alert of no level":       {plain(record.Alert, 3, 0), failure.UnknownAlertType},
		"a flood of empties":      {bytes.Repeat(plain(record.Handshake), 33), failure.TooManyEmptyFragments},
		"a flood of warnings":     {bytes.Repeat(warning, 5), failure.TooManyWarnAlerts},
		"floods in turns":         {bytes.Repeat(concat(plain(record.Handshake), warning), 33), failure.TooManyWarnAlerts},
		"data inside a message":   {concat(plain(record.Handshake, 1, 0, 0, 9), plain(record.ApplicationData, 1)), failure.MixedHandshakeAndNonHand},
		"a message out of bounds": {plain(record.Handshake, byte(wire.TypeFinished), 0xff, 0xff, 0xff), failure.ExcessiveMessageSize},
		"a record out of bounds":  {[]byte{22, 3, 3, 0x40, 1}, failure.DataLengthTooLong},
		"another protocol":        {[]byte("SSH-2.0-x"), failure.WrongVersionNumber},
	} {
		t.Run(name, func(t *testing.T) {
			l := recordlayer.New(&tape{in: test.in}, recordlayer.Client)
			x := begin(l)
			defer x.End()
			if _, err := x.ReadMessage(); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %s", err, test.want.Code)
			}
		})
	}
}

func TestServerRecognizesOtherProtocols(t *testing.T) {
	for text, want := range map[string]failure.Failure{
		"GET / HTTP/1.1\r\n":        failure.HTTPRequest,
		"POST / HTTP/1.1\r\n":       failure.HTTPRequest,
		"CONNECT a:443 HTTP/1.1":    failure.HTTPSProxyRequest,
		"\x80\x2e\x01\x00\x02hello": failure.SSLv2Hello,
	} {
		l := recordlayer.New(&tape{in: []byte(text)}, recordlayer.Server)
		x := begin(l)
		if _, err := x.ReadMessage(); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
		x.End()
	}
}

func TestLengthOfAPeerDoesNotAllocate(t *testing.T) {
	in := plain(record.Handshake, byte(wire.TypeCertificate), 0, 0xff, 0xff, 1, 2, 3)
	l := recordlayer.New(&tape{in: in}, recordlayer.Client)
	allocated := testing.AllocsPerRun(1, func() {
		x := begin(l)
		defer x.End()
		x.ReadMessage()
	})
	if allocated > 20 {
		t.Errorf("%v allocations for a message of which 3 bytes came", allocated)
	}
}

// ends are two layers over loopback under the same keys, after a handshake.
func ends(t *testing.T, v suite.Version) (a, b *recordlayer.Layer, ca, cb *recordlayertest.Conn) {
	t.Helper()
	ca, cb, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ca.Close(); cb.Close() })
	k := keysFor(v)
	a, b = recordlayer.New(ca, recordlayer.Client), recordlayer.New(cb, recordlayer.Server)
	for _, l := range []*recordlayer.Layer{a, b} {
		x := begin(l)
		x.SetVersion(v)
		l.Handle(nothing{})
		if err := x.SetReadKeys(k); err != nil {
			t.Fatal(err)
		}
		if err := x.SetWriteKeys(k); err != nil {
			t.Fatal(err)
		}
		x.Established()
		x.End()
	}
	return a, b, ca, cb
}

type reader struct{ l *recordlayer.Layer }

func (r reader) Read(p []byte) (int, error) { return r.l.Read(p) }

func TestBulkBothWays(t *testing.T) {
	for v := range suite.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			a, b, _, _ := ends(t, v)
			data := make([]byte, 300_000)
			rand.Read(data)
			var wg sync.WaitGroup
			for _, way := range [][2]*recordlayer.Layer{{a, b}, {b, a}} {
				wg.Go(func() {
					for rest := data; len(rest) > 0; {
						n := min(len(rest), 1+len(rest)/3)
						if _, err := way[0].Write(rest[:n]); err != nil {
							t.Error(err)
							return
						}
						rest = rest[n:]
					}
				})
				wg.Go(func() {
					got := make([]byte, len(data))
					if _, err := io.ReadFull(reader{way[1]}, got); err != nil || !bytes.Equal(got, data) {
						t.Errorf("the data did not come through: %v", err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestCloseNotify(t *testing.T) {
	a, b, _, _ := ends(t, suite.TLS13)
	if _, err := a.Write([]byte("last")); err != nil {
		t.Fatal(err)
	}
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("more")); err == nil {
		t.Error("a write after close_notify succeeded")
	}
	got, err := io.ReadAll(reader{b})
	if err != nil || string(got) != "last" {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := b.Write([]byte("the other half is open")); err != nil {
		t.Error(err)
	}
}

func TestEndWithoutCloseNotify(t *testing.T) {
	_, b, ca, _ := ends(t, suite.TLS13)
	ca.Close()
	if _, err := b.Read(make([]byte, 1)); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v", err)
	}
}

func TestAlertOfAFailureIsSent(t *testing.T) {
	a, b, ca, _ := ends(t, suite.TLS13)
	if _, err := ca.Conn.Write(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, failure.DecryptionFailed) {
		t.Fatalf("got %v", err)
	}
	var e *failure.Error
	if _, err := a.Read(make([]byte, 1)); !errors.As(err, &e) || e.Alert != failure.AlertBadRecordMAC || e.AlertFrom != failure.SidePeer {
		t.Errorf("the peer got %v", err)
	}
	if _, err := b.Write([]byte("x")); err == nil {
		t.Error("a write after the failure succeeded")
	}
}

func TestTimeoutsDoNotEndTheConnection(t *testing.T) {
	a, b, ca, cb := ends(t, suite.TLS13)
	past := time.Unix(1, 0)
	cb.SetReadDeadline(past)
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	cb.SetReadDeadline(time.Time{})

	// Fill the connection until a write stops in the middle of a record.
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	ca.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	sent := 0
	for {
		n, err := a.Write(chunk)
		sent += n
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			break
		}
	}
	ca.SetWriteDeadline(time.Time{})
	done := make(chan error, 1)
	go func() {
		// What counted as written goes first.
		_, err := a.Write([]byte("the end"))
		if err == nil {
			err = a.CloseWrite()
		}
		done <- err
	}()
	got, err := io.ReadAll(reader{b})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(got) != sent+len("the end") || !bytes.HasSuffix(got, []byte("the end")) {
		t.Errorf("%d bytes came, %d counted as written", len(got), sent)
	}
}

func TestEarlyDataIsBounded(t *testing.T) {
	a, b, _, _ := ends(t, suite.TLS13)
	in := b.TryReading()
	in.QueueData(5, failure.TooMuchEarlyData.New("too much"))
	in.End()
	if _, err := a.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(reader{b}, got); err != nil || string(got) != "hello" {
		t.Fatalf("read %q, %v", got, err)
	}
	if _, err := a.Write([]byte("!")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(got); !errors.Is(err, failure.TooMuchEarlyData) {
		t.Errorf("got %v", err)
	}
}

func TestTLS10SplitsAgainstBEAST(t *testing.T) {
	a, b, ca, _ := ends(t, suite.TLS10)
	var wrote []byte
	ca.Written = func(p []byte) { wrote = append(wrote, p...) }
	if _, err := a.Write([]byte("secret")); err != nil {
		t.Fatal(err)
	}
	first := record.ParseHeader(wrote)
	if len(wrote) <= record.HeaderLen+first.Length {
		t.Error("one record holds all of a write")
	}
	got := make([]byte, 6)
	if _, err := io.ReadFull(reader{b}, got); err != nil || string(got) != "secret" {
		t.Errorf("read %q, %v", got, err)
	}
}

// nothing is a Handler that does nothing.
type nothing struct{}

func (nothing) Message(*recordlayer.Reading, []byte) (recordlayer.Conversation, error) {
	return nil, nil
}
func (nothing) UpdateWriteKeys(*recordlayer.Turn) error { return nil }
func (nothing) ReadClosed(error)                        {}
func (nothing) ReadReturned()                           {}

// FuzzRead lets an established layer read arbitrary bytes.
func FuzzRead(f *testing.F) {
	f.Add(false, plain(record.Handshake, hand(wire.TypeHelloRequest, 0)...))
	f.Add(true, concat(plain(record.Alert, 1, 0), plain(record.ApplicationData, 1, 2, 3)))
	f.Fuzz(func(t *testing.T, done bool, data []byte) {
		l := recordlayer.New(&tape{in: data, step: 3}, recordlayer.Client)
		l.Handle(nothing{})
		if done {
			x := begin(l)
			x.SetVersion(suite.TLS12)
			x.Established()
			x.End()
		}
		buf := make([]byte, 16)
		for {
			n, err := l.Read(buf)
			if err != nil {
				return
			}
			if n == 0 {
				t.Fatal("Read returned nothing and no error")
			}
		}
	})
}
