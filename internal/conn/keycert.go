package conn

import (
	"polytls/internal/handshake"
	"polytls/internal/recordlayer"
)

// SetKeyCerts makes a server's connection use certificates in place of the context's,
// in renegotiations, too. It returns false if a certificate has already been chosen,
// and at a client.
func (c *Conn) SetKeyCerts(certs []*handshake.Certificate) bool {
	c.handshakeLock.Lock()
	defer c.handshakeLock.Unlock()
	p := c.pending
	if c.Role() == recordlayer.Client || p == nil || p.over || p.chosen {
		return false
	}
	p.keyCerts = certs
	return true
}

// KeyCerts implements KeyCerts of handshake.ServerConfig: it returns the certificates
// that SetKeyCerts has set, or nil. After this call SetKeyCerts is too late.
func (c *Conn) KeyCerts() []*handshake.Certificate {
	c.handshakeLock.Lock()
	defer c.handshakeLock.Unlock()
	if c.pending != nil {
		c.pending.chosen = true
		return c.pending.keyCerts
	}
	if r := c.renegotiation(); r != nil {
		return r.keyCerts
	}
	return nil
}
