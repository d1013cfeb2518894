// Package recorder records the messages of a handshake and their times, with little
// work while the handshake runs.
package recorder

import (
	"slices"
	"sync"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// Recorder records a handshake. It has a lock because an aborted handshake may still be
// running in a callback. New makes one.
type Recorder struct {
	mu       sync.Mutex
	record   Record
	start    time.Duration // by the clock of steps
	few      [14]Step      // space for the steps of most handshakes
	oneHello [1][]byte
	kept     int  // bytes of the messages in record.messages
	dropped  bool // whether messages are no longer kept
}

// maxKept is how many bytes of messages are kept: more than a handshake has whose
// certificates are not unusually many.
const maxKept = 32 << 10

// Record is what a Recorder has recorded.
type Record struct {
	Start        time.Time
	Steps        []Step
	messages     [][]byte // of the first steps, nil for those that are not kept
	ClientHellos [][]byte
	ServerHello  []byte // the last, nil without one
	Decision     handshake.Decision
}

// Step is a message.
type Step struct {
	At     time.Duration // since the start
	Waited time.Duration // for the message, up to At
	Size   int32         // bytes, its header included
	Type   wire.MessageType
	Sent   bool // by us
}

// New returns a Recorder that starts now.
func New() *Recorder {
	r := &Recorder{record: Record{Start: time.Now()}, start: handshake.Clock()}
	r.record.Steps, r.record.ClientHellos = r.few[:0], r.oneHello[:0]
	return r
}

// Add implements Observe of handshake.Observers.
func (r *Recorder) Add(step handshake.Step) {
	t, _, _ := wire.ParseHeader(step.Raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	to := &r.record
	now := Step{At: step.At - r.start, Waited: step.Waited, Size: int32(len(step.Raw)), Type: t, Sent: step.Sent}
	if len(to.Steps) == 0 && !step.Sent { // the first message of a client: the server has waited since the start
		now.Waited = now.At
	}
	to.Steps = append(to.Steps, now)
	if !r.dropped {
		r.keep(step.Raw)
	}
	switch t {
	case wire.TypeClientHello:
		to.ClientHellos = append(to.ClientHellos, step.Raw)
	case wire.TypeServerHello:
		to.ServerHello = step.Raw
	}
}

// keep keeps a message, if there is space.
func (r *Recorder) keep(raw []byte) {
	if r.kept+len(raw) > maxKept {
		raw = nil
	}
	r.kept += len(raw)
	if r.record.messages == nil {
		r.record.messages = make([][]byte, 0, len(r.few))
	}
	r.record.messages = append(r.record.messages, raw)
}

// Decide implements Decided of handshake.Observers.
func (r *Recorder) Decide(d handshake.Decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record.Decision = d
}

// Record returns what was recorded so far. It shares the lists, which only grow.
func (r *Recorder) Record() Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record
}

// Drop drops the messages, except for the hellos.
func (r *Recorder) Drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped, r.record.messages = true, nil
}

// Took returns the time from the start to the last message, 0 without one.
func (r *Recorder) Took() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.record.Steps); n > 0 {
		return r.record.Steps[n-1].At
	}
	return 0
}

// Choices explains the choices of the handshake, nil before they are made.
func (r *Record) Choices() []handshake.Choice {
	if !r.Decision.Made || len(r.ClientHellos) == 0 {
		return nil
	}
	return r.Decision.Choices(r.ClientHellos[0])
}

// Message returns the message of a step with its header, nil if it is not kept.
func (r *Record) Message(step int) []byte {
	if step < len(r.messages) {
		return r.messages[step]
	}
	return nil
}

// Size returns how many bytes of messages the record holds.
func (r *Record) Size() (n int) {
	for _, hello := range r.ClientHellos {
		n += len(hello)
	}
	for i, raw := range r.messages {
		if r.Steps[i].Type != wire.TypeClientHello {
			n += len(raw)
		}
	}
	return n
}

// Enabled returns what the server enabled, nil at a client and before the choices were
// made.
func (r *Record) Enabled() *handshake.Enabled {
	if !r.Decision.Made {
		return nil
	}
	return r.Decision.Enabled()
}

// RoundTrips counts the flights of the server that follow one of the client. Tickets
// are not counted, since the client does not wait for them.
func (r *Record) RoundTrips() (n int) {
	ofClient := false // whether the client sent the last step
	for _, s := range r.Steps {
		if s.Type == wire.TypeNewSessionTicket {
			continue
		}
		answered := ofClient
		ofClient = s.Sent == r.Steps[0].Sent // the client sends the first message
		if answered && !ofClient {
			n++
		}
	}
	return n
}

// Resumption returns how the handshake was resumed: by "ticket", "identifier" or
// "external key", or "" for a full handshake. Up to TLS 1.2 result may be that of a
// later handshake, so that the recorded messages decide.
func (r *Record) Resumption(result *handshake.Facts) string {
	switch {
	case result.ExternalPSK:
		return "external key"
	case result.Version == suite.TLS13 && result.Resumed:
		return "ticket"
	case result.Version == suite.TLS13:
		return ""
	}
	if len(r.ClientHellos) == 0 || slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Type == wire.TypeServerHelloDone }) {
		return ""
	}
	if ticket, _ := r.extensions().Raw(wire.ExtSessionTicket); len(ticket) > 0 {
		return "ticket"
	}
	return "identifier"
}

// ServerName returns the name that the client sent, "" for none.
func (r *Record) ServerName() string {
	if names, err := wire.Find[wire.ServerNames](r.extensions()); err == nil && names != nil {
		return names.HostName
	}
	return ""
}

// extensions returns those of the first ClientHello, nil of a malformed one.
func (r *Record) extensions() wire.Extensions {
	var hello wire.ClientHello
	if len(r.ClientHellos) == 0 || wire.Parse(r.ClientHellos[0], &hello) != nil {
		return nil
	}
	return hello.Extensions
}
