package truststore

import (
	"crypto/sha1"
	"fmt"
)

// system returns the user's store of root certificates, which Edge and Chrome use.
// Windows itself asks before it changes the store.
func system(ca *CA) []Store {
	hash := fmt.Sprintf("%x", sha1.Sum(ca.Certificate.Raw)) // the name of a certificate for the command certutil
	return []Store{{
		Name:   "system (the user's root certificates)",
		has:    func() bool { return succeeds("certutil", "-user", "-store", "Root", hash) },
		add:    [][]string{{"certutil", "-user", "-addstore", "-f", "Root", ca.File}},
		remove: [][]string{{"certutil", "-user", "-delstore", "Root", hash}},
	}}
}
