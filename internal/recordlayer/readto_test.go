package recordlayer_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// open is a transport whose peer stays silent after what it has sent, until Close.
type open struct {
	tape
	closed chan struct{}
}

func (p *open) ReadInto(s *recordlayer.ReadBuffer) (int, error) {
	if len(p.in) == 0 {
		<-p.closed
	}
	return p.tape.ReadInto(s)
}

func (p *open) Close() error {
	close(p.closed)
	return nil
}

// established returns a Layer after a handshake, whose peer has sent in with the keys of
// keysFor.
func established(t *testing.T, p recordlayer.Transport, h func(*recordlayer.Layer) recordlayer.Handler) *recordlayer.Layer {
	t.Helper()
	l := recordlayer.New(p, recordlayer.Client)
	x := begin(l)
	defer x.End()
	x.SetVersion(suite.TLS13)
	l.Handle(h(l))
	if err := x.SetReadKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	x.Established()
	return l
}

// records seals application data, a record for each text, and nothing for "".
func records(t *testing.T, texts ...string) (in []byte) {
	t.Helper()
	var sealer record.Sealer
	if err := sealer.SetKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if text == "" {
			in = append(in, byte(record.ApplicationData), 3, 3, 0, 0) // has not even a tag
			continue
		}
		in = sealer.Seal(in, suite.TLS12, record.ApplicationData, []byte(text), 0)
	}
	return in
}

func quiet(*recordlayer.Layer) recordlayer.Handler { return nothing{} }

// TestReadToTakesAll: what has arrived comes at once, up to the memory that is lent.
func TestReadToTakesAll(t *testing.T) {
	long := strings.Repeat("x", 16_384)
	texts := []string{"a", "bc", long, "d", long, long, long, long, "e"}
	for _, step := range []int{0, 1, 1000} {
		l := established(t, &tape{in: records(t, texts...), step: step}, quiet)
		var got strings.Builder
		uses := 0
		err := error(nil)
		for err == nil {
			err = l.ReadTo(make([]byte, 1), func(b []byte) {
				uses++
				got.Write(b)
			})
		}
		if err != io.ErrUnexpectedEOF || got.String() != strings.Join(texts, "") || uses > len(texts) || step == 0 && uses > 3 {
			t.Errorf("steps of %d: %d bytes in %d parts, then %v", step, got.Len(), uses, err)
		}
	}
}

// TestReadToStopsAtTheError: data after a record that cannot be opened is not data,
// although the record, which anyone can insert, does not change the numbers of those
// after it.
func TestReadToStopsAtTheError(t *testing.T) {
	for _, first := range []string{"x", "good"} {
		p := &tape{in: records(t, first, "", "evil")}
		l := established(t, p, quiet)
		var got string
		if err := l.ReadTo(make([]byte, 1), func(b []byte) { got += string(b) }); err != nil || got != first {
			t.Errorf("read %q, %v", got, err)
		}
		if err := l.ReadTo(make([]byte, 1), func(b []byte) { got += string(b) }); err == nil || got != first {
			t.Errorf("then %q, %v", got, err)
		}
		if p.out.Len() == 0 {
			t.Error("the peer got no alert")
		}
	}
}

// TestReadToAsRead: ReadTo passes on what Read returns, and then has its error, whatever
// the peer sends and however the stream is split.
func TestReadToAsRead(t *testing.T) {
	const seed = 3
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 300 {
		in := randomRecords(t, random)
		step := []int{0, 1, 7, 5000}[random.IntN(4)]
		start := func() *recordlayer.Layer { return established(t, &tape{in: bytes.Clone(in), step: step}, quiet) }
		var want, got bytes.Buffer
		var wanted, err error
		l, p := start(), make([]byte, 1+random.IntN(70_000))
		for wanted == nil {
			var n int
			n, wanted = l.Read(p)
			want.Write(p[:n])
		}
		l = start()
		for err == nil {
			err = l.ReadTo(p[:1], func(b []byte) { got.Write(b) })
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) || err.Error() != wanted.Error() {
			t.Fatalf("seed %d, round %d: %d bytes and %v, want %d and %v", seed, round, got.Len(), err, want.Len(), wanted)
		}
	}
}

// randomRecords seals data, other records, and some that are refused.
func randomRecords(t *testing.T, random *rand.Rand) (in []byte) {
	t.Helper()
	var sealer record.Sealer
	if err := sealer.SetKeys(keysFor(suite.TLS13)); err != nil {
		t.Fatal(err)
	}
	add := func(c record.ContentType, payload []byte) {
		in = sealer.Seal(in, suite.TLS12, c, payload, random.IntN(3))
	}
	for range random.IntN(40) {
		switch random.IntN(60) {
		case 0:
			add(record.Alert, []byte{1, byte(failure.AlertCloseNotify)})
		case 1:
			in = append(in, byte(record.ApplicationData), 3, 3, 0, 0) // has not even a tag
		case 2:
			add(record.ApplicationData, []byte("broken"))
			in[len(in)-1] ^= 1
		case 3:
			add(record.Handshake, hand(wire.TypeKeyUpdate, 1)[:3]) // data inside a message
		case 4:
			add(record.Alert, []byte{2, byte(failure.AlertInternalError)})
		case 5, 6, 7:
			add(record.Handshake, hand(wire.TypeKeyUpdate, 1))
		case 8, 9, 10:
			add(record.ApplicationData, nil)
		case 11, 12, 13:
			add(record.ApplicationData, bytes.Repeat([]byte("x"), record.MaxPlaintext))
		default:
			add(record.ApplicationData, bytes.Repeat([]byte{byte(len(in))}, 1+random.IntN(300)))
		}
	}
	return in[:len(in)-random.IntN(2)*min(len(in), random.IntN(400))]
}

// asking has a request for which the layer reads in the background between two Reads.
type asking struct {
	nothing
	layer *recordlayer.Layer
}

func (h asking) ReadReturned() {
	h.layer.ReadInBackground(func() bool { return true }, 100)
}

// TestReadToDoesNotWaitForMore: what has arrived is used although a reader in the
// background then waits for the peer, or another Read.
func TestReadToDoesNotWaitForMore(t *testing.T) {
	p := &open{tape{in: records(t, "ping")}, make(chan struct{})}
	l := established(t, p, func(l *recordlayer.Layer) recordlayer.Handler { return asking{layer: l} })
	var got string
	if err := l.ReadTo(make([]byte, 1), func(b []byte) { got = string(b) }); err != nil || got != "ping" {
		t.Errorf("with a request: %q, %v", got, err)
	}
	p.Close()

	p = &open{tape{in: records(t, "p")}, make(chan struct{})}
	l = established(t, p, quiet)
	ended, used := make(chan error), make(chan string)
	for range 2 {
		go func() {
			ended <- l.ReadTo(make([]byte, 1), func(b []byte) { used <- string(b) })
		}()
	}
	if got := <-used; got != "p" {
		t.Errorf("beside another Read: %q", got)
	}
	<-ended
	p.Close()
	if err := <-ended; err != io.ErrUnexpectedEOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestReadToMayUseTheLayer: while the data is used, the layer can be read and closed.
func TestReadToMayUseTheLayer(t *testing.T) {
	l := established(t, &tape{in: records(t, strings.Repeat("x", 16_384), "12345")[:16_384+5+17+10]}, quiet)
	if err := l.ReadTo(make([]byte, 1), func([]byte) {
		if _, err := l.Read(make([]byte, 1)); err != io.ErrUnexpectedEOF {
			t.Error(err)
		}
		l.Close(0)
	}); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a panic was lost")
		}
	}()
	l = established(t, &tape{in: records(t, "x")}, quiet)
	l.ReadTo(make([]byte, 1), func([]byte) { panic("use") })
}
