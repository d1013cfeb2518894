package inspect

import (
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/wire"
)

// Handshake holds the facts of a handshake, at either end of a connection. As a value
// of package log/slog it is a group of the facts that logs need.
type Handshake struct {
	ID         int       `json:"id"`     // on a page: its number there
	Total      uint64    `json:"total"`  // on a page: the server's handshakes up to this one
	Failed     uint64    `json:"failed"` // on a page: those of them that failed
	Time       time.Time `json:"time"`   // of its end
	Remote     string    `json:"remote"` // the peer's address, "unix" for a Unix socket without a name
	Peer       string    `json:"peer"`   // the subject of the peer's certificate, or the identity of its key
	OK         bool      `json:"ok"`
	Protocol   string    `json:"protocol"`
	Cipher     string    `json:"cipher"`     // OpenSSL's name
	Standard   string    `json:"standard"`   // IANA's name of the cipher suite, as in Offered
	Group      string    `json:"group"`      // of the key exchange
	Sigalg     string    `json:"sigalg"`     // the scheme that we signed with
	PeerSigalg string    `json:"peerSigalg"` // the scheme that the peer signed with
	ServerName string    `json:"servername"`
	ALPN       string    `json:"alpn"`
	Reused     bool      `json:"reused"` // a resumption, or at TLS 1.3 a handshake with an external key
	PSK        bool      `json:"psk"`    // with an external pre-shared key
	Authorized bool      `json:"authorized"`
	HelloRetry bool      `json:"helloRetry"`
	Weak       []string  `json:"weak,omitempty"` // what is weaker than RFC 9325 recommends, and why

	// Code and Reason describe the failure, or why a peer that was accepted is not
	// authorized. Code is Node's. Alert is the alert of a failure, AlertFrom "us" or
	// "peer".
	Code      string `json:"code"`
	Reason    string `json:"reason"`
	Alert     string `json:"alert"`
	AlertFrom string `json:"alertFrom"`

	// If the handshake failed, What says what happened, Fault which end caused it, and
	// Remedy what to do: one sentence each, from package failure.
	What   string `json:"what,omitempty"`
	Fault  string `json:"fault,omitempty"`
	Remedy string `json:"remedy,omitempty"`

	// These need RecordHandshake.
	Took   float64 `json:"took"`   // milliseconds
	Waited float64 `json:"waited"` // the part of Took spent waiting for the peer and the network
	// RoundTrips, Resumption, the fingerprints and Client are those of polytls.HandshakeInfo.
	RoundTrips int    `json:"roundTrips"`
	Resumption string `json:"resumption"`
	JA3        string `json:"ja3"`
	JA4        string `json:"ja4"`
	Client     string `json:"client"` // which TLS stack the client seems to have, "" if unknown
	JA3S       string `json:"ja3s"`
	JA4S       string `json:"ja4s"`
	Steps      []Step `json:"steps"`
	// Choices are those of polytls.HandshakeInfo. In JSON each has "what", "chosen",
	// "rule", and "obstacles" with "better", "reason" and "end".
	Choices []polytls.Choice `json:"choices"`
	Offered *Offer           `json:"offered"` // nil if no ClientHello was received
}

// Step is a message of a handshake.
type Step struct {
	Name   string  `json:"name"`
	Sent   bool    `json:"sent"`
	At     float64 `json:"at"`     // milliseconds since the handshake began
	Waited float64 `json:"waited"` // the part of the time since the last step spent waiting for the peer and the network
	Size   int     `json:"size"`
}

// Offer is what the client offered, in its order.
type Offer struct {
	Versions   []string `json:"versions"`
	Ciphers    []string `json:"ciphers"`
	Groups     []string `json:"groups"`
	KeyShares  []string `json:"keyShares"`
	Sigalgs    []string `json:"sigalgs"`
	ALPN       []string `json:"alpn"`
	Extensions []string `json:"extensions"`
}

// Describe returns the facts of a handshake that has ended with err, nil if it
// succeeded. It is for use in the function of Server.OnHandshake, and with a Socket
// that Connect has returned.
func Describe(s *polytls.Socket, err error) *Handshake {
	h, _ := describe(s, err)
	return h
}

// describe also returns the record that the facts are from, nil without RecordHandshake.
func describe(s *polytls.Socket, err error) (*Handshake, *polytls.HandshakeInfo) {
	h := &Handshake{Time: time.Now(), Remote: "unix", OK: err == nil}
	if a := s.RemoteAddr(); a != nil && a.String() != "" && a.String() != "@" {
		h.Remote = a.String()
	}
	if h.OK {
		h.connected(s)
		err = s.AuthorizationError()
	}
	h.failed(err)
	info := s.HandshakeInfo()
	if info != nil {
		h.recorded(info)
	}
	return h, info
}

// connected copies what was negotiated.
func (h *Handshake) connected(s *polytls.Socket) {
	p := s.Parameters()
	h.Protocol, h.Group, h.Sigalg, h.PeerSigalg, h.HelloRetry = s.Protocol(), p.Group, p.Sigalg, p.PeerSigalg, p.HelloRetry
	h.ServerName, h.ALPN = s.ServerName(), s.ALPNProtocol()
	h.Reused, h.PSK, h.Authorized = s.SessionReused(), p.PSKIdentity != nil, s.Authorized()
	if c := s.Cipher(); c != nil {
		h.Cipher, h.Standard = c.Name, c.StandardName
	}
	cert := s.PeerCertificate(false)
	switch {
	case h.PSK:
		h.Peer = string(p.PSKIdentity)
	case cert != nil:
		h.Peer = cert.Subject.String()
	}
	rsaBits := 0
	if cert != nil && cert.Modulus != "" {
		rsaBits = cert.Bits
	}
	h.Weak = weaknesses(h, &p, rsaBits)
}

// failed copies an error.
func (h *Handshake) failed(err error) {
	if err == nil {
		return
	}
	h.Code, h.Reason = failure.CodeOf(err), err.Error()
	if !h.OK {
		x := failure.Explain(err)
		h.What, h.Fault, h.Remedy = x.What, x.Fault, x.Remedy
	}
	var e *polytls.Error
	if !errors.As(err, &e) {
		return
	}
	h.Reason = e.Message()
	if e.AlertFrom != polytls.SideNone {
		h.Alert, h.AlertFrom = e.Alert.String(), e.AlertFrom.String()
	}
}

// recorded copies the record of the messages.
func (h *Handshake) recorded(info *polytls.HandshakeInfo) {
	for _, s := range info.Steps {
		h.Steps = append(h.Steps, Step{Name: s.Name, Sent: s.Sent, At: milliseconds(s.At), Waited: milliseconds(s.Waited), Size: s.Size})
	}
	h.Waited, h.RoundTrips, h.Resumption = milliseconds(info.Waited), info.RoundTrips, info.Resumption
	h.JA3, h.JA4, h.JA3S, h.JA4S, h.Client = info.JA3, info.JA4, info.JA3S, info.JA4S, info.Client
	h.Choices = info.Choices
	h.Took = milliseconds(h.Time.Sub(info.Start))
	if h.ServerName == "" {
		h.ServerName = info.ServerName // the handshake failed
	}
	if info.Ciphers != nil {
		h.Offered = &Offer{
			Versions: named(info.Versions), Ciphers: named(info.Ciphers), Groups: named(info.Groups),
			KeyShares: named(info.KeyShares), Sigalgs: named(info.Sigalgs), ALPN: info.ALPN, Extensions: named(info.Extensions),
		}
	}
}

// named returns the names of a list, with "GREASE" in place of the reserved values of
// RFC 8701, such as "group(0x3A3A)".
func named(list []string) []string {
	out := make([]string, len(list))
	for i, name := range list {
		out[i] = name
		number := strings.TrimSuffix(name[strings.IndexByte(name, '(')+1:], ")")
		n, err := strconv.ParseUint(number, 0, 16)
		if err == nil && wire.IsGREASE(uint16(n)) {
			out[i] = "GREASE"
		}
	}
	return out
}

// milliseconds returns d in milliseconds, with microseconds as decimals for handshakes
// over loopback.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// LogValue implements slog.LogValuer. Logged under an empty key, its attributes are
// those of the record:
//
//	logger.Info("handshake", "", inspect.Describe(socket, err))
//
// Texts from the peer are not escaped: handlers that write text must escape them.
func (h *Handshake) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.Bool("ok", h.OK), slog.String("protocol", h.Protocol), slog.String("cipher", h.Cipher), slog.String("group", h.Group),
		slog.String("servername", h.ServerName), slog.String("alpn", h.ALPN), slog.Bool("reused", h.Reused),
		slog.Bool("authorized", h.Authorized), slog.String("code", h.Code), slog.String("alert", h.Alert), slog.String("remote", h.Remote),
	}
	if h.Peer != "" {
		attrs = append(attrs, slog.String("peer", h.Peer))
	}
	if h.Took > 0 {
		attrs = append(attrs, slog.Float64("ms", h.Took))
	}
	if h.Reason != "" {
		attrs = append(attrs, slog.String("reason", h.Reason))
	}
	if h.JA4 != "" {
		attrs = append(attrs, slog.String("ja4", h.JA4))
	}
	if h.Remedy != "" {
		attrs = append(attrs, slog.String("what", h.What), slog.String("fault", h.Fault), slog.String("remedy", h.Remedy))
	}
	if len(h.Weak) > 0 {
		attrs = append(attrs, slog.String("weak", strings.Join(h.Weak, ", ")))
	}
	return slog.GroupValue(attrs...)
}
