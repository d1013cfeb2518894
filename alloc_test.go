package polytls_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	"polytls"
	"polytls/internal/testcert"
)

// TestReadAndWriteDoNotAllocate sends records to and fro over TCP.
func TestReadAndWriteDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates, and has pools lose what is put into them")
	}
	// A collection empties the pool of buffers: that is no steady state.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	template := testcert.ServerTemplate("localhost")
	template.Kind = testcert.RSA2048
	rsa := ca.Issue(template)
	for _, tt := range []struct{ version, cipher string }{
		{"TLSv1.3", "TLS_AES_128_GCM_SHA256"},
		{"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		{"TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"},
		{"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"},
		{"TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"},
		{"TLSv1.2", "ECDHE-RSA-CHACHA20-POLY1305"},
		{"TLSv1.2", "ECDHE-RSA-AES128-SHA"},
		{"TLSv1.2", "ECDHE-RSA-AES256-SHA384"},
		{"TLSv1", "AES128-SHA"},
	} {
		for _, size := range []int{1, 1000, 16384, 40_000} {
			so, co := serving(rsa), trusting(ca)
			so.Ciphers, co.Ciphers = tt.cipher, tt.cipher
			only(&so.ContextOptions, tt.version)
			only(&co.ContextOptions, tt.version)
			so.Tickets = -1
			server, client := pair(t, so, co)
			go func() {
				buf := make([]byte, size)
				for {
					if _, err := io.ReadFull(server, buf); err != nil {
						return
					}
					if _, err := server.Write(buf); err != nil {
						return
					}
				}
			}()
			buf := make([]byte, size)
			// A mean per echo would be rounded down: an allocation in every
			// second one would not show.
			const echoes, strays = 100, 10 // other goroutines allocate, too
			allocs := testing.AllocsPerRun(1, func() {
				for range echoes {
					if _, err := client.Write(buf); err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(client, buf); err != nil {
						t.Fatal(err)
					}
				}
			})
			if allocs > strays {
				t.Errorf("%s, %s, %d bytes: %v allocations in %d echoes, want 0", tt.version, tt.cipher, size, allocs, echoes)
			}
		}
	}
}

// TestIdleConnectionsAreSmall compares what TLS adds to both ends of a thousand
// idle TCP connections with what crypto/tls adds.
func TestIdleConnectionsAreSmall(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector's shadow is measured, too")
	}
	count := 1000
	if testing.Short() {
		count = 500
	}
	inRead := func(c net.Conn) { c.Read(make([]byte, 1)) }
	inCopy := func(c net.Conn) { io.Copy(writer{io.Discard}, c) }
	plain := idleBytes(t, count, plainPairs(t), inRead)
	ours := idleBytes(t, count, pairs(t), inRead) - plain
	copying := idleBytes(t, count, pairs(t), inCopy) - plain
	theirs := idleBytes(t, count, cryptoPairs(t), inRead) - plain
	t.Logf("an idle TCP connection holds %d bytes at both ends together; polytls adds %d, in io.Copy %d, crypto/tls %d", plain, ours, copying, theirs)
	if ours > theirs/2 {
		t.Errorf("an idle connection holds %d bytes at both ends together, want at most half of crypto/tls's %d", ours, theirs)
	}
	const stacks = 2 * 4 << 10 // of deeper calls
	if copying > ours+stacks {
		t.Errorf("an idle connection in io.Copy holds %d bytes at both ends together, want at most %d", copying, ours+stacks)
	}
}

// writer is a writer without other methods, for which io.Copy makes buffers.
type writer struct{ io.Writer }

// idleBytes is what one of many connections holds after an echo of a full
// record: heap and stacks of both ends, each waiting in a call.
func idleBytes(t *testing.T, count int, connect func() (client, server net.Conn), wait func(net.Conn)) int {
	t.Helper()
	for range 10 { // what is made once
		c, s := connect()
		c.Close()
		s.Close()
	}
	var conns []net.Conn
	var waiting sync.WaitGroup
	before := memoryInUse()
	for range count {
		c, s := connect()
		conns = append(conns, c, s)
	}
	for _, c := range conns {
		waiting.Go(func() { wait(c) })
	}
	runtime.Gosched()
	used := memoryInUse() - before
	for _, c := range conns {
		if c, ok := c.(interface{ NetConn() net.Conn }); ok {
			c.NetConn().Close()
			continue
		}
		c.Close()
	}
	waiting.Wait()
	runtime.KeepAlive(conns)
	return int(used) / count
}

func memoryInUse() int64 {
	runtime.GC()
	runtime.GC() // the first leaves what pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// pairs returns a maker of connections that have echoed.
func pairs(t *testing.T) func() (client, server net.Conn) {
	serverContext, err := polytls.NewSecureContext(identity(localhost))
	if err != nil {
		t.Fatal(err)
	}
	clientContext, err := polytls.NewSecureContext(trusting(ca).ContextOptions)
	if err != nil {
		t.Fatal(err)
	}
	co := polytls.ConnectOptions{SecureContext: clientContext, ServerName: "localhost"}
	srv, err := polytls.NewServer(polytls.ServerOptions{SecureContext: serverContext}, nil)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := srv.Listener(inner)
	t.Cleanup(func() { l.Close() })
	return echoed(t, func() (net.Conn, error) {
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			return nil, err
		}
		return polytls.Client(context.Background(), conn, co)
	}, l)
}

func plainPairs(t *testing.T) func() (client, server net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return echoed(t, func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }, l)
}

func cryptoPairs(t *testing.T) func() (client, server net.Conn) {
	cert, err := tls.X509KeyPair(localhost.PEM(), localhost.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	return echoed(t, func() (net.Conn, error) { return tls.Dial("tcp", l.Addr().String(), config) }, l)
}

// echoed makes a connection and sends a full record to and fro.
func echoed(t *testing.T, dial func() (net.Conn, error), l net.Listener) func() (client, server net.Conn) {
	const full = 16 << 10
	return func() (client, server net.Conn) {
		accepted := make(chan net.Conn, 1)
		go func() {
			s, err := l.Accept()
			if err == nil {
				io.CopyN(s, s, full)
			}
			accepted <- s
		}()
		client, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Write(make([]byte, full)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, client, full); err != nil {
			t.Fatal(err)
		}
		return client, <-accepted
	}
}
