package handshake_test

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"polytls/internal/kex"
	"polytls/internal/keys"
	"polytls/internal/record"
	"polytls/internal/sign"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// TestRFC8448 decrypts the traces of RFC 8448 with the private keys of both ends.
// Each record is opened with the keys of our schedule and sealed again to the same
// bytes, each message is encoded again to the same bytes, and shares, binders,
// signatures and Finished are right.
func TestRFC8448(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc8448.txt")
	if err != nil {
		t.Fatal(err)
	}
	var psk []byte // of the ticket in the trace before
	traces := strings.Split(string(text), "\n[")[1:]
	for _, trace := range traces {
		title, lines, _ := strings.Cut(trace, "]\n")
		t.Run(title, func(t *testing.T) {
			w := newWiretap(t, psk)
			for line := range strings.Lines(lines) {
				if line = strings.TrimSpace(line); line != "" {
					name, digits, _ := strings.Cut(line, " ")
					b, err := hex.DecodeString(digits)
					if err != nil {
						t.Fatal(err)
					}
					w.line(name, b)
				}
			}
			if w.resumption == nil || w.client.records < 2 || w.server.records < 2 || !w.client.closed || !w.server.closed {
				t.Errorf("the trace ends early: %+v, %+v", w.client, w.server)
			}
			psk = w.psk
		})
	}
	if len(traces) != 5 {
		t.Errorf("%d traces, want 5", len(traces))
	}
}

// wiretap follows a handshake from outside.
type wiretap struct {
	t              *testing.T
	client, server flow
	transcript     keys.Transcript
	suite          *suite.CipherSuite
	hello          *wire.ClientHello // the last

	early       *keys.Early
	handshake   *keys.Handshake
	master      *keys.Master
	application *keys.Application
	resumption  []byte
	psk         []byte
}

// flow is one direction.
type flow struct {
	private []byte // of the key share
	sealer  *record.Sealer
	opener  *record.Opener
	key     crypto.PublicKey // of the certificate
	records int              // that were protected
	closed  bool
}

func newWiretap(t *testing.T, psk []byte) *wiretap {
	w := &wiretap{t: t, early: keys.NewEarly(crypto.SHA256, psk)}
	w.client.sealer, w.client.opener = &record.Sealer{}, &record.Opener{}
	w.server.sealer, w.server.opener = &record.Sealer{}, &record.Opener{}
	return w
}

func (w *wiretap) line(name string, b []byte) {
	switch name {
	case "client_private":
		w.client.private = b
	case "server_private":
		w.server.private = b
	case "c":
		w.record(&w.client, b)
	case "s":
		w.record(&w.server, b)
	default:
		w.t.Fatalf("a line %q", name)
	}
}

func (w *wiretap) record(from *flow, raw []byte) {
	w.t.Helper()
	h := record.ParseHeader(raw)
	if h.Type == record.ChangeCipherSpec { // RFC 8446, appendix D.4
		if !bytes.Equal(raw, []byte{20, 3, 3, 0, 1, 1}) {
			w.t.Errorf("change_cipher_spec %x", raw)
		}
		return
	}
	if h.Type == record.ApplicationData {
		from.records++
	}
	kind, content, err := from.opener.Open(bytes.Clone(raw))
	if err != nil {
		w.t.Fatalf("record %x: %v", raw, err)
	}
	if again := from.sealer.Seal(nil, h.Version, kind, content, 0); !bytes.Equal(again, raw) {
		w.t.Errorf("sealed again: %x\nwant %x", again, raw)
	}
	switch kind {
	case record.Handshake:
		for len(content) > 0 {
			_, n, ok := wire.ParseHeader(content)
			if !ok || len(content) < wire.HeaderLen+n {
				w.t.Fatalf("half a message: %x", content)
			}
			w.message(from, content[:wire.HeaderLen+n])
			content = content[wire.HeaderLen+n:]
		}
	case record.ApplicationData:
		data := []byte("ABCDEF") // early
		if w.application != nil {
			data = nil
			for i := range 50 {
				data = append(data, byte(i))
			}
		}
		if !bytes.Equal(content, data) {
			w.t.Errorf("data %x, want %x", content, data)
		}
	case record.Alert:
		from.closed = bytes.Equal(content, []byte{1, 0})
	}
}

// parse reads a message and checks that we encode it to the same bytes.
func parse[M any, P interface {
	*M
	wire.Message
}](t *testing.T, raw []byte) P {
	t.Helper()
	m := P(new(M))
	if err := wire.Parse(raw, m); err != nil {
		t.Fatal(err)
	}
	if again, err := wire.Marshal(m); err != nil || !bytes.Equal(again, raw) {
		t.Errorf("%s: encoded again: %x, %v\nwant %x", m.Type(), again, err, raw)
	}
	return m
}

func (w *wiretap) message(from *flow, raw []byte) {
	w.t.Helper()
	switch kind, _, _ := wire.ParseHeader(raw); kind {
	case wire.TypeClientHello:
		w.clientHello(raw)
	case wire.TypeServerHello:
		w.serverHello(raw)
	case wire.TypeEncryptedExtensions:
		parse[wire.EncryptedExtensions](w.t, raw)
		w.transcript.Add(raw)
	case wire.TypeCertificateRequest:
		parse[wire.CertificateRequest13](w.t, raw)
		w.transcript.Add(raw)
	case wire.TypeCertificate:
		c := parse[wire.Certificate13](w.t, raw)
		leaf, err := trust.ParseCertificate(c.Entries[0].Data)
		if err != nil {
			w.t.Fatal(err)
		}
		from.key = leaf.Public
		w.transcript.Add(raw)
	case wire.TypeCertificateVerify:
		w.certificateVerify(from, raw)
	case wire.TypeFinished:
		w.finished(from, raw)
	case wire.TypeEndOfEarlyData:
		parse[wire.EndOfEarlyData](w.t, raw)
		w.transcript.Add(raw)
		w.protect(&w.client, w.handshake.Client)
	case wire.TypeNewSessionTicket:
		m := parse[wire.NewSessionTicket13](w.t, raw)
		w.psk = keys.ResumptionPSK(w.suite.Hash, w.resumption, m.Nonce)
	default:
		w.t.Fatalf("%s", kind)
	}
}

// protect changes the keys of a direction.
func (w *wiretap) protect(f *flow, secret keys.Traffic) {
	w.t.Helper()
	k := record.Keys{Suite: w.suite, Version: suite.TLS13}
	k.Key, k.IV = secret.KeyIV(w.suite)
	var err error
	if f.sealer, err = record.NewSealer(k); err != nil {
		w.t.Fatal(err)
	}
	if f.opener, err = record.NewOpener(k); err != nil {
		w.t.Fatal(err)
	}
}

func find[T any, P interface {
	*T
	wire.ExtensionBody
}](t *testing.T, e wire.Extensions) P {
	t.Helper()
	x, err := wire.Find[T, P](e)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func (w *wiretap) clientHello(raw []byte) {
	w.hello = parse[wire.ClientHello](w.t, raw)
	if !w.transcript.Chosen() { // no HelloRetryRequest
		w.suite = suite.ByName("TLS_AES_128_GCM_SHA256") // of all five
		w.transcript.Choose(suite.TLS13, w.suite.Hash)
	}
	if psks := find[wire.OfferedPSKs](w.t, w.hello.Extensions); psks != nil {
		truncated := raw[:len(raw)-psks.BindersLen()]
		if !w.early.VerifyBinder(keys.ResumptionBinder, w.transcript.SumWith(truncated), psks.Binders[0]) {
			w.t.Error("the binder is wrong")
		}
	} else {
		w.early = keys.NewEarly(w.suite.Hash, nil)
	}
	w.transcript.Add(raw)
	if w.hello.Extensions.Has(wire.ExtEarlyData) {
		w.protect(&w.client, w.early.ClientTraffic(w.transcript.Sum()))
	}
}

func (w *wiretap) serverHello(raw []byte) {
	m := parse[wire.ServerHello](w.t, raw)
	if m.CipherSuite != w.suite.ID {
		w.t.Fatalf("%s", m.CipherSuite)
	}
	if m.IsRetry() {
		w.transcript.Retry()
		w.transcript.Add(raw)
		return
	}
	w.transcript.Add(raw)
	theirs := find[wire.ServerKeyShare](w.t, m.Extensions).Share
	client, server := w.key(&w.client, theirs.Group), w.key(&w.server, theirs.Group)
	ours := find[wire.ClientKeyShares](w.t, w.hello.Extensions).Shares[0]
	if ours.Group != theirs.Group || !bytes.Equal(client.Public(), ours.Data) || !bytes.Equal(server.Public(), theirs.Data) {
		w.t.Error("the private keys give other shares")
	}
	shared, err := client.Shared(theirs.Data)
	if err != nil {
		w.t.Fatal(err)
	}
	if other, err := server.Shared(ours.Data); err != nil || !bytes.Equal(shared, other) {
		w.t.Errorf("the ends agree upon %x and %x, %v", shared, other, err)
	}
	w.handshake = w.early.Handshake(shared, w.transcript.Sum())
	w.protect(&w.server, w.handshake.Server)
	if !w.hello.Extensions.Has(wire.ExtEarlyData) {
		w.protect(&w.client, w.handshake.Client)
	}
}

func (w *wiretap) key(f *flow, g suite.Group) *kex.PrivateKey {
	w.t.Helper()
	k, err := kex.NewPrivateKey(g, f.private)
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (w *wiretap) certificateVerify(from *flow, raw []byte) {
	m := parse[wire.CertificateVerify](w.t, raw)
	signed := sign.ServerMessage13(w.transcript.Sum())
	if from == &w.client {
		signed = sign.ClientMessage13(w.transcript.Sum())
	}
	if err := sign.Verify(from.key, m.Scheme, signed, m.Signature); err != nil {
		w.t.Error(err)
	}
	w.transcript.Add(raw)
}

func (w *wiretap) finished(from *flow, raw []byte) {
	m := parse[wire.Finished](w.t, raw)
	before := w.transcript.Sum()
	w.transcript.Add(raw)
	var err error
	if from == &w.server {
		if w.master, err = w.handshake.VerifyServer(before, m.VerifyData); err != nil {
			w.t.Fatal(err)
		}
		w.application = w.master.Application(w.transcript.Sum())
		w.protect(&w.server, w.application.Server)
		return
	}
	if err := w.handshake.VerifyClient(before, m.VerifyData); err != nil {
		w.t.Fatal(err)
	}
	w.protect(&w.client, w.application.Client)
	w.resumption = w.master.Resumption(w.transcript.Sum())
}
