// Package kex agrees on secrets: in the named groups of TLS 1.3 and of ECDHE,
// by DHE and RSA up to TLS 1.2, by pre-shared keys and by SRP.
//
// All randomness is crypto/rand's. Secrets are touched by constant-time code
// only; what math/big computes with is public.
package kex
