package cookbook

import (
	"testing"

	"polytls"
)

// # A device in the field that has only TLS 1.0
//
// Naming a version below 1.2 enables it. `@SECLEVEL=0` allows SHA-1 in handshakes and
// short keys; SSL_OP_LEGACY_SERVER_CONNECT accepts a server without secure renegotiation
// (RFC 5746). Give such options to the connections of that device only.
// [dialects.md](dialects.md) tells what each of them exposes.
func toOldDevice(o polytls.ConnectOptions) (polytls.ConnectOptions, error) {
	o.MinVersion = polytls.TLS10
	o.Ciphers = "DEFAULT@SECLEVEL=0"
	var err error
	o.SecureOptions, err = polytls.ParseSecureOptions("SSL_OP_LEGACY_SERVER_CONNECT")
	return o, err
}

func TestOldDevice(t *testing.T) {
	device := polytls.ServerOptions{ContextOptions: identity(localhost)}
	device.MinVersion, device.MaxVersion = polytls.TLS10, polytls.TLS10
	device.Ciphers = "AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"
	srv, err := polytls.NewServer(device, echo)
	port := start(t, srv, err)
	if _, err := talk(t, trusting(port)); err == nil {
		t.Error("TLS 1.0 is on by default")
	}
	o, err := toOldDevice(trusting(port))
	if err != nil {
		t.Fatal(err)
	}
	s, err := talk(t, o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Protocol() != "TLSv1" {
		t.Error(s.Protocol())
	}
}
