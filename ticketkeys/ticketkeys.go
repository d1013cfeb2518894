// Package ticketkeys makes session ticket keys that rotate by themselves: for a
// server alone ([New]), for a fleet from a secret that its servers share
// ([FromSecret]), for a fleet through a store ([FromStore]), and from a file that
// another process rotates ([FromFile]).
//
//	source, err := ticketkeys.New(ticketkeys.Options{})
//	rotation := ticketkeys.Rotation{Source: source}
//	go rotation.Run(ctx, server)
//
// Who has a ticket key can open the tickets that were sealed with it. Up to
// TLS 1.2 that opens the recorded connections themselves; in TLS 1.3, where a
// resumption adds a key exchange of its own, it opens early data and lets one
// impersonate the clients in the tickets. So the forward secrecy of
// connections that make or use tickets begins when all copies of their key are
// deleted:
//
//   - New: after Every and Keep. The key never leaves the process.
//   - FromStore: after Every, Keep and Skew, when the store has dropped it. It
//     takes the secret and what the store held meanwhile to open it.
//   - FromSecret: never. Anyone who learns the secret, even years later, can derive every
//     key that there ever was.
//   - FromFile: when the file's author has destroyed it.
package ticketkeys

import (
	"context"
	"fmt"
	"time"
)

// Size is the length of a ticket key in bytes, as Node has it: a name of 16, an
// HMAC-SHA256 key of 16 and an AES-128-CBC key of 16.
const Size = 48

// Source is where keys come from. Its method may be called by any number of
// goroutines.
type Source interface {
	// Keys returns the keys at now and the time at which to ask again. Each has
	// [Size] bytes and is not to be written to. The first seals, all open. An
	// error may come with keys, which then serve until the source works again;
	// without keys the server keeps those that it has.
	Keys(ctx context.Context, now time.Time) (keys [][]byte, next time.Time, err error)
}

// Options are the durations of a source. The zero value of each is its default.
// All servers of a fleet need the same.
type Options struct {
	// Every is how long a key seals: 0 for 12 hours. Whole seconds.
	Every time.Duration
	// Keep is how long a key still opens after it has stopped sealing: 0 for 24
	// hours. Sessions that live longer end earlier: it should not be shorter than the
	// server's session timeout.
	Keep time.Duration
	// Skew is how far apart the clocks of a fleet's servers may be: 0 for 5
	// minutes, at most Every. A server alone ignores it.
	Skew time.Duration
	// Poll is how often a store or a file is looked at: 0 for 1 minute. The
	// others ignore it.
	Poll time.Duration
}

// Defaults of Options.
const (
	defaultEvery = 12 * time.Hour
	defaultKeep  = 24 * time.Hour
	defaultSkew  = 5 * time.Minute
	defaultPoll  = time.Minute
)

// maxKeys bounds the keys at any moment: a ticket is tried with each that has
// its name, and a new list of them is made at each look.
const maxKeys = 128

// complete checks options and sets the defaults.
func (o *Options) complete() error {
	for _, option := range []struct {
		name  string
		field *time.Duration
		value time.Duration
	}{
		{"Every", &o.Every, defaultEvery},
		{"Keep", &o.Keep, defaultKeep},
		{"Skew", &o.Skew, min(defaultSkew, orElse(o.Every, defaultEvery))},
		{"Poll", &o.Poll, defaultPoll},
	} {
		if *option.field < 0 {
			return fmt.Errorf("ticketkeys: option %s: %v is negative", option.name, *option.field)
		}
		*option.field = orElse(*option.field, option.value)
	}
	switch {
	case o.Every%time.Second != 0:
		return fmt.Errorf("ticketkeys: option Every: %v is not in whole seconds", o.Every)
	case o.Skew > o.Every:
		return fmt.Errorf("ticketkeys: option Skew: %v is more than Every, %v", o.Skew, o.Every)
	case o.Keep/o.Every > maxKeys:
		return fmt.Errorf("ticketkeys: option Keep: %v makes more than %d keys of %v", o.Keep, maxKeys, o.Every)
	}
	return nil
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// minSecret is the length of the shortest secret of a fleet in bytes. It must
// be random, not a password.
const minSecret = 32

func checkSecret(secret []byte) error {
	if len(secret) < minSecret {
		return fmt.Errorf("ticketkeys: secret: has %d bytes, want at least %d", len(secret), minSecret)
	}
	return nil
}
