package trace

import (
	"os"
	"path/filepath"
	"testing"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/trace/release"
)

// sampleEvents are the events of a sample.
func sampleEvents(tb testing.TB, name string) []recordlayer.Event {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	events, err := rebuild(string(text))
	if err != nil {
		tb.Fatal(err)
	}
	return events
}

// FuzzPrint checks that no message makes the printer panic, and that the length of
// the text is linear in the message's.
func FuzzPrint(f *testing.F) {
	for _, name := range []string{"3.5-tls13.txt", "3.0-tls12-ecdhe.txt", "1.1.1-tls10-rsa.txt"} {
		hello := []byte(nil)
		for _, e := range sampleEvents(f, name) {
			if e.Kind != recordlayer.EventContent {
				continue
			}
			if e.Type == record.Handshake && e.Payload[0] == 2 {
				hello = e.Payload
			}
			f.Add(uint8(release.OpenSSL35), e.Sent, uint8(e.Type), hello, e.Payload)
		}
	}
	f.Fuzz(func(t *testing.T, r uint8, sent bool, typ uint8, hello, payload []byte) {
		p := newPrinter(release.Release(int(r)%release.Count), !sent)
		p.print(recordlayer.Event{Kind: recordlayer.EventContent, Type: record.Handshake, Payload: hello})
		text := p.print(recordlayer.Event{Kind: recordlayer.EventContent, Sent: sent, Type: record.ContentType(typ), Payload: payload})
		if most := 2000 + 200*len(payload); len(text) > most {
			t.Fatalf("%d bytes of text for %d bytes, at most %d", len(text), len(payload), most)
		}
	})
}

// BenchmarkPrint prints a handshake.
func BenchmarkPrint(b *testing.B) {
	events := sampleEvents(b, "3.5-tls13.txt")
	n := 0
	for b.Loop() {
		p := newPrinter(release.OpenSSL35, false)
		n = 0
		for _, e := range events {
			n += len(p.print(e))
		}
	}
	b.SetBytes(int64(n))
}
