package keys

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

// trace is a section of RFC 8448.
type trace struct {
	t      *testing.T
	title  string
	values map[string][]byte
}

func rfc8448(t *testing.T) []trace {
	text, err := os.ReadFile("testdata/rfc8448.txt")
	if err != nil {
		t.Fatal(err)
	}
	var traces []trace
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#':
		case line[0] == '[':
			traces = append(traces, trace{t, strings.Trim(line, "[]"), map[string][]byte{}})
		default:
			name, value, _ := strings.Cut(line, " ")
			b, err := hex.DecodeString(value)
			if err != nil {
				t.Fatal(err)
			}
			traces[len(traces)-1].values[name] = b
		}
	}
	if len(traces) != 4 {
		t.Fatalf("%d traces, wanted 4", len(traces))
	}
	return traces
}

// need returns a value that the trace must hold, may one that it can lack.
func (tr trace) need(name string) []byte {
	b, ok := tr.values[name]
	if !ok {
		tr.t.Fatalf("no %s", name)
	}
	return b
}

func (tr trace) may(name string) []byte { return tr.values[name] }

func (tr trace) equal(name string, got []byte) {
	tr.t.Helper()
	if want := tr.need(name); !bytes.Equal(got, want) {
		tr.t.Errorf("%s:\n got %x\nwant %x", name, got, want)
	}
}

// traffic checks a traffic secret and the keys from it.
func (tr trace) traffic(secret, keys string, got Traffic) {
	tr.t.Helper()
	tr.equal(secret, got.Secret)
	key, iv := got.KeyIV(aes128)
	tr.equal(keys+"_key", key)
	tr.equal(keys+"_iv", iv)
}

var aes128 = &suite.CipherSuite{Cipher: suite.AES128GCM, Hash: crypto.SHA256}

func TestRFC8448(t *testing.T) {
	for _, tr := range rfc8448(t) {
		t.Run(tr.title, func(t *testing.T) {
			tr.t = t
			tr.run()
		})
	}
}

// run follows a trace from both sides at once.
func (tr trace) run() {
	var transcript Transcript
	early := NewEarly(crypto.SHA256, tr.may("psk"))
	tr.equal("early", early.secret)
	tr.hellos(&transcript, early)

	hs := early.Handshake(tr.need("shared"), transcript.Sum())
	tr.equal("handshake", hs.secret)
	tr.traffic("c_hs_traffic", "c_hs", hs.Client)
	tr.traffic("s_hs_traffic", "s_hs", hs.Server)

	transcript.Add(tr.need("ServerAuthentication"))
	master, err := hs.VerifyServer(transcript.Sum(), tr.need("ServerFinished")[4:])
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.equal("master", master.secret)
	tr.equal("master", hs.Master().secret)
	tr.equal("ServerFinished", append([]byte{20, 0, 0, 32}, hs.ServerVerifyData(transcript.Sum())...))

	transcript.Add(tr.need("ServerFinished"))
	app := master.Application(transcript.Sum())
	tr.traffic("c_ap_traffic", "c_ap", app.Client)
	tr.traffic("s_ap_traffic", "s_ap", app.Server)
	tr.equal("exp_master", app.Exporter)

	transcript.Add(tr.may("EndOfEarlyData"))
	transcript.Add(tr.may("ClientAuthentication"))
	if err := hs.VerifyClient(transcript.Sum(), tr.need("ClientFinished")[4:]); err != nil {
		tr.t.Fatal(err)
	}
	tr.equal("ClientFinished", append([]byte{20, 0, 0, 32}, hs.ClientVerifyData(transcript.Sum())...))
	transcript.Add(tr.need("ClientFinished"))
	resumption := master.Resumption(transcript.Sum())
	tr.equal("res_master", resumption)
	if nonce := tr.may("nonce"); nonce != nil {
		tr.equal("resumption", ResumptionPSK(crypto.SHA256, resumption, nonce))
	}
}

// hellos is everything up to ServerHello: a retry, a binder, 0-RTT.
func (tr trace) hellos(transcript *Transcript, early *Early) {
	if first := tr.may("ClientHello1"); first != nil {
		transcript.Add(first)
		transcript.Choose(suite.TLS13, crypto.SHA256)
		transcript.Retry()
		transcript.Add(tr.need("HelloRetryRequest"))
	} else {
		transcript.Choose(suite.TLS13, crypto.SHA256)
	}
	if truncated := tr.may("TruncatedClientHello"); truncated != nil {
		sum := transcript.SumWith(truncated)
		tr.equal("binder", early.Binder(ResumptionBinder, sum))
		if !early.VerifyBinder(ResumptionBinder, sum, tr.need("binder")) {
			tr.t.Error("the binder does not verify")
		}
		if early.VerifyBinder(ExternalBinder, sum, tr.need("binder")) {
			tr.t.Error("the binder verifies as another kind's")
		}
	}
	transcript.Add(tr.need("ClientHello"))
	if tr.may("c_e_traffic") != nil {
		tr.traffic("c_e_traffic", "c_e", early.ClientTraffic(transcript.Sum()))
		tr.equal("e_exp_master", early.Exporter(transcript.Sum()))
	}
	transcript.Add(tr.need("ServerHello"))
}

func TestRefusesWrongFinished(t *testing.T) {
	tr := rfc8448(t)[0]
	hs := NewEarly(crypto.SHA256, nil).Handshake(tr.need("shared"), make([]byte, 32))
	sum := make([]byte, 32)
	m := NewPRF(suite.TLS12, crypto.SHA256).Master(sum)
	checks := map[string]struct {
		right  []byte
		verify func(got []byte) error
	}{
		"server 1.3": {hs.ServerVerifyData(sum), func(got []byte) error { _, err := hs.VerifyServer(sum, got); return err }},
		"client 1.3": {hs.ClientVerifyData(sum), func(got []byte) error { return hs.VerifyClient(sum, got) }},
		"later 1.3":  {hs.Client.VerifyData(sum), func(got []byte) error { return hs.Client.Verify(sum, got) }},
		"server 1.2": {m.ServerFinished(sum), func(got []byte) error { return m.VerifyServer(sum, got) }},
		"client 1.2": {m.ClientFinished(sum), func(got []byte) error { return m.VerifyClient(sum, got) }},
	}
	for name, c := range checks {
		t.Run(name, func(t *testing.T) {
			if err := c.verify(c.right); err != nil {
				t.Fatal(err)
			}
			flipped := bytes.Clone(c.right)
			flipped[len(flipped)-1] ^= 1
			for _, wrong := range [][]byte{nil, c.right[1:], append(bytes.Clone(c.right), 0), flipped} {
				err := c.verify(wrong)
				var e *failure.Error
				if !errors.Is(err, failure.DigestCheckFailed) || !errors.As(err, &e) || e.Alert != failure.AlertDecryptError {
					t.Errorf("%x: %v", wrong, err)
				}
			}
		})
	}
	if master, err := hs.VerifyServer(sum, sum); err == nil || master != nil {
		t.Error("a wrong Finished leads to the master secret")
	}
}
