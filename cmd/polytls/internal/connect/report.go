package connect

import (
	"encoding/json"
	"net"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/issue"
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
	LocalAddress       *string              `json:"localAddress"`    // null on a Unix socket, like the next three
	LocalPort          *int                 `json:"localPort"`
	RemoteAddress      *string              `json:"remoteAddress"`
	RemotePort         *int                 `json:"remotePort"`
	EarlyDataAccepted  *bool                `json:"earlyDataAccepted,omitempty"` // with --early-data
	Received           *[]byte              `json:"received,omitempty"`          // with --input, base64
	Handshake          *handshake           `json:"handshake"`
}

// handshake is polytls.HandshakeInfo, with the names and units of package inspect.
type handshake struct {
	Took       float64          `json:"took"`       // milliseconds
	Waited     float64          `json:"waited"`     // for the server and the network
	RoundTrips int              `json:"roundTrips"` // answered flights of ours
	Resumption string           `json:"resumption"` // "ticket", "identifier", "external key" or ""
	Choices    []polytls.Choice `json:"choices"`    // of the server, and what prevented better ones
	Client     string           `json:"client"`     // the stack for which our hello may be taken
	JA3        string           `json:"ja3"`
	JA4        string           `json:"ja4"`
	JA3S       string           `json:"ja3s"`
	JA4S       string           `json:"ja4s"`
}

func newHandshake(i *polytls.HandshakeInfo) *handshake {
	return &handshake{
		Took: milliseconds(i.Took), Waited: milliseconds(i.Waited), RoundTrips: i.RoundTrips, Resumption: i.Resumption,
		Choices: i.Choices, Client: i.Client, JA3: i.JA3, JA4: i.JA4, JA3S: i.JA3S, JA4S: i.JA4S,
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// stringOrFalse is written as false if it is empty, as in Node.
type stringOrFalse string

func (s stringOrFalse) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("false"), nil
	}
	return json.Marshal(string(s))
}

// newReport reads a connection's facts, which are gone after Close.
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
		Handshake:       newHandshake(s.HandshakeInfo()),
	}
	if err := s.AuthorizationError(); err != nil {
		f := explain.Of(err)
		authorizationError := f.Code
		if authorizationError == "" {
			authorizationError = f.Reason // as in Node, which falls back to the message
		}
		r.AuthorizationError = &authorizationError
	}
	if key := s.EphemeralKeyInfo(); key != nil {
		r.EphemeralKeyInfo = *key
	}
	if cert := s.PeerCertificate(true); cert != nil {
		r.PeerCertificate = cert
	}
	for _, cert := range s.X509Certificates() {
		r.PeerChain = append(r.PeerChain, string(issue.CertificatePEM(cert.Raw)))
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

// verdict returns whether the peer is authorized, as text.
func verdict(r *report, s *polytls.Socket) string {
	switch err := s.AuthorizationError(); {
	case err != nil:
		return "NOT authorized: " + explain.Of(err).Line()
	case !r.Authorized:
		return "NOT authorized"
	case s.Parameters().PSKIdentity != nil, len(s.X509Certificates()) == 0 && !r.SessionReused:
		return "authorized by a shared secret"
	}
	return "authorized"
}
