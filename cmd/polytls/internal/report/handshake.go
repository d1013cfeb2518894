// Package report has the facts of a connection, as the log, the page and connect
// --json report them.
package report

import (
	"strconv"
	"strings"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/internal/visible"
)

// Handshake is what the log and the page report of one handshake.
type Handshake struct {
	ID         int       `json:"id"`       // in the order in which they ended
	Failures   int       `json:"failures"` // among those up to this one
	Time       time.Time `json:"time"`
	Remote     string    `json:"remote"`
	Peer       string    `json:"peer"` // who the client is: a certificate's subject, or a key's identity
	OK         bool      `json:"ok"`
	Protocol   string    `json:"protocol"`
	Cipher     string    `json:"cipher"`   // OpenSSL's name
	Standard   string    `json:"standard"` // IANA's, as in what is offered
	Group      string    `json:"group"`
	Sigalg     string    `json:"sigalg"`     // that the server signed with
	PeerSigalg string    `json:"peerSigalg"` // that the client signed with
	ServerName string    `json:"servername"`
	ALPN       string    `json:"alpn"`
	Reused     bool      `json:"reused"`
	PSK        bool      `json:"psk"` // by an external key, which counts as reused at TLS 1.3
	Authorized bool      `json:"authorized"`
	HelloRetry bool      `json:"helloRetry"`
	Weak       []string  `json:"weak,omitempty"`

	Code      string `json:"code"` // of a failure, or of the verification of a client that is accepted anyway
	Reason    string `json:"reason"`
	Alert     string `json:"alert"`
	AlertFrom string `json:"alertFrom"`

	Took    float64 `json:"took"` // milliseconds
	Steps   []step  `json:"steps"`
	Offered *offer  `json:"offered"` // nil if no ClientHello came
}

// step is a message of the handshake.
type step struct {
	Name string  `json:"name"`
	Sent bool    `json:"sent"`
	At   float64 `json:"at"` // milliseconds since the connection came
	Size int     `json:"size"`
}

// offer is what the client offered, in its order.
type offer struct {
	Versions   []string `json:"versions"`
	Ciphers    []string `json:"ciphers"`
	Groups     []string `json:"groups"`
	KeyShares  []string `json:"keyShares"`
	Sigalgs    []string `json:"sigalgs"`
	ALPN       []string `json:"alpn"`
	Extensions []string `json:"extensions"`
}

// Succeeded describes a connection whose handshake is done.
func Succeeded(s *polytls.Socket) *Handshake {
	p := s.Parameters()
	h := &Handshake{
		Time: time.Now(), Remote: Remote(s), OK: true,
		Protocol: s.Protocol(), Group: p.Group, Sigalg: p.Sigalg, PeerSigalg: p.PeerSigalg,
		ServerName: s.ServerName(), ALPN: s.ALPNProtocol(),
		Reused: s.SessionReused(), PSK: p.PSKIdentity != nil, Authorized: s.Authorized(), HelloRetry: p.HelloRetry,
		Weak: BelowFloor(StrengthOf(s)),
	}
	if c := s.Cipher(); c != nil {
		h.Cipher, h.Standard = c.Name, c.StandardName
	}
	if err := s.AuthorizationError(); err != nil {
		f := explain.Of(err)
		h.Code, h.Reason = f.Code, f.Reason
	}
	switch cert := s.PeerCertificate(false); {
	case p.PSKIdentity != nil:
		h.Peer = string(p.PSKIdentity)
	case cert != nil:
		h.Peer = Name(cert.Subject)
	}
	h.recall(s.HandshakeInfo())
	return h
}

// Failed describes a handshake that failed.
func Failed(err error, s *polytls.Socket) *Handshake {
	f := explain.Of(err)
	h := &Handshake{Time: time.Now(), Remote: Remote(s), Code: f.Code, Reason: f.Reason, Alert: f.Alert, AlertFrom: f.AlertFrom}
	h.recall(s.HandshakeInfo())
	return h
}

// Shown is the handshake as the page shows it: what a client chose to say is
// escaped.
func (h *Handshake) Shown() *Handshake {
	s := *h
	for _, text := range []*string{&s.Remote, &s.Peer, &s.ServerName, &s.ALPN, &s.Reason} {
		*text = visible.Text(*text)
	}
	if h.Offered != nil {
		o := *h.Offered
		o.ALPN = make([]string, len(h.Offered.ALPN))
		for i, name := range h.Offered.ALPN {
			o.ALPN[i] = visible.Text(name)
		}
		s.Offered = &o
	}
	return &s
}

func Remote(s *polytls.Socket) string {
	if a := s.RemoteAddr(); a != nil && a.String() != "" && a.String() != "@" {
		return a.String()
	}
	return "unix"
}

// recall takes over the record of the messages.
func (h *Handshake) recall(info *polytls.HandshakeInfo) {
	if info == nil {
		return
	}
	for _, s := range info.Steps {
		h.Steps = append(h.Steps, step{Name: s.Name, Sent: s.Sent, At: milliseconds(s.At), Size: s.Size})
	}
	h.Took = milliseconds(h.Time.Sub(info.Start))
	if h.ServerName == "" {
		h.ServerName = info.ServerName // of one that failed
	}
	if info.Ciphers == nil {
		return
	}
	h.Offered = &offer{
		Versions: named(info.Versions), Ciphers: named(info.Ciphers), Groups: named(info.Groups),
		KeyShares: named(info.KeyShares), Sigalgs: named(info.Sigalgs), ALPN: info.ALPN, Extensions: named(info.Extensions),
	}
}

// named calls the values by name that clients put in to keep servers from
// tripping over new ones (RFC 8701): "group(0x3A3A)" is GREASE.
func named(list []string) []string {
	out := make([]string, len(list))
	for i, name := range list {
		out[i] = name
		number := strings.TrimSuffix(name[strings.IndexByte(name, '(')+1:], ")")
		n, err := strconv.ParseUint(number, 0, 16)
		if err == nil && n&0x0F0F == 0x0A0A && n>>8 == n&0xFF {
			out[i] = "GREASE"
		}
	}
	return out
}

// milliseconds keeps microseconds, which is what loopback needs.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Attrs are the fields of the log's record. Those that scripts rely on are
// always there.
func (h *Handshake) Attrs() []any {
	attrs := []any{
		"ok", h.OK, "protocol", h.Protocol, "cipher", h.Cipher, "group", h.Group,
		"servername", h.ServerName, "alpn", h.ALPN, "reused", h.Reused,
		"authorized", h.Authorized, "code", h.Code, "alert", h.Alert, "remote", h.Remote,
	}
	if h.Peer != "" {
		attrs = append(attrs, "peer", h.Peer)
	}
	if h.Took > 0 {
		attrs = append(attrs, "ms", h.Took)
	}
	if h.Reason != "" {
		attrs = append(attrs, "reason", h.Reason)
	}
	if len(h.Weak) > 0 {
		attrs = append(attrs, "weak", strings.Join(h.Weak, ", "))
	}
	return attrs
}
