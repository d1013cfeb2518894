package polytls

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"

	"polytls/certobject"
	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// This file has the methods of Node's TLSSocket that describe a connection.

// CipherInfo is Node's getCipher().
type CipherInfo struct {
	Name         string `json:"name"`         // OpenSSL's: ECDHE-RSA-AES128-GCM-SHA256
	StandardName string `json:"standardName"` // IANA's
	// Version is the suite's own minimum ("TLSv1.2"), not the connection's.
	Version string `json:"version"`
}

// Cipher returns the cipher suite, nil before the handshake and after Close.
func (s *Socket) Cipher() *CipherInfo {
	o := s.conn.Live()
	if o == nil {
		return nil
	}
	c := cipherInfo(o.Suite)
	return &c
}

func cipherInfo(c *suite.CipherSuite) CipherInfo {
	return CipherInfo{Name: c.Name, StandardName: c.Standard, Version: c.Minimum}
}

// Protocol returns TLS10, TLS11, TLS12 or TLS13, "" before the handshake and after
// Close.
func (s *Socket) Protocol() string {
	if o := s.conn.Live(); o != nil {
		return o.Version.String()
	}
	return ""
}

// EphemeralKey is Node's getEphemeralKeyInfo(): the key exchange.
type EphemeralKey struct {
	Type string `json:"type,omitempty"` // "ECDH", "DH" or "TLSGroup"
	Name string `json:"name,omitempty"`
	Size int    `json:"size,omitempty"` // bits
}

// EphemeralKeyInfo describes the key exchange at a client; it is the zero
// value without an ephemeral one, and nil at a server, as in Node.
func (s *Socket) EphemeralKeyInfo() *EphemeralKey {
	o := s.conn.Live()
	if o == nil || s.server != nil {
		return nil
	}
	if bits := int(o.DHBits); bits != 0 {
		return &EphemeralKey{Type: "DH", Size: bits}
	}
	g := o.Group.Info()
	if g == nil {
		return &EphemeralKey{}
	}
	return &EphemeralKey{Type: g.NodeType, Name: g.NodeName, Size: g.NodeSize}
}

// Parameters are the negotiated parameters that Node does not report.
type Parameters struct {
	Group  string // IANA's name of the key exchange's group, "" without one
	DHBits int    // of DHE with the server's own group, 0 without
	// Sigalg is IANA's name of the scheme that we signed with, PeerSigalg that
	// of the peer; "" where there was no signature.
	Sigalg, PeerSigalg string
	HelloRetry         bool // the server asked for another key share
	// EncryptThenMAC and ExtendedMasterSecret report the use of RFC 7366 and RFC 7627,
	// up to TLS 1.2.
	EncryptThenMAC, ExtendedMasterSecret bool
	PSKIdentity                          []byte // of an external key, nil without
}

// Parameters returns what was negotiated, the zero value before the handshake and
// after Close.
func (s *Socket) Parameters() Parameters {
	o := s.conn.Live()
	if o == nil {
		return Parameters{}
	}
	return parameters(&o.Facts)
}

func parameters(r *handshake.Facts) Parameters {
	p := Parameters{
		DHBits:               int(r.DHBits),
		HelloRetry:           r.HelloRetry,
		EncryptThenMAC:       r.EncryptThenMAC,
		ExtendedMasterSecret: r.ExtendedMasterSecret,
	}
	if r.PSKIdentity != "" {
		p.PSKIdentity = []byte(r.PSKIdentity)
	}
	if r.Group != 0 {
		p.Group = r.Group.String()
	}
	if r.OurScheme != 0 {
		p.Sigalg = r.OurScheme.String()
	}
	if r.Scheme != 0 {
		p.PeerSigalg = r.Scheme.String()
	}
	return p
}

// ALPNProtocol returns the negotiated protocol, "" for none (Node: false).
func (s *Socket) ALPNProtocol() string {
	if o := s.conn.Live(); o != nil {
		return o.ALPN
	}
	return ""
}

// ServerName returns the name that the client sent, "" for none (Node: false).
func (s *Socket) ServerName() string {
	if o := s.conn.Live(); o != nil {
		return o.ServerName
	}
	return ""
}

// Authorized reports whether the peer is authenticated: by a verified certificate or
// by a pre-shared key. At a server that did not request a certificate it is false, as
// in Node.
func (s *Socket) Authorized() bool {
	o := s.conn.Live()
	return o != nil && o.Authorized
}

// AuthorizationError returns why the peer is not authorized, nil if it is, or if no
// certificate was requested. Its code is Node's authorizationError.
func (s *Socket) AuthorizationError() error {
	if o := s.conn.Live(); o != nil {
		return o.VerifyError
	}
	return nil
}

// SessionReused reports whether the handshake resumed a session; with a
// pre-shared key of TLS 1.3 it is true, too, as in Node.
func (s *Socket) SessionReused() bool {
	o := s.conn.Live()
	return o != nil && o.WithoutCertificates()
}

// Session returns the session in the form that ConnectOptions.Session takes: at a
// client Node 26's envelope around OpenSSL's DER, bare DER at a server. In TLS 1.3 it
// can be resumed once a ticket has arrived. It holds secrets.
func (s *Socket) Session() []byte {
	if s.conn.Live() == nil {
		return nil
	}
	if s.server != nil {
		if now := s.conn.ServerSession(s.server.context.Load().compiled); now != nil {
			return now.Marshal()
		}
		return nil
	}
	c := s.conn.End().(*client)
	if last := c.session.Load(); last != nil {
		return last.MarshalEnvelope(c.serverName())
	}
	return nil
}

// TLSTicket returns the ticket of a client's session, nil without one: Node's
// getTLSTicket().
func (s *Socket) TLSTicket() []byte {
	if c, ok := s.conn.End().(*client); ok && s.conn.Live() != nil {
		if last := c.session.Load(); last != nil {
			return last.Ticket
		}
	}
	return nil
}

// Finished returns the verify_data of our Finished: 12 bytes up to TLS 1.2,
// the length of the suite's hash in 1.3.
func (s *Socket) Finished() []byte {
	if o := s.conn.Live(); o != nil {
		return o.Finished()
	}
	return nil
}

// PeerFinished returns the verify_data of the peer's Finished.
func (s *Socket) PeerFinished() []byte {
	if o := s.conn.Live(); o != nil {
		return o.PeerFinished()
	}
	return nil
}

// SharedSigalgs returns the signature algorithms that both ends support, in
// OpenSSL's spelling and the order of the end that decides. At a client it is
// empty unless the server asked for a certificate.
func (s *Socket) SharedSigalgs() []string {
	o := s.conn.Live()
	if o == nil {
		return nil
	}
	names := []string{}
	for _, scheme := range o.SharedSchemes {
		names = append(names, cmp.Or(scheme.Info().OpenSSL, scheme.Info().Name))
	}
	return names
}

// Certificate is Node's certificate object; its JSON, by MarshalJSON, is that of Node
// 26. What is undefined in Node is nil or "". These are its fields:
//
//	Subject           CertificateName   distinguished names, attributes in their order
//	Issuer            CertificateName
//	SubjectAltName    *string           "DNS:a.example, IP Address:127.0.0.1"
//	InfoAccess        CertificateInfo   lists by keys such as "OCSP - URI"
//	CA                bool              may issue certificates
//	Modulus           string            upper-case hex, RSA keys only
//	Exponent          string            "0x10001", RSA keys only
//	PubKey            []byte            an RSA key's SubjectPublicKeyInfo in DER, an EC key's point
//	Bits              int               size of the key
//	ValidFrom         string            "Nov 23 09:00:02 2026 GMT"
//	ValidTo           string
//	Fingerprint       string            SHA-1, upper-case hex with colons
//	Fingerprint256    string            SHA-256
//	Fingerprint512    string            SHA-512
//	ExtKeyUsage       []string          dotted object identifiers
//	SerialNumber      string            upper-case hex
//	Raw               []byte            DER
//	ASN1Curve         string            OpenSSL's name of an EC key's curve: "prime256v1"
//	NISTCurve         string            NIST's, if it has one: "P-256"
//	IssuerCertificate *Certificate      in detailed objects; a root's is itself
type Certificate = certobject.Certificate

// CertificateName is a distinguished name: a list of attributes, each with the
// Key that OpenSSL has for it ("CN", "O") or a dotted identifier, and its Values.
// Get returns the values of a key, String the name in one line.
type CertificateName = certobject.Name

// CertificateInfo is a certificate's authority information access, a list as
// CertificateName is. Get returns the values of a key such as
// "CA Issuers - URI".
type CertificateInfo = certobject.InfoAccess

// PeerRawPublicKey returns the SubjectPublicKeyInfo that the peer has sent in place of a
// certificate, in DER (RFC 7250), nil if it has not.
func (s *Socket) PeerRawPublicKey() []byte {
	if o := s.conn.Live(); o != nil {
		return o.Peer.RawPublicKey
	}
	return nil
}

// PeerCertificate returns the peer's certificate, nil if it sent none. A detailed one
// is linked to its issuers.
func (s *Socket) PeerCertificate(detailed bool) *Certificate {
	o := s.conn.Live()
	if o == nil || len(o.Peer.Chain) == 0 {
		return nil
	}
	if !detailed {
		c, err := certobject.New(o.Peer.Chain[0].Raw)
		if err != nil {
			return nil
		}
		return c
	}
	return certobject.Chain(raw(s.conn.LinkedPeer()))
}

// Certificate returns our own certificate, nil if none was sent. Where a session
// was resumed, which sends none, it is the context's for the cipher suite, as in
// Node.
func (s *Socket) Certificate() *Certificate {
	if s.conn.Live() == nil {
		return nil
	}
	own := s.conn.Certificate()
	if own == nil {
		return nil
	}
	c, err := certobject.New(own.Chain[0])
	if err != nil {
		return nil
	}
	return c
}

// X509Certificates returns the certificates that the peer sent, its own first.
func (s *Socket) X509Certificates() []*x509.Certificate {
	if o := s.conn.Live(); o != nil {
		return parsed(o.Peer.Chain)
	}
	return nil
}

func parsed(chain []*trust.Certificate) []*x509.Certificate {
	var certs []*x509.Certificate
	for _, c := range chain {
		certs = append(certs, c.Certificate)
	}
	return certs
}

// OCSPResponse returns the stapled response, nil for none.
func (s *Socket) OCSPResponse() []byte {
	if o := s.conn.Live(); o != nil {
		return o.Peer.OCSPResponse
	}
	return nil
}

// ExportKeyingMaterial returns length bytes that both ends derive alike from
// the connection, a label and a context (RFC 5705; RFC 8446, section 7.5). Up
// to TLS 1.2 a nil context differs from an empty one.
func (s *Socket) ExportKeyingMaterial(length int, label string, context []byte) ([]byte, error) {
	if length < 1 {
		return nil, failure.OutOfRange.Local("length: it must be >= 1. Received %d", length)
	}
	return s.conn.ExportKeyingMaterial(length, label, context)
}

// ConnectionState returns the connection's state as crypto/tls does, for code that
// needs a tls.ConnectionState. VerifiedChains holds the verified path, up to the
// trusted certificate, also when a session was resumed. Only crypto/tls can set the
// exporter of the struct: its ExportKeyingMaterial panics; use that of the Socket.
func (s *Socket) ConnectionState() tls.ConnectionState {
	r := s.conn.Live()
	if r == nil {
		return tls.ConnectionState{}
	}
	state := tls.ConnectionState{
		Version:            uint16(r.Version),
		HandshakeComplete:  true,
		DidResume:          r.WithoutCertificates(),
		CipherSuite:        uint16(r.Suite.ID),
		NegotiatedProtocol: r.ALPN,
		ServerName:         r.ServerName,
		PeerCertificates:   s.X509Certificates(),
		OCSPResponse:       r.Peer.OCSPResponse,

		SignedCertificateTimestamps: (&wire.SCTList{Raw: r.Peer.SCTs}).Split(),

		HelloRetryRequest: r.HelloRetry,
		//lint:ignore SA1019 older code than this still asks for it
		NegotiatedProtocolIsMutual: true,
	}
	if r.Version < suite.TLS13 || r.Group != 0 {
		state.CurveID = tls.CurveID(r.Group)
	}
	if path := r.Peer.Verified; len(path) > 0 {
		state.VerifiedChains = [][]*x509.Certificate{parsed(path)}
	}
	return state
}
