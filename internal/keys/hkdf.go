package keys

import (
	"crypto"
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"
	"hash"

	"polytls/failure"
)

// extract is HKDF-Extract (RFC 5869, section 2.2). A nil salt or secret is
// Hash.length zeros, as in RFC 8446, section 7.1.
func extract(h crypto.Hash, salt, secret []byte) []byte {
	if salt == nil {
		salt = zeros[:h.Size()]
	}
	if secret == nil {
		secret = zeros[:h.Size()]
	}
	out, err := hkdf.Extract(h.New, secret, salt)
	if err != nil {
		// Only GODEBUG=fips140=only fails, as crypto/hmac would: by a panic.
		panic("keys: " + err.Error())
	}
	return out
}

var zeros [64]byte // as many as any hash has

// keyed is a secret from which labels are expanded. Most secrets of RFC 8446,
// section 7.1, have two to four labels, and keying HMAC costs more than computing
// it, so it is keyed once, at the first label. The state of HMAC is many times as
// large as the secret, so no keyed outlives its handshake.
type keyed struct {
	hash    crypto.Hash
	secret  []byte
	mac     hash.Hash // HMAC under secret; nil before the first label
	scratch [80]byte  // fits HkdfLabel with the schedule's own labels, and a hash
}

// expandLabel is HKDF-Expand-Label (RFC 8446, section 7.1). label is at most
// maxLabel and context 255 bytes long, n at most 255 hash lengths.
func (k *keyed) expandLabel(label string, context []byte, n int) []byte {
	if n > k.hash.Size() { // only in exporters
		out, err := hkdf.Expand(k.hash.New, k.secret, string(appendLabel(nil, label, context, n)), n)
		if err != nil {
			panic("keys: " + err.Error())
		}
		return out
	}
	out := make([]byte, n)
	copy(out, k.block(label, context, n))
	return out
}

// block is expandLabel for an n of at most one hash: the first n bytes of its
// result, which the next call overwrites. HKDF-Expand is then one HMAC, T(1)
// of RFC 5869, section 2.3. It is computed here because crypto/hkdf would key
// it anew each time.
func (k *keyed) block(label string, context []byte, n int) []byte {
	if k.mac == nil {
		k.mac = hmac.New(k.hash.New, k.secret)
	} else {
		k.mac.Reset()
	}
	info := appendLabel(k.scratch[:0], label, context, n)
	k.mac.Write(append(info, 1))
	return k.mac.Sum(k.scratch[:0])
}

// derive is Derive-Secret (RFC 8446, section 7.1) of a transcript's hash.
func (k *keyed) derive(label string, transcriptHash []byte) []byte {
	return k.expandLabel(label, transcriptHash, k.hash.Size())
}

// verifyData is a Finished or a binder under this base key (RFC 8446, section
// 4.4.4).
func (k *keyed) verifyData(transcriptHash []byte) []byte {
	mac := hmac.New(k.hash.New, k.block("finished", nil, k.hash.Size()))
	mac.Write(transcriptHash)
	return mac.Sum(nil)
}

// expandLabel is for a secret that has one label.
func expandLabel(h crypto.Hash, secret []byte, label string, context []byte, n int) []byte {
	k := keyed{hash: h, secret: secret}
	return k.expandLabel(label, context, n)
}

// appendLabel appends the structure HkdfLabel.
func appendLabel(b []byte, label string, context []byte, n int) []byte {
	if len(label) > maxLabel || len(context) > 255 {
		panic("keys: a label or context is too long")
	}
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = append(b, byte(len(labelPrefix)+len(label)))
	b = append(b, labelPrefix...)
	b = append(b, label...)
	b = append(b, byte(len(context)))
	return append(b, context...)
}

const (
	labelPrefix = "tls13 "
	// maxLabel is how many bytes of a label fit HkdfLabel's vector of 255
	// beside the prefix.
	maxLabel = 255 - len(labelPrefix)
)

// checkFinished compares in constant time: verify_data is a MAC.
func checkFinished(want, got []byte) error {
	if !hmac.Equal(want, got) {
		return failure.DigestCheckFailed.New("Finished: verify_data: %d bytes that do not match the %d of the transcript", len(got), len(want))
	}
	return nil
}
