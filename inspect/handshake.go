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
	// Enabled is what the server enabled, on a page: without key shares and extensions,
	// and nil if the handshake failed before the server chose.
	Enabled *Offer `json:"enabled,omitempty"`

	info *polytls.HandshakeInfo // for the log
}

// Step is a message of a handshake.
type Step struct {
	Name   string  `json:"name"`
	Sent   bool    `json:"sent"`
	At     float64 `json:"at"`     // milliseconds since the handshake began
	Waited float64 `json:"waited"` // the part of the time since the last step spent waiting for the peer and the network
	Size   int     `json:"size"`
}

// Offer is what an end offered or enabled, in its order.
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
	info := s.HandshakeInfo()
	if info == nil { // of the zero Socket
		info = new(polytls.HandshakeInfo)
	}
	return describe(info, err, time.Now())
}

// describe returns the facts of a handshake that ended at a time.
func describe(info *polytls.HandshakeInfo, err error, end time.Time) *Handshake {
	h := &Handshake{Time: end, Remote: info.Remote, ServerName: info.ServerName, OK: err == nil, info: info}
	if h.OK {
		h.connected(info)
		err = info.AuthorizationError
	}
	h.failed(err)
	if !info.Start.IsZero() {
		h.recorded(info)
	}
	return h
}

// connected copies what was negotiated.
func (h *Handshake) connected(i *polytls.HandshakeInfo) {
	p := &i.Parameters
	h.Protocol, h.Group, h.Sigalg, h.PeerSigalg, h.HelloRetry = i.Protocol, p.Group, p.Sigalg, p.PeerSigalg, p.HelloRetry
	h.Cipher, h.Standard, h.ALPN = i.Cipher.Name, i.Cipher.StandardName, i.ALPNProtocol
	h.Reused, h.PSK, h.Authorized = i.SessionReused, p.PSKIdentity != nil, i.Authorized
	h.Peer, h.Weak = i.Peer, i.Weak
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

// LogValue implements slog.LogValuer: the attributes are those of the
// polytls.HandshakeInfo that Describe has used, and none for a Handshake that it has not
// made. Logged under an empty key, they are those of the record:
//
//	logger.Info("handshake", "", inspect.Describe(socket, err))
func (h *Handshake) LogValue() slog.Value {
	if h.info == nil {
		return slog.GroupValue()
	}
	return h.info.LogValue()
}
