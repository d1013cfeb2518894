package keys

import (
	"crypto"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"polytls/internal/suite"
)

// Transcript is the hash of the handshake messages so far (RFC 5246, section 7.4.9;
// RFC 8446, section 4.4.1). Its zero value is empty. Messages are buffered until the
// ServerHello selects the hash.
type Transcript struct {
	hash   hash.Cloner // nil until it is chosen
	buffer []byte
	keep   bool
}

// Add appends a handshake message with its header of four bytes.
func (t *Transcript) Add(msg []byte) {
	if t.hash == nil || t.keep {
		t.buffer = append(t.buffer, msg...)
	}
	if t.hash != nil {
		t.hash.Write(msg)
	}
}

// Choose sets the hash: h from TLS 1.2 on, MD5 and SHA-1 side by side before,
// where h is ignored. The buffered messages go into it and are dropped unless
// KeepBuffer was called.
func (t *Transcript) Choose(v suite.Version, h crypto.Hash) {
	t.hash = newHash(v, h)
	t.hash.Write(t.buffer)
	if !t.keep {
		t.buffer = nil
	}
}

// Chosen reports whether Choose was called.
func (t *Transcript) Chosen() bool { return t.hash != nil }

// Sum returns the hash of the messages so far. It must come after Choose.
func (t *Transcript) Sum() []byte { return t.hash.Sum(make([]byte, 0, t.hash.Size())) }

// SumWith returns the hash of the messages so far and suffix, such as the
// truncated ClientHello that a binder covers (RFC 8446, section 4.2.11.2),
// without adding it. It must come after Choose.
func (t *Transcript) SumWith(suffix []byte) []byte {
	h := clone(t.hash)
	h.Write(suffix)
	return h.Sum(nil)
}

// Retry replaces ClientHello1, the only message so far, by a message_hash
// message (RFC 8446, section 4.4.1). It must come after Choose and before
// HelloRetryRequest is added.
func (t *Transcript) Retry() {
	const messageHash = 254
	sum := t.Sum()
	t.hash.Reset()
	t.buffer = nil
	t.Add(append([]byte{messageHash, 0, 0, byte(len(sum))}, sum...))
}

// KeepBuffer keeps the raw messages past Choose, before which it must be
// called: the signature of a CertificateVerify up to TLS 1.2 covers them, and
// its hash need not be the PRF's.
func (t *Transcript) KeepBuffer() { t.keep = true }

// Buffer returns the raw messages so far, nil if they are not kept. The caller
// must not write to them.
func (t *Transcript) Buffer() []byte { return t.buffer }

// Forget undoes KeepBuffer and, if the hash is chosen, drops what was kept.
func (t *Transcript) Forget() {
	t.keep = false
	if t.hash != nil {
		t.buffer = nil
	}
}

// Clone returns an independent copy.
func (t *Transcript) Clone() *Transcript {
	c := &Transcript{keep: t.keep, buffer: append([]byte(nil), t.buffer...)}
	if t.hash != nil {
		c.hash = clone(t.hash)
	}
	return c
}

func newHash(v suite.Version, h crypto.Hash) hash.Cloner {
	if v < suite.TLS12 {
		return &md5SHA1{md5.New(), sha1.New()}
	}
	return h.New().(hash.Cloner)
}

// clone copies a hash of the standard library, whose Clone cannot fail.
func clone(h hash.Cloner) hash.Cloner {
	c, err := h.Clone()
	if err != nil {
		panic("keys: a hash that cannot be cloned: " + err.Error())
	}
	return c
}

// emptyHash is Transcript-Hash(""). The caller must not write to it.
func emptyHash(h crypto.Hash) []byte {
	switch h { // those of the suites
	case crypto.SHA256:
		return emptySHA256[:]
	case crypto.SHA384:
		return emptySHA384[:]
	}
	return h.New().Sum(nil)
}

var (
	emptySHA256 = sha256.Sum256(nil)
	emptySHA384 = sha512.Sum384(nil)
)

// md5SHA1 is both hashes of RFC 2246, section 7.4.9, side by side.
type md5SHA1 struct{ md5, sha1 hash.Hash }

func (h *md5SHA1) Write(p []byte) (int, error) {
	h.md5.Write(p)
	return h.sha1.Write(p)
}

func (h *md5SHA1) Sum(b []byte) []byte { return h.sha1.Sum(h.md5.Sum(b)) }

func (h *md5SHA1) Reset() {
	h.md5.Reset()
	h.sha1.Reset()
}

func (h *md5SHA1) Size() int { return md5.Size + sha1.Size }

func (h *md5SHA1) BlockSize() int { return sha1.BlockSize }

func (h *md5SHA1) Clone() (hash.Cloner, error) {
	return &md5SHA1{clone(h.md5.(hash.Cloner)), clone(h.sha1.(hash.Cloner))}, nil
}
