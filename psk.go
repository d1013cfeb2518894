package polytls

import (
	"context"
	"crypto"

	"polytls/internal/handshake"
)

// PSK is an external pre-shared key (RFC 4279; RFC 8446, section 4.2.11). A
// callback that returns one out of these bounds ends the handshake with
// ERR_INVALID_ARG_VALUE.
type PSK struct {
	// Identity names the key to the server, unencrypted: 1 to 256 bytes, and up to
	// TLS 1.2 nil or empty, too. A server's callback may leave it out.
	Identity []byte
	// Key is the secret: 1 to 512 bytes, so that nil and empty are errors. A
	// guessable one can be found from a recorded handshake.
	Key []byte
	// Hash is the hash of the TLS 1.3 suites that can use the key: crypto.SHA256,
	// crypto.SHA384, or 0 for SHA-256. Up to TLS 1.2 every suite can use it.
	Hash crypto.Hash
	// Imported says that ImportPSK made the key (RFC 9258).
	Imported bool
}

// pskOffers returns the function that returns a client's keys.
func (o *ConnectOptions) pskOffers() func(context.Context, *string) ([]handshake.PSK, error) {
	if o.PSKCallback == nil {
		return nil
	}
	return func(ctx context.Context, hint *string) ([]handshake.PSK, error) {
		keys, err := o.PSKCallback(ctx, hint)
		if err != nil {
			return nil, err
		}
		var offers []handshake.PSK
		for _, k := range keys {
			offers = append(offers, handshake.PSK(k))
		}
		return offers, nil
	}
}

// pskFinder returns the function that finds a server's key.
func (o *ServerOptions) pskFinder(s *Socket) func(context.Context, []byte) (*handshake.PSK, error) {
	if o.PSKCallback == nil {
		return nil
	}
	return func(ctx context.Context, identity []byte) (*handshake.PSK, error) {
		k, err := o.PSKCallback(ctx, s, identity)
		return (*handshake.PSK)(k), err
	}
}

// ImportPSK derives from one external key the keys to use with TLS 1.3, one for each
// hash of its suites, so that no key is used with two hashes (RFC 9258). Both ends
// import with the same context, which names the key's purpose and may be empty; a
// server finds the key by the imported identity, which holds identity and context.
//
// key.Hash is the hash that the external key was provisioned for, 0 for SHA-256.
// Identity and context have at most 248 bytes together. A value out of these bounds, or
// a key that is imported already, is an error with the code ERR_INVALID_ARG_VALUE.
func ImportPSK(key PSK, context []byte) ([]PSK, error) {
	keys, err := handshake.ImportPSK((*handshake.PSK)(&key), context)
	if err != nil {
		return nil, err
	}
	var imported []PSK
	for _, k := range keys {
		imported = append(imported, PSK(k))
	}
	return imported, nil
}
