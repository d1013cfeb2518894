package polytls_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"polytls"
)

// faulty is a connection whose next write can be made to stop short with a
// timeout, and that keeps what was written.
type faulty struct {
	net.Conn
	mu    sync.Mutex
	cut   int // bytes of the next write that go through; negative for all
	armed bool
	wrote bytes.Buffer
}

func (f *faulty) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.armed && f.cut < len(p) {
		f.armed = false
		n, err := f.Conn.Write(p[:f.cut])
		f.wrote.Write(p[:n])
		if err == nil {
			err = os.ErrDeadlineExceeded
		}
		return n, err
	}
	n, err := f.Conn.Write(p)
	f.wrote.Write(p[:n])
	return n, err
}

func (f *faulty) arm(cut int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut, f.armed = cut, true
}

// taken returns what was written since the last call.
func (f *faulty) taken() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := bytes.Clone(f.wrote.Bytes())
	f.wrote.Reset()
	return b
}

// faultyPair is a pair whose client writes through a faulty connection.
func faultyPair(t testing.TB, so polytls.ServerOptions, co polytls.ConnectOptions) (server, client *polytls.Socket, f *faulty) {
	t.Helper()
	over := func(t testing.TB) (net.Conn, net.Conn) {
		c, s := overTCP(t)
		f = &faulty{Conn: c}
		return f, s
	}
	server, client = handshakeOver(t, over, so, co).must(t)
	exchange(t, client, server, settling) // takes the last messages of the handshake along
	f.taken()
	return server, client, f
}

// settling is what a faultyPair has exchanged.
const settling = "settled"

func faultyAt(t testing.TB, version string) (server, client *polytls.Socket, f *faulty) {
	t.Helper()
	so, co := serving(localhost), trusting(ca)
	only(&so.ContextOptions, version)
	only(&co.ContextOptions, version)
	return faultyPair(t, so, co)
}

// recordLengths are the lengths in the headers of a run of records.
func recordLengths(t testing.TB, wire []byte) (lengths []int) {
	t.Helper()
	for len(wire) > 0 {
		if len(wire) < 5 {
			t.Fatalf("half a header: %x", wire)
		}
		n := int(binary.BigEndian.Uint16(wire[3:]))
		if len(wire) < 5+n {
			t.Fatalf("record of %d bytes, %d of them written", n, len(wire)-5)
		}
		lengths = append(lengths, n)
		wire = wire[5+n:]
	}
	return lengths
}

// TestTimedOutWriteKeepsTheRest cuts a write within a record at many places:
// what it counts comes out at the other end, followed by what comes next.
func TestTimedOutWriteKeepsTheRest(t *testing.T) {
	message := make([]byte, 100_000) // several batches of several records
	for i := range message {
		message[i] = byte(i * 31 >> 3)
	}
	for _, version := range versions {
		for _, cut := range []int{0, 1, 5, 6, 1000, 16_000, 17_000, 40_000} {
			server, client, f := faultyAt(t, version)
			f.arm(cut)
			n, err := client.Write(message)
			var ne net.Error
			if !errors.As(err, &ne) || !ne.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("%s, cut at %d: %v, want a timeout", version, cut, err)
			}
			if counted := client.BytesWritten() - int64(len(settling)); n > len(message) || counted != int64(n) {
				t.Fatalf("%s, cut at %d: wrote %d, BytesWritten %d", version, cut, n, counted)
			}
			sent := make(chan error, 1)
			go func() {
				_, err := client.Write(message[n:])
				if err == nil {
					err = client.CloseWrite()
				}
				sent <- err
			}()
			got, err := io.ReadAll(server)
			if err != nil || !bytes.Equal(got, message) {
				t.Errorf("%s, cut at %d: got %d bytes, want %d, %v", version, cut, len(got), len(message), err)
			}
			if err := <-sent; err != nil {
				t.Errorf("%s, cut at %d: %v", version, cut, err)
			}
			if wrote := int64(len(f.taken())); wrote > client.WireBytesWritten() {
				t.Errorf("%s: %d bytes on the wire, WireBytesWritten says %d", version, wrote, client.WireBytesWritten())
			}
		}
	}
}

// TestCloseWriteSendsTheRest sends what a timed-out write left behind before
// close_notify.
func TestCloseWriteSendsTheRest(t *testing.T) {
	for _, version := range versions {
		server, client, f := faultyAt(t, version)
		f.arm(7)
		n, err := client.Write([]byte("hello"))
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: %d, %v", version, n, err)
		}
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(server); err != nil || string(got) != "hello"[:n] {
			t.Errorf("%s: got %q, %v, want %q", version, got, err, "hello"[:n])
		}
	}
}

// TestPastWriteDeadlineSealsNothing fails before a record is made, so that
// nothing is owed to the peer.
func TestPastWriteDeadlineSealsNothing(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		exchange(t, client, server, "before")
		before := client.WireBytesWritten()
		client.SetWriteDeadline(time.Unix(1, 0))
		n, err := client.Write([]byte("never"))
		if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || client.WireBytesWritten() != before {
			t.Errorf("%d, %v, %d bytes on the wire", n, err, client.WireBytesWritten()-before)
		}
		client.SetDeadline(time.Time{})
		exchange(t, client, server, "after")
	})
}

// TestReadTimeoutIsNotFatal times out between records and inside of one.
func TestReadTimeoutIsNotFatal(t *testing.T) {
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			server, client, f := faultyAt(t, version)
			wantTimeout := func(what string) {
				t.Helper()
				server.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
				if n, err := server.Read(make([]byte, 10)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatalf("%s: %d, %v, want a timeout", what, n, err)
				}
				server.SetReadDeadline(time.Time{})
			}
			wantTimeout("between records")
			exchange(t, client, server, "one")
			for _, cut := range []int{1, 4, 5, 12} {
				f.arm(cut)
				n, _ := client.Write([]byte("two"))
				wantTimeout("inside a record")
				if _, err := client.Write([]byte("two")[n:]); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, 3)
				if _, err := io.ReadFull(server, got); err != nil || string(got) != "two" {
					t.Fatalf("cut at %d: %q, %v", cut, got, err)
				}
			}
		})
	}
}

// TestDataComesBeforeTheError delivers what came before a stream was cut,
// damaged, ended or reset, and then says how it ended.
func TestDataComesBeforeTheError(t *testing.T) {
	tests := map[string]struct {
		end   func(*polytls.Socket)
		judge func(error) bool
	}{
		"cut":       {func(s *polytls.Socket) { s.NetConn().(*net.TCPConn).CloseWrite() }, func(err error) bool { return err == io.ErrUnexpectedEOF }},
		"half cut":  {func(s *polytls.Socket) { s.NetConn().Write([]byte{23, 3}); s.NetConn().(*net.TCPConn).CloseWrite() }, func(err error) bool { return err == io.ErrUnexpectedEOF }},
		"damaged":   {func(s *polytls.Socket) { s.NetConn().Write(append([]byte{23, 3, 3, 0, 64}, make([]byte, 64)...)) }, func(err error) bool { return codeOf(err) != "" }},
		"no record": {func(s *polytls.Socket) { io.WriteString(s.NetConn(), "HTTP/1.1 ") }, func(err error) bool { return codeOf(err) == "ERR_SSL_WRONG_VERSION_NUMBER" }},
		"ended":     {func(s *polytls.Socket) { s.CloseWrite() }, func(err error) bool { return err == io.EOF }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
				io.WriteString(client, "hel")
				io.WriteString(client, "lo")
				tt.end(client)
				var got []byte
				buf := make([]byte, 2)
				for {
					n, err := server.Read(buf)
					got = append(got, buf[:n]...)
					if err == nil {
						continue
					}
					if string(got) != "hello" || !tt.judge(err) {
						t.Errorf("got %q and then %v", got, err)
					}
					if _, again := server.Read(buf); !tt.judge(again) {
						t.Errorf("the next Read: %v", again)
					}
					return
				}
			})
		})
	}
}

// TestDamagedRecordEndsBothSides sends bad_record_mac, which the other end
// reports; neither can write any more.
func TestDamagedRecordEndsBothSides(t *testing.T) {
	const badRecordMAC = polytls.Alert(20)
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		client.NetConn().Write(append([]byte{23, 3, recordMinor(client), 0, 64}, make([]byte, 64)...))
		_, err := server.Read(make([]byte, 1))
		wantCode(t, "receiver", err, "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC")
		wantAlert(t, "receiver", err, polytls.SideUs, badRecordMAC)
		if _, err := server.Write([]byte("x")); err == nil {
			t.Error("the receiver writes on")
		}
		_, err = client.Read(make([]byte, 1))
		wantCode(t, "sender", err, "ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC")
		wantAlert(t, "sender", err, polytls.SidePeer, badRecordMAC)
		if _, err := client.Write([]byte("x")); err == nil {
			t.Error("the sender writes on")
		}
	})
}

func recordMinor(s *polytls.Socket) byte {
	return map[string]byte{"TLSv1": 1, "TLSv1.1": 2, "TLSv1.2": 3, "TLSv1.3": 3}[s.Protocol()]
}

// TestResetIsANetworkError keeps what the system said.
func TestResetIsANetworkError(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		exchange(t, server, client, "before") // a late write would learn of the reset, and Read of the end alone
		client.NetConn().(*net.TCPConn).SetLinger(0)
		client.NetConn().Close()
		_, err := server.Read(make([]byte, 1))
		var ne net.Error
		if !errors.As(err, &ne) || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v, want a net.Error that is ECONNRESET", err)
		}
	})
}

// TestEndAnswersTheEnd is AllowHalfOpen false: the end of what we read sends
// our close_notify.
func TestEndAnswersTheEnd(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Write([]byte("x")); codeOf(err) != "ERR_STREAM_WRITE_AFTER_END" {
			t.Errorf("write after CloseWrite: %v", err)
		}
		if err := client.CloseWrite(); err != nil {
			t.Errorf("second CloseWrite: %v", err)
		}
		if _, err := server.Read(make([]byte, 1)); err != io.EOF {
			t.Fatalf("server: %v, want EOF", err)
		}
		if _, err := server.Write([]byte("x")); codeOf(err) != "ERR_STREAM_WRITE_AFTER_END" {
			t.Errorf("write after the peer's end: %v", err)
		}
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("client: %v, want EOF", err)
		}
	})
}

// TestAllowHalfOpen keeps one direction open after the other has ended, at
// either end.
func TestAllowHalfOpen(t *testing.T) {
	for _, version := range versions {
		so, co := serving(localhost), trusting(ca)
		only(&so.ContextOptions, version)
		only(&co.ContextOptions, version)
		so.AllowHalfOpen, co.AllowHalfOpen = true, true
		for _, ender := range []string{"client", "server"} {
			t.Run(ender+" ends/"+version, func(t *testing.T) {
				stays, ends := pair(t, so, co)
				if ender == "server" {
					stays, ends = ends, stays
				}
				if err := ends.CloseWrite(); err != nil {
					t.Fatal(err)
				}
				if _, err := stays.Read(make([]byte, 1)); err != io.EOF {
					t.Fatalf("%v, want EOF", err)
				}
				exchange(t, stays, ends, "late")
				if err := stays.CloseWrite(); err != nil {
					t.Fatal(err)
				}
				if _, err := ends.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("%v, want EOF", err)
				}
			})
		}
	}
}

// TestEndWaitsForPendingWrites answers the peer's end after a write that was on
// its way.
func TestEndWaitsForPendingWrites(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		big := bytes.Repeat([]byte("pending "), 1<<20) // more than the system buffers
		wrote := make(chan error, 1)
		go func() {
			_, err := server.Write(big)
			wrote <- err
		}()
		first := make([]byte, 8)
		if _, err := io.ReadFull(client, first); err != nil { // the write has begun
			t.Fatal(err)
		}
		if err := client.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Read(make([]byte, 1)); err != io.EOF { // does not wait for the write
			t.Fatalf("server: %v, want EOF", err)
		}
		rest, err := io.ReadAll(client)
		if err != nil || !bytes.Equal(append(first, rest...), big) {
			t.Errorf("got %d bytes of %d, %v", len(first)+len(rest), len(big), err)
		}
		if err := <-wrote; err != nil {
			t.Errorf("write: %v", err)
		}
	})
}

// TestCloseIsBounded closes a connection whose write is stuck.
func TestCloseIsBounded(t *testing.T) {
	for name, over := range media {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			so := serving(localhost)
			so.Tickets = -1
			server, _ := handshakeOver(t, over, so, trusting(ca)).must(t)
			wrote := make(chan error, 1)
			go func() {
				for {
					if _, err := server.Write(make([]byte, 1<<20)); err != nil {
						wrote <- err
						return
					}
				}
			}()
			stuck(t, server)
			if err := server.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			if err := <-wrote; !errors.Is(err, net.ErrClosed) {
				t.Errorf("the stuck write: %v, want net.ErrClosed", err)
			}
		})
	}
}

// stuck waits until a socket's writes have stopped moving.
func stuck(t testing.TB, s *polytls.Socket) {
	last, same := int64(-1), 0
	eventually(t, "nothing moves", func() bool {
		if n := s.WireBytesWritten(); n != last {
			last, same = n, 0
		}
		same++
		return same > 100
	})
}

// TestNothingIsReportedAfterClose asks every getter of a closed socket.
func TestNothingIsReportedAfterClose(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		exchange(t, server, client, "x")
		for _, s := range []*polytls.Socket{server, client} {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("second Close: %v", err)
			}
			if _, err := s.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Read: %v", err)
			}
			if _, err := s.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
				t.Errorf("Write: %v", err)
			}
			_, err := s.ExportKeyingMaterial(1, "label", nil)
			wantCode(t, "ExportKeyingMaterial", err, "ERR_TLS_INVALID_STATE")
			if s.Protocol() != "" || s.Cipher() != nil || s.ServerName() != "" || s.ALPNProtocol() != "" || s.Authorized() ||
				s.AuthorizationError() != nil || s.SessionReused() || s.Session() != nil || s.TLSTicket() != nil ||
				s.Finished() != nil || s.PeerFinished() != nil || s.SharedSigalgs() != nil || s.PeerCertificate(true) != nil ||
				s.Certificate() != nil || s.X509Certificates() != nil || s.OCSPResponse() != nil || s.EphemeralKeyInfo() != nil ||
				s.ConnectionState().HandshakeComplete {
				t.Error("a closed socket tells of its connection")
			}
		}
	})
}

// TestBeforeTheHandshake asks a socket that is still in its handshake.
func TestBeforeTheHandshake(t *testing.T) {
	srv, co := listening(t, serving(localhost), echo)
	var asked sync.Once
	srv.OnKeylog(func(_ []byte, s *polytls.Socket) {
		asked.Do(func() {
			wantCode(t, "CloseWrite", s.CloseWrite(), "ERR_TLS_INVALID_STATE")
			_, err := s.ExportKeyingMaterial(1, "label", nil)
			wantCode(t, "ExportKeyingMaterial", err, "ERR_TLS_INVALID_STATE")
			if s.Protocol() != "" || s.Cipher() != nil || s.Finished() != nil || s.Session() != nil {
				t.Error("a socket tells of a connection that is not there yet")
			}
		})
	})
	echoes(t, connect(t, co))
}

// TestMaxSendFragment bounds the records of later writes, and refuses sizes
// that the protocol does not have.
func TestMaxSendFragment(t *testing.T) {
	for _, version := range versions {
		server, client, f := faultyAt(t, version)
		for size, want := range map[int]bool{511: false, 512: true, 16384: true, 16385: false, 0: false, -1: false, 1e9: false} {
			if client.SetMaxSendFragment(size) != want {
				t.Errorf("SetMaxSendFragment(%d): %v", size, !want)
			}
		}
		client.SetMaxSendFragment(16384)
		client.SetMaxSendFragment(512)
		drain(server)
		f.taken()
		if _, err := client.Write(make([]byte, 5120)); err != nil {
			t.Fatal(err)
		}
		lengths := recordLengths(t, f.taken())
		const overhead = 80 // IV, padding and the longest MAC
		for _, n := range lengths {
			if n > 512+overhead {
				t.Errorf("%s: a record of %d bytes at a fragment size of 512", version, n)
			}
		}
		if len(lengths) < 10 || len(lengths) > 11 { // 1/n-1 splitting adds one
			t.Errorf("%s: %d records for 5,120 bytes", version, len(lengths))
		}
	}
	so, co := serving(localhost), trusting(ca)
	co.MaxSendFragment = 1000
	server, client, f := faultyPair(t, so, co)
	exchange(t, client, server, string(make([]byte, 3000)))
	if n := len(recordLengths(t, f.taken())); n != 3 {
		t.Errorf("option MaxSendFragment: %d records, want 3", n)
	}
}

// TestOldVersionsSplitTheFirstByte makes the IV of the rest unknown (BEAST).
func TestOldVersionsSplitTheFirstByte(t *testing.T) {
	for version, want := range map[string]int{"TLSv1": 2, "TLSv1.1": 1} {
		server, client, f := faultyAt(t, version)
		exchange(t, client, server, "attack at dawn")
		if n := len(recordLengths(t, f.taken())); n != want {
			t.Errorf("%s: %d records for one write, want %d", version, n, want)
		}
	}
}

// TestByteCounts counts plaintext by BytesRead and BytesWritten, and what went
// to the wire by WireBytesWritten.
func TestByteCounts(t *testing.T) {
	for _, version := range versions {
		server, client, f := faultyAt(t, version)
		before := client.WireBytesWritten()
		exchange(t, client, server, "12345")
		exchange(t, server, client, "123")
		const sent = int64(len(settling) + 5)
		if client.BytesWritten() != sent || server.BytesRead() != sent || server.BytesWritten() != 3 || client.BytesRead() != 3 {
			t.Errorf("%s: client %d and %d, server %d and %d", version, client.BytesWritten(), client.BytesRead(), server.BytesWritten(), server.BytesRead())
		}
		if got, want := client.WireBytesWritten()-before, int64(len(f.taken())); got != want || before == 0 {
			t.Errorf("%s: WireBytesWritten grew by %d, %d bytes were written", version, got, want)
		}
	}
}

// TestUpdateKeys replaces both keys in TLS 1.3 while data flows, and is an
// error before.
func TestUpdateKeys(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		if client.Protocol() != "TLSv1.3" {
			wantCode(t, "UpdateKeys", client.UpdateKeys(), "ERR_SSL_WRONG_SSL_VERSION")
			exchange(t, client, server, "as before")
			return
		}
		for range 3 {
			for _, s := range []*polytls.Socket{client, server} {
				if err := s.UpdateKeys(); err != nil {
					t.Fatal(err)
				}
				exchange(t, client, server, "there")
				exchange(t, server, client, "and back")
			}
		}
	})
}

// TestWriteBeforeTheHandshakeIsDone runs Read and Write of a server's socket
// that a callback handed out early.
func TestWriteBeforeTheHandshakeIsDone(t *testing.T) {
	early := make(chan *polytls.Socket, 1)
	so := serving(localhost)
	srv, co := listening(t, so, func(*polytls.Socket) {})
	var once sync.Once
	srv.OnKeylog(func(_ []byte, s *polytls.Socket) { once.Do(func() { early <- s }) })
	go func() {
		s := <-early
		io.WriteString(s, "early")
	}()
	client := connect(t, co)
	got := make([]byte, 5)
	if _, err := io.ReadFull(client, got); err != nil || string(got) != "early" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestTLSInsideTLS wraps a socket in another.
func TestTLSInsideTLS(t *testing.T) {
	outerServer, outerClient := pairAt(t, "TLSv1.3")
	over := func(testing.TB) (client, server net.Conn) { return outerClient, outerServer }
	server, client := handshakeOver(t, over, serving(localhost), trusting(ca)).must(t)
	exchange(t, client, server, "inside")
	exchange(t, server, client, string(make([]byte, 100_000)))
}

// TestSTARTTLS leaves what was spoken before to the caller.
func TestSTARTTLS(t *testing.T) {
	ours, theirs := overTCP(t)
	go io.WriteString(theirs, "ready\n")
	line := make([]byte, 6)
	if _, err := io.ReadFull(ours, line); err != nil || string(line) != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	over := func(testing.TB) (client, server net.Conn) { return ours, theirs }
	server, client := handshakeOver(t, over, serving(localhost), trusting(ca)).must(t)
	exchange(t, client, server, "secret")
	if client.NetConn() != ours || client.LocalAddr().String() != server.RemoteAddr().String() || client.RemoteFamily() != "IPv4" {
		t.Errorf("connection %v, %v to %v, %s", client.NetConn(), client.LocalAddr(), server.RemoteAddr(), client.RemoteFamily())
	}
}

// TestFailedHandshakeClosesTheConnection leaves nothing open at either end.
func TestFailedHandshakeClosesTheConnection(t *testing.T) {
	ours, theirs := net.Pipe()
	serverErr := make(chan error)
	go func() {
		_, err := polytls.ServerSocket(context.Background(), theirs, serving(localhost))
		serverErr <- err
	}()
	_, err := polytls.Client(context.Background(), ours, trusting())
	wantCode(t, "client", err, "UNABLE_TO_VERIFY_LEAF_SIGNATURE")
	wantAlert(t, "server", <-serverErr, polytls.SidePeer, unknownCA)
	for _, c := range []net.Conn{ours, theirs} {
		if _, err := c.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("a connection is still open: %v", err)
		}
	}
}

// TestReadDoesNotWaitForItsAnswer reports the end although nobody takes the
// close_notify that answers it.
func TestReadDoesNotWaitForItsAnswer(t *testing.T) {
	so := serving(localhost)
	so.Tickets = -1
	server, client := handshakeOver(t, overPipe, so, trusting(ca)).must(t)
	ended := make(chan error, 1)
	go func() { ended <- client.CloseWrite() }()
	if _, err := server.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("%v, want EOF", err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("client: %v, want EOF", err)
	}
}
