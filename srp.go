package polytls

import (
	"context"
	"crypto/rand"

	"polytls/internal/kex"
	"polytls/internal/reason"
)

// SRPVerifier is what a server keeps of a user of SRP (RFC 5054, section 2.4).
// It is as good as the password for whoever wants to pose as the server.
type SRPVerifier = kex.SRPVerifier

// NewSRPVerifier makes a user's verifier with a fresh salt, in RFC 5054's group
// of 1024, 1536, 2048, 3072, 4096, 6144 or 8192 bits. Less than 2,048 is weak.
func NewSRPVerifier(bits int, user, password string) (*SRPVerifier, error) {
	group := srpGroup(bits)
	if group == nil {
		return nil, reason.InvalidArgValue.Local("RFC 5054 has no group of %d bits", bits)
	}
	return kex.NewSRPVerifier(group, user, password), nil
}

// ParseSRPVerifiers reads the file that `openssl srp` writes.
func ParseSRPVerifiers(data []byte) ([]*SRPVerifier, error) { return kex.ParseVerifiers(data) }

func srpGroup(bits int) *kex.SRPGroup {
	for _, g := range kex.SRPGroups() {
		if g.Bits() == bits {
			return g
		}
	}
	return nil
}

// simulatedBits is the group of users that do not exist.
const simulatedBits = 2048

// verifiers asks SRPCallback, and simulates users that it does not know: the
// handshake fails at Finished, as with a wrong password, so that nobody learns
// which users there are (RFC 5054, section 2.5.1.3).
func (srv *Server) verifiers() func(context.Context, string) (*SRPVerifier, error) {
	ask := srv.options.SRPCallback
	if ask == nil {
		return nil
	}
	return func(ctx context.Context, user string) (*SRPVerifier, error) {
		v, err := ask(ctx, user)
		if v != nil || err != nil {
			return v, err
		}
		return kex.FakeSRPVerifier(srpGroup(simulatedBits), srv.srpSeed, user), nil
	}
}

// newSRPSeed makes what simulated users are derived from.
func newSRPSeed(o *ServerOptions) []byte {
	if o.SRPCallback == nil {
		return nil
	}
	seed := make([]byte, 32)
	rand.Read(seed)
	return seed
}
