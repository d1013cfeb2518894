package record

import (
	"fmt"
	"math"
	"slices"

	"polytls/internal/suite"
)

// Sealer makes the records of one direction under one set of keys. The zero
// value does not protect them. It must not be copied once it has keys.
type Sealer struct {
	protection sealing // nil: none
	aead       aeadKey // the state of AEAD suites' protection, which needs no allocation of its own
	seq        uint64
	overhead   uint16
	splits     bool
	tls13      bool
}

// sealing is a way to protect records.
type sealing interface {
	// seal appends a whole record to dst, whose capacity suffices. The header
	// holds the payload's type and length and the version of the wire.
	seal(dst []byte, seq uint64, h Header, payload []byte, padding int) []byte
	// overhead bounds what a record adds to its payload: with the header, without
	// optional padding.
	overhead() int
}

// NewSealer returns a Sealer for the keys, or an error if they do not fit
// their suite, or the suite its version.
func NewSealer(k Keys) (*Sealer, error) {
	s := new(Sealer)
	if err := s.SetKeys(k); err != nil {
		return nil, err
	}
	return s, nil
}

// SetKeys makes s a new Sealer for the keys. After an error, which is that of
// NewSealer, it is as it was.
func (s *Sealer) SetKeys(k Keys) error {
	p, err := newSealing(&k, &s.aead)
	if err != nil {
		return err
	}
	s.protection, s.seq = p, 0
	s.overhead = uint16(p.overhead())
	s.splits = k.Suite.IsCBC() && k.Version == suite.TLS10 && !k.NoRecordSplitting
	s.tls13 = k.Version == suite.TLS13
	return nil
}

func newSealing(k *Keys, aead *aeadKey) (sealing, error) {
	if err := k.check(); err != nil {
		return nil, err
	}
	switch {
	case k.Suite.MAC == suite.AEAD && k.Version == suite.TLS13:
		return aead13{aead}, aead.set(k)
	case k.Suite.MAC == suite.AEAD:
		return aead12{aead}, aead.set(k)
	case k.Suite.Cipher == suite.NULL:
		return newNull(k)
	case k.Suite.IsCBC() && k.EncryptThenMAC:
		return newSealETM(k)
	case k.Suite.IsCBC():
		return newSealCBC(k)
	}
	return nil, errNotImplemented(k.Suite)
}

// Seal appends one whole record to dst and returns the result. It allocates
// only if the capacity of dst is not Overhead bytes more than payload and padding.
// The payload is at most MaxPlaintext bytes, a larger one is the caller's bug
// and panics; it must not overlap the spare capacity of dst.
//
// The version is what the header shows; a record that TLS 1.3 protects always
// shows TLS 1.2 and application_data, and hides t and as many of the padding
// zero bytes as its maximum length allows (RFC 8446, section 5.4). Under other
// protection there is no padding to choose.
//
// An exhausted Sealer returns dst as it was, see [Sealer.Exhausted].
func (s *Sealer) Seal(dst []byte, version suite.Version, t ContentType, payload []byte, padding int) []byte {
	if len(payload) > MaxPlaintext {
		panic(fmt.Sprintf("record: Seal: a payload of %d bytes is more than %d", len(payload), MaxPlaintext))
	}
	padding = min(max(padding, 0), MaxPlaintext-len(payload))
	h := Header{Type: t, Version: version, Length: len(payload)}
	if s.protection == nil {
		return append(h.appendTo(dst), payload...)
	}
	if s.Exhausted() {
		return dst
	}
	dst = slices.Grow(dst, s.Overhead()+len(payload)+padding)
	dst = s.protection.seal(dst, s.seq, h, payload, padding)
	s.seq++
	return dst
}

// Overhead returns the most bytes that a record adds to its payload: with the
// header, without optional padding.
func (s *Sealer) Overhead() int {
	if s.protection == nil {
		return HeaderLen
	}
	return int(s.overhead)
}

// SplitsCBC reports whether the caller must send the first byte of application
// data in a record of its own. In TLS 1.0 the IV of CBC is the end of the
// previous record, which a chosen-plaintext attacker (BEAST) knows; the MAC of a
// one-byte record, which precedes the rest, makes it unpredictable.
func (s *Sealer) SplitsCBC() bool { return s.splits }

// Sealed returns the number of records that were protected with the keys.
func (s *Sealer) Sealed() uint64 { return s.seq }

// Limit returns the number of records after which a key update is due.
func (s *Sealer) Limit() uint64 {
	if !s.tls13 {
		// Keys cannot be updated, so that only the sequence number bounds them.
		return math.MaxUint64
	}
	if limit := s.aead.suite.Cipher.Info().RecordLimit; limit != 0 {
		return limit
	}
	return math.MaxUint64
}

// Exhausted reports whether the next record would need a sequence number
// beyond 64 bits (RFC 8446, section 5.3). Seal then refuses to make it, since
// that would repeat a nonce.
func (s *Sealer) Exhausted() bool { return s.seq == math.MaxUint64 }
