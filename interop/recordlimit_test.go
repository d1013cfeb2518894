package interop

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls"
	"polytls/internal/peertest"
	"polytls/internal/record"
)

// amount is the data of these tests, in bytes: more than fits a record.
const amount = 20_000

// textOfLines is a text, since GnuTLS's programs wait for the end of a line.
func textOfLines() []byte { return (&talk{size: amount}).text() }

// limits are what both ends of a connection keep to: the content of the records
// of each, in bytes.
type limits struct{ fromClient, fromServer int }

// TestMaxFragmentLength checks that our server obeys the limit that OpenSSL's
// client requests, in the handshake, for data and in a resumption.
func TestMaxFragmentLength(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		for _, most := range []int{512, 4096} {
			t.Run(fmt.Sprint(most), func(t *testing.T) {
				t.Parallel()
				o := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}
				srv := serve(t, o, func(s *polytls.Socket) {
					s.SetMaxSendFragment(16384) // cannot go beyond
					io.ReadFull(s, make([]byte, amount))
					s.Write(bulk(amount))
				})
				file := filepath.Join(t.TempDir(), "session")
				for i, session := range []string{"-sess_out", "-sess_in"} {
					relay := relayTo(t, srv.port)
					cli := sConnect(t, relay.port, flag, "-maxfraglen", strconv.Itoa(most), session, file)
					go cli.feed(bytes.Repeat([]byte("x"), amount))
					if f := srv.next(t); f.Reused != (i == 1) {
						t.Errorf("%s: resumed: %v", session, f.Reused)
					}
					<-cli.Done
					relay.within(t, limits{most, most})
				}
			})
		}
	})
}

// TestMaxFragmentLengthOfAClient checks the same for our client and OpenSSL's
// server.
func TestMaxFragmentLengthOfAClient(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		for _, most := range []int{512, 1024, 2048, 4096} {
			t.Run(fmt.Sprint(most), func(t *testing.T) {
				t.Parallel()
				p, port := sServe(t, certificate(t, "rsa"), flag)
				var session []byte
				for i := range 2 {
					relay := relayTo(t, port)
					c := connect(t, relay.port, polytls.ConnectOptions{
						MaxFragmentLength: most, Session: session, OnSession: func(s []byte) { session = s },
					})
					if c.SessionReused() != (i == 1) {
						t.Errorf("connection %d: resumed: %v", i, c.SessionReused())
					}
					data := bytes.Repeat([]byte("x"), amount)
					go p.feed(data)
					got := make([]byte, amount)
					if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, data) {
						t.Fatalf("the data did not come: %v", err)
					}
					if _, err := c.Write(data); err != nil {
						t.Fatal(err)
					}
					c.Close()
					relay.within(t, limits{most, most})
				}
			})
		}
	})
}

// TestRecordSizeLimit checks that GnuTLS's server and our client obey each other's
// limits, and with max_fragment_length that they agree on one.
func TestRecordSizeLimit(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "gnutls-serv")
	id := certificate(t, "rsa")
	eachVersion(t, func(t *testing.T, _, version string) {
		for _, tt := range []struct {
			theirs, ours, fragment int
			want                   limits
		}{
			{theirs: 1024, ours: 600, want: limits{1024, 600}},
			{theirs: 4096, ours: 512, want: limits{4096, 512}},
			{theirs: 512, ours: 16384, want: limits{512, 1024}}, // the pieces in which it echoes
			{theirs: 4096, fragment: 1024, want: limits{1024, 1024}},
			{theirs: 4096, ours: 700, fragment: 512, want: limits{4096, 700}},
		} {
			t.Run(fmt.Sprint(tt.theirs, "/", tt.ours, "/", tt.fragment), func(t *testing.T) {
				port := freePort(t)
				p := start(t, "gnutls-serv", "--echo", "--quiet", "-p", fmt.Sprint(port), "--disable-client-cert", "--recordsize", fmt.Sprint(tt.theirs),
					"--x509certfile", id.certFile, "--x509keyfile", id.keyFile)
				p.awaitPort(t, port)
				o := polytls.ConnectOptions{MaxFragmentLength: tt.fragment}
				o.MinVersion, o.MaxVersion, o.RecordSizeLimit = version, version, tt.ours
				move(t, port, o, tt.want)
			})
		}
	})
}

// TestRecordSizeLimitOfAServer checks the same for our server and GnuTLS's client,
// which also sends max_fragment_length.
func TestRecordSizeLimitOfAServer(t *testing.T) {
	t.Parallel()
	peertest.Path(t, "gnutls-cli")
	const request = 900 // bytes, which gnutls-cli sends at once
	eachVersion(t, func(t *testing.T, _, version string) {
		for _, tt := range []struct {
			theirs, ours int
			want         limits
		}{
			{theirs: 1024, want: limits{request, 1024}},
			{theirs: 4096, ours: 600, want: limits{600, 4096}},
		} {
			t.Run(fmt.Sprint(tt.theirs, "/", tt.ours), func(t *testing.T) {
				o := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}
				o.RecordSizeLimit = tt.ours
				data := textOfLines()
				srv := serve(t, o, func(s *polytls.Socket) {
					io.ReadFull(s, make([]byte, tt.want.fromClient-1)) // it keeps the rest
					s.Write(data)
					io.ReadAll(s)
				})
				relay := relayTo(t, srv.port)
				p := start(t, "gnutls-cli", "-p", fmt.Sprint(relay.port), "127.0.0.1", "--x509cafile", ca(t).certFile, "--sni-hostname", "localhost",
					"--verify-hostname", "localhost", "--recordsize", fmt.Sprint(tt.theirs), "--logfile", "/dev/null")
				p.Write(t, strings.Repeat("x", request-1)+"\n")
				p.await(t, data)
				p.Kill()
				relay.within(t, tt.want)
			})
		}
	})
}

// move sends data through an echoing server and looks at the records.
func move(t testing.TB, port int, o polytls.ConnectOptions, want limits) {
	t.Helper()
	relay := relayTo(t, port)
	c := connect(t, relay.port, o)
	data := textOfLines()
	go c.Write(data)
	got := make([]byte, amount)
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("the data did not come back: %v", err)
	}
	c.Close()
	relay.within(t, want)
}

// relay forwards one connection to a port and measures its records.
type relay struct {
	port int
	done sync.WaitGroup
	seen limits // the longest records of data, or whatever else a server sends
}

func relayTo(t testing.TB, port int) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &relay{port: l.Addr().(*net.TCPAddr).Port}
	r.done.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server := dialPlain(t, port)
		for _, c := range []net.Conn{client, server} {
			c.SetDeadline(time.Now().Add(patience)) // what hangs ends
		}
		var ways sync.WaitGroup
		ways.Go(func() { r.seen.fromClient = forward(server, client, record.ApplicationData); server.Close() })
		ways.Go(func() { r.seen.fromServer = forward(client, server, 0); client.Close() })
		ways.Wait()
	})
	return r
}

// forward copies records and returns the length of the longest one of a type, 0
// for any.
func forward(to io.Writer, from io.Reader, t record.ContentType) (longest int) {
	for header := make([]byte, record.HeaderLen); ; {
		if _, err := io.ReadFull(from, header); err != nil {
			return longest
		}
		h := record.ParseHeader(header)
		if t == 0 || h.Type == t {
			longest = max(longest, h.Length)
		}
		to.Write(header)
		if _, err := io.CopyN(to, from, int64(h.Length)); err != nil {
			return longest
		}
	}
}

// within waits for the end of the connection and checks the longest record of
// each end: it is as long as it may be, with its protection.
func (r *relay) within(t testing.TB, want limits) {
	t.Helper()
	r.done.Wait()
	const protection = 64 // bytes, of the longest of a record
	for _, end := range []struct {
		who       string
		got, most int
	}{{"client", r.seen.fromClient, want.fromClient}, {"server", r.seen.fromServer, want.fromServer}} {
		if end.got < end.most || end.got > end.most+protection {
			t.Errorf("the %s's longest record has %d bytes, want %d and its protection", end.who, end.got, end.most)
		}
	}
}
