package main

import (
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"polytls/cmd/polytls/internal/explain"
	"polytls/failure"
	"polytls/internal/testcert"
)

// TestEveryRowIsExplained expects of each row of the table that what happened, whose
// fault it is and what to do can be read in the last line of connect and in the log.
func TestEveryRowIsExplained(t *testing.T) {
	rows := 0
	for row := range failure.All() {
		for _, err := range []*failure.Error{row.New("the reason"), row.Local("the reason")} {
			rows++
			x := failure.Explain(err)
			line := explain.Of(err).Line()
			for _, want := range []string{row.Code + ": ", explain.InFlags(x.What), x.Fault} {
				if !strings.Contains(line, want) {
					t.Errorf("the last line lacks %q: %s", want, line)
				}
			}
			if _, remedy, ok := strings.Cut(line, x.Fault+"); "); !ok || len(remedy) < len("see its log") {
				t.Errorf("the last line has no remedy: %s", line)
			}
		}
	}
	if rows < 300 {
		t.Errorf("%d rows", rows)
	}
}

// TestUnmadeConnectionsAreExplained has connections that the system did not make, without
// a network.
func TestUnmadeConnectionsAreExplained(t *testing.T) {
	for want, err := range map[string]error{
		"ENOTFOUND: ":    &net.DNSError{Err: "no such host", IsNotFound: true},
		"EAI_AGAIN: ":    &net.DNSError{Err: "server misbehaving", IsTemporary: true},
		"EHOSTUNREACH: ": os.NewSyscallError("connect", syscall.EHOSTUNREACH),
		"ENETUNREACH: ":  os.NewSyscallError("connect", syscall.ENETUNREACH),
	} {
		line := explain.Of(&net.OpError{Op: "dial", Err: err}).Line()
		if !strings.HasPrefix(line, want) || !strings.Contains(line, " (no handshake began); check the ") {
			t.Errorf("want %s, what happened and what to do: %s", want, line)
		}
	}
}

// failed are handshakes that fail, by what a new user did wrong.
type failed struct {
	name    string
	args    []string // of connect
	server  []string // flags of serve; nil for a server of the test's own
	address string   // of the server of the test's own
	what    []string // in connect's last line
	log     []string // in serve's record, if the handshake reached it
}

// TestLastLine makes a new user's mistakes: the last line of connect says what happened
// and what to do, and so does the log of serve.
func TestLastLine(t *testing.T) {
	f := newFiles(t)
	root := testcert.CA("another root")
	other := f.write(t, "other-ca.pem", root.PEM())
	template := testcert.ServerTemplate("localhost")
	template.NotBefore, template.NotAfter = time.Now().AddDate(-1, 0, 0), time.Now().AddDate(0, 0, -1)
	old := root.Issue(template)
	expired := []string{"--cert", f.write(t, "old.pem", old.ChainPEM()), "--key", f.write(t, "old-key.pem", old.KeyPEM())}
	for _, test := range []failed{
		{name: "wrong CA", args: []string{"--ca", other}, server: []string{},
			what: []string{"UNABLE_TO_VERIFY_LEAF_SIGNATURE: ", "its issuer is not among the trusted certificates", "--ca"},
			log:  []string{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "the peer refused", "have the peer trust its root"}},
		{name: "expired", args: []string{"--ca", other}, server: expired,
			what: []string{"CERT_HAS_EXPIRED: ", "have the certificate renewed"},
			log:  []string{"ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "the peer refused"}},
		{name: "wrong name", args: []string{"--ca", f.ca, "--servername", "www.example.org"}, server: []string{},
			what: []string{"ERR_TLS_CERT_ALTNAME_INVALID: ", "does not name the host", "--servername"},
			log:  []string{"ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "the peer refused"}},
		{name: "no common version", args: []string{"--ca", f.ca, "--max-version", "TLSv1.2"}, server: []string{"--min-version", "TLSv1.3"},
			what: []string{"ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: ", "the peer refused", "--min-version and --max-version"},
			log:  []string{"ERR_SSL_UNSUPPORTED_PROTOCOL", "this end refused", "--max-version at the end that allows fewer"}},
		{name: "no common suite", args: []string{"--ca", f.ca, "--ciphers", "TLS_AES_128_GCM_SHA256"}, server: []string{"--ciphers", "TLS_AES_256_GCM_SHA384"},
			what: []string{"ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE: ", "the peer refused", "--ciphers"},
			log:  []string{"ERR_SSL_NO_SHARED_CIPHER", "this end refused", "--ciphers"}},
		{name: "no common group", args: []string{"--ca", f.ca, "--ecdh-curve", "X25519"}, server: []string{"--ecdh-curve", "P-256"},
			what: []string{"ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE: ", "--ecdh-curve"},
			log:  []string{"ERR_SSL_NO_SUITABLE_KEY_SHARE", "this end refused", "--ecdh-curve"}},
		{name: "no common protocol", args: []string{"--ca", f.ca, "--alpn-protocols", "spdy/1"}, server: []string{"--alpn-protocols", "h2"},
			what: []string{"ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: ", "--alpn-protocols"},
			log:  []string{"ERR_SSL_NO_APPLICATION_PROTOCOL", "--alpn-protocols"}},
		{name: "no client certificate", args: []string{"--ca", f.ca, "--json"}, server: []string{"--request-cert", "--ca", f.ca},
			what: []string{"ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ", "--cert FILE --key FILE"},
			log:  []string{"ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "certificate and its key"}},
		{name: "client certificate of another CA", args: []string{"--ca", f.ca, "--json", "--cert", f.clientCert, "--key", f.clientKey}, server: []string{"--request-cert", "--ca", other},
			what: []string{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ", "not known or not trusted", "have the peer trust its root"},
			log:  []string{"SELF_SIGNED_CERT_IN_CHAIN", "--ca"}},
		{name: "unknown PSK", args: []string{"--psk", "stranger:00112233"}, server: []string{"--psk", "friend:00112233"},
			what: []string{"ALERT_", `PSK identity "stranger"`},
			log:  []string{`PSK identity "stranger" is unknown`, "this end refused", "check the identity at both ends"}},
		{name: "wrong PSK", args: []string{"--psk", "friend:44556677"}, server: []string{"--psk", "friend:00112233"},
			what: []string{"ALERT_", "--psk"},
			log:  []string{"this end refused", "key"}},
		{name: "plain HTTP", address: answering(t, "HTTP/1.1 400 Bad Request\r\n\r\n"),
			what: []string{"ERR_SSL_WRONG_VERSION_NUMBER: ", "does not use TLS on this port", "do not expect the same protocol", "--starttls"}},
		{name: "mail server", address: answering(t, "220 mail.example.org ESMTP\r\n"),
			what: []string{"ERR_SSL_WRONG_VERSION_NUMBER: ", "does not use TLS on this port", "--starttls"}},
		{name: "closed at once", address: answering(t, closes),
			what: []string{"ECONNRESET: ", "the peer or the network ended the connection"}},
		{name: "silent server", address: answering(t, staysSilent), args: []string{"--handshake-timeout", "50ms"},
			what: []string{"ERR_TLS_HANDSHAKE_TIMEOUT: ", "or was silent", "--handshake-timeout"}},
		{name: "silent server and --timeout", address: answering(t, staysSilent), args: []string{"--timeout", "1s"},
			what: []string{"ERR_TLS_HANDSHAKE_TIMEOUT: ", "too slow for --timeout", "allow more with --timeout"}},
		{name: "nothing listens", address: "localhost:1",
			what: []string{"ECONNREFUSED: ", "nothing listens at the address", "check that a server listens there"}},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

func (test *failed) run(t *testing.T, f *files) {
	address := test.address
	var r *running
	if test.server != nil {
		args := test.server
		if !strings.Contains(strings.Join(args, " "), "--psk") && !strings.Contains(strings.Join(args, " "), "--cert") {
			args = append(args, "--cert", f.cert, "--key", f.key)
		}
		r = start(t, append([]string{"--mode", "echo"}, args...)...)
		address = r.localhost()
	}
	got := execute(t, append([]string{"connect", address}, test.args...)...).want(t, exitFailure)
	lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
	last := lines[len(lines)-1]
	for _, want := range test.what {
		if !strings.Contains(last, want) {
			t.Errorf("the last line lacks %q: %s", want, last)
		}
	}
	if r == nil {
		return
	}
	record := r.record("handshake")
	all := ""
	for _, name := range []string{"code", "reason", "what", "fault", "remedy"} {
		text, _ := record[name].(string)
		if text == "" {
			t.Errorf("the record has no %s: %v", name, record)
		}
		all += text + "; "
	}
	for _, want := range test.log {
		if !strings.Contains(all, want) {
			t.Errorf("the record lacks %q: %s", want, all)
		}
	}
}

// What a server of the test's own does besides sending a text.
const staysSilent, closes = "", "\x00"

// answering returns the address of a server that reads what the client sends first and
// sends a text; or it is silent, or closes.
func answering(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.Read(make([]byte, 1<<16))
				switch text {
				case staysSilent:
					io.Copy(io.Discard, conn) // until the client closes
				case closes:
				default:
					io.WriteString(conn, text)
				}
			}()
		}
	}()
	return l.Addr().String()
}
