package polytls

import (
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"math"
	"slices"
	"time"

	"polytls/certcompress"
	"polytls/failure"
	"polytls/internal/credentials"
	"polytls/internal/keyfile"
	"polytls/internal/openssl"
	"polytls/internal/securecontext"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// ContextOptions are the options of a SecureContext: Node's
// tls.createSecureContext(). The zero value is a client's context that trusts
// Mozilla's roots.
type ContextOptions struct {
	// Cert holds certificate chains in PEM, each with its leaf first, or a leaf in DER.
	// Text between the blocks is ignored. Of several chains, a server sends one for the
	// name that the client sent, and a client one that an authority named by the server
	// has issued; if there is none, the first that the peer can use is sent. Of several
	// chains for one key the last is used. nil or empty is none.
	Cert [][]byte
	// Key holds the private keys of Cert, in any order. A certificate without its key
	// is not used. A key without a certificate of its type is
	// ERR_OSSL_X509_KEY_VALUES_MISMATCH, and so is a last certificate of a type
	// without its key. nil or empty is none.
	Key []Key
	// Certificates are further certificates, each with its key, in the form of
	// crypto/tls: from tls.LoadX509KeyPair, a chain in DER with a crypto.Signer, or
	// from an ACME client. An OCSPStaple and SignedCertificateTimestamps are sent to
	// clients that ask for them, and SupportedSignatureAlgorithms restrict the schemes.
	// nil or empty is none; one without a chain or whose key does not belong to it is
	// ERR_OSSL_X509_KEY_VALUES_MISMATCH.
	Certificates []tls.Certificate
	// CertFile, KeyFile and PFXFile name files, whose contents are further elements of
	// Cert, Key and PFX. They are read when the context is made: a renewed certificate
	// needs a new context, which Server.SetSecureContext takes. The error of a file
	// that cannot be read has Node's code, such as ENOENT. nil or empty is none.
	CertFile, KeyFile, PFXFile []string
	// Passphrase opens keys and PFX archives that have none of their own; "" opens
	// those that have no password.
	Passphrase string
	// PFX holds PKCS #12 archives, each with a key, its certificate and
	// perhaps the rest of its chain. nil or empty is none.
	PFX []PFX
	// AllowVariableTimeKeys accepts private keys on brainpoolP256r1, brainpoolP384r1,
	// brainpoolP512r1 and secp256k1, in Key, Certificates and PFX. They weaken security:
	// signing takes a time that depends on the key, so that whoever can measure it may
	// find the key. It also takes milliseconds. A Key.Signer whose key is in hardware or
	// in another process needs no consent. Keys on secp256k1 also need package
	// secp256k1.
	AllowVariableTimeKeys bool

	// CA holds the trusted certificates in PEM, any number in each, or one in DER. nil
	// trusts Mozilla's roots, an empty list or text trusts nothing. The trust settings of
	// OpenSSL's TRUSTED CERTIFICATE apply, here and in ExtraCA.
	CA [][]byte
	// SystemRoots trusts what the system trusts instead of Mozilla's roots.
	SystemRoots bool
	// CAFile names files, whose contents are further elements of CA. They are read when
	// the context is made; a file without a certificate is an error. nil or empty is
	// none, and leaves CA as it is.
	CAFile []string
	// ExtraCA is trusted in addition to Mozilla's roots or the system's, in PEM or DER:
	// Node's NODE_EXTRA_CA_CERTS. With CA, CAFile or RootCAs it has no effect. nil or
	// empty adds none.
	ExtraCA [][]byte
	// CRL holds certificate revocation lists in PEM, or one in DER. If there is any,
	// every certificate of a chain is checked. nil or empty checks none.
	CRL [][]byte
	// CRLFile names files, whose contents are further elements of CRL. They are read
	// when the context is made. nil or empty is none.
	CRLFile []string
	// AllowPartialTrustChain accepts any certificate of CA as the end of a
	// chain, not only self-signed ones.
	AllowPartialTrustChain bool

	// RootCAs are trusted in addition to CA, for programs that have a pool: nil adds
	// none. With RootCAs a nil CA is empty, and Mozilla's roots are not trusted. A
	// certificate of the pool is trusted only if crypto/x509 also verifies a
	// certificate of the chain with it.
	RootCAs *x509.CertPool
	// PinnedKeys are SHA-256 hashes, of 32 bytes, of SubjectPublicKeyInfos (RFC 7469,
	// section 2.4). The verified path of a peer that sends a certificate must contain
	// one of these keys; if AllowUnauthorized accepts the peer, its own certificate
	// must have one. Pinning does not replace the verification of certificates, but a
	// key without a certificate is verified by it alone: see RawPublicKeys. nil or empty
	// pins nothing.
	PinnedKeys [][]byte
	// RawPublicKeys allows public keys without certificates (RFC 7250) beside
	// certificates, where the peer does, too. Ours are those of Key, KeyFile and of the
	// certificates. A peer's is accepted only if PinnedKeys has it, and then
	// authenticates the peer, whatever its name: Verify is called with it, and
	// CheckServerIdentity is not. Without PinnedKeys the peer has to send a certificate.
	// A server issues no ticket to a client with such a key.
	RawPublicKeys bool
	// Time returns the current time, nil for time.Now: the time of certificates,
	// sessions and tickets, for tests and for devices whose clock is not set.
	Time func() time.Time

	// Ciphers is a cipher list in OpenSSL's language, with the names of TLS 1.3
	// suites mixed in; "" is DefaultCiphers. @SECLEVEL=n sets the security
	// level, which is 2 otherwise; below 2 weak keys and digests are allowed.
	Ciphers string
	// ECDHCurve is a list of groups by their OpenSSL names, joined by ':', or "auto";
	// "" is DefaultECDHCurve. As in OpenSSL 3.5, '/' begins a set of groups that is
	// less preferred than those before it: a server requests a group of a more
	// preferred set with a HelloRetryRequest. '*' before a name sends a key share for
	// the group in the first hello (without any '*', the first group has one), '?'
	// ignores the name if it is unknown, '-' removes the group, and DEFAULT is the
	// default list. brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 and secp256k1 are
	// not used for key exchange: up to TLS 1.2 a peer's ECDSA certificate may be on a
	// curve of the list only. A client offers them last.
	ECDHCurve string
	// Sigalgs is a list of signature algorithms in either of OpenSSL's spellings,
	// joined by ':'; "" is OpenSSL's default. It may also name rsa_pkcs1_sha256_legacy,
	// for clients in TLS 1.3 whose RSA keys cannot sign with RSASSA-PSS
	// (draft-ietf-tls-tls13-pkcs1).
	Sigalgs string
	// DHParam is a group for DHE up to TLS 1.2 in PEM, or "auto" for one as
	// strong as the certificate. Without it, nil or empty, no DHE suite is served.
	DHParam []byte

	// MinVersion and MaxVersion are TLS10, TLS11, TLS12 or TLS13; "" is
	// DefaultMinVersion and DefaultMaxVersion. Naming a version below 1.2 enables
	// broken protocols.
	MinVersion, MaxVersion string
	// SecureProtocol is one of OpenSSL's method names, such as
	// "TLSv1_2_method", in place of MinVersion and MaxVersion; "" is none.
	SecureProtocol string
	// SecureOptions are OpenSSL's SSL_OP_* flags by value. ParseSecureOptions parses
	// their names; the function SecureOptions describes each. 0 is none.
	SecureOptions uint64

	// SessionIDContext separates the sessions of servers that must not resume each
	// other's, at most 32 bytes; "" separates only those of different server names.
	SessionIDContext string
	// SessionTimeout is how long sessions can be resumed after the first full
	// handshake, by either end, in whole seconds up to 2^31-1: 0 for 7,200 s. In TLS
	// 1.3 it is at most seven days (RFC 8446, section 4.6.1), as in Node.
	SessionTimeout time.Duration
	// OCSPResponse is stapled to the first certificate, in DER; nil or empty is
	// none.
	OCSPResponse []byte
	// CertificateCompression lists algorithms of RFC 8879 which compress chains in TLS
	// 1.3, most preferred first: certcompress.Zlib, and those of packages
	// certcompress/brotli and certcompress/zstd. nil or empty is none, as in Node. A
	// client offers to read chains compressed with them; a server also reads those of
	// its clients.
	CertificateCompression []*certcompress.Algorithm
	// MaxRSABits bounds the RSA keys that a peer sends, in its certificates or raw, in
	// bits of the modulus; 0 for 8,192, as in crypto/tls. Verifying with larger keys
	// takes much time. A larger key is ERR_SSL_MODULUS_TOO_LARGE; a session of a peer
	// that has one is not resumed. Issuers in CA that the peer does not send may have
	// larger keys, of up to 16,384 bits, as in OpenSSL; the time to verify with them is
	// limited to about 25 ms for each handshake.
	MaxRSABits int
	// RecordSizeLimit bounds the records that the peer sends, 64 to 16,385 bytes of
	// plaintext, in TLS 1.3 with a byte for the content type (RFC 8449); a larger one
	// ends the connection with record_overflow. 0 is no limit of ours, as in Node: a
	// client then offers no record_size_limit, so that its hello is Node's; a server
	// still respects the limit of a client. Early data is not limited. A server cannot
	// limit a client that does not offer the extension.
	RecordSizeLimit int
	// StrictKeyUsage refuses a peer's certificate whose key usage does not allow what
	// the handshake needs of its key. Without it such a certificate is refused up to
	// TLS 1.2 if its key is not RSA, as in Node.
	StrictKeyUsage bool
	// CompliancePolicy restricts the context to what a document allows: that of
	// "bsi-tr-02102-2", "sp800-52r2", "mozilla-modern", "mozilla-intermediate",
	// "pci-dss-4", or of BoringSSL's policies "fips-202205", "wpa3-192-202304",
	// "cnsa-202407", "cnsa1-202603" and "cnsa2-202603". "" is none. docs/profiles.md
	// lists what each allows, and which requirements of its document no setting
	// expresses.
	//
	// The context has the versions, cipher suites, groups and signature algorithms that
	// the other options select and the policy allows; where ECDHCurve is "auto", the
	// groups are the policy's own. It is an error if none remains. The keys and
	// signatures of all certificates, ours and the peer's, must also meet the policy,
	// and so must the group of DHE up to TLS 1.2; StrictKeyUsage is implied.
	// cnsa-202407 only orders the suites of TLS 1.3, AES-256-GCM first, then
	// AES-128-GCM, then the others, and removes none. A context of a server name needs
	// its own policy.
	CompliancePolicy string
}

// Key is a private key: PEM, or a signer that does not reveal it (Node's
// privateKeyEngine and clientCertEngine).
type Key struct {
	// PEM is PKCS #1, SEC 1 or PKCS #8, perhaps encrypted, in PEM or in DER; nil or
	// empty is an error without Signer.
	PEM []byte
	// Passphrase opens PEM; "" falls back to ContextOptions.Passphrase.
	Passphrase string
	// Signer signs in place of PEM. For RSA key exchange it must be a crypto.Decrypter,
	// too. One that takes time, such as one whose key is on another machine, can be a
	// ContextSigner and a ContextDecrypter. The public key of an ML-DSA key is an
	// *mldsa.PublicKey of filippo.io/mldsa; that of a key on a Brainpool curve or
	// secp256k1 is an *ecdsa.PublicKey whose Curve is any implementation of the curve.
	Signer crypto.Signer
}

// PFX is a PKCS #12 archive.
type PFX struct {
	// Data is the archive, in DER or BER; nil or empty is an error.
	Data []byte
	// Passphrase opens Data; "" falls back to ContextOptions.Passphrase.
	Passphrase string
}

// SecureContext is a configuration, checked and compiled: Node's object of the same
// name. NewSecureContext makes one; using the zero value is an error. It never changes
// and may be shared.
type SecureContext struct {
	compiled *securecontext.Context
	method   openssl.Method // of SecureProtocol
}

// NewSecureContext checks and compiles options. Its error names the option at fault, or
// the element of a list, as in Key[1], and carries Node's code.
func NewSecureContext(o ContextOptions) (*SecureContext, error) {
	c := &SecureContext{compiled: securecontext.New()}
	for _, step := range []func(*ContextOptions) error{
		c.setCiphers, c.setGroups, c.setSigalgs, c.setPolicy,
		c.setCertificates, c.setTrust, c.setDHParam, c.setSessions, c.setCompression, c.setRecordSizeLimit,
	} {
		if err := step(&o); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// option returns err as an Error that names the option at fault, nil for nil.
func option(name string, err error) error {
	if err == nil {
		return nil
	}
	return optionItem(item(name, -1), err)
}

// item names element i of an option that is a list, or the option itself if i is -1.
func item(name string, i int) failure.Item { return failure.Item{Option: name, Index: i} }

// optionItem returns err as an Error that names the item at fault.
func optionItem(item failure.Item, err error) *Error {
	if own, ok := err.(*Error); ok {
		return own.OfOption(item)
	}
	return failure.InvalidArgValue.Local("").Wrap(err).OfOption(item)
}

// setCiphers must run first: the security level applies to everything else.
func (c *SecureContext) setCiphers(o *ContextOptions) error {
	list, err := openssl.ParseCiphers(cmp.Or(o.Ciphers, DefaultCiphers()))
	if err != nil {
		return option("Ciphers", err)
	}
	lowest, highest, err := c.versions(o)
	if err != nil {
		return err
	}
	c.compiled.SetCiphers(list, lowest, highest)
	c.compiled.Config.Options = openssl.Options(o.SecureOptions)
	return nil
}

// versions returns the range that MinVersion, MaxVersion or SecureProtocol ask for.
func (c *SecureContext) versions(o *ContextOptions) (lowest, highest suite.Version, err error) {
	lowest, err = parseVersion(cmp.Or(o.MinVersion, DefaultMinVersion()), "minimum")
	if err != nil {
		return 0, 0, err
	}
	highest, err = parseVersion(cmp.Or(o.MaxVersion, DefaultMaxVersion()), "maximum")
	if err != nil || o.SecureProtocol == "" {
		return lowest, highest, err
	}
	if v := cmp.Or(o.MinVersion, o.MaxVersion); v != "" {
		err = failure.ProtocolVersionConflict.Local("TLS protocol version %q conflicts with secureProtocol %q", v, o.SecureProtocol)
	} else {
		c.method, err = openssl.ParseMethod(o.SecureProtocol)
	}
	if own, ok := err.(*Error); ok {
		return 0, 0, own.At(item("SecureProtocol", -1)) // in Node's words, which do not name the option
	}
	return cmp.Or(c.method.MinVersion, lowest), c.method.MaxVersion, nil
}

func (c *SecureContext) setGroups(o *ContextOptions) error {
	return option("ECDHCurve", c.compiled.SetGroups(o.groups()))
}

func (o *ContextOptions) groups() string { return cmp.Or(o.ECDHCurve, DefaultECDHCurve()) }

func (c *SecureContext) setSigalgs(o *ContextOptions) error {
	return option("Sigalgs", c.compiled.SetSigalgs(o.Sigalgs))
}

func (c *SecureContext) setPolicy(o *ContextOptions) error {
	c.compiled.Config.StrictKeyUsage = o.StrictKeyUsage
	if o.CompliancePolicy == "" {
		return nil
	}
	p, err := suite.ParsePolicy(o.CompliancePolicy)
	if err == nil {
		err = c.compiled.SetPolicy(p, o.groups())
	}
	return option("CompliancePolicy", err)
}

func (c *SecureContext) setTrust(o *ContextOptions) error {
	if o.MaxRSABits < 0 {
		return failure.OutOfRange.Option("MaxRSABits", "%d is negative", o.MaxRSABits)
	}
	f := &c.compiled.Config
	f.MaxRSABits = o.MaxRSABits
	roots := defaultRoots()
	anchors, err := o.anchors()
	switch {
	case err != nil:
		return err
	case anchors != nil:
		roots = anchors
		f.Authorities = roots.Subjects()
		credentials.CompleteChains(f.Certificates, roots)
	case o.RootCAs != nil:
		roots = trust.NewPool()
	case o.SystemRoots:
		if roots, err = trust.SystemRoots(); err != nil {
			return option("SystemRoots", err)
		}
	}
	if o.RootCAs != nil {
		//lint:ignore SA1019 a pool of the system lists nothing, but it is for servers
		f.Authorities = append(f.Authorities, o.RootCAs.Subjects()...)
	}
	if anchors == nil && o.RootCAs == nil && o.ExtraCA != nil {
		roots = roots.With(pool(o.ExtraCA))
	}
	crls, err := o.revocationLists()
	if err != nil {
		return err
	}
	for i, hash := range o.PinnedKeys {
		if len(hash) != len(securecontext.Pin{}) {
			return optionItem(item("PinnedKeys", i), failure.InvalidArgValue.Local("%d bytes, want the %d of a SHA-256", len(hash), len(securecontext.Pin{})))
		}
		c.compiled.Pins = append(c.compiled.Pins, securecontext.Pin(hash))
	}
	if o.RawPublicKeys && len(o.PinnedKeys) > 0 {
		f.PeerTypes = []uint8{wire.CertificateTypeRawPublicKey, wire.CertificateTypeX509}
	}
	f.Time = o.Time
	c.compiled.SetTrust(trust.Options{
		Roots: roots, RootCAs: o.RootCAs, CRLs: trust.NewRevocationLists(crls...), AllowPartialChain: o.AllowPartialTrustChain,
	})
	return nil
}

// anchors returns a pool of the certificates of CA and CAFile, nil without either.
func (o *ContextOptions) anchors() (*trust.Pool, error) {
	if o.CA == nil && len(o.CAFile) == 0 {
		return nil, nil
	}
	files, err := inputs("CA", nil, o.CAFile)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(o.CA)
	for _, in := range files {
		if _, err := keyfile.ParseCertificates(in.data); err != nil {
			return nil, in.fail(err)
		}
		all = append(all, in.data)
	}
	return pool(all), nil
}

// revocationLists reads those of CRL and CRLFile.
func (o *ContextOptions) revocationLists() (crls []*x509.RevocationList, err error) {
	all, err := inputs("CRL", o.CRL, o.CRLFile)
	if err != nil {
		return nil, err
	}
	for _, in := range all {
		lists, err := keyfile.ParseCRLs(in.data)
		if err != nil {
			return nil, in.fail(err)
		}
		crls = append(crls, lists...)
	}
	return crls, nil
}

// pool returns a pool of the certificates in files.
func pool(files [][]byte) *trust.Pool {
	var ders [][]byte
	for _, data := range files {
		ders = append(ders, keyfile.ParseCAs(data)...)
	}
	return trust.NewPool(ders...)
}

func (c *SecureContext) setDHParam(o *ContextOptions) error {
	if len(o.DHParam) == 0 {
		return nil
	}
	return option("DHParam", c.compiled.SetDHParams(o.DHParam))
}

func (c *SecureContext) setSessions(o *ContextOptions) error {
	const maxIDContext = 32
	if len(o.SessionIDContext) > maxIDContext {
		return failure.InvalidArgValue.Option("SessionIDContext", "%d bytes, at most %d are allowed", len(o.SessionIDContext), maxIDContext)
	}
	if t := o.SessionTimeout; t < 0 || t/time.Second > math.MaxInt32 || t%time.Second != 0 {
		return failure.OutOfRange.Option("SessionTimeout", "it must be whole seconds, >= 0 and <= %d. Received %v", math.MaxInt32, t)
	}
	c.compiled.Config.IDContext, c.compiled.SessionTimeout = []byte(o.SessionIDContext), o.SessionTimeout
	return nil
}

// isZero reports whether no option is set. An empty list counts as an option only for
// CA.
func (o *ContextOptions) isZero() bool {
	lists := len(o.Cert) + len(o.Key) + len(o.PFX) + len(o.Certificates) + len(o.ExtraCA) + len(o.CRL) + len(o.DHParam) +
		len(o.OCSPResponse) + len(o.PinnedKeys) + len(o.CertificateCompression) +
		len(o.CertFile) + len(o.KeyFile) + len(o.PFXFile) + len(o.CAFile) + len(o.CRLFile)
	words := o.Passphrase + o.Ciphers + o.ECDHCurve + o.Sigalgs + o.MinVersion + o.MaxVersion + o.SecureProtocol +
		o.SessionIDContext + o.CompliancePolicy
	switches := o.SystemRoots || o.RawPublicKeys || o.AllowPartialTrustChain || o.StrictKeyUsage || o.AllowVariableTimeKeys
	numbers := o.SecureOptions != 0 || o.SessionTimeout != 0 || o.MaxRSABits != 0 || o.RecordSizeLimit != 0
	return o.CA == nil && o.RootCAs == nil && o.Time == nil && lists == 0 && words == "" && !switches && !numbers
}
