package polytls_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"polytls"
)

// TestCopy has both ends of an echo in io.Copy, with data in writes of any size.
func TestCopy(t *testing.T) {
	atEachVersion(t, func(t *testing.T, server, client *polytls.Socket) {
		echoed := make(chan error, 1)
		go func() {
			_, err := io.Copy(server, server)
			server.CloseWrite()
			echoed <- err
		}()
		var sent bytes.Buffer
		var writing sync.WaitGroup
		writing.Go(func() {
			for _, size := range []int{1, 2, 100, 16_384, 16_385, 65_536, 300_000, 1} {
				b := make([]byte, size)
				rand.Read(b)
				sent.Write(b)
				client.Write(b)
			}
			client.CloseWrite()
		})
		var got bytes.Buffer
		n, err := io.Copy(&got, client)
		writing.Wait()
		if err != nil || n != int64(sent.Len()) || !bytes.Equal(got.Bytes(), sent.Bytes()) || client.BytesRead() != n {
			t.Errorf("%d bytes of %d came back, %d were counted: %v", n, sent.Len(), client.BytesRead(), err)
		}
		if err := <-echoed; err != nil {
			t.Error(err)
		}
		client.Close()
		server.Close()
	})
}

// short writes less than it is given.
type short struct{}

func (short) Write(p []byte) (int, error) { return len(p) - 1, nil }

// broken fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// TestCopyEnds has a deadline, after which nothing is lost, writers that fail, and a
// peer that goes away without close_notify.
func TestCopyEnds(t *testing.T) {
	log := newLogRecords()
	so, co := serving(localhost), trusting(ca)
	co.Logger = log.logger()
	server, client := pair(t, so, co)
	defer server.Close()
	defer client.Close()
	log.next(t)

	var got bytes.Buffer
	client.SetReadDeadline(time.Now().Add(-time.Second))
	if n, err := client.WriteTo(&got); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after a deadline: %d, %v", n, err)
	}
	client.SetReadDeadline(time.Time{})
	full := errors.New("full")
	for _, tt := range []struct {
		w    io.Writer
		want error
		n    int64
	}{{broken{full}, full, 0}, {short{}, io.ErrShortWrite, 4}} {
		io.WriteString(server, "hello")
		if n, err := client.WriteTo(tt.w); n != tt.n || !errors.Is(err, tt.want) {
			t.Errorf("%T: %d, %v", tt.w, n, err)
		}
	}
	if records := log.all(t); len(records) != 1 { // they are no failures of the connection
		t.Errorf("logged %v", records)
	}
	io.WriteString(server, "last")
	server.NetConn().Close()
	if n, err := client.WriteTo(&got); n != 4 || err != io.ErrUnexpectedEOF || got.String() != "last" {
		t.Errorf("a broken connection: %q, %d, %v", got.String(), n, err)
	}
	if _, err := new(polytls.Socket).WriteTo(&got); err == nil {
		t.Error("the zero Socket has data")
	}
	client.Close()
	if _, err := client.WriteTo(&got); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
