package polyhttp

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/http2"

	"polytls"
)

// conn2 is a server's HTTP/2 connection. It has no method ConnectionState, because
// net/http serves HTTP/1.1 on a connection that has one, and Read checks the client's
// preface (RFC 9113, section 3.4), because net/http serves HTTP/1.1 without it.
type conn2 struct {
	net.Conn
	seen int // bytes of the preface
}

// Read implements net.Conn.
func (c *conn2) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.seen < len(http2.ClientPreface) {
		expected := []byte(http2.ClientPreface[c.seen:])
		k := min(n, len(expected))
		if !bytes.Equal(p[:k], expected[:k]) {
			return 0, errors.New("polyhttp: the client negotiated HTTP/2 but sent something else")
		}
		c.seen += k
	}
	return n, err
}

// inadequate returns why HTTP/2 is not allowed with a connection's version and suite
// (RFC 9113, section 9.2), "" if it is.
func inadequate(s *polytls.Socket) string {
	state := s.ConnectionState()
	switch {
	case state.Version < tls.VersionTLS12:
		return "it needs TLS 1.2, this is " + s.Protocol()
	case state.Version == tls.VersionTLS12 && !adequateSuite(s):
		return "it forbids the cipher suite " + s.Cipher().StandardName
	}
	return ""
}

// adequateSuite reports whether a suite of TLS 1.2 has an ephemeral key exchange and an
// AEAD, as have the suites that appendix A of RFC 9113 does not list.
func adequateSuite(s *polytls.Socket) bool {
	name := s.Cipher().StandardName
	ephemeral := strings.HasPrefix(name, "TLS_ECDHE_") || strings.HasPrefix(name, "TLS_DHE_")
	aead := strings.Contains(name, "_GCM_") || strings.Contains(name, "_CCM") || strings.Contains(name, "_CHACHA20_")
	return ephemeral && aead
}

// refuse2 ends a connection of HTTP/2 with INADEQUATE_SECURITY. It then reads what the
// client still sends, up to 64 KiB and for 5 s, so that TCP does not reset the
// connection before the client has read the GOAWAY frame.
func refuse2(s *polytls.Socket) {
	defer s.Close()
	s.SetDeadline(time.Now().Add(5 * time.Second))
	f := http2.NewFramer(s, nil)
	if f.WriteSettings() != nil || f.WriteGoAway(0, http2.ErrCodeInadequateSecurity, nil) != nil || s.CloseWrite() != nil {
		return
	}
	io.Copy(io.Discard, io.LimitReader(s, 64<<10))
}
