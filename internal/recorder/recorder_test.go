package recorder

import (
	"testing"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// message is an empty message of a type.
func message(t wire.MessageType) []byte { return []byte{byte(t), 0, 0, 0} }

// TestRecorder records a server's full handshake of TLS 1.3, with a ticket that the
// client does not wait for.
func TestRecorder(t *testing.T) {
	r := New()
	for i, s := range []handshake.Step{
		{Raw: message(wire.TypeClientHello)},
		{Sent: true, Raw: message(wire.TypeServerHello)},
		{Sent: true, Raw: message(wire.TypeFinished)},
		{Raw: message(wire.TypeFinished), Waited: 2 * time.Second},
		{Sent: true, Raw: message(wire.TypeNewSessionTicket)},
	} {
		s.At = r.start + time.Duration(i+1)*time.Second
		r.Add(s)
	}
	got := r.Record()
	if len(got.Steps) != 5 || len(got.ClientHellos) != 1 || got.ServerHello == nil || got.RoundTrips() != 1 {
		t.Errorf("%d steps, %d hellos, %d round trips", len(got.Steps), len(got.ClientHellos), got.RoundTrips())
	}
	if first, last := got.Steps[0].Waited, got.Steps[3].Waited; first != time.Second || last != 2*time.Second {
		t.Errorf("waited %v for the hello, %v for Finished", first, last)
	}
	if got := got.Resumption(&handshake.Facts{Version: suite.TLS13}); got != "" {
		t.Errorf("resumed by %q", got)
	}
}

// TestKeepsBoundedMessages has a peer with too large a message, and one who is left.
func TestKeepsBoundedMessages(t *testing.T) {
	r := New()
	large := append([]byte{byte(wire.TypeCertificate), 0, 0x80, 0}, make([]byte, maxKept)...)
	for _, raw := range [][]byte{message(wire.TypeClientHello), large, message(wire.TypeFinished)} {
		r.Add(handshake.Step{Raw: raw})
	}
	before := r.Record()
	if before.Message(0) == nil || before.Message(1) != nil || int(before.Steps[1].Size) != len(large) || before.Message(2) == nil {
		t.Errorf("kept %d, %d of %d, and %d bytes", len(before.Message(0)), len(before.Message(1)), before.Steps[1].Size, len(before.Message(2)))
	}
	r.Drop()
	r.Add(handshake.Step{Sent: true, Raw: message(wire.TypeNewSessionTicket)})
	after := r.Record()
	for i, s := range after.Steps {
		if after.Message(i) != nil {
			t.Errorf("%s is kept", s.Type)
		}
	}
	if after.ClientHellos == nil || before.Message(0) == nil || len(before.Steps) != 3 || len(after.Steps) != 4 {
		t.Error("the hello is lost, or a record changes")
	}
}

// TestResumption: up to TLS 1.2 a server that resumes sends no ServerHelloDone.
func TestResumption(t *testing.T) {
	hello, err := wire.Marshal(&wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: []suite.ID{1}, CompressionMethods: []byte{0}})
	if err != nil {
		t.Fatal(err)
	}
	full := []Step{{Type: wire.TypeClientHello}, {Type: wire.TypeServerHelloDone}}
	for _, tt := range []struct {
		name  string
		of    Record
		facts handshake.Facts
		want  string
	}{
		{"nothing sent", Record{}, handshake.Facts{Version: suite.TLS12}, ""},
		{"full", Record{Steps: full, ClientHellos: [][]byte{hello}}, handshake.Facts{Version: suite.TLS12}, ""},
		{"identifier", Record{Steps: full[:1], ClientHellos: [][]byte{hello}}, handshake.Facts{Version: suite.TLS12}, "identifier"},
		{"1.3", Record{Steps: full[:1], ClientHellos: [][]byte{hello}}, handshake.Facts{Version: suite.TLS13, Resumed: true}, "ticket"},
		{"key", Record{Steps: full[:1], ClientHellos: [][]byte{hello}}, handshake.Facts{Version: suite.TLS13, ExternalPSK: true}, "external key"},
	} {
		if got := tt.of.Resumption(&tt.facts); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
