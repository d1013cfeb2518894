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
	few      [14]Step // space for the steps of most handshakes
	oneHello [1][]byte
	kept     int  // bytes of the messages in record.Steps
	dropped  bool // whether messages are no longer kept
}

// maxKept is how many bytes of messages are kept: more than a handshake has whose
// certificates are not unusually many.
const maxKept = 32 << 10

// Record is what a Recorder has recorded.
type Record struct {
	Start        time.Time
	Steps        []Step
	ClientHellos [][]byte
	ServerHello  []byte // the last, nil without one
	Decision     handshake.Decision
}

// Step is a message.
type Step struct {
	At     time.Duration // since the start
	Waited time.Duration // for the message, up to At
	Raw    []byte        // its header included, nil if it is not kept
	Size   int32         // bytes, its header included
	Type   wire.MessageType
	Sent   bool // by us
}

// New returns a Recorder that starts now.
func New() *Recorder {
	r := &Recorder{record: Record{Start: time.Now()}}
	r.record.Steps, r.record.ClientHellos = r.few[:0], r.oneHello[:0]
	return r
}

// Add implements Observe of handshake.Config.
func (r *Recorder) Add(step handshake.Step) {
	t, _, _ := wire.ParseHeader(step.Raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	to := &r.record
	now := Step{At: step.At.Sub(to.Start), Size: int32(len(step.Raw)), Type: t, Sent: step.Sent}
	switch {
	case len(to.Steps) == 0 && !step.Sent: // the first message of a client: the server has waited since the start
		now.Waited = now.At
	case !step.Asked.IsZero():
		now.Waited = step.At.Sub(step.Asked)
	}
	if r.kept+len(step.Raw) <= maxKept && !r.dropped {
		r.kept += len(step.Raw)
		now.Raw = step.Raw
	}
	to.Steps = append(to.Steps, now)
	switch t {
	case wire.TypeClientHello:
		to.ClientHellos = append(to.ClientHellos, step.Raw)
	case wire.TypeServerHello:
		to.ServerHello = step.Raw
	}
}

// Decide implements Decided of handshake.Config.
func (r *Recorder) Decide(d handshake.Decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record.Decision = d
}

// Record returns what was recorded so far.
func (r *Recorder) Record() *Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.record
	now.Steps, now.ClientHellos = slices.Clone(now.Steps), slices.Clone(now.ClientHellos)
	return &now
}

// Drop drops the messages, except for the hellos.
func (r *Recorder) Drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped = true
	for i := range r.record.Steps {
		r.record.Steps[i].Raw = nil
	}
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

// Size returns how many bytes of messages the record holds.
func (r *Record) Size() (n int) {
	for _, hello := range r.ClientHellos {
		n += len(hello)
	}
	for _, s := range r.Steps {
		if s.Type != wire.TypeClientHello {
			n += len(s.Raw)
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
	var hello wire.ClientHello
	if wire.Parse(r.ClientHellos[0], &hello) == nil {
		if ticket, _ := hello.Extensions.Raw(wire.ExtSessionTicket); len(ticket) > 0 {
			return "ticket"
		}
	}
	return "identifier"
}
