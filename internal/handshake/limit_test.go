package handshake_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"reflect"
	"slices"
	"testing"
	"time"
	"unsafe"

	"polytls/internal/handshake"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// TestKeysAreRenewedAtTheLimit lets an end write more than its keys may protect
// (RFC 8446, section 5.5): it changes them at the limit, and the peer, ours or
// crypto/tls, can read all data.
func TestKeysAreRenewedAtTheLimit(t *testing.T) {
	cert := identity(t, "p256")
	for s := range suite.Suites() {
		if s.MinVersion != suite.TLS13 || !s.Implemented || s.Cipher == suite.ChaCha20Poly1305 {
			continue // which has no limit that anyone reaches
		}
		t.Run("ours/"+s.Name, func(t *testing.T) {
			cfg := config(suite.TLS13, cert)
			cfg.Suites13 = []*suite.CipherSuite{s}
			client, server := mustPair(t, &handshake.ClientConfig{Config: cfg}, &handshake.ServerConfig{Config: cfg})
			for _, way := range [][2]*recordlayer.Layer{{server.layer, client.layer}, {client.layer, server.layer}} {
				writePastLimit(t, way[0], reader{way[1]}, func(seq uint64) { setReadSequence(way[1], seq) })
			}
		})
	}
	t.Run("crypto/tls client", func(t *testing.T) {
		ours, theirs := halves(t)
		client := tls.Client(theirs, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13})
		server := beside(t, client, func() end {
			return establish(recordlayer.New(ours, recordlayer.Server), recordlayer.Server, nil, func(x recordlayer.Exchange) (*handshake.Result, error) {
				return handshake.Server(context.Background(), x, &handshake.ServerConfig{Config: config(suite.TLS13, cert)})
			})
		})
		writePastLimit(t, server.layer, client, func(seq uint64) { setGoReads(client, seq) })
	})
	t.Run("crypto/tls server", func(t *testing.T) {
		ours, theirs := halves(t)
		server := tls.Server(theirs, &tls.Config{
			Certificates: []tls.Certificate{{Certificate: cert.Chain, PrivateKey: cert.Signer}}, MinVersion: tls.VersionTLS13,
		})
		client := beside(t, server, func() end {
			return establish(recordlayer.New(ours, recordlayer.Client), recordlayer.Client, nil, func(x recordlayer.Exchange) (*handshake.Result, error) {
				return handshake.Client(context.Background(), x, &handshake.ClientConfig{Config: config(suite.TLS13)})
			})
		})
		writePastLimit(t, client.layer, server, func(seq uint64) { setGoReads(server, seq) })
	})
}

// halves are two ends of a connection: a transport and a net.Conn.
func halves(t *testing.T) (*recordlayertest.Conn, net.Conn) {
	t.Helper()
	a, b, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	a.SetDeadline(time.Now().Add(patience))
	b.SetDeadline(time.Now().Add(patience))
	return a, b.Conn
}

// beside runs our end of a handshake beside crypto/tls's.
func beside(t *testing.T, theirs *tls.Conn, run func() end) end {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- theirs.Handshake() }()
	ours := run()
	if err := <-done; err != nil || ours.err != nil {
		t.Fatalf("crypto/tls: %v; ours: %v", err, ours.err)
	}
	return ours
}

// setGoReads sets the next sequence number that crypto/tls reads.
func setGoReads(c *tls.Conn, seq uint64) {
	in := reflect.ValueOf(c).Elem().FieldByName("in").FieldByName("seq")
	binary.BigEndian.PutUint64((*[8]byte)(unsafe.Pointer(in.UnsafeAddr()))[:], seq)
}

// writePastLimit writes ten records under keys that are good for fewer.
func writePastLimit(t *testing.T, l *recordlayer.Layer, peer io.Reader, setReads func(seq uint64)) {
	t.Helper()
	const records, size = 10, 512
	l.SetMaxSendFragment(size)
	data := bytes.Repeat([]byte("0123456789abcdef"), records*size/16)
	var updates []int // data records before each
	sent := 0
	l.SetTracer(recordlayer.TraceFunc(func(e recordlayer.Event) {
		switch {
		case e.Kind == recordlayer.EventInner && e.Type == record.ApplicationData:
			sent++
		case e.Kind == recordlayer.EventContent && e.Type == record.Handshake && wire.MessageType(e.Payload[0]) == wire.TypeKeyUpdate:
			updates = append(updates, sent)
		}
	}))
	for n := range uint64(records) {
		setReads(nearLimit(l, n))
		updates, sent = nil, 0
		if m, err := l.Write(data); m != len(data) || err != nil {
			t.Fatalf("wrote %d bytes: %v", m, err)
		}
		got := make([]byte, len(data))
		if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("the data did not come through: %v", err)
		}
		if sent != records || !slices.Equal(updates, []int{int(n)}) {
			t.Errorf("%d records and key updates after %v, want %d and one after %d", sent, updates, records, n)
		}
	}
}

// nearLimit makes the write keys of a layer need an update after n more records,
// not 2^23. It returns the next sequence number, to which the peer's must be set.
func nearLimit(l *recordlayer.Layer, n uint64) uint64 {
	var seq uint64
	l.Send(func(*recordlayer.Turn) error {
		s := (*record.Sealer)(unexported(l, "out", "sealer"))
		seq = s.Limit() - n
		*(*uint64)(unexported(s, "seq")) = seq
		return nil
	})
	return seq
}

// setReadSequence sets the next sequence number that a layer reads. No Read may be
// running.
func setReadSequence(l *recordlayer.Layer, seq uint64) {
	defer l.TryReading().End()
	*(*uint64)(unexported((*record.Opener)(unexported(l, "in", "opener")), "seq")) = seq
}

// unexported is the address of an unexported field.
func unexported(of any, names ...string) unsafe.Pointer {
	v := reflect.Indirect(reflect.ValueOf(of))
	for _, name := range names {
		v = reflect.Indirect(v.FieldByName(name))
	}
	return unsafe.Pointer(v.UnsafeAddr())
}
