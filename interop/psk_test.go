package interop

import (
	"context"

	"polytls"
)

// pskServer looks identities up in keys.
func pskServer(keys map[string][]byte) func(context.Context, *polytls.Socket, []byte) (*polytls.PSK, error) {
	return func(_ context.Context, _ *polytls.Socket, identity []byte) (*polytls.PSK, error) {
		key, ok := keys[string(identity)]
		if !ok {
			return nil, nil
		}
		return &polytls.PSK{Identity: identity, Key: key}, nil
	}
}

// pskClient offers all keys.
func pskClient(keys map[string][]byte) func(context.Context, *string) ([]polytls.PSK, error) {
	return func(context.Context, *string) ([]polytls.PSK, error) {
		var all []polytls.PSK
		for identity, key := range keys {
			all = append(all, polytls.PSK{Identity: []byte(identity), Key: key})
		}
		return all, nil
	}
}
