// Package trust verifies certificates as OpenSSL does: it builds the path from the
// peer's certificates to an anchor in bounded time, checks it, and reports faults
// by OpenSSL's codes, which Node uses, too.
//
// It follows X509_verify_cert of OpenSSL 3.5 step by step, as Node uses it: a fault
// does not end the verification, and the last fault found is the result. Where we
// are stricter, a comment beginning "Stricter:" says so.
package trust

import (
	"crypto/x509"
	"slices"
	"time"

	"polytls/internal/suite"
)

// Purpose is the use that a leaf certificate must be valid for.
type Purpose uint8

// The two ends that present a certificate.
const (
	ServerAuth Purpose = iota + 1
	ClientAuth
)

// DefaultMaxDepth is OpenSSL's default limit of the certificates between leaf
// and anchor.
const DefaultMaxDepth = 100

// Options are the parameters of Verify.
type Options struct {
	// Roots holds the trusted certificates, also the intermediate ones with
	// which paths may be completed.
	Roots *Pool
	// RootCAs is a pool of crypto/x509 whose certificates are trusted, too, nil for none.
	RootCAs *x509.CertPool
	// Intermediates are further untrusted certificates in DER.
	Intermediates [][]byte
	// CRLs, if there are any, are consulted for every certificate of the path,
	// the anchor too.
	CRLs    *RevocationLists
	Purpose Purpose
	// Level is OpenSSL's security level, 0 to 5: how strong keys and
	// signatures must be. From 1 on SHA-1 is refused.
	Level suite.Level
	// Policy restricts keys and signatures further, nil for no policy.
	Policy *suite.Policy
	// AllowPartialChain lets any certificate of Roots be an anchor, not only
	// self-signed ones.
	AllowPartialChain bool
	Now               time.Time
	// MaxDepth bounds the certificates between leaf and anchor; 0 means
	// DefaultMaxDepth.
	MaxDepth int
}

// Verify verifies the peer's chain, leaf first, as it was sent. It returns the
// path, or as much of it as was built, and an *failure.Error that carries the
// Result: Node's code, OpenSSL's text and OpenSSL's alert.
func Verify(chain []*Certificate, o Options) (path []*Certificate, err error) {
	v := verify(chain, o)
	return v.path, v.err()
}

// Fault is one fault of a path, which OpenSSL reports to its verify callback.
type Fault struct {
	Result Result
	Depth  int // 0 is the leaf
}

// Faults returns everything that Verify finds wrong, in OpenSSL's order; the last
// is the result of Verify. It is for programs that explain a failure.
func Faults(chain []*Certificate, o Options) []Fault {
	return verify(chain, o).faults
}

// verification is the state of one Verify, OpenSSL's X509_STORE_CTX.
type verification struct {
	Options
	untrusted []*Certificate
	path      []*Certificate
	// fromPeer counts the certificates at the path's start that did not come
	// from Roots.
	fromPeer int
	// signed says for each certificate of the path but the last whether the key of
	// the next one has signed it.
	signed         []bool
	faults         []Fault
	spent, allowed work
	exhausted      bool
}

func verify(chain []*Certificate, o Options) *verification {
	v := &verification{Options: o, allowed: strangerWork}
	if len(chain) == 0 {
		v.fault(UnableToGetIssuerCert, 0) // Node's code for "no certificate"
		return v
	}
	if v.MaxDepth <= 0 {
		v.MaxDepth = DefaultMaxDepth
	}
	if v.Roots == nil {
		v.Roots = NewPool()
	}
	if v.RootCAs != nil {
		v.Roots = v.Roots.With(anchorsIn(v.RootCAs, chain, v.Now))
	}
	v.untrusted, v.path, v.fromPeer = slices.Clone(chain), slices.Clone(chain[:1]), 1
	for _, der := range o.Intermediates {
		if c, err := ParseCertificate(der); err == nil {
			v.untrusted = append(v.untrusted, c)
		}
	}
	v.run()
	return v
}

// run is X509_verify_cert. A step that returns false ends the verification, as
// OpenSSL's internal errors do, or because more work is not allowed.
func (v *verification) run() {
	if !v.strongKey(0) {
		v.fault(EEKeyTooSmall, 0)
	}
	steps := []func() bool{
		v.buildPath,
		v.checkExtensions,
		v.checkLevel,
		v.checkLeafKey,
		v.checkRevocation,
		v.checkSignaturesAndTimes,
		v.checkNameConstraints,
		v.checkDistrust,
	}
	for _, step := range steps {
		if step() {
			continue
		}
		switch {
		case v.exhausted:
			v.fault(CertChainTooLong, len(v.path)-1)
		case len(v.faults) == 0:
			v.fault(Unspecified, len(v.path)-1)
		}
		return
	}
}

// err is the error of the last fault. It distinguishes a chain that is too long from
// one that takes too much work.
func (v *verification) err() error {
	r := v.result()
	if r == CertChainTooLong && v.exhausted {
		return r.because("its names and keys take more work to verify than a chain may ask for")
	}
	return r.Err()
}

func (v *verification) fault(r Result, depth int) {
	v.faults = append(v.faults, Fault{r, depth})
}

// result is the result so far, the error of X509_STORE_CTX.
func (v *verification) result() Result {
	if len(v.faults) == 0 {
		return OK
	}
	return v.faults[len(v.faults)-1].Result
}

// checkLeafKey ends the verification of a leaf whose key cannot be used.
func (v *verification) checkLeafKey() bool { return v.path[0].Public != nil }
