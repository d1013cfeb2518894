package spans

import (
	"cmp"
	"net"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"polytls"
	"polytls/failure"
	"polytls/internal/visible"
)

// attributes returns those of a handshake that has ended. subject is the key of the
// subject of the peer's certificate.
func attributes(info *polytls.HandshakeInfo, subject string, err error) []attribute.KeyValue {
	all := attributeList{attribute.Bool("tls.established", err == nil)}
	if err != nil {
		all.text("error.type", cmp.Or(failure.CodeOf(err), "_OTHER"))
	}
	all.endpoint("network.peer", info.Remote)
	all.text("server.address", info.ServerName)
	all.text("tls.client.ja3", info.JA3)
	all.text("tls.server.ja3s", info.JA3S)
	if info.Protocol == "" {
		return all
	}
	external := info.Parameters.PSKIdentity != nil
	all.text("tls.protocol.name", "tls")
	all.text("tls.protocol.version", strings.TrimPrefix(info.Protocol, "TLSv"))
	all.text("tls.cipher", info.Cipher.StandardName)
	all.text("tls.curve", info.Parameters.Group)
	all.text("tls.next_protocol", info.ALPNProtocol)
	all = append(all, attribute.Bool("tls.resumed", info.SessionReused && !external))
	if !external { // whose identity is no subject
		all.text(subject, info.Peer)
	}
	return all
}

// destination returns the attributes of where a client connects.
func destination(o *polytls.ConnectOptions) []attribute.KeyValue {
	var all attributeList
	all.text("server.address", cmp.Or(o.ServerName, o.Host, o.Path, "localhost"))
	if o.Port != 0 && o.Path == "" {
		all = append(all, attribute.Int("server.port", o.Port))
	}
	return all
}

// message returns the attributes of a message.
func message(m polytls.HandshakeStep) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.Bool("polytls.message.sent", m.Sent), attribute.Int("polytls.message.size", m.Size)}
}

type attributeList []attribute.KeyValue

// text adds a text that is not empty.
func (l *attributeList) text(key, value string) {
	if value != "" {
		*l = append(*l, attribute.String(key, visible.Short(value)))
	}
}

// endpoint adds an address, and its port if it has one.
func (l *attributeList) endpoint(prefix, address string) {
	host, service, err := net.SplitHostPort(address)
	if err != nil { // of a Unix socket
		l.text(prefix+".address", address)
		return
	}
	l.text(prefix+".address", host)
	if port, err := strconv.Atoi(service); err == nil {
		*l = append(*l, attribute.Int(prefix+".port", port))
	}
}
