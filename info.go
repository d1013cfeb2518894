package polytls

import (
	"slices"
	"sync"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
	"polytls/internal/wire/fields"
)

// HandshakeInfo is the record of a handshake, kept if RecordHandshake is set:
// what the client offered, and when each message went.
type HandshakeInfo struct {
	Start time.Time
	Steps []HandshakeStep

	Versions   []string // offered, the client's most preferred first
	Ciphers    []string // IANA names
	Groups     []string
	KeyShares  []string
	Sigalgs    []string
	ALPN       []string
	ServerName string
	Extensions []string
	HelloRetry bool
}

// HandshakeStep is a message of a handshake.
type HandshakeStep struct {
	Name string        // "ClientHello"
	Sent bool          // by us
	At   time.Duration // since Start
	Size int           // bytes, its header included
}

// HandshakeInfo returns the record of the handshake, also of one that failed;
// nil unless RecordHandshake is set.
func (s *Socket) HandshakeInfo() *HandshakeInfo {
	if s.record == nil {
		return nil
	}
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	info := s.record.info
	info.Steps = slices.Clone(info.Steps)
	return &info
}

// recorder records a handshake. It has a lock because a handshake that was given up
// may still be in a callback.
type recorder struct {
	mu   sync.Mutex
	info HandshakeInfo
}

func newRecorder() *recorder { return &recorder{info: HandshakeInfo{Start: time.Now()}} }

// add records a message.
func (r *recorder) add(step handshake.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := &r.info
	t, _, _ := wire.ParseHeader(step.Raw)
	i.Steps = append(i.Steps, HandshakeStep{Name: t.String(), Sent: step.Sent, At: step.At.Sub(i.Start), Size: len(step.Raw)})
	if t != wire.TypeClientHello {
		return
	}
	i.HelloRetry = i.Ciphers != nil
	i.describe(fields.Describe(step.Raw, fields.Context{}).Fields)
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
