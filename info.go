package polytls

import (
	"slices"
	"sync"
	"time"

	"polytls/failure"
	"polytls/internal/fingerprint"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// HandshakeInfo is the record of the first handshake, kept if RecordHandshake is set:
// what the client offered, when each message went, and why it failed if it did.
type HandshakeInfo struct {
	Start time.Time
	Steps []HandshakeStep
	// Took is the time from Start to the last message. Waited is the part of it in
	// which this end had to wait: the peer's time and the network's.
	Took, Waited time.Duration
	// RoundTrips is how many flights of the client the server has answered.
	RoundTrips int

	Versions   []string // offered, the client's most preferred first
	Ciphers    []string // IANA names
	Groups     []string
	KeyShares  []string
	Sigalgs    []string
	ALPN       []string
	ServerName string
	Extensions []string
	HelloRetry bool

	// JA3 and JA4 are digests of the first ClientHello by which others name TLS
	// stacks, JA3S and JA4S those of the ServerHello; "" without one.
	JA3, JA4, JA3S, JA4S string

	// Resumption is what a session was resumed by: "ticket" or "identifier"; it is
	// "external key" for one of TLS 1.3, and "" for a full handshake.
	Resumption string

	// Failure explains why the handshake failed, nil if it did not.
	Failure *failure.Explanation
}

// HandshakeStep is a message of a handshake.
type HandshakeStep struct {
	Name   string        // "ClientHello"
	Sent   bool          // by us
	At     time.Duration // since Start
	Waited time.Duration // for it, up to At; the rest since the last step is our time
	Size   int           // bytes, its header included
}

// HandshakeInfo returns the record of the handshake, also of one that failed or is not
// over; nil unless RecordHandshake is set. What it says is computed by the call.
func (s *Socket) HandshakeInfo() *HandshakeInfo {
	if s.record == nil {
		return nil
	}
	i := s.record.info()
	if o := s.conn.Outcome(); o != nil {
		i.Resumption = s.record.resumption(o.Result)
	}
	if err := s.conn.HandshakeError(); err != nil {
		x := failure.Explain(err)
		i.Failure = &x
	}
	return i
}

// HandshakeTime returns how long the handshake took, up to its last message: Took of
// HandshakeInfo, without the rest. It is 0 unless RecordHandshake is set.
func (s *Socket) HandshakeTime() time.Duration {
	if s.record == nil {
		return 0
	}
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	if n := len(s.record.steps); n > 0 {
		return s.record.steps[n-1].at
	}
	return 0
}

// recorder records a handshake: as little as can be while it runs. It has a lock
// because a handshake that was given up may still be in a callback.
type recorder struct {
	mu           sync.Mutex
	start        time.Time
	steps        []recordedStep
	few          [14]recordedStep // the steps of most handshakes
	clientHellos [][]byte
	oneHello     [1][]byte
	serverHello  []byte // the last
}

type recordedStep struct {
	at, waited time.Duration
	size       int32
	kind       wire.MessageType
	sent       bool
}

func newRecorder() *recorder {
	r := &recorder{start: time.Now()}
	r.steps, r.clientHellos = r.few[:0], r.oneHello[:0]
	return r
}

// add records a message.
func (r *recorder) add(step handshake.Step) {
	t, _, _ := wire.ParseHeader(step.Raw)
	now := recordedStep{at: step.At.Sub(r.start), size: int32(len(step.Raw)), kind: t, sent: step.Sent}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.steps) == 0 && !step.Sent: // a server has waited since the start
		now.waited = now.at
	case !step.Asked.IsZero():
		now.waited = step.At.Sub(step.Asked)
	}
	r.steps = append(r.steps, now)
	switch t {
	case wire.TypeClientHello:
		r.clientHellos = append(r.clientHellos, step.Raw)
	case wire.TypeServerHello:
		r.serverHello = step.Raw
	}
}

// info computes what the record says.
func (r *recorder) info() *HandshakeInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := &HandshakeInfo{Start: r.start, HelloRetry: len(r.clientHellos) > 1}
	for _, s := range r.steps {
		i.Steps = append(i.Steps, HandshakeStep{Name: s.kind.String(), Sent: s.sent, At: s.at, Waited: s.waited, Size: int(s.size)})
		i.Took = s.at
		i.Waited += s.waited
	}
	i.RoundTrips = r.roundTrips()
	for n, hello := range r.clientHellos {
		m := fields.Describe(hello, fields.Context{})
		if n == 0 {
			i.JA3, i.JA4 = fingerprint.Client(&m)
		}
		i.describe(m.Fields)
	}
	if r.serverHello != nil {
		m := fields.Describe(r.serverHello, fields.Context{})
		i.JA3S, i.JA4S = fingerprint.Server(&m)
	}
	return i
}

// roundTrips counts the flights of the server that follow one of the client. Tickets
// are not waited for.
func (r *recorder) roundTrips() (n int) {
	ofClient := false // the last step
	for _, s := range r.steps {
		if s.kind == wire.TypeNewSessionTicket {
			continue
		}
		answered := ofClient
		ofClient = s.sent == r.steps[0].sent // who begins
		if answered && !ofClient {
			n++
		}
	}
	return n
}

// resumption is Resumption of a handshake with a result, which up to TLS 1.2 may be
// that of a later one: there the messages say it.
func (r *recorder) resumption(result *handshake.Result) string {
	switch {
	case result.ExternalPSK:
		return "external key"
	case result.Version == suite.TLS13 && result.Resumed:
		return "ticket"
	case result.Version == suite.TLS13:
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.steps, func(s recordedStep) bool { return s.kind == wire.TypeServerHelloDone }) {
		return ""
	}
	var hello wire.ClientHello
	if wire.Parse(r.clientHellos[0], &hello) == nil {
		if ticket, _ := hello.Extensions.Raw(wire.ExtSessionTicket); len(ticket) > 0 {
			return "ticket"
		}
	}
	return "identifier"
}

// describe copies the lists of a hello, of a malformed one as far as it can be read.
func (i *HandshakeInfo) describe(hello []fields.Field) {
	i.Extensions = nil
	for _, f := range hello {
		switch f.Kind {
		case fields.Version:
			i.Versions = []string{suite.Version(f.Uint()).String()}
		case fields.List:
			if suites := registered(fields.CipherSuite, f.Fields); suites != nil {
				i.Ciphers = suites
			}
		case fields.Extensions:
			for _, x := range f.Fields {
				i.Extensions = append(i.Extensions, x.Name)
				i.describeExtension(x)
			}
		}
	}
}

func (i *HandshakeInfo) describeExtension(x fields.Field) {
	switch x.Type {
	case wire.ExtSupportedVersions:
		i.Versions = registered(fields.Version, x.Fields)
	case wire.ExtSupportedGroups:
		i.Groups = registered(fields.Group, x.Fields)
	case wire.ExtKeyShare:
		i.KeyShares = registered(fields.Group, x.Fields)
	case wire.ExtSignatureAlgorithms:
		i.Sigalgs = registered(fields.Scheme, x.Fields)
	case wire.ExtALPN:
		i.ALPN = registered(fields.Protocol, x.Fields)
	case wire.ExtServerName:
		if name := fields.Find(x.Fields, "host_name"); name != nil {
			i.ServerName = string(name.Value)
		}
	}
}

// registered returns the names of the values of a kind that fields hold.
func registered(kind fields.Kind, list []fields.Field) (names []string) {
	for _, f := range list {
		if f.Kind != kind {
			names = append(names, registered(kind, f.Fields)...)
			continue
		}
		switch n := f.Uint(); kind {
		case fields.Version:
			names = append(names, suite.Version(n).String())
		case fields.CipherSuite:
			names = append(names, suite.ID(n).String())
		case fields.Group:
			names = append(names, suite.Group(n).String())
		case fields.Scheme:
			names = append(names, suite.Scheme(n).String())
		default:
			names = append(names, string(f.Value))
		}
	}
	return names
}
