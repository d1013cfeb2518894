package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/issue"
	"polytls/internal/certobject"
)

// report is what --json prints of a connection: Node's getters by name.
type report struct {
	Authorized         bool                 `json:"authorized"`
	AuthorizationError *string              `json:"authorizationError"`
	Protocol           string               `json:"protocol"`
	Cipher             *polytls.CipherInfo  `json:"cipher"`
	ALPNProtocol       stringOrFalse        `json:"alpnProtocol"`
	ServerName         stringOrFalse        `json:"servername"`
	SessionReused      bool                 `json:"sessionReused"`
	EphemeralKeyInfo   polytls.EphemeralKey `json:"ephemeralKeyInfo"`
	SharedSigalgs      []string             `json:"sharedSigalgs"`
	PeerCertificate    any                  `json:"peerCertificate"` // {} without one
	PeerChain          []string             `json:"peerChain"`       // as the peer sent it, in PEM; its own certificate first
	OCSPResponse       []byte               `json:"ocspResponse"`    // base64, or null
	LocalAddress       *string              `json:"localAddress"`    // null on a Unix socket, as the next three
	LocalPort          *int                 `json:"localPort"`
	RemoteAddress      *string              `json:"remoteAddress"`
	RemotePort         *int                 `json:"remotePort"`
	EarlyDataAccepted  *bool                `json:"earlyDataAccepted,omitempty"` // with --early-data
	Received           *[]byte              `json:"received,omitempty"`          // with --input, base64
}

// connectionsObject is what --reconnect prints.
type connectionsObject struct {
	Connections []*report `json:"connections"`
}

// failureObject is what --json prints of a failure.
type failureObject struct {
	Error *failure `json:"error"`
}

// stringOrFalse is false where Node has false for nothing.
type stringOrFalse string

func (s stringOrFalse) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("false"), nil
	}
	return json.Marshal(string(s))
}

// newReport reads a connection's facts, which Close takes away.
func newReport(s *polytls.Socket) *report {
	r := &report{
		Authorized:      s.Authorized(),
		Protocol:        s.Protocol(),
		Cipher:          s.Cipher(),
		ALPNProtocol:    stringOrFalse(s.ALPNProtocol()),
		ServerName:      stringOrFalse(s.ServerName()),
		SessionReused:   s.SessionReused(),
		SharedSigalgs:   s.SharedSigalgs(),
		PeerCertificate: struct{}{},
		PeerChain:       []string{},
		OCSPResponse:    s.OCSPResponse(),
	}
	if err := s.AuthorizationError(); err != nil {
		f := failed(err)
		verdict := f.Code
		if verdict == "" {
			verdict = f.Reason // as Node, which falls back to the message
		}
		r.AuthorizationError = &verdict
	}
	if key := s.EphemeralKeyInfo(); key != nil {
		r.EphemeralKeyInfo = *key
	}
	if cert := s.PeerCertificate(true); cert != nil {
		r.PeerCertificate = cert
	}
	for _, cert := range s.X509Certificates() {
		r.PeerChain = append(r.PeerChain, string(issue.PEM(certLabel, cert.Raw)))
	}
	r.LocalAddress, r.LocalPort = hostAndPort(s.LocalAddr())
	r.RemoteAddress, r.RemotePort = hostAndPort(s.RemoteAddr())
	return r
}

func hostAndPort(a net.Addr) (*string, *int) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return nil, nil
	}
	host := tcp.IP.String()
	return &host, &tcp.Port
}

// printJSON prints one object.
func (c *connectCommand) printJSON(v any) error {
	return encodeJSON(c.cmd.OutOrStdout(), v)
}

// tell says on standard error what was negotiated and how the chain was judged.
func (c *connectCommand) tell(r *report, s *polytls.Socket) {
	weak := belowFloor(strengthOf(s))
	switch {
	case c.log == "json":
		c.logger().Info("handshake", succeeded(s).attrs()...)
		return
	case c.json: // the object tells the rest
		if line := floorLine(weak); line != "" {
			say("%s", line)
		}
		return
	}
	p := s.Parameters()
	facts := []string{r.Protocol, r.Cipher.Name}
	for _, fact := range []string{p.Group, p.PeerSigalg} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if p.DHBits > 0 {
		facts = append(facts, fmt.Sprintf("DHE of %d bits", p.DHBits))
	}
	switch {
	case p.PSKIdentity != nil: // Node calls it resumed at 1.3
		facts = append(facts, "pre-shared key")
	case r.SessionReused:
		facts = append(facts, "resumed")
	}
	if r.EarlyDataAccepted != nil && *r.EarlyDataAccepted {
		facts = append(facts, "early data accepted")
	}
	if r.ALPNProtocol != "" {
		facts = append(facts, "ALPN "+string(r.ALPNProtocol))
	}
	say("connected to %s: %s", c.target, strings.Join(facts, ", "))
	if cert := s.PeerCertificate(false); cert != nil {
		say("certificate of %s, issued by %s, until %s", distinguished(cert.Subject), distinguished(cert.Issuer), cert.ValidTo)
	}
	say("%s", verdict(r, s))
	if line := floorLine(weak); line != "" {
		say("%s", line)
	}
}

// logger writes to standard error in the form of --log.
func (c *connectCommand) logger() *slog.Logger { return newLogger(os.Stderr, c.log) }

// say writes one line to standard error.
func say(format string, args ...any) {
	fmt.Fprintln(os.Stderr, visible(fmt.Sprintf(format, args...)))
}

// verdict says in words whether the peer proved who it is.
func verdict(r *report, s *polytls.Socket) string {
	switch err := s.AuthorizationError(); {
	case err != nil:
		return "NOT authorized: " + failed(err).line()
	case !r.Authorized:
		return "NOT authorized"
	case s.Parameters().PSKIdentity != nil, len(s.X509Certificates()) == 0 && !r.SessionReused:
		return "authorized by a shared secret"
	}
	return "authorized"
}

// distinguished writes a name in one line: CN=localhost, O=node.js.
func distinguished(n certobject.Name) string {
	var parts []string
	for _, a := range n {
		for _, v := range a.Values {
			parts = append(parts, a.Key+"="+v)
		}
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}
