package inspect_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"polytls"
	"polytls/inspect"
	"polytls/internal/testcert"
)

// newServer makes a server whose certificate is of an authority that it returns.
func newServer(t *testing.T) (*polytls.Server, *testcert.Cert) {
	t.Helper()
	root := testcert.CA("inspected root")
	cert := root.Server("localhost")
	var o polytls.ServerOptions
	o.Cert, o.Key = [][]byte{cert.ChainPEM()}, []polytls.Key{{PEM: cert.KeyPEM()}}
	o.RecordHandshake = true
	srv, err := polytls.NewServer(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return srv, root
}

// connect holds a handshake with a server, and returns the client's error.
func connect(t *testing.T, srv *polytls.Server, o polytls.ConnectOptions) error {
	t.Helper()
	conn, end := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s, err := srv.Handshake(context.Background(), end); err == nil {
			io.Copy(io.Discard, s)
			s.Close()
		}
	}()
	s, err := polytls.Client(context.Background(), conn, o)
	if err == nil {
		s.Close()
	}
	conn.Close()
	<-done
	return err
}

// TestPage has handshakes before and after the page is made.
func TestPage(t *testing.T) {
	srv, root := newServer(t)
	var good polytls.ConnectOptions
	good.CA, good.Host = [][]byte{root.PEM()}, "localhost"
	if err := connect(t, srv, good); err != nil {
		t.Fatal(err)
	}
	page := inspect.Handler(srv)
	page.Commands, page.Note = []string{"openssl s_client <x>"}, "PSK is the key of <me>"
	if err := connect(t, srv, good); err != nil {
		t.Fatal(err)
	}
	if err := connect(t, srv, polytls.ConnectOptions{Host: "elsewhere.example"}); err == nil {
		t.Fatal("an unknown authority is trusted")
	}
	handler := http.StripPrefix("/debug/tls", page)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/debug/tls"+path, nil))
		return w
	}
	var list []inspect.Handshake
	if err := json.Unmarshal(get("/handshakes").Body.Bytes(), &list); err != nil || len(list) != 2 {
		t.Fatalf("%d handshakes, want 2: %v", len(list), err)
	}
	first, second := list[0], list[1]
	if !first.OK || first.Protocol != polytls.TLS13 || first.ServerName != "localhost" || first.Total != 2 || first.Failed != 0 || len(first.Steps) < 5 || first.Offered == nil {
		t.Errorf("the first is %+v", first)
	}
	if second.OK || second.AlertFrom != "peer" || second.Code != "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" || second.Total != 3 || second.Failed != 1 {
		t.Errorf("the second is %+v", second)
	}
	for _, missing := range []string{"/handshakes/0", "/handshakes/3", "/handshakes/x", "/handshakes/1.txt", "/handshakes/3.json"} {
		if code := get(missing).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", missing, code)
		}
	}
	shown := get("/")
	policy := shown.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
	for _, want := range []string{"openssl s_client &lt;x&gt;", "<p>PSK is the key of &lt;me&gt;</p>"} {
		if !strings.Contains(shown.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestEvents reads a stream: what there was, what comes, and its end.
func TestEvents(t *testing.T) {
	srv, _ := newServer(t)
	page := inspect.Handler(srv)
	connect(t, srv, polytls.ConnectOptions{Host: "before.example"})
	served := httptest.NewServer(page)
	defer served.Close()
	response, err := http.Get(served.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	timer := time.AfterFunc(time.Minute, func() { response.Body.Close() })
	defer timer.Stop()
	lines := bufio.NewScanner(response.Body)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("the stream ends before %q: %v", want, lines.Err())
	}
	next("event: start")
	next("id: ")
	next(`"servername":"before.example"`)
	next(": ready")
	connect(t, srv, polytls.ConnectOptions{Host: "during.example"})
	next(`"servername":"during.example"`)
	page.Close()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}

// TestLog wants the attributes of a handshake in the record itself.
func TestLog(t *testing.T) {
	srv, root := newServer(t)
	var text bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&text, nil))
	srv.OnHandshake(func(s *polytls.Socket, err error) { logger.Info("handshake", "", inspect.Describe(s, err)) })
	var o polytls.ConnectOptions
	o.CA, o.Host = [][]byte{root.PEM()}, "localhost"
	if err := connect(t, srv, o); err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal(text.Bytes(), &record); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"ok": true, "protocol": "TLSv1.3", "servername": "localhost", "alpn": "", "reused": false, "code": "", "alert": ""} {
		if record[name] != want {
			t.Errorf("%s is %v, want %v", name, record[name], want)
		}
	}
}

// TestEventsContinue has a reader that comes back, and one of another server.
func TestEventsContinue(t *testing.T) {
	srv, _ := newServer(t)
	page := inspect.Handler(srv)
	page.Close() // a stream then ends after what there is
	connect(t, srv, polytls.ConnectOptions{Host: "first.example"})
	connect(t, srv, polytls.ConnectOptions{Host: "second.example"})
	stream := func(last string) string {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/events", nil)
		r.Header.Set("Last-Event-ID", last)
		page.ServeHTTP(w, r)
		return w.Body.String()
	}
	whole := stream("")
	_, rest, _ := strings.Cut(whole, "event: start\nid: ")
	name, _, _ := strings.Cut(rest, ".")
	for last, want := range map[string][]string{
		name + ".1": {"second"}, name + ".2": nil, name + ".3": {"start", "first", "second"}, "other.1": {"start", "first", "second"}, name + ".-1": {"start", "first", "second"},
	} {
		got := stream(last)
		for _, part := range []string{"start", "first", "second"} {
			if strings.Contains(got, part) != slices.Contains(want, part) {
				t.Errorf("after %s the stream is %q", last, got)
			}
		}
	}
}
