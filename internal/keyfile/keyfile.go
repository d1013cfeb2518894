// Package keyfile reads the files in which keys, certificates and revocation
// lists come: PEM, PKCS#1, SEC1, PKCS#8 and PKCS#12 (PFX), with their
// encryption and bounds of the computations that a file may cause. Failures have the
// codes that Node 26 gives the same option.
package keyfile

// Bounds of what a file may cause.
const (
	// maxKeyBytes is the size in bytes of the largest private key: one of RSA
	// with 16,384 bits takes less than 10,000.
	maxKeyBytes = 1 << 16
	// maxPassphrase is in bytes; OpenSSL's buffer for PEM passphrases
	// (PEM_BUFSIZE) is as long.
	maxPassphrase = 1024
	// maxIterations bounds PBKDF2 and the key derivation of PKCS#12: some
	// seconds of one core.
	maxIterations = 10_000_000
	// maxScryptMemory and maxScryptWork are in bytes: 128*N*r and 128*N*r*p.
	// OpenSSL stops at 32 MiB of memory.
	maxScryptMemory = 64 << 20
	maxScryptWork   = 1 << 30
)
