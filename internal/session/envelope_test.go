package session

import (
	"bytes"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvelope(t *testing.T) {
	der := full().Marshal()
	data := full().MarshalEnvelope("localhost")
	want := "\x00nodejs:tls:session:1\x00\x00\x09localhost" + string(der)
	if string(data) != want {
		t.Errorf("got  %q\nwant %q", data, want)
	}
	for _, name := range []string{"", "localhost", strings.Repeat("n", 65535)} {
		s, got, enveloped, err := Open(full().MarshalEnvelope(name))
		if err != nil || got != name || !enveloped {
			t.Fatalf("name of %d bytes: %d bytes, envelope %v, %v", len(name), len(got), enveloped, err)
		}
		if diff := cmp.Diff(full(), s, unexported); diff != "" {
			t.Error(diff)
		}
	}
	if !bytes.Equal(full().MarshalEnvelope(strings.Repeat("n", 65536)), der) {
		t.Error("a name that no envelope holds: not bare")
	}
}

func TestOpenReadsBareSession(t *testing.T) {
	s, name, enveloped, err := Open(full().Marshal())
	if err != nil || name != "" || enveloped {
		t.Fatalf("%q, envelope %v, %v", name, enveloped, err)
	}
	if diff := cmp.Diff(full(), s, unexported); diff != "" {
		t.Error(diff)
	}
}

func TestOpenRefusesEveryPrefix(t *testing.T) {
	data := full().MarshalEnvelope("localhost")
	for n := range data {
		if s, _, _, err := Open(data[:n]); !errors.Is(err, ErrUnusable) || s != nil {
			t.Fatalf("%d of %d bytes: %v, %v", n, len(data), s, err)
		}
	}
	other := bytes.Replace(data, []byte("session:1"), []byte("session:2"), 1)
	for _, data := range [][]byte{append(data, 0), other, []byte("garbage")} {
		if _, _, _, err := Open(data); !errors.Is(err, ErrUnusable) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, v := range vectors(f) {
		if v.kind == "client" {
			f.Add(v.bytes)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, name, enveloped, err := Open(data)
		if err != nil {
			if !errors.Is(err, ErrUnusable) || s != nil {
				t.Fatal(s, err)
			}
			return
		}
		if !enveloped {
			return
		}
		again, sameName, _, err := Open(s.MarshalEnvelope(name))
		if err != nil || sameName != name || !bytes.Equal(again.Marshal(), s.Marshal()) {
			t.Fatalf("%q, %v", sameName, err)
		}
	})
}

func TestPEM(t *testing.T) {
	text := full().MarshalPEM()
	if !bytes.HasPrefix(text, []byte("-----BEGIN SSL SESSION PARAMETERS-----\n")) {
		t.Errorf("%s", text)
	}
	other := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}})
	for name, file := range map[string][]byte{
		"alone":                       text,
		"after other blocks and text": append(append([]byte("SSL-Session:\n"), other...), text...),
	} {
		s, err := ParsePEM(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(full(), s, unexported); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	long := full()
	for range maxChain {
		long.PeerChain = append(long.PeerChain, []byte{1}, []byte{2})
	}
	s, _, enveloped, err := Open(long.MarshalPEM())
	if err != nil || enveloped || len(s.PeerChain) != maxChain || !bytes.Equal(s.Marshal(), full().Marshal()) {
		t.Errorf("a session with a chain behind it: %v, %d certificates", err, len(s.PeerChain))
	}
	long.PeerChain = long.PeerChain[:2]
	if s, err := ParsePEM(append(long.MarshalPEM(), long.MarshalPEM()...)); err != nil || len(s.PeerChain) != 2 {
		t.Errorf("two sessions with their chains: %v, %d certificates", err, len(s.PeerChain))
	}
	for name, file := range map[string][]byte{
		"empty":         nil,
		"another block": other,
		"half":          text[:len(text)/2],
		"no session":    pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: []byte{1}}),
	} {
		if _, err := ParsePEM(file); !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
