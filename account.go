package polytls

import (
	"net"

	"polytls/certobject"
	"polytls/failure"
	"polytls/internal/fingerprint"
	"polytls/internal/handshake"
	"polytls/internal/recorder"
	"polytls/internal/weakness"
)

// account is what a HandshakeInfo is computed from.
type account struct {
	remote             net.Addr
	facts              *handshake.Facts // nil if the handshake failed or is not over
	authorized         bool
	authorizationError error
	err                error
	recorded           bool
	record             recorder.Record
}

func (s *Socket) account() account {
	x := account{remote: s.RemoteAddr(), err: s.conn.HandshakeError()}
	if s.record != nil {
		x.recorded, x.record = true, s.record.Record()
	}
	if o := s.conn.Outcome(); o != nil {
		x.facts, x.authorized, x.authorizationError = &o.Facts, o.Authorized, o.VerifyError
	}
	return x
}

// info computes a whole HandshakeInfo.
func (x *account) info() *HandshakeInfo {
	i := new(HandshakeInfo)
	i.summarize(x)
	if x.recorded {
		i.recorded(&x.record)
	}
	return i
}

// summarize computes what logs need of a HandshakeInfo, with little work.
func (i *HandshakeInfo) summarize(x *account) {
	i.Remote, i.Err = peerAddress(x.remote), x.err
	if x.err != nil {
		explanation := failure.Explain(x.err)
		i.Failure = &explanation
	}
	if x.facts != nil {
		i.negotiated(x.facts)
		i.Authorized, i.AuthorizationError = x.authorized, x.authorizationError
	}
	if x.recorded {
		i.timed(&x.record, x.facts)
	}
}

// timed copies the times of a record, and what of the hello logs need. negotiated, which
// has the server name, is nil if the handshake failed.
func (i *HandshakeInfo) timed(r *recorder.Record, negotiated *handshake.Facts) {
	i.Start = r.Start
	for _, s := range r.Steps {
		i.Took = s.At
		i.Waited += s.Waited
	}
	if negotiated != nil {
		i.Resumption = r.Resumption(negotiated)
	}
	if len(r.ClientHellos) == 0 {
		return
	}
	i.JA4 = fingerprint.JA4(r.ClientHellos[0])
	if negotiated == nil {
		i.ServerName = r.ServerName()
	}
}

// negotiated copies what was negotiated.
func (i *HandshakeInfo) negotiated(f *handshake.Facts) {
	i.Protocol, i.Cipher, i.Parameters = f.Version.String(), cipherInfo(f.Suite), parameters(f)
	i.ALPNProtocol, i.ServerName = f.ALPN, f.ServerName
	i.SessionReused, i.HelloRetry = f.WithoutCertificates(), f.HelloRetry
	switch {
	case f.PSKIdentity != "":
		i.Peer = f.PSKIdentity
	case f.Peer != nil && len(f.Peer.Chain) > 0:
		i.Peer = certobject.ParseName(f.Peer.Chain[0].RawSubject).String()
	}
	i.Weak = weakness.Of(f)
}

// peerAddress returns a peer's address, "unix" for a Unix socket without a name.
func peerAddress(a net.Addr) string {
	if a != nil {
		if text := a.String(); text != "" && text != "@" {
			return text
		}
	}
	return "unix"
}
