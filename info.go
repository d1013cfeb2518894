package polytls

import (
	"fmt"
	"time"

	"polytls/failure"
	"polytls/internal/fingerprint"
	"polytls/internal/handshake"
	"polytls/internal/recorder"
	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// HandshakeInfo tells about the handshake of a connection: what was negotiated, and why
// it failed if it did. If RecordHandshake is set, it also has the record of the first
// handshake: what the client offered, and when each message was sent or received.
//
// It is a slog.LogValuer, whose attributes are those of the Logger option.
type HandshakeInfo struct {
	// Remote is the peer's address, "unix" for a Unix socket without a name.
	Remote string
	// What was negotiated, by the last handshake if there were several: the values of the
	// methods of Socket, also after Close. They are zero if the handshake failed.
	Protocol           string
	Cipher             CipherInfo
	Parameters         Parameters
	ALPNProtocol       string
	SessionReused      bool
	Authorized         bool
	AuthorizationError error
	// Peer is the subject of the peer's certificate or the identity of its external key,
	// "" without either.
	Peer string
	// Weak lists what is weaker than RFC 9325 recommends, and why.
	Weak []string

	// These are the record. ServerName and HelloRetry do not need it if the handshake
	// succeeded.

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

	// JA3 and JA4 are digests of the first ClientHello by which other tools identify
	// TLS stacks, JA3S and JA4S those of the ServerHello; "" without one.
	JA3, JA4, JA3S, JA4S string

	// Client is the TLS stack that probably sent the first ClientHello, such as
	// "Chromium" or "OpenSSL 3", "" for an unknown one. A hello proves nothing, and other
	// programs may use the same stack.
	Client string

	// Resumption is how a session was resumed: by "ticket" or "identifier"; it is
	// "external key" for an external pre-shared key of TLS 1.3, and "" for a full
	// handshake.
	Resumption string

	// Choices tell how each parameter was chosen, and what prevented a better one. A
	// failed handshake has those that were made. At a client they tell what the offer
	// shows of the server's choices.
	Choices []Choice

	// Err is why the handshake failed, nil if it did not or is not over. Failure explains
	// it.
	Err     error
	Failure *failure.Explanation

	record *recorder.Record
}

// Enabled is what a server enabled when it handled a hello, of each kind the most
// preferred first, with the same names as what the client offered.
type Enabled struct {
	Versions, Ciphers, Groups, Sigalgs []string
	ALPN                               []string // nil if ALPNCallback chooses
}

// Enabled returns what the server enabled, nil at a client, and if the handshake failed
// before the server chose.
func (i *HandshakeInfo) Enabled() *Enabled {
	if i.record == nil {
		return nil
	}
	from := i.record.Enabled()
	if from == nil {
		return nil
	}
	e := &Enabled{Versions: names(from.Versions), Groups: names(from.Groups), Sigalgs: names(from.Schemes), ALPN: from.ALPN}
	for _, s := range from.Suites {
		e.Ciphers = append(e.Ciphers, s.Standard)
	}
	return e
}

func names[T fmt.Stringer](values []T) (list []string) {
	for _, v := range values {
		list = append(list, v.String())
	}
	return list
}

// Choice tells for people how a parameter of a handshake was chosen.
type Choice struct {
	// What is the parameter: "version", "cipher suite", "group", "certificate" and
	// "signature scheme" (of the server), "protocol" (of ALPN) or "resumption".
	What string `json:"what"`
	// Chosen is "" if there is none.
	Chosen string `json:"chosen"`
	// Rule is the rule that chose it, such as "the first of the server's list that the
	// client offers".
	Rule string `json:"rule"`
	// Obstacles are at most 16 that prevented a choice that the rule prefers.
	Obstacles []Obstacle `json:"obstacles,omitempty"`
}

// Obstacle is why something better was not chosen.
type Obstacle struct {
	Better string `json:"better"` // than what was chosen, such as "TLSv1.3"
	Reason string `json:"reason"` // such as "the client does not offer it"
	// End is which end can remove the obstacle: "client", "server" or "both".
	End string `json:"end"`
}

// HandshakeStep is a message of a handshake.
type HandshakeStep struct {
	Name   string        // "ClientHello"
	Sent   bool          // by us
	At     time.Duration // since Start
	Waited time.Duration // for it, up to At; the other time since the last step is our own
	Size   int           // bytes, its header included
	// Raw is the message with its header, decrypted. It is nil for a message that
	// makes those of the handshake larger than 32 KiB together. At a Server it is for
	// the functions of OnHandshake: nil once they have returned, and if there were none
	// when the connection was accepted.
	Raw []byte
}

// HandshakeInfo returns what is known of the handshake, also of one that failed or is
// not over; nil for the zero Socket. Each call computes it anew.
func (s *Socket) HandshakeInfo() *HandshakeInfo {
	if s.conn.CheckInit() != nil {
		return nil
	}
	x := s.account()
	return x.info()
}

// HandshakeTime returns how long the handshake took, up to its last message:
// HandshakeInfo's Took, without computing the other fields. It is 0 unless
// RecordHandshake is set.
func (s *Socket) HandshakeTime() time.Duration {
	if s.record == nil {
		return 0
	}
	return s.record.Took()
}

// recorded parses the messages of a record.
func (i *HandshakeInfo) recorded(r *recorder.Record) {
	i.record = r
	i.HelloRetry, i.RoundTrips = len(r.ClientHellos) > 1, r.RoundTrips()
	for n, s := range r.Steps {
		i.Steps = append(i.Steps, HandshakeStep{Name: s.Type.String(), Sent: s.Sent, At: s.At, Waited: s.Waited, Size: int(s.Size), Raw: r.Message(n)})
	}
	for n, hello := range r.ClientHellos {
		m := fields.Describe(hello, fields.Context{})
		if n == 0 {
			i.JA3, i.JA4 = fingerprint.Client(&m)
			i.Client = fingerprint.Stack(&m)
		}
		i.describe(m.Fields)
	}
	for _, c := range r.Choices() {
		i.Choices = append(i.Choices, newChoice(c))
	}
	if r.ServerHello != nil {
		m := fields.Describe(r.ServerHello, fields.Context{})
		i.JA3S, i.JA4S = fingerprint.Server(&m)
	}
}

func newChoice(c handshake.Choice) Choice {
	choice := Choice{What: c.What, Chosen: c.Chosen, Rule: c.Rule}
	for _, o := range c.Obstacles {
		choice.Obstacles = append(choice.Obstacles, Obstacle(o))
	}
	return choice
}

// describe copies the lists of a ClientHello; a malformed one is read as far as
// possible.
func (i *HandshakeInfo) describe(hello []fields.Field) {
	i.Extensions = nil
	for _, f := range hello {
		switch f.Kind {
		case fields.Version:
			i.Versions = []string{suite.Version(f.Uint()).String()}
		case fields.List:
			if suites := fields.Names(fields.CipherSuite, f.Fields); suites != nil {
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
		i.Versions = fields.Names(fields.Version, x.Fields)
	case wire.ExtSupportedGroups:
		i.Groups = fields.Names(fields.Group, x.Fields)
	case wire.ExtKeyShare:
		i.KeyShares = fields.Names(fields.Group, x.Fields)
	case wire.ExtSignatureAlgorithms:
		i.Sigalgs = fields.Names(fields.Scheme, x.Fields)
	case wire.ExtALPN:
		i.ALPN = fields.Names(fields.Protocol, x.Fields)
	case wire.ExtServerName:
		if name := fields.Find(x.Fields, "host_name"); name != nil {
			i.ServerName = string(name.Value)
		}
	}
}
