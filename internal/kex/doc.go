// Package kex agrees on secrets: in the named groups of TLS 1.3 and of ECDHE,
// by DHE and RSA up to TLS 1.2, by pre-shared keys and by SRP.
//
// All randomness is from crypto/rand. Secrets are processed by constant-time code
// only; math/big computes with public values.
package kex
