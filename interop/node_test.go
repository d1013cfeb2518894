package interop

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/certcompress"
)

// options are those of a scenario that any end can play, named as in Node's
// JSON.
type options struct {
	Cert       string `json:"cert,omitempty"`
	Key        string `json:"key,omitempty"`
	CA         string `json:"ca,omitempty"`
	Ciphers    string `json:"ciphers,omitempty"`
	ECDHCurve  string `json:"ecdhCurve,omitempty"`
	Sigalgs    string `json:"sigalgs,omitempty"`
	DHParam    string `json:"dhparam,omitempty"`
	MinVersion string `json:"minVersion,omitempty"`
	MaxVersion string `json:"maxVersion,omitempty"`
	IDContext  string `json:"sessionIdContext,omitempty"`

	Host         string                       `json:"host,omitempty"` // whatever it is, 127.0.0.1 is dialed
	ServerName   string                       `json:"servername,omitempty"`
	ALPN         []string                     `json:"ALPNProtocols,omitempty"`
	RequestCert  bool                         `json:"requestCert,omitempty"`
	Reject       bool                         `json:"rejectUnauthorized"`
	HonorOrder   bool                         `json:"honorCipherOrder"`
	TicketKeys   []byte                       `json:"ticketKeys,omitempty"`
	Session      []byte                       `json:"session,omitempty"`
	PSK          map[string][]byte            `json:"psk,omitempty"`
	Hint         string                       `json:"pskIdentityHint,omitempty"`
	Contexts     map[string]map[string]string `json:"contexts,omitempty"`
	SecureOption uint64                       `json:"secureOptions,omitempty"`

	grease bool // our client sends reserved values, and its extensions in any order

	Compression []string                  `json:"certificateCompression,omitempty"`
	algorithms  []*certcompress.Algorithm // ours, in place of Compression

	Passphrase string            `json:"passphrase,omitempty"`
	Files      map[string][]byte `json:"files,omitempty"` // by Node's names: cert, key, ca, crl, pfx
	Pairs      []pemPair         `json:"pairs,omitempty"` // in place of Cert and Key
}

// pemPair is one of several certificates, with its key.
type pemPair struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// with returns the options of an identity added.
func (o options) with(id *identity) options {
	o.Cert, o.Key = string(id.cert), string(id.key)
	return o
}

func (o *options) context() polytls.ContextOptions {
	c := polytls.ContextOptions{
		Ciphers: o.Ciphers, ECDHCurve: o.ECDHCurve, Sigalgs: o.Sigalgs, DHParam: []byte(o.DHParam),
		MinVersion: o.MinVersion, MaxVersion: o.MaxVersion, SessionIDContext: o.IDContext,
		SecureOptions: o.SecureOption,
	}
	if o.Cert != "" {
		c.Cert, c.Key = [][]byte{[]byte(o.Cert)}, []polytls.Key{{PEM: []byte(o.Key)}}
	}
	for _, pair := range o.Pairs {
		c.Cert = append(c.Cert, []byte(pair.Cert))
		c.Key = append(c.Key, polytls.Key{PEM: []byte(pair.Key)})
	}
	if o.CA != "" {
		c.CA = [][]byte{[]byte(o.CA)}
	}
	c.CertificateCompression = o.algorithms
	o.addFiles(&c)
	return c
}

func (o *options) addFiles(c *polytls.ContextOptions) {
	c.Passphrase = o.Passphrase
	for name, data := range o.Files {
		switch name {
		case "cert":
			c.Cert = [][]byte{data}
		case "key":
			c.Key = []polytls.Key{{PEM: data}}
		case "ca":
			c.CA = [][]byte{data}
		case "crl":
			c.CRL = [][]byte{data}
		case "pfx":
			c.PFX = []polytls.PFX{{Data: data}}
		}
	}
}

func (o *options) server() polytls.ServerOptions {
	s := polytls.ServerOptions{
		ContextOptions: o.context(), ALPNProtocols: o.ALPN, RequestCert: o.RequestCert,
		AllowUnauthorized: !o.Reject, ClientCipherOrder: !o.HonorOrder, TicketKeys: o.TicketKeys,
		PSKIdentityHint: o.Hint,
	}
	if o.PSK != nil {
		s.PSKCallback = pskServer(o.PSK)
	}
	return s
}

func (o *options) client() polytls.ConnectOptions {
	c := polytls.ConnectOptions{
		ContextOptions: o.context(), ServerName: o.ServerName, OmitServerName: o.ServerName == "",
		ALPNProtocols: o.ALPN, AllowUnauthorized: !o.Reject, Session: o.Session,
		GREASE: o.grease, ShuffleExtensions: o.grease,
	}
	if o.PSK != nil {
		c.PSKCallback = pskClient(o.PSK)
	}
	return c
}

//go:embed testdata/node.js
var nodeScript string

// node is a process of Node that runs commands.
type node struct {
	*process
	old bool // Node 12

	mu      sync.Mutex
	last    int
	replies map[int]chan nodeReply
	servers map[int]*nodeServer
}

// nodeReply is a line that it writes.
type nodeReply struct {
	ID       int      `json:"id"`
	Server   int      `json:"server"`
	Event    string   `json:"event"`
	Port     int      `json:"port"`
	Facts    *facts   `json:"facts"`
	Sessions [][]byte `json:"sessions"`
	Keylog   []string `json:"keylog"`
	Line     string   `json:"line"`
	Echoed   bool     `json:"echoed"`
	Received []byte   `json:"received"` // where it is not what was sent
	Code     string   `json:"code"`
	Message  string   `json:"message"`
}

// nodeServer is a server in Node.
type nodeServer struct {
	port   int
	events chan nodeReply

	mu     sync.Mutex
	keylog []string
}

// startNode starts Node: "node12" or "node".
func startNode(t testing.TB, name string) *node {
	t.Helper()
	n := &node{
		process: start(t, name, "-e", nodeScript),
		old:     name == "node12",
		replies: map[int]chan nodeReply{},
		servers: map[int]*nodeServer{},
	}
	go n.read()
	return n
}

// nodes are the releases that every test of Node runs with.
var nodes = []string{"node12", "node"}

// eachNode runs a test with each release.
func eachNode(t *testing.T, test func(t *testing.T, n *node)) {
	for _, name := range nodes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, startNode(t, name))
		})
	}
}

// read hands on what Node writes.
func (n *node) read() {
	n.eachLine(func(line []byte) {
		var r nodeReply
		if json.Unmarshal(line, &r) != nil {
			return // the test that waits for it fails, and shows the output
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		if r.Server == 0 {
			n.replies[r.ID] <- r
			delete(n.replies, r.ID)
			return
		}
		n.server(r.Server).take(r)
	})
}

// server returns the server of a port, which may have news before we know it.
func (n *node) server(port int) *nodeServer {
	if n.servers[port] == nil {
		n.servers[port] = &nodeServer{port: port, events: make(chan nodeReply, 64)}
	}
	return n.servers[port]
}

func (s *nodeServer) take(r nodeReply) {
	if r.Event != "keylog" {
		s.events <- r
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keylog = append(s.keylog, r.Line)
}

func (s *nodeServer) keylogLines() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []byte(strings.Join(s.keylog, ""))
}

// command is a line that it reads.
type command struct {
	ID       int      `json:"id"`
	Command  string   `json:"command"`
	Options  *options `json:"options,omitempty"`
	Port     int      `json:"port,omitempty"`
	Text     []byte   `json:"text,omitempty"`
	Sessions int      `json:"sessions,omitempty"`
}

// call gives a command and waits for the reply.
func (n *node) call(t testing.TB, c command) nodeReply {
	t.Helper()
	reply := make(chan nodeReply, 1)
	n.mu.Lock()
	n.last++
	c.ID = n.last
	n.replies[c.ID] = reply
	line, err := json.Marshal(c)
	if err == nil {
		_, err = n.Stdin.Write(append(line, '\n'))
	}
	n.mu.Unlock()
	if err != nil {
		t.Fatalf("node: %v%s", err, n.Output())
	}
	select {
	case r := <-reply:
		return r
	case <-n.Done:
	case <-time.After(patience):
	}
	t.Fatalf("node did not answer to %s%s", c.Command, n.Output())
	return nodeReply{}
}

// listen starts a server in Node; it echoes.
func (n *node) listen(t testing.TB, o options) *nodeServer {
	t.Helper()
	r := n.call(t, command{Command: "listen", Options: &o})
	if r.Port == 0 {
		t.Fatalf("node: listen: %s %s", r.Code, r.Message)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.server(r.Port)
}

// connect makes a connection in Node that sends a text and expects its echo.
func (n *node) connect(t testing.TB, port int, o options, text []byte, sessions int) nodeReply {
	t.Helper()
	return n.call(t, command{Command: "connect", Port: port, Options: &o, Text: text, Sessions: sessions})
}

// next returns the next event of a server: a connection or a failure.
func (s *nodeServer) next(t testing.TB) nodeReply {
	t.Helper()
	select {
	case r := <-s.events:
		return r
	case <-time.After(patience):
		t.Fatal("node's server: nothing came")
	}
	return nodeReply{}
}

// outcome is what became of a connection, seen from both ends.
type outcome struct {
	client, server         facts
	clientCode, serverCode string // of the failure, "" for none
	session                []byte
}

var hello = []byte("hello\n")

// play plays a scenario with the ends given, nil for ours.
func play(t testing.TB, srv, cli *node, so, co options) outcome {
	t.Helper()
	port, next := listenAs(t, srv, so)
	var out outcome
	out.client, out.session, out.clientCode = connectAs(t, cli, port, co)
	out.server, out.serverCode = next()
	return out
}

// listenAs starts a server at Node, or ours if n is nil. next waits for its
// next connection.
func listenAs(t testing.TB, n *node, o options) (port int, next func() (facts, string)) {
	t.Helper()
	if n == nil {
		s := serve(t, o.server(), nil)
		for name, c := range o.Contexts {
			addContext(t, s, name, c)
		}
		return s.port, func() (facts, string) {
			select {
			case f := <-s.secure:
				return f, ""
			case err := <-s.errors:
				return facts{}, code(err)
			case <-time.After(patience):
				t.Fatal("our server: nothing came")
			}
			return facts{}, ""
		}
	}
	s := n.listen(t, o)
	return s.port, func() (facts, string) {
		r := s.next(t)
		if r.Facts == nil {
			return facts{}, r.Code
		}
		return *r.Facts, ""
	}
}

func addContext(t testing.TB, s *ourServer, name string, c map[string]string) {
	t.Helper()
	o := options{Cert: c["cert"], Key: c["key"], CA: c["ca"]}
	context, err := polytls.NewSecureContext(o.context())
	if err == nil {
		err = s.AddContext(name, context)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// connectAs connects as Node, or as ourselves if n is nil, and returns what the
// client tells, a session that can be resumed if the handshake was a full one,
// and the code of a failure.
func connectAs(t testing.TB, n *node, port int, o options) (facts, []byte, string) {
	t.Helper()
	if n != nil {
		want := 1
		if o.Session != nil {
			want = 0
		}
		r := n.connect(t, port, o, hello, want)
		if r.Facts == nil || !r.Echoed {
			return facts{}, nil, r.Code
		}
		return *r.Facts, append(r.Sessions, nil)[0], ""
	}
	c := o.client()
	given := newSessions()
	c.OnSession = given.add
	s, err := tryConnect(t, port, c)
	if err != nil {
		return facts{}, nil, code(err)
	}
	defer s.Close()
	got := make([]byte, len(hello))
	if _, err := s.Write(hello); err != nil {
		return facts{}, nil, code(err)
	}
	if _, err := s.Read(got); err != nil {
		return facts{}, nil, code(err)
	}
	if !bytes.Equal(got, hello) {
		t.Errorf("our client: read %q", got)
	}
	f := factsOf(s)
	if f.Reused {
		return f, nil, ""
	}
	return f, given.first(t), ""
}

// crossCheck compares what the two ends of one connection report.
func crossCheck(t testing.TB, o outcome) {
	t.Helper()
	c, s := o.client, o.server
	type pair struct{ what, client, server string }
	for _, p := range []pair{
		{"protocol", c.Protocol, s.Protocol},
		{"cipher", fmt.Sprint(c.Cipher), fmt.Sprint(s.Cipher)},
		{"ALPN", c.ALPN, s.ALPN},
		{"server name", c.ServerName, s.ServerName},
		{"reused", fmt.Sprint(c.Reused), fmt.Sprint(s.Reused)},
		{"client's Finished", c.Finished, s.PeerFin},
		{"server's Finished", c.PeerFin, s.Finished},
		{"exporter", c.Exporter, s.Exporter},
	} {
		if p.client != p.server {
			t.Errorf("%s: the client says %q, the server %q", p.what, p.client, p.server)
		}
	}
}

// describe is what must be the same for any peer.
func (f facts) describe() string {
	f.Finished, f.PeerFin, f.Exporter, f.group, f.helloRetry = "", "", "", "", false
	if len(f.Sigalgs) == 0 {
		f.Sigalgs = nil
	}
	text, err := json.Marshal(f)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// scenarios are options of a server and a client whose outcome must not depend
// on who plays them.
func scenarios(t testing.TB) map[string][2]options {
	root := string(ca(t).cert)
	rsa := options{HonorOrder: true, Reject: true, Sigalgs: "RSA-PSS+SHA256:ECDSA+SHA256:RSA+SHA256:RSA+SHA384:ed25519", Ciphers: mirrorCiphers, ECDHCurve: "X25519:P-256:P-384"}.with(certificate(t, "rsa"))
	cli := options{CA: root, ServerName: "localhost", Reject: true, Sigalgs: "RSA+SHA384:RSA-PSS+SHA256:ECDSA+SHA256:RSA+SHA256:ed25519", Ciphers: mirrorCiphers, ECDHCurve: "P-256:X25519:P-384"}
	change := func(o options, f func(*options)) options {
		f(&o)
		return o
	}
	at := func(o options, version string) options {
		o.MinVersion, o.MaxVersion = version, version
		return o
	}
	all := map[string][2]options{}
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		rsa, cli := at(rsa, version), at(cli, version)
		add := func(name string, s, c options) { all[version+"/"+name] = [2]options{s, c} }
		add("rsa", rsa, cli)
		add("p256", rsa.with(certificate(t, "p256")), cli)
		add("ed25519", rsa.with(certificate(t, "ed25519")), cli)
		add("no server name", rsa, change(cli, func(c *options) { c.ServerName = ""; c.Reject = false }))
		add("hello retry request", change(rsa, func(s *options) { s.ECDHCurve = "P-384" }), cli)
		add("client order", change(rsa, func(s *options) { s.HonorOrder = false }), change(cli, func(c *options) {
			c.Ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"
		}))
		add("ALPN", change(rsa, func(s *options) { s.ALPN = []string{"a", "b"} }), change(cli, func(c *options) { c.ALPN = []string{"c", "b", "a"} }))
		add("names", change(rsa, func(s *options) {
			id := certificate(t, "other")
			s.Contexts = map[string]map[string]string{"*.example": {"cert": string(id.cert), "key": string(id.key)}}
		}), change(cli, func(c *options) { c.ServerName = "other.example" }))
		add("untrusted server", rsa, change(cli, func(c *options) { c.CA = string(otherCA(t).cert); c.Reject = false }))
		add("wrong name", rsa, change(cli, func(c *options) { c.ServerName = "wrong.example"; c.Reject = false }))
		add("untrusted server refused", rsa, change(cli, func(c *options) { c.CA = string(otherCA(t).cert) }))
		add("wrong name refused", rsa, change(cli, func(c *options) { c.ServerName = "wrong.example" }))
		asks := change(rsa, func(s *options) { s.RequestCert = true; s.CA = root; s.Reject = false })
		add("client certificate", asks, cli.with(certificate(t, "client")))
		add("ECDSA client certificate", asks, cli.with(certificate(t, "client-p256")))
		for _, key := range []string{"client-p384", "client-p521", "client-ed25519", "client-rsapss"} {
			wide := func(o *options) { o.Sigalgs, o.ECDHCurve = everyKey, o.ECDHCurve+":P-521" }
			add("certificate of "+key, change(asks, wide), change(cli, wide).with(certificate(t, key)))
		}
		add("client without certificate", asks, cli)
		add("strange client", asks, cli.with(certificate(t, "stranger")))
		add("client with a server's certificate", asks, cli.with(certificate(t, "p256")))
		demands := change(asks, func(s *options) { s.Reject = true })
		add("client certificate demanded", demands, cli.with(certificate(t, "client")))
		add("client without certificate refused", demands, cli)
		add("no shared suite", change(rsa, func(s *options) {
			s.Ciphers = "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256"
		}), change(cli, func(c *options) {
			c.Ciphers = "TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384"
		}))
		add("no shared version", at(rsa, map[string]string{"TLSv1.2": "TLSv1.3", "TLSv1.3": "TLSv1.2"}[version]), cli)
		add("no shared signature algorithm", change(rsa, func(s *options) { s.Sigalgs = "RSA-PSS+SHA256" }), change(cli, func(c *options) { c.Sigalgs = "RSA-PSS+SHA512" }))
	}
	dhe := at(change(rsa, func(s *options) { s.DHParam = string(dhParam(t, 2048)) }), "TLSv1.2")
	all["TLSv1.2/DHE"] = [2]options{dhe, at(change(cli, func(c *options) { c.Ciphers = "DHE-RSA-AES256-GCM-SHA384" }), "TLSv1.2")}
	all["TLSv1.2/RSA"] = [2]options{at(rsa, "TLSv1.2"), at(change(cli, func(c *options) { c.Ciphers = "AES128-SHA" }), "TLSv1.2")}
	return all
}

// everyKey are signature algorithms for keys of all kinds.
const everyKey = "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:rsa_pss_pss_sha256:rsa_pss_rsae_sha256:RSA+SHA256"

const mirrorCiphers = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:" +
	"ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-GCM-SHA384:AES128-SHA"

// TestNodeMirror checks that our client and server report the same facts of a
// connection as Node's client and server do, between each other and with Node.
func TestNodeMirror(t *testing.T) {
	t.Parallel()
	all := scenarios(t)
	eachNode(t, func(t *testing.T, n *node) {
		for name, o := range all {
			t.Run(name, func(t *testing.T) {
				model := play(t, n, n, o[0], o[1])
				for who, ends := range map[string][2]*node{"our server": {nil, n}, "our client": {n, nil}, "both ours": {nil, nil}} {
					got, want := play(t, ends[0], ends[1], o[0], o[1]), model
					if ends[1] == nil {
						want = asOurClient(model, n.old, got)
					}
					if got.clientCode == "" && got.serverCode == "" {
						crossCheck(t, got)
					}
					compare(t, who+": the client tells", got.client, want.client)
					compare(t, who+": the server tells", got.server, want.server)
					if got.clientCode != want.clientCode || got.serverCode != want.serverCode {
						t.Errorf("%s: codes %q (client) and %q (server), wanted %q and %q", who, got.clientCode, got.serverCode, want.clientCode, want.serverCode)
					}
				}
			})
		}
	})
}

func compare(t testing.TB, what string, got, want facts) {
	t.Helper()
	if g, w := got.describe(), want.describe(); g != w {
		t.Errorf("%s\n%s, wanted\n%s", what, g, w)
	}
}

// asOurClient is what becomes of Node's outcome where our client differs by
// intent: it tells the server why it refuses it, with the RFC's alert and
// before its own Finished, and it reports alerts, which Node 12 hides.
func asOurClient(model outcome, old bool, got outcome) outcome {
	alerts := map[string]string{
		"UNABLE_TO_VERIFY_LEAF_SIGNATURE": "ALERT_UNKNOWN_CA",
		"ERR_TLS_CERT_ALTNAME_INVALID":    "ALERT_BAD_CERTIFICATE",
	}
	if alert := alerts[model.clientCode]; alert != "" {
		model.server, model.serverCode = facts{}, "an error with "+alert
		if strings.HasSuffix(got.serverCode, alert) {
			model.serverCode = got.serverCode // its prefix differs by release
		}
	}
	if old && model.clientCode == "END" && strings.Contains(got.clientCode, "_ALERT_") {
		model.clientCode = got.clientCode
	}
	return model
}

// TestNodeSessions checks that sessions can be moved: a session that either server
// issued to either client is resumed by either client at either server, with shared
// ticket keys.
func TestNodeSessions(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	root := string(ca(t).cert)
	eachNode(t, func(t *testing.T, n *node) {
		ends := []*node{n, nil}
		names := map[*node]string{n: "node", nil: "ours"}
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			so := options{MinVersion: version, MaxVersion: version, TicketKeys: bulk(48), IDContext: "interop", HonorOrder: true}.with(id)
			co := options{CA: root, ServerName: "localhost", Reject: true, MaxVersion: version}
			for _, giver := range ends {
				for _, taker := range ends {
					first := play(t, giver, taker, so, co)
					for _, server := range ends {
						for _, client := range ends {
							name := fmt.Sprintf("%s/given by %s to %s, resumed by %s at %s", version, names[giver], names[taker], names[client], names[server])
							t.Run(name, func(t *testing.T) {
								again := co
								again.Session = sessionFor(client, first.session)
								if again.Session == nil {
									t.Fatalf("no session: %+v", first)
								}
								got := play(t, server, client, so, again)
								if server == n && version == "TLSv1.2" {
									got.server.ServerName = got.client.ServerName // Node forgets it
								}
								crossCheck(t, got)
								if !got.client.Reused || !got.client.Authorized {
									t.Errorf("reused %t, authorized %t, codes %q %q", got.client.Reused, got.client.Authorized, got.clientCode, got.serverCode)
								}
							})
						}
					}
				}
			}
		}
	})
}

// sessionFor takes the envelope off a session for Node 12, which knows none.
func sessionFor(client *node, session []byte) []byte {
	prefix := []byte("\x00nodejs:tls:session:1\x00")
	if client == nil || !client.old || !bytes.HasPrefix(session, prefix) {
		return session
	}
	rest := session[len(prefix):]
	return rest[2+int(rest[0])<<8+int(rest[1]):]
}

// TestNodeKeylog checks that both ends log the same secrets.
func TestNodeKeylog(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	eachNode(t, func(t *testing.T, n *node) {
		for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
			t.Run(version, func(t *testing.T) {
				so := options{MinVersion: version, MaxVersion: version, HonorOrder: true}.with(id)
				co := options{CA: string(ca(t).cert), ServerName: "localhost", Reject: true}
				srv := serve(t, so.server(), nil)
				r := n.connect(t, srv.port, co, hello, 0)
				got, want := keylogLines(srv.keylogLines()), keylogLines([]byte(strings.Join(r.Keylog, "")))
				if !slices.Equal(got, want) {
					t.Errorf("our server:\n%s\nnode's client:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}

				theirs := n.listen(t, so)
				var ours bytes.Buffer
				c := co.client()
				c.OnKeylog = func(line []byte) { ours.Write(line) }
				exchange(t, connect(t, theirs.port, c), "hello\n", "hello\n")
				theirs.next(t)
				got, want = keylogLines(ours.Bytes()), keylogLines(theirs.keylogLines())
				if !slices.Equal(got, want) {
					t.Errorf("our client:\n%s\nnode's server:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	})
}

// TestNodeBulk checks that a MiB is echoed byte for byte by Node, and to Node.
func TestNodeBulk(t *testing.T) {
	t.Parallel()
	id := certificate(t, "rsa")
	text := bulk(1<<20 + 17)
	eachNode(t, func(t *testing.T, n *node) {
		for _, test := range bulkCiphers {
			t.Run(test.version+" "+test.ciphers, func(t *testing.T) {
				so := options{MinVersion: test.version, MaxVersion: test.version, HonorOrder: true, Ciphers: test.ciphers}.with(id)
				co := options{MinVersion: test.version, MaxVersion: test.version, Ciphers: test.ciphers, CA: string(ca(t).cert), ServerName: "localhost", Reject: true}
				if test.version < "TLSv1.2" {
					so.Ciphers += ":@SECLEVEL=0"
					co.Ciphers += ":@SECLEVEL=0"
				}
				srv := serve(t, so.server(), nil)
				if r := n.connect(t, srv.port, co, text, 0); !r.Echoed {
					t.Errorf("our server: it did not come back: %s %s", r.Code, r.Message)
				}
				echoBulk(t, connect(t, n.listen(t, so).port, co.client()), text)
			})
		}
	})
}
