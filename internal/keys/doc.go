// Package keys derives: the PRF of TLS 1.0 to 1.2, the key schedule of TLS 1.3,
// Finished, exporters, imported pre-shared keys and the lines of a key log.
//
// It does no I/O and takes no randomness. What a peer sends is compared with
// what we derived in constant time, here and nowhere else.
package keys

import (
	_ "crypto/sha256" // the hashes that suites name
	_ "crypto/sha512"
)
