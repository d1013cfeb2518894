package redisstore

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Open returns a store that connects by itself to what a URL names, when it is
// first used:
//
//	redis://user:password@host:6379/0       a server; rediss:// over TLS
//	unix://user:password@/run/redis.sock    a server's Unix socket
//	redis+sentinel://host:26379/0?master_name=mymaster&addr=host2:26379
//	redis+cluster://host:6379?addr=host2:6379
//
// valkey and valkeys are other names of redis and rediss; rediss+sentinel and
// rediss+cluster use TLS. The query may hold the options of go-redis by their
// names in snake case, such as pool_size, or skip_verify for tests; for
// sentinels the user and password are theirs, and username and password in the
// query the server's. What a URL cannot say, such as a CA of one's own, takes a
// client of one's own: see [New].
func Open(address string, o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	client, err := dial(address)
	if err != nil {
		return nil, fmt.Errorf("redisstore: URL: %w", withoutPassword(err))
	}
	s, err := New(client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// dial makes a client for a URL. It tries once: the breaker knows better when
// to try again.
func dial(address string) (redis.UniversalClient, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	scheme, kind, _ := strings.Cut(scheme, "+")
	switch scheme {
	case "valkey":
		scheme = "redis"
	case "valkeys":
		scheme = "rediss"
	}
	address = scheme + ":" + rest
	switch kind {
	case "":
		return dialServer(address)
	case "sentinel":
		return dialSentinel(address)
	case "cluster":
		return dialCluster(address)
	}
	return nil, fmt.Errorf("scheme: %q, want sentinel or cluster", kind)
}

func dialServer(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, err
	}
	orElse(&o.DialTimeout, patience)
	orElse(&o.ReadTimeout, patience)
	orElse(&o.WriteTimeout, patience)
	orElse(&o.MaxRetries, -1)
	orElse(&o.DialerRetries, 1)
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = silent()
	return redis.NewClient(o), nil
}

func dialSentinel(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, err
	}
	if o.MasterName == "" {
		return nil, errors.New("master_name is missing")
	}
	orElse(&o.DialTimeout, patience)
	orElse(&o.ReadTimeout, patience)
	orElse(&o.WriteTimeout, patience)
	orElse(&o.MaxRetries, -1)
	orElse(&o.DialerRetries, 1)
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	return redis.NewFailoverClient(o), nil
}

func dialCluster(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, err
	}
	orElse(&o.DialTimeout, patience)
	orElse(&o.ReadTimeout, patience)
	orElse(&o.WriteTimeout, patience)
	orElse(&o.MaxRetries, -1)
	orElse(&o.DialerRetries, 1)
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = silent()
	return redis.NewClusterClient(o), nil
}

// withoutPassword drops the URL itself from an error: it may hold a password.
func withoutPassword(err error) error {
	var parsing *url.Error
	if errors.As(err, &parsing) {
		return parsing.Err
	}
	return err
}

// silent keeps go-redis from asking for notices that only Redis's own cloud
// sends, and that an ACL may forbid.
func silent() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// orElse sets a default that the URL did not set.
func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
