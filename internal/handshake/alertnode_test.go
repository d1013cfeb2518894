package handshake_test

import (
	"encoding/json"
	"encoding/pem"
	"maps"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/peertest"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
)

// nodeOptions are Node's options that make it the tested end of a flow.
func (f *alertFlow) nodeOptions(t *testing.T) map[string]any {
	cc, sc := f.ends(t)
	own := sc.Certificates
	options := map[string]any{
		"minVersion": f.version.String(), "maxVersion": f.version.String(), "ciphers": f.suite, "ecdhCurve": "X25519:P-256",
		"ALPNProtocols": []string{"h2"}, "rejectUnauthorized": false,
	}
	if f.tested == recordlayer.Server {
		options["requestCert"] = sc.ClientAuth != handshake.NoClientCert
	} else {
		options["servername"], options["requestOCSP"] = "localhost", true
		own = cc.Certificates
	}
	maps.Copy(options, f.node)
	if len(own) == 0 {
		return options
	}
	key, err := keyfile.MarshalPrivateKey(own[0].Signer)
	if err != nil {
		t.Fatal(err)
	}
	options["key"] = string(key)
	options["cert"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own[0].Chain[0]}))
	return options
}

// nodes runs attempts against one process of Node, those of each flow one after
// another, and returns the alerts that came to those that could be tried.
func nodes(t *testing.T, node string, attempts map[*alertFlow][]*attempt) map[*attempt]string {
	servers, clients := map[string]any{}, map[string]any{}
	listeners := map[*alertFlow]net.Listener{}
	for f, list := range attempts {
		options := f.nodeOptions(t)
		if f.tested == recordlayer.Server {
			servers[f.name] = options
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		listeners[f] = l
		options["port"], options["count"] = l.Addr().(*net.TCPAddr).Port, len(list)
		clients[f.name] = options
	}
	arg, err := json.Marshal(map[string]any{"servers": servers, "clients": clients})
	if err != nil {
		t.Fatal(err)
	}
	p := peertest.Start(t, exec.Command(node, "testdata/alerts.js"))
	p.Write(t, string(arg))
	p.Stdin.Close()
	match, _ := p.Expect(t, p.Stdout, 0, `\{.*\}`)
	var started struct {
		OpenSSL string
		Ports   map[string]int
	}
	if err := json.Unmarshal([]byte(match[0]), &started); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(started.OpenSSL, "3.5.") {
		t.Skipf("the table tells what OpenSSL 3.5 sends, and this is %s", started.OpenSSL)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	alerts := map[*attempt]string{}
	for f, list := range attempts {
		wg.Go(func() {
			for _, a := range list {
				var conn net.Conn
				var err error
				if l := listeners[f]; l != nil {
					l.(*net.TCPListener).SetDeadline(time.Now().Add(peertest.Patience))
					conn, err = l.Accept()
				} else {
					conn, err = net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(started.Ports[f.name])))
				}
				if err != nil {
					t.Errorf("%s: %v", a, err)
					return
				}
				conn.SetDeadline(time.Now().Add(peertest.Patience))
				g := f.forger(t, &recordlayertest.Conn{Conn: conn}, a.place, a.forge)
				came := f.run(t.Context(), g)
				conn.Close()
				if g.lacks {
					continue // Node's messages differ from ours
				}
				if !g.over {
					t.Errorf("%s: was not tried: %v", a, g.err)
				}
				mu.Lock()
				alerts[a] = came
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return alerts
}
