package trust

import (
	"bytes"
	"crypto/sha256"
	"runtime"
	"sync"
	"weak"
)

// Shared is [ParseCertificate] for certificates of peers, many of whom send the
// same one: a certificate that is still referenced is neither parsed nor stored
// twice. The result must not be changed. It does not alias der.
func Shared(der []byte) (*Certificate, error) {
	key := sha256.Sum256(der)
	if c := inUse.get(key); c != nil {
		return c, nil
	}
	c, err := ParseCertificate(bytes.Clone(der))
	if err != nil {
		return nil, err
	}
	return inUse.put(key, c), nil
}

// inUse holds the certificates that Shared has returned, as long as they are
// referenced.
var inUse = shared{certs: map[[sha256.Size]byte]weak.Pointer[Certificate]{}}

type shared struct {
	mu    sync.RWMutex
	certs map[[sha256.Size]byte]weak.Pointer[Certificate]
}

func (s *shared) get(key [sha256.Size]byte) *Certificate {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.certs[key].Value()
}

// put returns the certificate that is stored already, or stores c and returns it.
func (s *shared) put(key [sha256.Size]byte, c *Certificate) *Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.certs[key].Value(); first != nil {
		return first
	}
	s.certs[key] = weak.Make(c)
	runtime.AddCleanup(c, s.drop, key)
	return c
}

// drop removes a certificate that is no longer referenced, unless it has been parsed
// again since.
func (s *shared) drop(key [sha256.Size]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.certs[key].Value() == nil {
		delete(s.certs, key)
	}
}
