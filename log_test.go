package polytls_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/testcert"
	"polytls/internal/visible/visibletest"
)

// logRecords collects what a logger writes.
type logRecords struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // has a value after each record
}

func newLogRecords() *logRecords { return &logRecords{more: make(chan struct{}, 100)} }

func (r *logRecords) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.more <- struct{}{}
	return r.text.Write(p)
}

func (r *logRecords) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(r, nil)) }

// next waits for a record and returns all so far.
func (r *logRecords) next(t *testing.T) []map[string]any {
	t.Helper()
	<-r.more
	return r.all(t)
}

func (r *logRecords) all(t *testing.T) (list []map[string]any) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range bytes.Lines(r.text.Bytes()) {
		var record map[string]any
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		list = append(list, record)
	}
	return list
}

// wantRecord compares attributes of a record; nil is one that must be missing.
func wantRecord(t *testing.T, record map[string]any, want map[string]any) {
	t.Helper()
	for key, value := range want {
		if record[key] != value {
			t.Errorf("%s is %v, want %v, in %v", key, record[key], value, record)
		}
	}
}

// TestLoggerOfHandshake logs one at both ends.
func TestLoggerOfHandshake(t *testing.T) {
	for _, recorded := range []bool{false, true} {
		atServer, atClient := newLogRecords(), newLogRecords()
		so, co := serving(localhost), trusting(ca)
		so.Logger, co.Logger = atServer.logger(), atClient.logger()
		so.ALPNProtocols, co.ALPNProtocols = []string{"h2"}, []string{"h2"}
		so.RecordHandshake, co.RecordHandshake = recorded, recorded
		server, client := pair(t, so, co)
		for name, records := range map[string][]map[string]any{"server": atServer.next(t), "client": atClient.next(t)} {
			if len(records) != 1 {
				t.Fatalf("%s: %v", name, records)
			}
			wantRecord(t, records[0], map[string]any{
				"level": "INFO", "msg": "handshake", "ok": true, "protocol": "TLSv1.3", "cipher": server.Cipher().Name, "group": server.Parameters().Group,
				"servername": "localhost", "alpn": "h2", "reused": false, "authorized": name == "client", "code": "", "alert": "",
				"alertFrom": "", "reason": nil, "fault": nil, "weak": nil, "resumption": nil,
			})
			_, timed := records[0]["ms"]
			remote, _ := records[0]["remote"].(string)
			if _, ja4 := records[0]["ja4"]; timed != recorded || ja4 != recorded || remote == "" {
				t.Errorf("%s: %v", name, records[0])
			}
		}
		client.Close()
		server.Close()
	}
}

// TestLoggerOfFailure has a handshake that the client refuses.
func TestLoggerOfFailure(t *testing.T) {
	atServer, atClient := newLogRecords(), newLogRecords()
	so, co := serving(localhost), polytls.ConnectOptions{ServerName: "localhost"}
	co.CA = [][]byte{}
	so.Logger, co.Logger, so.RecordHandshake = atServer.logger(), atClient.logger(), true
	h := handshake(t, so, co)
	if h.clientErr == nil || h.serverErr == nil {
		t.Fatal(h)
	}
	server, client := atServer.next(t), atClient.next(t)
	wantRecord(t, server[0], map[string]any{
		"level": "WARN", "msg": "handshake", "ok": false, "protocol": "", "code": "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "alert": "unknown_ca", "alertFrom": "peer",
		"servername": "localhost",
	})
	wantRecord(t, client[0], map[string]any{"level": "WARN", "msg": "handshake", "ok": false, "alert": "unknown_ca", "alertFrom": "us"})
	for _, r := range []map[string]any{server[0], client[0]} {
		for _, key := range []string{"reason", "fault", "remedy"} {
			if text, _ := r[key].(string); text == "" {
				t.Errorf("no %s in %v", key, r)
			}
		}
	}
}

// TestLoggerOfError has a peer that breaks the connection after the handshake: one
// record, also if both Read and Write fail.
func TestLoggerOfError(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	so.Logger = log.logger()
	server, client := pair(t, so, co)
	log.next(t)
	client.NetConn().Write([]byte("no record at all"))
	buffer := make([]byte, 10)
	if _, err := server.Read(buffer); err == nil {
		t.Fatal("a broken record is accepted")
	}
	server.Read(buffer)
	server.Write(buffer)
	all := log.next(t)
	if len(all) != 2 {
		t.Fatalf("%v", all)
	}
	wantRecord(t, all[1], map[string]any{"level": "WARN", "msg": "connection", "code": "ERR_SSL_WRONG_VERSION_NUMBER", "alertFrom": "us"})
	for _, key := range []string{"reason", "fault", "remedy", "remote"} {
		if text, _ := all[1][key].(string); text == "" {
			t.Errorf("no %s in %v", key, all[1])
		}
	}
	client.Close()
	server.Close()
}

// TestLoggerOfEnds logs no error for connections that end, and none of a Socket's use
// after Close.
func TestLoggerOfEnds(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	so.Logger, co.Logger = log.logger(), log.logger()
	server, client := pair(t, so, co)
	client.Close()
	if _, err := server.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	server.Close()
	server.Read(make([]byte, 1))
	server.Write(make([]byte, 1))
	if all := log.all(t); len(all) != 2 {
		t.Errorf("%v", all)
	}
}

// TestLoggerEscapes has a client whose certificate and server name hold what a terminal
// obeys.
func TestLoggerEscapes(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	so.Logger, so.RequestCert, so.CA = log.logger(), true, [][]byte{ca.PEM()}
	so.ALPNCallback = func(_ context.Context, o polytls.ALPNOffer) (string, error) { return o.Protocols[0], nil }
	odd := ca.Issue(testcert.Template{CommonName: strings.ToValidUTF8(visibletest.Text, "")})
	co.Cert, co.Key = [][]byte{odd.ChainPEM()}, []polytls.Key{{PEM: odd.KeyPEM()}}
	co.ALPNProtocols = []string{visibletest.Text}
	server, client := pair(t, so, co)
	log.next(t)
	text := log.text.String()
	visibletest.Want(t, "the log", strings.TrimSuffix(text, "\n"))
	if !strings.Contains(text, `"peer":"O=polytls, CN=a`) || !strings.Contains(text, `"alpn":"`) {
		t.Error(text)
	}
	client.Close()
	server.Close()
}

// TestLoggerOfServerSocket logs handshakes that no Server has accepted, and one that is
// refused by its level costs nothing but the question.
func TestLoggerOfServerSocket(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	so.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, b := net.Pipe()
	so.Tickets = -1
	done := make(chan error, 1)
	go func() {
		s, err := polytls.ServerSocket(context.Background(), a, so)
		if err == nil {
			s.Close()
		}
		done <- err
	}()
	client, err := polytls.Client(t.Context(), b, co)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, client)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if all := log.all(t); all != nil {
		t.Errorf("logged below its level: %v", all)
	}
	client.Close()

	a, b = net.Pipe()
	go func() { b.Write([]byte("GET / HTTP/1.1\r\n\r\n")); io.Copy(io.Discard, b) }()
	if _, err := polytls.ServerSocket(t.Context(), a, so); err == nil {
		t.Fatal("plain HTTP is accepted")
	}
	b.Close()
	wantRecord(t, log.next(t)[0], map[string]any{"msg": "handshake", "ok": false, "code": "ERR_SSL_HTTP_REQUEST"})
}

// TestDeferHandshakeInfo has the same facts before and after Close.
func TestDeferHandshakeInfo(t *testing.T) {
	so, co := serving(localhost), trusting(ca)
	server, client := recordedPair(t, so, co)
	before := server.HandshakeInfo()
	deferred := server.DeferHandshakeInfo()
	if size := deferred.Size(); size < 500 || size > 32<<10 {
		t.Errorf("%d bytes of messages", size)
	}
	client.Close()
	server.Close()
	for name, after := range map[string]*polytls.HandshakeInfo{"deferred": deferred.Info(), "after Close": server.HandshakeInfo()} {
		if after.Protocol != "TLSv1.3" || after.Cipher != before.Cipher || after.Remote != before.Remote || after.JA4 != before.JA4 || len(after.Steps) < len(before.Steps) ||
			!slices.Equal(after.Ciphers, before.Ciphers) || after.Parameters.Group != before.Parameters.Group {
			t.Errorf("%s: %+v, want %+v", name, after, before)
		}
	}
}
