package polytls_test

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/failure"
)

// transcript is a TraceWriter that tests read.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *transcript) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// recordsOf are the records of one direction in a trace. The body of a
// change_cipher_spec, which up to TLS 1.2 only its sender shows, is left out.
func recordsOf(text, direction string) []string {
	var list []string
	text = strings.ReplaceAll(text, "    change_cipher_spec (1)\n\n", "")
	start := regexp.MustCompile(`(?m)^(Sent|Received) `)
	at := start.FindAllStringIndex(text, -1)
	for i, a := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		if rest, ok := strings.CutPrefix(text[a[0]:end], direction); ok {
			list = append(list, rest)
		}
	}
	return list
}

// TestTracesOfBothEndsAgree: what one end says that it sent the other says that it
// received.
func TestTracesOfBothEndsAgree(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			var client, server transcript
			so, co := serving(localhost), trusting(ca)
			so.EnableTrace, so.TraceWriter = true, &server
			co.EnableTrace, co.TraceWriter = true, &client
			only(&so.ContextOptions, version)
			only(&co.ContextOptions, version)
			s, c := pair(t, so, co)
			go s.Write([]byte("data"))
			if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			c.Close()
			if _, err := s.Read(make([]byte, 1)); err != io.EOF {
				t.Fatalf("got %v, wanted the end", err)
			}
			s.Close()
			for _, ends := range [][2]string{{client.String(), server.String()}, {server.String(), client.String()}} {
				sent, received := recordsOf(ends[0], "Sent"), recordsOf(ends[1], "Received")
				if len(received) < 3 || len(sent) < len(received) {
					t.Fatalf("%d records sent and %d received", len(sent), len(received))
				}
				for i := range received {
					want := sent[i]
					if version != polytls.TLS13 { // OpenSSL shows the body of a received one in TLS 1.3 only
						want = strings.Replace(want, "Length = 1\n    change_cipher_spec (1)\n\n", "Length = 1\n", 1)
					}
					if received[i] != want {
						t.Errorf("record %d was sent as\n%s\nand received as\n%s", i, sent[i], received[i])
					}
				}
			}
			if !strings.Contains(client.String(), "    Finished, Length=") {
				t.Errorf("no Finished in\n%s", client.String())
			}
		})
	}
}

// stuckWriter takes nothing until it is released, and then all.
type stuckWriter struct {
	transcript
	release chan struct{}
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	<-w.release
	return w.transcript.Write(b)
}

// TestStuckTraceWriter: a writer that takes nothing holds up neither handshakes nor
// data, and the text says what it lost.
func TestStuckTraceWriter(t *testing.T) {
	w := &stuckWriter{release: make(chan struct{})}
	so, co := serving(localhost), trusting(ca)
	co.EnableTrace, co.TraceWriter = true, w
	co.MaxSendFragment = 512
	s, c := pair(t, so, co)
	go io.Copy(io.Discard, s)
	const size = 16 << 20 // more text than may wait
	if n, err := c.Write(make([]byte, size)); n != size || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	close(w.release)
	c.Close()
	text := w.String()
	if !regexp.MustCompile(`\n\(\d+ lines of the trace were dropped\)\n`).MatchString(text) {
		t.Errorf("nothing says what was dropped of %d bytes", len(text))
	}
	if !strings.HasPrefix(text, "Sent TLS Record\n") || len(text) > 4<<20 {
		t.Errorf("%d bytes of text, beginning with %.50q", len(text), text)
	}
}

type failingWriter struct{ calls chan struct{} }

func (w *failingWriter) Write([]byte) (int, error) {
	select {
	case w.calls <- struct{}{}:
	default:
	}
	return 0, errors.New("no")
}

// TestFailingTraceWriter: a writer's errors do not reach the connection.
func TestFailingTraceWriter(t *testing.T) {
	w := &failingWriter{make(chan struct{}, 1)}
	so, co := serving(localhost), trusting(ca)
	co.EnableTrace, co.TraceWriter = true, w
	s, c := pair(t, so, co)
	go s.Write([]byte("data"))
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	<-w.calls
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestEnableTraceMidway: a connection that both ends use is traced from the call on.
func TestEnableTraceMidway(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run(version, func(t *testing.T) {
			var w transcript
			so, co := serving(localhost), trusting(ca)
			so.TraceWriter, so.TraceStyle = &w, "1.1.1"
			only(&so.ContextOptions, version)
			s, c := pair(t, so, co)
			var reading, running sync.WaitGroup
			for _, end := range []*polytls.Socket{s, c} {
				reading.Go(func() { io.Copy(io.Discard, end) })
				running.Go(func() {
					for range 100 {
						end.Write([]byte("data"))
					}
				})
			}
			running.Go(s.EnableTrace)
			running.Go(s.EnableTrace)
			running.Wait()
			s.CloseWrite()
			c.CloseWrite()
			reading.Wait()
			s.Close()
			text := w.String()
			if strings.Contains(text, "Hello, Length") || !strings.Contains(text, "    Level=warning(1), description=close notify(0)\n") {
				t.Errorf("%.500q", text)
			}
		})
	}
}

// TestNoTraceWithoutTheOption: a writer alone is given nothing.
func TestNoTraceWithoutTheOption(t *testing.T) {
	var w transcript
	so, co := serving(localhost), trusting(ca)
	so.TraceWriter, co.TraceWriter = &w, &w
	s, c := pair(t, so, co)
	s.Close()
	c.Close()
	if text := w.String(); text != "" {
		t.Errorf("%.100q", text)
	}
	new(polytls.Socket).EnableTrace()
}

// TestTraceOfAFailedHandshake is complete when Client returns.
func TestTraceOfAFailedHandshake(t *testing.T) {
	var w transcript
	co := trusting()
	co.EnableTrace, co.TraceWriter, co.TraceStyle = true, &w, "3.0"
	o := handshake(t, serving(localhost), co)
	if o.clientErr == nil {
		t.Fatal("the handshake did not fail")
	}
	if want := "    Level=fatal(2), description=unknown CA(48)\n\n"; !strings.HasSuffix(w.String(), want) {
		t.Errorf("the trace does not end with %q", want)
	}
}

func TestUnknownTraceStyle(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	so.TraceStyle, co.TraceStyle = "1.0", "1.0"
	if _, err := polytls.NewServer(so, nil); !errors.Is(err, failure.InvalidArgValue) {
		t.Errorf("server: %v", err)
	}
	if err := co.Check(); !errors.Is(err, failure.InvalidArgValue) {
		t.Errorf("client: %v", err)
	}
}

// BenchmarkTrace is a handshake with some data, without and with a trace.
func BenchmarkTrace(b *testing.B) {
	for _, trace := range []bool{false, true} {
		b.Run(map[bool]string{false: "off", true: "on"}[trace], func(b *testing.B) {
			so, co := serving(localhost), trusting(ca)
			co.EnableTrace, co.TraceWriter = trace, io.Discard
			for b.Loop() {
				s, c := pair(b, so, co)
				go s.Write(make([]byte, 1<<16))
				if _, err := io.ReadFull(c, make([]byte, 1<<16)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
