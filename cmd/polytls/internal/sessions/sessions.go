// Package sessions implements the flags for a server's session store and its ticket
// keys.
package sessions

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/option"
	"polytls/internal/session"
	"polytls/sessionstore"
	"polytls/sessionstore/redisstore"
	"polytls/ticketkeys"
)

// Flags are the flags for the session store and the ticket keys.
type Flags struct {
	ticketKeys     []byte
	ticketKeysFrom string
	ticketSecret   string
	store          string
	storePlain     bool
}

// Options returns the variables of those flags that are options of the library.
func (f *Flags) Options() map[string]any {
	return map[string]any{
		"TicketKeys":   flags.HexOf(&f.ticketKeys, session.TicketKeySize),
		"SessionStore": &f.store,
	}
}

// AddTo adds the flags that are not options of the library.
func (f *Flags) AddTo(g *flags.Groups) {
	set := g.In(option.Sessions)
	set.StringVar(&f.ticketKeysFrom, "ticket-keys-from", "",
		"`FILE` with ticket keys, reloaded every minute; or secret, or store, for keys that a fleet derives and rotates")
	set.StringVar(&f.ticketSecret, "ticket-secret", "",
		"`file:PATH` or env:NAME: the fleet's secret for --ticket-keys-from secret or store, 32 random bytes or more as one line of text")
	set.BoolVar(&f.storePlain, "session-store-plain", false, "store sessions unsealed, to share them with Node servers")
}

// Files returns the files that the flags name.
func (f *Flags) Files() []string {
	var paths []string
	if from := f.ticketKeysFrom; from != "secret" && from != "store" {
		paths = append(paths, from)
	}
	if path, ok := strings.CutPrefix(f.ticketSecret, "file:"); ok {
		paths = append(paths, path)
	}
	return paths
}

// Keeper holds the source of ticket keys and the session store.
type Keeper struct {
	source ticketkeys.Source // nil if the keys do not change
	store  *redisstore.Store // nil without Redis
}

// Open checks the flags, sets the server's options and opens the source and the
// store.
func (f *Flags) Open(o *polytls.ServerOptions, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{}
	if err := f.check(); err != nil {
		return nil, err
	}
	o.TicketKeys = f.ticketKeys
	o.SingleUseTickets = f.store != "" && o.MaxEarlyData > 0
	switch f.store {
	case "":
	case "memory":
		o.SessionStore = sessionstore.NewMemory(sessionstore.MemoryOptions{})
	default:
		options := redisstore.Options{PlainDER: f.storePlain, Log: log}
		if f.ticketKeys != nil {
			options.TicketKeys = [][]byte{f.ticketKeys}
		}
		logging.Disable() // the store logs errors that go-redis would print
		var err error
		if k.store, err = redisstore.Open(f.store, options); err != nil {
			return nil, flags.Wrong("--session-store", "%v", err)
		}
		o.SessionStore = k.store
	}
	if err := f.openSource(k, o); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// storeSchemes matches the beginning of a store's URL; the store checks the rest.
var storeSchemes = regexp.MustCompile(`^(?:redis|rediss|valkey|valkeys|unix)(?:\+\w+)?:`)

// check refuses flags that conflict.
func (f *Flags) check() error {
	shared := f.ticketKeysFrom == "secret" || f.ticketKeysFrom == "store"
	redis := f.store != "" && f.store != "memory"
	switch {
	case redis && !storeSchemes.MatchString(f.store):
		return flags.Wrong("--session-store", "want memory or a URL such as redis://HOST:6379") // without the value, which may hold a password
	case f.ticketKeys != nil && f.ticketKeysFrom != "":
		return flags.Wrong("--ticket-keys-from", "conflicts with --ticket-keys")
	case shared && f.ticketSecret == "":
		return flags.Wrong("--ticket-secret", "required by --ticket-keys-from %s", f.ticketKeysFrom)
	case !shared && f.ticketSecret != "":
		return flags.Wrong("--ticket-secret", "only used with --ticket-keys-from secret or store")
	case shared && !strings.HasPrefix(f.ticketSecret, "file:") && !strings.HasPrefix(f.ticketSecret, "env:"):
		return flags.Wrong("--ticket-secret", "want file:PATH or env:NAME: other users can see the command line")
	case f.ticketKeysFrom == "store" && !redis:
		return flags.Wrong("--ticket-keys-from", "store requires a --session-store in Redis")
	case f.storePlain && !redis:
		return flags.Wrong("--session-store-plain", "requires a --session-store in Redis")
	case redis && !f.storePlain && f.ticketKeys == nil && f.ticketKeysFrom == "":
		return flags.Wrong("--session-store", "sessions are sealed with ticket keys: give --ticket-keys or --ticket-keys-from")
	}
	return nil
}

// openSource opens the source and sets the server's first keys, so that no ticket
// is sealed with other keys.
func (f *Flags) openSource(k *Keeper, o *polytls.ServerOptions) error {
	if f.ticketKeysFrom == "" {
		return nil
	}
	secret, err := files.Secret("--ticket-secret", f.ticketSecret)
	if err != nil {
		return err
	}
	// Keys must open tickets for the lifetime of sessions; the source's default is
	// a day.
	options := ticketkeys.Options{Keep: max(24*time.Hour, o.SessionTimeout)}
	switch f.ticketKeysFrom {
	case "secret":
		k.source, err = ticketkeys.FromSecret([]byte(secret), options)
	case "store":
		k.source, err = ticketkeys.FromStore(k.store.KeyStore(), []byte(secret), options)
	default:
		if k.source, err = ticketkeys.FromFile(f.ticketKeysFrom, options); err != nil {
			return ticketFileError(f.ticketKeysFrom, err)
		}
	}
	if err != nil {
		return flags.Wrong("--ticket-secret", "%v", err)
	}
	keys, _, err := k.source.Keys(context.Background(), time.Now())
	if len(keys) == 0 { // if there are keys, Run logs the error
		return explain.New("ERR_TLS_TICKET_KEYS", "check the source that --ticket-keys-from names", "--ticket-keys-from: %v", err)
	}
	o.TicketKeys = bytes.Clone(keys[0])
	return nil
}

// ticketFileError returns the error of a file of keys.
func ticketFileError(path string, err error) error {
	var system *fs.PathError
	if errors.As(err, &system) {
		return explain.At("--ticket-keys-from", err)
	}
	return explain.New("ERR_TLS_TICKET_KEYS", "openssl rand -hex 48 makes a key", "--ticket-keys-from: %s: %v", path, err)
}

// Rotate sets the server's keys, now and whenever they change until ctx ends.
func (k *Keeper) Rotate(ctx context.Context, srv *polytls.Server, log *slog.Logger) {
	if k.source == nil {
		return
	}
	servers := []ticketkeys.Server{srv}
	if k.store != nil {
		servers = append(servers, k.store)
	}
	r := &ticketkeys.Rotation{Source: k.source, Log: log}
	if _, err := r.Step(ctx, servers...); err != nil {
		log.Warn("ticket keys", "error", err.Error())
	}
	go r.Run(ctx, servers...)
}

// Close ends the connections to the store.
func (k *Keeper) Close() {
	if k.store != nil {
		k.store.Close()
	}
}
