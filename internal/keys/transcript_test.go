package keys

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"testing"

	"polytls/internal/suite"
)

func TestTranscriptHashes(t *testing.T) {
	first, second := []byte("first message"), []byte("second message")
	all := append(bytes.Clone(first), second...)
	m, s := md5.Sum(all), sha1.Sum(all)
	for _, c := range []struct {
		version suite.Version
		hash    crypto.Hash
		want    []byte
	}{
		{suite.TLS10, crypto.SHA256, append(m[:], s[:]...)},
		{suite.TLS11, 0, append(m[:], s[:]...)},
		{suite.TLS12, crypto.SHA256, sum(crypto.SHA256, all)},
		{suite.TLS13, crypto.SHA384, sum(crypto.SHA384, all)},
	} {
		var tr Transcript
		tr.Add(first) // buffered
		if tr.Chosen() {
			t.Error("chosen before Choose")
		}
		tr.Choose(c.version, c.hash)
		before := tr.Sum()
		if got := tr.SumWith(second); !bytes.Equal(got, c.want) {
			t.Errorf("%v: SumWith %x, wanted %x", c.version, got, c.want)
		}
		clone := tr.Clone()
		tr.Add(second)
		for range 2 { // Sum does not disturb
			if got := tr.Sum(); !bytes.Equal(got, c.want) {
				t.Errorf("%v: Sum %x, wanted %x", c.version, got, c.want)
			}
		}
		if got := clone.Sum(); !bytes.Equal(got, before) {
			t.Errorf("%v: the clone followed", c.version)
		}
		clone.Add([]byte("other"))
		if got := tr.Sum(); !bytes.Equal(got, c.want) {
			t.Errorf("%v: the original followed", c.version)
		}
	}
}

func TestTranscriptCloneBeforeChoose(t *testing.T) {
	var tr Transcript
	tr.Add([]byte("a"))
	clone := tr.Clone()
	clone.Add([]byte("b"))
	tr.Add([]byte("c"))
	clone.Choose(suite.TLS13, crypto.SHA256)
	tr.Choose(suite.TLS13, crypto.SHA384)
	if !bytes.Equal(clone.Sum(), sum(crypto.SHA256, []byte("ab"))) || !bytes.Equal(tr.Sum(), sum(crypto.SHA384, []byte("ac"))) {
		t.Error("clone and original share their buffer")
	}
}

func TestTranscriptRetry(t *testing.T) {
	var tr Transcript
	tr.KeepBuffer()
	tr.Add([]byte("ClientHello1"))
	tr.Choose(suite.TLS13, crypto.SHA256)
	tr.Retry()
	tr.Add([]byte("more"))
	h := sha256.Sum256([]byte("ClientHello1"))
	raw := append(append([]byte{254, 0, 0, 32}, h[:]...), "more"...)
	if !bytes.Equal(tr.Sum(), sum(crypto.SHA256, raw)) {
		t.Errorf("hash %x", tr.Sum())
	}
	if !bytes.Equal(tr.Buffer(), raw) {
		t.Errorf("buffer %q", tr.Buffer())
	}
}

func TestTranscriptBuffer(t *testing.T) {
	var tr Transcript
	tr.Add([]byte("a"))
	tr.Choose(suite.TLS12, crypto.SHA256)
	if tr.Add([]byte("b")); tr.Buffer() != nil {
		t.Errorf("kept %q unasked", tr.Buffer())
	}

	tr = Transcript{}
	tr.KeepBuffer()
	tr.Add([]byte("a"))
	tr.Choose(suite.TLS12, crypto.SHA256)
	tr.Add([]byte("b"))
	if string(tr.Buffer()) != "ab" {
		t.Errorf("kept %q", tr.Buffer())
	}
	if clone := tr.Clone(); string(clone.Buffer()) != "ab" {
		t.Errorf("the clone kept %q", clone.Buffer())
	}
	tr.Forget()
	if tr.Add([]byte("c")); tr.Buffer() != nil {
		t.Errorf("kept %q after Forget", tr.Buffer())
	}
	if !bytes.Equal(tr.Sum(), sum(crypto.SHA256, []byte("abc"))) {
		t.Error("Forget changed the hash")
	}

	tr = Transcript{}
	tr.KeepBuffer()
	tr.Add([]byte("a"))
	tr.Forget() // before Choose: the messages are still needed
	tr.Choose(suite.TLS12, crypto.SHA256)
	if tr.Buffer() != nil || !bytes.Equal(tr.Sum(), sum(crypto.SHA256, []byte("a"))) {
		t.Error("Forget before Choose lost the messages or kept them")
	}
}

func sum(h crypto.Hash, b []byte) []byte {
	hash := h.New()
	hash.Write(b)
	return hash.Sum(nil)
}
