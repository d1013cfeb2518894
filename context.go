package polytls

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"math"
	"slices"
	"strings"
	"time"

	"polytls/failure"
	"polytls/internal/credentials"
	"polytls/internal/handshake"
	"polytls/internal/kex"
	"polytls/internal/keyfile"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/trust"
)

// ContextOptions are the options of a SecureContext: Node's
// tls.createSecureContext(). The zero value is a client's context that trusts
// Mozilla's roots.
type ContextOptions struct {
	// Cert holds certificate chains in PEM, each with its leaf first. Text
	// between the blocks is ignored. Of several a server shows one for the name
	// that the client sent, and a client one that an authority of the server has
	// issued, else the first that the peer can use; of those of one key the last
	// counts. nil or empty is none.
	Cert [][]byte
	// Key holds the private keys of Cert, in any order. A certificate without its key
	// is not used. A key without a certificate of its type is
	// ERR_OSSL_X509_KEY_VALUES_MISMATCH, and so is a last certificate of a type
	// without its key. nil or empty is none.
	Key []Key
	// Passphrase opens keys and PFX archives that have none of their own; "" opens
	// those that have no password.
	Passphrase string
	// PFX holds PKCS #12 archives, each with a key, its certificate and
	// perhaps the rest of its chain. nil or empty is none.
	PFX []PFX

	// CA holds the trusted certificates in PEM, any number in each. nil trusts
	// Mozilla's roots, an empty list or text nothing at all. The trust settings of
	// OpenSSL's TRUSTED CERTIFICATE apply, here and in ExtraCA.
	CA [][]byte
	// SystemRoots trusts what the system trusts instead of Mozilla's roots.
	SystemRoots bool
	// ExtraCA is trusted besides Mozilla's roots or the system's, in PEM: Node's
	// NODE_EXTRA_CA_CERTS. With CA it has no effect. nil or empty adds none.
	ExtraCA [][]byte
	// CRL holds certificate revocation lists in PEM. If there is any, every
	// certificate of a chain is checked. nil or empty checks none.
	CRL [][]byte
	// AllowPartialTrustChain accepts any certificate of CA as the end of a
	// chain, not only self-signed ones.
	AllowPartialTrustChain bool

	// Ciphers is a cipher list in OpenSSL's language, with the names of TLS 1.3
	// suites mixed in; "" is DefaultCiphers. @SECLEVEL=n sets the security
	// level, which is 2 otherwise; below 2 weak keys and digests are allowed.
	Ciphers string
	// ECDHCurve is a list of groups by their OpenSSL names, joined by ':', or
	// "auto"; "" is DefaultECDHCurve. As in OpenSSL 3.5, '/' begins a set of
	// groups that is worth less than those before it: a server asks for a group of
	// a better set by a HelloRetryRequest. '*' before a name makes a key share for
	// the first hello (without any '*', the first group has one), '?' lets the name
	// be unknown, '-' takes the group out again, and DEFAULT is the default list.
	ECDHCurve string
	// Sigalgs is a list of signature algorithms in either of OpenSSL's
	// spellings, joined by ':'; "" is OpenSSL's default.
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

	// SessionIDContext separates the sessions of servers that must not resume
	// each other's, at most 32 bytes; "" separates those of server names alone.
	SessionIDContext string
	// SessionTimeout is how long sessions can be resumed after the first full
	// handshake, by either end, in whole seconds up to 2^31-1: 0 for 7,200 s. In TLS
	// 1.3 it is at most seven days (RFC 8446, section 4.6.1), as in Node.
	SessionTimeout time.Duration
	// OCSPResponse is stapled to the first certificate, in DER; nil or empty is
	// none.
	OCSPResponse []byte
	// CertificateCompression names algorithms of RFC 8879 which compress chains in
	// TLS 1.3, most preferred first: "zlib" and "zstd". nil or empty is none, as in
	// Node. A client offers to read them; a server reads those of its clients', too.
	CertificateCompression []string
	// MaxRSABits bounds the RSA keys that a peer shows, in its certificates or raw,
	// in bits of the modulus; 0 for 8,192, as in crypto/tls. Verifying with a larger
	// one takes much time. A key above it is ERR_SSL_MODULUS_TOO_LARGE; a session of
	// its owner is not resumed. The issuers in CA that a peer does not send may have
	// larger keys. What it costs to verify with them is bounded for each handshake,
	// at about 25 ms, and no key of more than 16,384 bits serves, as in OpenSSL.
	MaxRSABits int
	// RecordSizeLimit bounds the records that the peer sends, 64 to 16,385 bytes of
	// plaintext, in TLS 1.3 with a byte for the content type (RFC 8449); a larger one
	// ends the connection with record_overflow. 0 is no bound of ours, as in Node: a
	// client then offers no record_size_limit, so that its hello is Node's, and a
	// server keeps to that of a client all the same. Early data is not bounded. A
	// server cannot bound a client that offers none.
	RecordSizeLimit int
	// StrictKeyUsage refuses a peer's certificate whose key usage does not allow what
	// the handshake needs of its key. Without it such a certificate is refused up to
	// TLS 1.2 if its key is not RSA, as in Node.
	StrictKeyUsage bool
	// CompliancePolicy restricts the context to one of BoringSSL's policies:
	// "fips-202205", "wpa3-192-202304", "cnsa-202407", "cnsa1-202603" or
	// "cnsa2-202603". cnsa-202407 only puts AES-256-GCM before AES-128-GCM before the
	// other suites of TLS 1.3, and takes nothing away. Where ECDHCurve is "auto", the
	// groups are the policy's own: ML-KEM-1024, in cnsa1-202603 before P-384. "" is
	// none. Unlike BoringSSL it also applies to the keys of all certificates, ours
	// and the peer's, as the document of the policy requires, and it implies
	// StrictKeyUsage. A context of a server name needs its own policy.
	CompliancePolicy string
}

// Key is a private key: PEM, or a signer that keeps it to itself (Node's
// privateKeyEngine and clientCertEngine).
type Key struct {
	// PEM is PKCS #1, SEC 1 or PKCS #8, perhaps encrypted; nil or empty is an error
	// without Signer.
	PEM []byte
	// Passphrase opens PEM; "" falls back to ContextOptions.Passphrase.
	Passphrase string
	// Signer signs in place of PEM. For RSA key exchange it must be a
	// crypto.Decrypter, too. One that takes time, because its key is elsewhere, can be a
	// ContextSigner and a ContextDecrypter.
	Signer crypto.Signer
}

// PFX is a PKCS #12 archive.
type PFX struct {
	// Data is the archive, in DER or BER; nil or empty is an error.
	Data []byte
	// Passphrase opens Data; "" falls back to ContextOptions.Passphrase.
	Passphrase string
}

// SecureContext is a configuration, checked and compiled: Node's object of the
// same name. NewSecureContext makes one; the zero value is refused wherever a
// context is wanted. It never changes and may be shared.
type SecureContext struct {
	config   handshake.Config
	policy   *suite.Policy // nil for none
	roots    *trust.Pool
	crls     *trust.RevocationLists
	partial  bool
	onlyEnd  role // SecureProtocol named one end, 0 for both
	timeout  time.Duration
	verified *trust.Cache // what of the peers' chains is good under the context
	keys     contextKeys
}

// NewSecureContext checks and compiles options. Its error names the option at
// fault, of a list the element, as in Key[1], and carries Node's code.
func NewSecureContext(o ContextOptions) (*SecureContext, error) {
	c := &SecureContext{timeout: o.SessionTimeout, partial: o.AllowPartialTrustChain, verified: trust.NewCache(maxVerified), keys: newContextKeys()}
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

// setCiphers is first: the security level applies to everything else.
func (c *SecureContext) setCiphers(o *ContextOptions) error {
	text := o.Ciphers
	if text == "" {
		text = DefaultCiphers()
	}
	list, err := openssl.ParseCiphers(text)
	if err != nil {
		return option("Ciphers", err)
	}
	c.config.Level = suite.DefaultLevel
	if list.Level >= 0 {
		c.config.Level = suite.Level(list.Level)
	}
	c.config.Options = openssl.Options(o.SecureOptions)
	for _, s := range allowed(slices.Concat(list.TLS13, list.TLS12), c.config.Level.AllowsSuite) {
		if s.MinVersion == suite.TLS13 {
			c.config.Suites13 = append(c.config.Suites13, s)
		} else { // some come by their IANA names, among those of TLS 1.3
			c.config.Suites = append(c.config.Suites, s)
		}
	}
	lowest, highest, end, err := versions(o)
	if err != nil {
		return err
	}
	if len(list.TLS12) == 0 && lowest < suite.TLS13 && highest == suite.TLS13 {
		lowest = suite.TLS13 // a list of nothing but TLS 1.3 suites means it
	}
	lowest = max(lowest, suite.Level(list.Level).MinVersion()) // an explicit level refuses what is below it
	c.config.MinVersion, c.config.MaxVersion, c.onlyEnd = lowest, highest, end
	return nil
}

func allowed[T any](list []T, allows func(T) bool) []T {
	var out []T
	for _, x := range list {
		if allows(x) {
			out = append(out, x)
		}
	}
	return out
}

// option names the option at fault.
func option(name string, err error) *Error {
	return optionItem(failure.Item{Option: name, Index: -1}, err)
}

// item is an element of an option that is a list.
func item(name string, i int) failure.Item { return failure.Item{Option: name, Index: i} }

// optionItem names the element at fault of an option that is a list.
func optionItem(item failure.Item, err error) *Error {
	if own, ok := err.(*Error); ok {
		return own.OfOption(item)
	}
	return failure.InvalidArgValue.Local("").Wrap(err).OfOption(item)
}

func (c *SecureContext) setGroups(o *ContextOptions) error {
	list, err := groupList(o, nil)
	if err != nil {
		return option("ECDHCurve", err)
	}
	c.config.SetGroups(list.Filter(c.config.Level.AllowsGroup))
	return nil
}

// groupList is what ECDHCurve selects under a policy. A policy has a list of its
// own in place of "auto".
func groupList(o *ContextOptions, p *suite.Policy) (suite.GroupList, error) {
	text := cmp.Or(o.ECDHCurve, DefaultECDHCurve())
	if text == "auto" {
		return p.DefaultGroups(), nil
	}
	list, err := openssl.ParseGroups(text)
	return list.Filter(p.AllowsGroup), err
}

func (c *SecureContext) setSigalgs(o *ContextOptions) error {
	if o.Sigalgs != "" {
		schemes, err := openssl.ParseSchemes(o.Sigalgs)
		if err != nil {
			return option("Sigalgs", err)
		}
		c.config.Schemes = allowed(schemes, func(s suite.Scheme) bool {
			return c.config.Level.AllowsScheme(s) || s.Info().Weak && c.config.MinVersion < suite.TLS12
		})
		return nil
	}
	c.config.Schemes = c.config.Level.DefaultSchemes()
	if c.config.MinVersion < suite.TLS12 {
		// Versions below 1.2 sign with nothing else.
		for _, weak := range []suite.Scheme{suite.ECDSASHA1, suite.RSAPKCS1SHA1, suite.RSAPKCS1MD5SHA1} {
			if !slices.Contains(c.config.Schemes, weak) {
				c.config.Schemes = append(c.config.Schemes, weak)
			}
		}
	}
	return nil
}

// setPolicy narrows what was set to a policy. It is an error if nothing is left
// of something that there was.
func (c *SecureContext) setPolicy(o *ContextOptions) error {
	c.config.StrictKeyUsage = o.StrictKeyUsage
	if o.CompliancePolicy == "" {
		return nil
	}
	p, err := suite.ParsePolicy(o.CompliancePolicy)
	if err != nil {
		return option("CompliancePolicy", err)
	}
	before := c.config
	f := &c.config
	f.MinVersion, f.MaxVersion = p.Versions(f.MinVersion, f.MaxVersion)
	f.Suites13, f.Suites = p.FilterSuites(f.Suites13), p.FilterSuites(f.Suites)
	f.Schemes = p.FilterSchemes(f.Schemes)
	groups, err := groupList(o, p)
	if err != nil {
		return option("ECDHCurve", err)
	}
	f.SetGroups(groups.Filter(f.Level.AllowsGroup))
	c.policy, f.StrictKeyUsage = p, true
	for _, left := range []struct {
		reason    failure.Failure
		of        string
		was, none bool
	}{
		{failure.NoProtocolsAvailable, "versions", before.MinVersion <= before.MaxVersion, f.MinVersion > f.MaxVersion},
		{failure.NoCipherMatch, "cipher suites", usable(&before), !usable(f)},
		{failure.CryptoOperationFailed, "groups", len(before.Groups) > 0, len(f.Groups) == 0},
		{failure.PassedInvalidArgument, "signature algorithms", len(before.Schemes) > 0, len(f.Schemes) == 0},
	} {
		if left.was && left.none {
			return option("CompliancePolicy", left.reason.Local("%s allows none of the %s of the other options", p.Name, left.of))
		}
	}
	return nil
}

// usable reports whether one of the versions has a suite.
func usable(f *handshake.Config) bool {
	return slices.ContainsFunc(slices.Concat(f.Suites13, f.Suites), func(s *suite.CipherSuite) bool {
		return s.MinVersion <= f.MaxVersion && s.MaxVersion >= f.MinVersion
	})
}

func (c *SecureContext) setTrust(o *ContextOptions) error {
	if o.MaxRSABits < 0 {
		return failure.OutOfRange.Option("MaxRSABits", "%d is negative", o.MaxRSABits)
	}
	c.config.MaxRSABits = o.MaxRSABits
	c.roots = trust.MozillaRoots()
	switch {
	case o.CA != nil:
		c.roots = pool(o.CA)
		c.config.Authorities = c.roots.Subjects()
	case o.SystemRoots:
		roots, err := trust.SystemRoots()
		if err != nil {
			return option("SystemRoots", err)
		}
		c.roots = roots
	}
	if o.CA == nil && o.ExtraCA != nil {
		c.roots = c.roots.With(pool(o.ExtraCA))
	}
	var crls []*x509.RevocationList
	for i, pem := range o.CRL {
		lists, err := keyfile.ParseCRLs(pem)
		if err != nil {
			return optionItem(item("CRL", i), err)
		}
		crls = append(crls, lists...)
	}
	c.crls = trust.NewRevocationLists(crls...)
	if o.CA != nil {
		credentials.CompleteChains(c.config.Certificates, c.roots)
	}
	return nil
}

// pool holds the certificates of PEM texts.
func pool(pems [][]byte) *trust.Pool {
	var ders [][]byte
	for _, pem := range pems {
		ders = append(ders, keyfile.ParseCAs(pem)...)
	}
	return trust.NewPool(ders...)
}

// setDHParam reads the group of DHE.
func (c *SecureContext) setDHParam(o *ContextOptions) error {
	switch {
	case len(o.DHParam) == 0:
		return nil
	case string(o.DHParam) == "auto":
		c.config.DHAuto = true
		return nil
	}
	params, err := kex.ParseDHParams(o.DHParam)
	if err != nil {
		return option("DHParam", err)
	}
	if params.Bits() < minDHBits {
		return failure.InvalidArgValue.Option("DHParam", "DH parameter is less than %d bits", minDHBits)
	}
	if err := params.CheckLevel(c.config.Level); err != nil {
		return option("DHParam", err)
	}
	if err := params.CheckPrime(); err != nil {
		return option("DHParam", err)
	}
	c.config.DHParams = params
	return nil
}

// minDHBits is Node's floor for dhparam.
const minDHBits = 1024

func (c *SecureContext) setSessions(o *ContextOptions) error {
	const maxIDContext = 32
	if len(o.SessionIDContext) > maxIDContext {
		return failure.InvalidArgValue.Option("SessionIDContext", "%d bytes, at most %d are allowed", len(o.SessionIDContext), maxIDContext)
	}
	if t := o.SessionTimeout; t < 0 || t/time.Second > math.MaxInt32 || t%time.Second != 0 {
		return failure.OutOfRange.Option("SessionTimeout", "it must be whole seconds, >= 0 and <= %d. Received %v", math.MaxInt32, t)
	}
	c.config.IDContext = []byte(o.SessionIDContext)
	return nil
}

// versions is the range that MinVersion, MaxVersion or SecureProtocol ask for,
// and the end that the latter is for.
func versions(o *ContextOptions) (lowest, highest suite.Version, end role, err error) {
	lowest, err = parseVersion(cmp.Or(o.MinVersion, DefaultMinVersion()), "minimum")
	if err != nil {
		return 0, 0, 0, err
	}
	highest, err = parseVersion(cmp.Or(o.MaxVersion, DefaultMaxVersion()), "maximum")
	if err != nil || o.SecureProtocol == "" {
		return lowest, highest, 0, err
	}
	for _, v := range []string{o.MinVersion, o.MaxVersion} {
		if v != "" {
			return 0, 0, 0, failure.ProtocolVersionConflict.Local("TLS protocol version %q conflicts with secureProtocol %q", v, o.SecureProtocol).At(secureProtocol)
		}
	}
	return method(o.SecureProtocol, lowest)
}

// secureProtocol is the option that Node's errors about methods do not name.
var secureProtocol = failure.Item{Option: "SecureProtocol", Index: -1}

// method reads one of OpenSSL's method names.
func method(name string, lowest suite.Version) (suite.Version, suite.Version, role, error) {
	prefix, ok := strings.CutSuffix(name, "_method")
	end := role(0)
	if p, found := strings.CutSuffix(prefix, "_server"); found {
		prefix, end = p, serverRole
	} else if p, found := strings.CutSuffix(prefix, "_client"); found {
		prefix, end = p, clientRole
	}
	switch {
	case !ok:
	case prefix == "SSLv2", prefix == "SSLv3":
		return 0, 0, 0, failure.InvalidProtocolMethod.Local("%s methods disabled", prefix).At(secureProtocol)
	case prefix == "SSLv23":
		return lowest, suite.TLS12, end, nil
	case prefix == "TLS":
		return suite.TLS12, suite.TLS13, end, nil
	case prefix == "TLSv1":
		return suite.TLS10, suite.TLS10, end, nil
	case prefix == "TLSv1_1":
		return suite.TLS11, suite.TLS11, end, nil
	case prefix == "TLSv1_2":
		return suite.TLS12, suite.TLS12, end, nil
	}
	return 0, 0, 0, failure.InvalidProtocolMethod.Local("Unknown method: %s", name).At(secureProtocol)
}

// RootCertificates returns Mozilla's roots in PEM: Node's
// tls.rootCertificates.
func RootCertificates() []string { return trust.RootCertificates() }

// isZero reports whether no option is set. Of the empty lists only CA is an option.
func (o *ContextOptions) isZero() bool {
	lists := len(o.Cert) + len(o.Key) + len(o.PFX) + len(o.ExtraCA) + len(o.CRL) + len(o.DHParam) +
		len(o.OCSPResponse) + len(o.CertificateCompression)
	words := o.Passphrase + o.Ciphers + o.ECDHCurve + o.Sigalgs + o.MinVersion + o.MaxVersion + o.SecureProtocol +
		o.SessionIDContext + o.CompliancePolicy
	switches := o.SystemRoots || o.AllowPartialTrustChain || o.StrictKeyUsage
	numbers := o.SecureOptions != 0 || o.SessionTimeout != 0 || o.MaxRSABits != 0 || o.RecordSizeLimit != 0
	return o.CA == nil && lists == 0 && words == "" && !switches && !numbers
}
