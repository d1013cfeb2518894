package record

import (
	"math"

	"polytls/failure"
	"polytls/internal/suite"
)

// Opener opens the records of one direction under one set of keys. The zero
// value is for records without protection. It must not be copied once it has
// keys.
type Opener struct {
	protection opening // nil: none
	aead       aeadKey // the state of AEAD suites' protection, which needs no allocation of its own
	seq        uint64
	// limit bounds the plaintext, in TLS 1.3 with its type and padding. 0 is
	// the protocol's own bound.
	limit uint16
	tls13 bool
}

// opening is the inverse of sealing.
type opening interface {
	// open returns the plaintext of a record, which is in dst if the protection can
	// decrypt into another slice and the capacity of dst suffices, else in rec. The
	// result is valid only if the caller accepts it and increments seq.
	open(dst []byte, seq uint64, rec []byte) (plaintext []byte, err error)
}

// NewOpener returns an Opener for the keys, or an error if they do not fit
// their suite, or the suite its version.
func NewOpener(k Keys) (*Opener, error) {
	o := new(Opener)
	if err := o.SetKeys(k); err != nil {
		return nil, err
	}
	return o, nil
}

// SetKeys makes o a new Opener for the keys, under the same limit. After an error,
// which is that of NewOpener, it is as it was.
func (o *Opener) SetKeys(k Keys) error {
	p, err := newOpening(&k, &o.aead)
	if err != nil {
		return err
	}
	o.protection, o.seq = p, 0
	o.tls13 = k.Version == suite.TLS13
	return nil
}

func newOpening(k *Keys, aead *aeadKey) (opening, error) {
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
		return newOpenETM(k)
	case k.Suite.IsCBC():
		return newOpenCBC(k)
	}
	return nil, errNotImplemented(k.Suite)
}

// SetLimit bounds the plaintext of records to n bytes, as the record_size_limit
// that we sent promises (RFC 8449): in TLS 1.3 n counts the content type and the
// padding too. 0 is the protocol's own bound, which no n raises.
func (o *Opener) SetLimit(n int) { o.limit = uint16(min(max(n, 0), math.MaxUint16)) }

// MaxCiphertext returns the maximum of the length field of a header, in bytes. A longer record need not be read to be refused.
func (o *Opener) MaxCiphertext() int {
	switch {
	case o.protection == nil:
		return o.maxInner()
	case o.tls13:
		return MaxCiphertext13
	}
	return MaxCiphertext12
}

// MaxPlaintext returns the maximum length of a plaintext in bytes.
func (o *Opener) MaxPlaintext() int {
	if o.tls13 {
		return o.maxInner() - 1
	}
	return o.maxInner()
}

// maxInner bounds what is encrypted: in TLS 1.3 a whole
// TLSInnerPlaintext (RFC 8446, section 5.4).
func (o *Opener) maxInner() int {
	most := MaxPlaintext
	if o.tls13 {
		most++
	}
	if o.limit == 0 {
		return most
	}
	return min(most, int(o.limit))
}

// Opened returns the number of records that were opened with the keys.
func (o *Opener) Opened() uint64 { return o.seq }

// Open opens rec, one whole record with its header, in place: the plaintext
// aliases rec. In TLS 1.3 the type is the inner one and the padding is gone.
//
// An error carries its alert. After one the bytes of rec are undefined, but the
// Opener is unchanged, so that a server that has rejected early data can go on to the
// next record (RFC 8446, section 4.2.10).
func (o *Opener) Open(rec []byte) (t ContentType, plaintext []byte, err error) {
	return o.OpenTo(nil, rec)
}

// OpenTo is like Open, but decrypts into the capacity of dst, whatever its length, when
// the suite is an AEAD and cap(dst) suffices for all that is encrypted, which
// in TLS 1.3 is the type and the padding too. The plaintext then aliases dst,
// else rec. They must not overlap.
func (o *Opener) OpenTo(dst, rec []byte) (t ContentType, plaintext []byte, err error) {
	t, err = o.admit(rec)
	if err != nil {
		return 0, nil, err
	}
	if o.protection == nil {
		return t, rec[HeaderLen:], nil
	}
	plaintext, err = o.protection.open(dst[:0], o.seq, rec)
	if err != nil {
		return 0, nil, err
	}
	if most := o.maxInner(); len(plaintext) > most {
		return 0, nil, failure.DataLengthTooLong.New("record: fragment: %d bytes of plaintext, at most %d are allowed", len(plaintext), most)
	}
	if o.tls13 {
		t, plaintext, err = splitInner(plaintext)
		if err != nil {
			return 0, nil, err
		}
	}
	o.seq++
	return t, plaintext, nil
}

// admit checks what can be checked before the record is opened.
func (o *Opener) admit(rec []byte) (ContentType, error) {
	if len(rec) < HeaderLen {
		return 0, failure.LengthMismatch.New("record: header: wanted %d bytes, got %d", HeaderLen, len(rec))
	}
	h := ParseHeader(rec)
	switch most := o.MaxCiphertext(); {
	case h.Length != len(rec)-HeaderLen:
		return 0, failure.LengthMismatch.New("record: fragment: wanted %d bytes, got %d", h.Length, len(rec)-HeaderLen)
	case h.Length > most && o.protection == nil:
		return 0, failure.DataLengthTooLong.New("record: fragment: %d bytes of plaintext, at most %d are allowed", h.Length, most)
	case h.Length > most:
		return 0, failure.EncryptedLengthTooLong.New("record: fragment: %d bytes of ciphertext, at most %d are allowed", h.Length, most)
	case o.tls13 && h.Type != ApplicationData:
		return 0, failure.BadRecordType.New("record: type: wanted application_data on a protected record, got %s", h.Type)
	case o.seq == math.MaxUint64:
		return 0, failure.Internal.New("record: sequence number: 2^64-1 records were opened with these keys")
	}
	return h.Type, nil
}

// errDecrypt is the one error of all failures to open a record: which check failed
// must not be known (RFC 5246, section 6.2.3.2).
func errDecrypt() error {
	return failure.DecryptionFailed.New("record: fragment: it does not decrypt under the current keys")
}
