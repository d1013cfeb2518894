package handshake

import (
	"crypto"

	"polytls/failure"
	"polytls/internal/keys"
	"polytls/internal/suite"
)

// PSK is an external pre-shared key.
type PSK struct {
	Identity []byte      // 1 to 256 bytes, up to TLS 1.2 also none; a server's callback may leave it out
	Key      []byte      // 1 to 512 bytes
	Hash     crypto.Hash // in TLS 1.3 the hash of the suites that can use it: SHA-256 (or 0) or SHA-384
	// Imported says that identity and key are those of RFC 9258.
	Imported bool
}

// Limits of external keys in bytes, as in current Node.
const (
	MaxPSKIdentity = 256
	MaxPSKKey      = 512
)

// checkOffer checks a key of a client's callback for TLS 1.3, where no identity may
// be empty. Up to TLS 1.2 one may (RFC 4279, section 2).
func (k *PSK) checkOffer() error {
	if len(k.Identity) == 0 {
		return failure.InvalidArgValue.With(failure.AlertInternalError, "the argument 'identity': the PSK identity is empty")
	}
	return k.check()
}

// check checks a key of a callback. The hash must be that of a suite of TLS 1.3.
func (k *PSK) check() error {
	switch {
	case len(k.Key) == 0:
		return failure.InvalidArgValue.With(failure.AlertInternalError, "the argument 'psk': the pre-shared key is empty")
	case len(k.Key) > MaxPSKKey:
		return failure.InvalidArgValue.With(failure.AlertInternalError, "the argument 'psk': Pre-shared key exceeds %d bytes", MaxPSKKey)
	case len(k.Identity) > MaxPSKIdentity:
		return failure.InvalidArgValue.With(failure.AlertInternalError, "the argument 'identity': PSK identity exceeds %d bytes", MaxPSKIdentity)
	case k.hash() != crypto.SHA256 && k.hash() != crypto.SHA384:
		return failure.InvalidArgValue.With(failure.AlertInternalError, "the argument 'hash': %v, want SHA-256 or SHA-384", k.Hash)
	}
	return nil
}

func (k *PSK) hash() crypto.Hash {
	if k.Hash == 0 {
		return crypto.SHA256
	}
	return k.Hash
}

func (k *PSK) kind() keys.BinderKind {
	if k.Imported {
		return keys.ImportedBinder
	}
	return keys.ExternalBinder
}

// ImportPSK derives from one external key the keys to use with TLS 1.3, one for
// each hash, so that no key is used with two hashes (RFC 9258).
func ImportPSK(key *PSK, context []byte) ([]PSK, error) {
	const most = MaxPSKIdentity - keys.ImportFraming
	switch {
	case key.Imported:
		return nil, failure.InvalidArgValue.Local("the argument 'key': it is imported already")
	case len(key.Key) == 0:
		return nil, failure.InvalidArgValue.Local("the argument 'key': the pre-shared key is empty")
	case len(key.Identity)+len(context) > most:
		return nil, failure.InvalidArgValue.Local("the arguments 'key' and 'context': identity and context of %d bytes together, at most %d are allowed", len(key.Identity)+len(context), most)
	}
	var imported []PSK
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
		name, k, err := keys.ImportPSK(key.Identity, context, key.Key, key.hash(), suite.TLS13, h)
		if err != nil {
			return nil, failure.InvalidArgValue.Local("the argument 'key'").Wrap(err)
		}
		imported = append(imported, PSK{Identity: name, Key: k, Hash: h, Imported: true})
	}
	return imported, nil
}
