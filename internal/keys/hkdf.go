package keys

import (
	"crypto"
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"

	"polytls/internal/reason"
)

// maxLabel is how many bytes of a label fit HkdfLabel's vector of 255 beside
// "tls13 ".
const maxLabel = 255 - len("tls13 ")

// extract is HKDF-Extract (RFC 5869, section 2.2). A nil secret is Hash.length
// zeros, as in RFC 8446, section 7.1.
func extract(h crypto.Hash, salt, secret []byte) []byte {
	if secret == nil {
		secret = make([]byte, h.Size())
	}
	out, err := hkdf.Extract(h.New, secret, salt)
	if err != nil {
		// Only GODEBUG=fips140=only fails, as crypto/hmac would: by a panic.
		panic("keys: " + err.Error())
	}
	return out
}

// expandLabel is HKDF-Expand-Label (RFC 8446, section 7.1). label is at most
// maxLabel and context 255 bytes long, n at most 255 hash lengths.
func expandLabel(h crypto.Hash, secret []byte, label string, context []byte, n int) []byte {
	out, err := hkdf.Expand(h.New, secret, hkdfLabel(label, context, n), n)
	if err != nil {
		panic("keys: " + err.Error())
	}
	return out
}

// hkdfLabel is the structure HkdfLabel. It is put together by hand since every
// handshake makes dozens of them.
func hkdfLabel(label string, context []byte, n int) string {
	const prefix = "tls13 "
	if len(label) > maxLabel || len(context) > 255 {
		panic("keys: a label or context is too long")
	}
	b := make([]byte, 0, 2+1+len(prefix)+len(label)+1+len(context))
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = append(b, byte(len(prefix)+len(label)))
	b = append(b, prefix...)
	b = append(b, label...)
	b = append(b, byte(len(context)))
	b = append(b, context...)
	return string(b)
}

// deriveSecret is Derive-Secret (RFC 8446, section 7.1) of a transcript's hash.
func deriveSecret(h crypto.Hash, secret []byte, label string, transcriptHash []byte) []byte {
	return expandLabel(h, secret, label, transcriptHash, h.Size())
}

// emptyHash is Transcript-Hash("").
func emptyHash(h crypto.Hash) []byte { return h.New().Sum(nil) }

// verifyData is a Finished or a binder under a base key (RFC 8446, section
// 4.4.4).
func verifyData(h crypto.Hash, baseKey, transcriptHash []byte) []byte {
	mac := hmac.New(h.New, expandLabel(h, baseKey, "finished", nil, h.Size()))
	mac.Write(transcriptHash)
	return mac.Sum(nil)
}

// checkFinished compares in constant time: verify_data is a MAC.
func checkFinished(want, got []byte) error {
	if !hmac.Equal(want, got) {
		return reason.DigestCheckFailed.New("Finished: verify_data: %d bytes that do not match the %d of the transcript", len(got), len(want))
	}
	return nil
}
