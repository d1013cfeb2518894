package interop

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/record"
)

// TestMaxFragmentLength proves that our server keeps to what a client of
// OpenSSL asks for, as it must for devices without a buffer for more: on its
// handshake, its data and a resumption.
func TestMaxFragmentLength(t *testing.T) {
	t.Parallel()
	const protection = 64 // bytes, of the longest of a record
	eachVersion(t, func(t *testing.T, flag, version string) {
		for _, most := range []int{512, 4096} {
			t.Run(fmt.Sprint(most), func(t *testing.T) {
				t.Parallel()
				o := polytls.ServerOptions{ContextOptions: only(certificate(t, "rsa").options(), version)}
				srv := serve(t, o, func(s *polytls.Socket) {
					s.SetMaxSendFragment(16384) // cannot go beyond
					io.ReadFull(s, make([]byte, 1))
					s.Write(bulk(20_000))
				})
				file := filepath.Join(t.TempDir(), "session")
				for i, session := range []string{"-sess_out", "-sess_in"} {
					port, largest := measure(t, srv.port)
					cli := sConnect(t, port, flag, "-maxfraglen", strconv.Itoa(most), session, file)
					cli.Write(t, "x")
					if f := srv.next(t); f.Reused != (i == 1) {
						t.Errorf("%s: resumed: %v", session, f.Reused)
					}
					<-cli.Done
					if n := largest(); n == 0 || n > most+protection {
						t.Errorf("%s: a record of %d bytes, want at most %d and its protection", session, n, most)
					}
				}
			})
		}
	})
}

// measure forwards a connection to a port; largest waits for its end and
// returns the longest record that came back.
func measure(t testing.TB, port int) (proxy int, largest func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	most, done := 0, sync.WaitGroup{}
	done.Go(func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		defer client.Close()
		server := dialPlain(t, port)
		defer server.Close()
		go io.Copy(server, client)
		for header := make([]byte, record.HeaderLen); ; {
			if _, err := io.ReadFull(server, header); err != nil {
				return
			}
			n := record.ParseHeader(header).Length
			most = max(most, n)
			client.Write(header)
			if _, err := io.CopyN(client, server, int64(n)); err != nil {
				return
			}
		}
	})
	return l.Addr().(*net.TCPAddr).Port, func() int { done.Wait(); return most }
}
