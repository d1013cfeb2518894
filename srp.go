package polytls

import (
	"context"
	"slices"

	"polytls/failure"
	"polytls/internal/kex"
)

// SRPVerifier is a user of SRP at a server (RFC 5054, section 2.4): NewSRPVerifier
// makes one, ParseSRPVerifiers reads OpenSSL's, and its fields can be set from a
// database. Whoever has it can impersonate the server.
type SRPVerifier struct {
	// User is the user's name. A server ignores it. It may be "".
	User string
	// Bits is the size of RFC 5054's group: 1024, 1536, 2048, 3072, 4096, 6144
	// or 8192; 0 is an error. Less than 2,048 is weak.
	Bits int
	// Salt has 1 to 255 bytes: nil and empty are errors.
	Salt []byte
	// Verifier is v, big-endian: more than 0 and below the group's prime. nil and
	// empty are 0, an error.
	Verifier []byte
}

// NewSRPVerifier makes a user's verifier with a fresh salt, in RFC 5054's group
// of 1024, 1536, 2048, 3072, 4096, 6144 or 8192 bits. Less than 2,048 is weak.
func NewSRPVerifier(bits int, user, password string) (*SRPVerifier, error) {
	group, err := kex.SRPGroupOf(bits)
	if err != nil {
		return nil, err
	}
	return asSRPVerifier(kex.NewSRPVerifier(group, user, password)), nil
}

// ParseSRPVerifiers reads the file that `openssl srp` writes: its valid users in
// the file's order. Its error names the line.
func ParseSRPVerifiers(data []byte) ([]*SRPVerifier, error) {
	users, err := kex.ParseVerifiers(data)
	if err != nil {
		return nil, err
	}
	var all []*SRPVerifier
	for _, u := range users {
		all = append(all, asSRPVerifier(u))
	}
	return all, nil
}

func asSRPVerifier(v *kex.SRPVerifier) *SRPVerifier {
	return &SRPVerifier{User: v.User, Bits: v.Group.Bits(), Salt: v.Salt, Verifier: v.Verifier}
}

// compile checks a verifier that a callback returned.
func (v *SRPVerifier) compile() (*kex.SRPVerifier, error) {
	group, err := kex.SRPGroupOf(v.Bits)
	if err != nil {
		return nil, err
	}
	compiled := &kex.SRPVerifier{Group: group, User: v.User, Salt: v.Salt, Verifier: v.Verifier}
	if err := compiled.Check(); err != nil {
		return nil, failure.InvalidArgValue.About("SRP verifier", "%v", err)
	}
	return compiled, nil
}

// verifiers returns a function that calls SRPCallback and simulates unknown users: the
// handshake fails at Finished, as with a wrong password, so that a client cannot learn
// which users there are (RFC 5054, section 2.5.1.3).
func (srv *Server) verifiers() func(context.Context, string) (*kex.SRPVerifier, error) {
	ask := srv.options.SRPCallback
	if ask == nil {
		return nil
	}
	return func(ctx context.Context, user string) (*kex.SRPVerifier, error) {
		v, err := ask(ctx, user)
		switch {
		case err != nil:
			return nil, err
		case v == nil:
			return srv.srp.Verifier(user)
		}
		compiled, err := v.compile()
		if err == nil && !slices.Contains(srv.srp.Groups, compiled.Group) {
			return nil, failure.InvalidArgValue.Option("SRPGroups", "a verifier in the group of %d bits, which is not among them: it would show that the user exists", v.Bits)
		}
		return compiled, err
	}
}

// srpSimulation returns the simulation of unknown users, nil without SRPCallback.
func (o *ServerOptions) srpSimulation() (*kex.SRPSimulation, error) {
	const shortest, longest = 16, 255
	var groups []*kex.SRPGroup
	for i, bits := range o.SRPGroups {
		g, err := kex.SRPGroupOf(bits)
		if err != nil {
			return nil, optionItem(item("SRPGroups", -1), err).At(item("SRPGroups", i))
		}
		groups = append(groups, g)
	}
	switch {
	case o.SRPSaltSize < 0 || o.SRPSaltSize > longest:
		return nil, failure.OutOfRange.Option("SRPSaltSize", "%d is not within 0 to %d", o.SRPSaltSize, longest)
	case o.SRPSeed != nil && len(o.SRPSeed) < shortest:
		return nil, failure.InvalidArgValue.Option("SRPSeed", "%d bytes, at least %d are needed", len(o.SRPSeed), shortest)
	case o.SRPCallback == nil:
		return nil, nil
	}
	return kex.NewSRPSimulation(groups, o.SRPSaltSize, o.SRPSeed), nil
}
