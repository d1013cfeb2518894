// Package keys derives secrets and keys: the PRF of TLS 1.0 to 1.2, the key schedule of TLS 1.3,
// Finished, exporters, imported pre-shared keys and the lines of a key log.
//
// It does no I/O and uses no randomness. Finished and binders of a peer are
// compared in constant time, here and nowhere else.
package keys

import (
	_ "crypto/sha256" // the hashes that suites name
	_ "crypto/sha512"
)
