package polytls

import (
	"slices"
	"sync"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/wire"
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
	var hello wire.ClientHello
	if wire.Parse(step.Raw, &hello) == nil {
		i.HelloRetry = i.Ciphers != nil
		i.describe(&hello)
	}
}

// describe copies the lists of a hello. Malformed extensions are left out: the
// handshake refuses them.
func (i *HandshakeInfo) describe(hello *wire.ClientHello) {
	i.Ciphers = names(hello.CipherSuites)
	i.Extensions = nil
	for _, x := range hello.Extensions {
		i.Extensions = append(i.Extensions, x.Type.String())
	}
	e := hello.Extensions
	i.Versions = []string{hello.LegacyVersion.String()}
	if v, err := wire.Find[wire.SupportedVersions](e); v != nil && err == nil {
		i.Versions = names(v.Versions)
	}
	if g, err := wire.Find[wire.SupportedGroups](e); g != nil && err == nil {
		i.Groups = names(g.Groups)
	}
	if k, err := wire.Find[wire.ClientKeyShares](e); k != nil && err == nil {
		i.KeyShares = nil
		for _, share := range k.Shares {
			i.KeyShares = append(i.KeyShares, share.Group.String())
		}
	}
	if s, err := wire.Find[wire.SignatureAlgorithms](e); s != nil && err == nil {
		i.Sigalgs = names(s.Schemes)
	}
	if a, err := wire.Find[wire.ALPN](e); a != nil && err == nil {
		i.ALPN = a.Protocols
	}
	if n, err := wire.Find[wire.ServerNames](e); n != nil && err == nil {
		i.ServerName = n.HostName
	}
}

// names spells a list of registered values.
func names[T interface {
	suite.ID | suite.Group | suite.Scheme | suite.Version
	String() string
}](list []T) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		out = append(out, x.String())
	}
	return out
}
