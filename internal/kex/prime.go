package kex

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
	"sync"

	"polytls/failure"
)

// CheckPrime tests the prime of a group that was configured; the error of a
// composite one is failure.BadDHValue. (p-1)/2 need not be prime: groups like
// DSA's ("openssl dhparam -dsaparam", RFC 5114) have a subgroup of another order, and
// are used with long exponents.
func (p *DHParams) CheckPrime() error {
	if !isPrime(p.P) {
		return failure.BadDHValue.New("the DH modulus of %d bits is not prime", p.Bits())
	}
	return nil
}

// CheckServerPrime is a client's test of the group in a ServerKeyExchange. A
// composite one, by mistake or as a back door, reveals the secret (RFC 7919, section
// 3.1, leaves the checks of unknown groups to the client); it is failure.BadDHValue:
// illegal_parameter. OpenSSL does not check. Call it after the
// check of the server's signature, since it costs time: the first
// connection to a group of 2,048 bits takes 19 ms longer, where the whole handshake
// takes both ends 16 ms, and later ones no longer (see primality).
func CheckServerPrime(p *DHParams) error {
	if !isPrime(p.P) {
		return failure.BadDHValue.New("ServerKeyExchange: dh_p of %d bits is not prime", p.Bits())
	}
	return nil
}

// isPrime reports whether a number is prime. The known groups are primes by their
// documents.
func isPrime(p []byte) bool {
	p = trim(p)
	return knownPrime(p) != nil || primes.has(p)
}

// primes are those that were tested.
var primes = &primality{test: probablyPrime, seen: make(map[[sha256.Size]byte]struct{})}

// probablyPrime is Baillie-PSW and a round of Miller-Rabin. No composite is known
// that passes the former. More rounds would cost 4 ms each and not stop an attacker,
// who can compute their bases from the number.
func probablyPrime(p *big.Int) bool { return p.ProbablyPrime(1) }

// primality stores the fingerprints of primes, so that a server's group is tested
// once.
type primality struct {
	test func(*big.Int) bool
	mu   sync.Mutex
	seen map[[sha256.Size]byte]struct{}
}

// maxSeen bounds what is stored: 8 KiB of fingerprints.
const maxSeen = 256

func (c *primality) has(p []byte) bool {
	fingerprint := sha256.Sum256(p)
	if c.knows(fingerprint) {
		return true
	}
	if !c.test(new(big.Int).SetBytes(p)) {
		return false
	}
	c.remember(fingerprint)
	return true
}

func (c *primality) knows(fingerprint [sha256.Size]byte) bool {
	if slices.Contains(rfc5114[:], hex.EncodeToString(fingerprint[:])) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.seen[fingerprint]
	return ok
}

// remember adds a fingerprint. If the table is full, it drops another one.
func (c *primality) remember(fingerprint [sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for old := range c.seen {
		if len(c.seen) < maxSeen {
			break
		}
		delete(c.seen, old)
	}
	c.seen[fingerprint] = struct{}{}
}

// rfc5114 are the fingerprints of RFC 5114's primes, which are not safe primes.
var rfc5114 = [...]string{
	"44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d", // section 2.1
	"bfe545862ca102ad1eeddb5fbfa5bf855ac4995c56a8b408ce3fe099dce93a9d", // section 2.2
	"0b7835722cb619827610c2549fdda5587421686c4409a13865e76225522ddcc9", // section 2.3
}
