package ticketkeys

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// FromSecret returns a source whose keys all servers that hold the same secret,
// at least 32 random bytes, derive by themselves, without communication.
// The key of a slot of time, counted since 1970, is
//
//	HKDF-SHA256(secret, no salt, info = "polytls ticket key v1" | Every | slot, 48 bytes)
//
// with Every in seconds and the slot's number as 8 bytes each, big-endian.
//
// There is no forward secrecy beyond the secret: who learns it can derive all
// past and future keys.
func FromSecret(secret []byte, o Options) (Source, error) {
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	return &derived{options: o, secret: bytes.Clone(secret)}, nil
}

// derived has no state: its keys are a function of time.
type derived struct {
	options Options
	secret  []byte
}

// Keys implements [Source].
func (d *derived) Keys(_ context.Context, now time.Time) (keys [][]byte, next time.Time, err error) {
	for _, slot := range d.options.slots(now) {
		key, err := d.key(slot)
		if err != nil {
			return nil, time.Time{}, err
		}
		keys = append(keys, key)
	}
	return keys, d.options.change(now), nil
}

func (d *derived) key(slot int64) ([]byte, error) {
	info := []byte("polytls ticket key v1")
	info = binary.BigEndian.AppendUint64(info, uint64(d.options.Every/time.Second))
	info = binary.BigEndian.AppendUint64(info, uint64(slot))
	return hkdf.Key(sha256.New, d.secret, nil, string(info), Size)
}
