package recordlayer_test

import (
	"io"
	"strings"
	"testing"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/suite"
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
