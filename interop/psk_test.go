package interop

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polytls"
)

// pskServer looks identities up in keys.
func pskServer(keys map[string][]byte) func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
	return func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
		key, ok := keys[string(identity)]
		if !ok {
			return nil, nil
		}
		return &polytls.PSK{Identity: identity, Key: key}, nil
	}
}

// pskClient offers all keys.
func pskClient(keys map[string][]byte) func(context.Context, *string) ([]polytls.PSK, error) {
	return func(context.Context, *string) ([]polytls.PSK, error) {
		var all []polytls.PSK
		for identity, key := range keys {
			all = append(all, polytls.PSK{Identity: []byte(identity), Key: key})
		}
		return all, nil
	}
}

var pskHex = hex.EncodeToString(pskKeys[pskIdentity])

// pskOnly are options of an end that has a key and no certificate.
func pskOnly(version string) polytls.ContextOptions {
	return polytls.ContextOptions{MinVersion: version, MaxVersion: version, Ciphers: "TLS_AES_128_GCM_SHA256:PSK:@SECLEVEL=0"}
}

// TestOpenSSLPSK checks that external keys work with OpenSSL, without any
// certificate, and that an unknown identity and a wrong key are refused.
func TestOpenSSLPSK(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: pskOnly(version), PSKCallback: pskServer(pskKeys), PSKIdentityHint: "a hint"}, nil)
		c := sConnect(t, srv.port, flag, "-cipher", "PSK", "-psk", pskHex, "-psk_identity", pskIdentity)
		c.Write(t, "hello\n")
		c.expect(t, c.Stdout, "hello\n")
		if f := srv.next(t); !f.Authorized || f.PeerCN != "" || f.Reused != (version == "TLSv1.3") {
			t.Errorf("our server: %+v", f)
		}
		c = sConnect(t, srv.port, flag, "-cipher", "PSK", "-psk", pskHex, "-psk_identity", "nobody")
		unknown := map[string]string{"TLSv1.2": "ERR_SSL_PSK_IDENTITY_NOT_FOUND", "TLSv1.3": "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM"}
		if e := srv.nextError(t); e.Code != unknown[version] {
			t.Errorf("unknown identity: %v, wanted %s", e, unknown[version])
		}
		c.expect(t, c.Stderr, "alert (unknown psk identity|handshake failure)|alert number (115|40)")
		sConnect(t, srv.port, flag, "-cipher", "PSK", "-psk", "00112233445566778899aabbccddeeff", "-psk_identity", pskIdentity)
		if e := srv.nextError(t); e.AlertFrom != polytls.SideUs {
			t.Errorf("wrong key: %v", e)
		}

		_, port := sServe(t, certificate(t, "rsa"), flag, "-rev", "-nocert", "-cipher", "PSK", "-psk", pskHex, "-psk_identity", pskIdentity, "-psk_hint", "a hint")
		s := connect(t, port, polytls.ConnectOptions{ContextOptions: pskOnly(version), PSKCallback: func(ctx context.Context, hint *string) ([]polytls.PSK, error) {
			if version == "TLSv1.2" && (hint == nil || *hint != "a hint") {
				t.Errorf("the hint is %v", hint)
			}
			return pskClient(pskKeys)(ctx, hint)
		}})
		if !s.Authorized() || s.PeerCertificate(false) != nil {
			t.Errorf("our client: authorized %t", s.Authorized())
		}
		exchange(t, s, "hello\n", "olleh\n")
	})
}

// TestNodePSK checks that external keys work with Node's pskCallback, in every
// pairing of ends, and that both ends report the same facts.
func TestNodePSK(t *testing.T) {
	t.Parallel()
	eachNode(t, func(t *testing.T, n *node) {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			for who, ends := range map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}} {
				t.Run(version+"/"+who, func(t *testing.T) {
					o := options{MinVersion: version, MaxVersion: version, Ciphers: "TLS_AES_128_GCM_SHA256:PSK", PSK: pskKeys, HonorOrder: true, Reject: true}
					so, co := o, o
					so.Hint = "a hint"
					got := play(t, ends[0], ends[1], so, co)
					crossCheck(t, got)
					if got.clientCode != "" || got.serverCode != "" || !got.client.Authorized || got.client.Reused != (version == "TLSv1.3") {
						t.Errorf("codes %q and %q, client %+v", got.clientCode, got.serverCode, got.client)
					}
				})
			}
		}
	})
}

// splice carries bytes between two connections until either ends.
func splice(a, b net.Conn) {
	defer a.Close()
	defer b.Close()
	done := make(chan struct{}, 2)
	for _, ends := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			io.Copy(ends[0], ends[1])
			done <- struct{}{}
		}()
	}
	<-done
}

// listenPlain hands the connections of a port to handle until the test ends.
func listenPlain(t testing.TB, handle func(net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go handle(c)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func dialPlain(t testing.TB, port int) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// TestStunnelPSK checks that stunnel's PSKsecrets works with us at either end of
// the tunnel.
func TestStunnelPSK(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, _, version string) {
		temp := t.TempDir()
		secrets, config := filepath.Join(temp, "secrets"), filepath.Join(temp, "config")
		writeFile(t, secrets, []byte(pskIdentity+":"+pskHex+"\n"))
		common := fmt.Sprintf("foreground = yes\npid =\n[tunnel]\nciphers = PSK\nPSKsecrets = %s\nsslVersion = %s\n", secrets, version)

		srv := serve(t, polytls.ServerOptions{ContextOptions: pskOnly(version), PSKCallback: pskServer(pskKeys)}, nil)
		port := freePort(t)
		writeFile(t, config, fmt.Appendf(nil, "%sclient = yes\naccept = 127.0.0.1:%d\nconnect = 127.0.0.1:%d\nPSKidentity = %s\n", common, port, srv.port, pskIdentity))
		p := start(t, "stunnel", config)
		p.awaitPort(t, port)
		exchange(t, dialPlain(t, port), "hello\n", "hello\n")

		back := listenPlain(t, func(c net.Conn) { io.Copy(c, c); c.Close() })
		port = freePort(t)
		writeFile(t, config+"2", fmt.Appendf(nil, "%saccept = 127.0.0.1:%d\nconnect = 127.0.0.1:%d\n", common, port, back))
		p = start(t, "stunnel", config+"2")
		p.awaitPort(t, port)
		s := connect(t, port, polytls.ConnectOptions{ContextOptions: pskOnly(version), PSKCallback: pskClient(pskKeys)})
		exchange(t, s, "hello\n", "hello\n")
	})
}

// TestMosquittoPSK checks that MQTT works over our connections with external keys:
// from plain clients to a broker with a psk_file, and from clients with --psk to a
// plain broker.
func TestMosquittoPSK(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	keys, config := filepath.Join(temp, "keys"), filepath.Join(temp, "config")
	writeFile(t, keys, []byte(pskIdentity+":"+pskHex+"\n"))
	secret, plain := freePort(t), freePort(t)
	writeFile(t, config, fmt.Appendf(nil, "user root\nallow_anonymous true\npsk_file %s\nlistener %d 127.0.0.1\nlistener %d 127.0.0.1\npsk_hint a hint\nuse_identity_as_username true\n", keys, plain, secret))
	broker := start(t, "mosquitto", "-c", config)
	broker.awaitPort(t, plain)

	through := listenPlain(t, func(c net.Conn) {
		s, err := tryConnect(t, secret, polytls.ConnectOptions{ContextOptions: pskOnly("TLSv1.2"), PSKCallback: pskClient(pskKeys)})
		if err != nil {
			t.Errorf("our client: %v", err)
			c.Close()
			return
		}
		splice(c, s)
	})
	publish(t, through)

	srv := serve(t, polytls.ServerOptions{ContextOptions: pskOnly("TLSv1.2"), PSKCallback: pskServer(pskKeys)}, func(s *polytls.Socket) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", plain))
		if err != nil {
			t.Errorf("the broker: %v", err)
			return
		}
		splice(s, c)
	})
	publish(t, srv.port, "--psk", pskHex, "--psk-identity", pskIdentity)
}

// publish keeps a message at a broker and reads it back.
func publish(t testing.TB, port int, args ...string) {
	t.Helper()
	message := fmt.Sprintf("hello by way of %d", port)
	args = append([]string{"-h", "127.0.0.1", "-p", fmt.Sprint(port), "-t", "interop"}, args...)
	run(t, "mosquitto_pub", append(args, "-r", "-m", message)...)
	if got := string(run(t, "mosquitto_sub", append(args, "-C", "1")...)); strings.TrimSpace(got) != message {
		t.Errorf("read %q, wanted %q", got, message)
	}
}
