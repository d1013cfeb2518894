package openssl

import "polytls/internal/suite"

// set is a set of values of one of the small enumerations of a suite's row. The
// empty set means no condition, as the mask 0 does in OpenSSL.
type set uint32

func of[T ~uint8](values ...T) set {
	var s set
	for _, v := range values {
		s |= 1 << v
	}
	return s
}

// matches reports whether v satisfies the condition.
func matches[T ~uint8](s set, v T) bool { return s == 0 || s&(1<<v) != 0 }

// narrow adds a condition and reports whether any value can satisfy both.
func (s *set) narrow(other set) bool {
	switch {
	case other == 0:
		return true
	case *s == 0:
		*s = other
	default:
		*s &= other
	}
	return *s != 0
}

// class is a strength class of OpenSSL (SSL_STRONG_MASK).
type class uint8

const (
	noStrength class = iota
	low
	medium
	high
	fips
)

// pattern is what a rule of a cipher list selects.
type pattern struct {
	kx, auth, cipher, mac, classes set

	notDefault bool
	minimum    string   // CipherSuite.Minimum, or "" for any
	id         suite.ID // of the one suite that is named, or 0
}

// words are the words of the language: names of suites, and the aliases of
// ciphers(1).
var words = vocabulary()

func vocabulary() map[string]pattern {
	m := make(map[string]pattern, len(aliases))
	for name, p := range aliases {
		m[name] = p
	}
	for s := range suite.Suites() {
		if s.MinVersion < suite.TLS13 {
			p := patternOf(s)
			m[s.Name], m[s.Standard] = p, p
		}
	}
	return m
}

// patternOf returns what a suite's own name means. In a conjunction its properties
// are intersected with those of the other words, but its version is not.
func patternOf(s *suite.CipherSuite) pattern {
	return pattern{
		kx: of(s.Kx), auth: of(s.Auth), cipher: of(s.Cipher), mac: of(s.MAC), classes: classesOf(s),
		notDefault: s.NotDefault, id: s.ID,
	}
}

// classesOf returns a suite's strength classes.
func classesOf(s *suite.CipherSuite) set {
	switch s.Cipher {
	case suite.NULL:
		return of(noStrength)
	case suite.SEEDCBC, suite.IDEACBC, suite.RC4:
		return of(medium)
	case suite.TripleDESCBC:
		return of(medium, fips)
	case suite.AES128CBC, suite.AES256CBC, suite.AES128GCM, suite.AES256GCM:
		if s.Kx != suite.KxSRP {
			return of(high, fips)
		}
	}
	return of(high)
}

// narrow adds a word to a conjunction and reports whether any suite can match both.
func (p *pattern) narrow(w *pattern) bool {
	if p.classes == 0 && w.classes != 0 {
		// OpenSSL keeps classes and this flag in one mask, which it
		// assigns here: COMPLEMENTOFDEFAULT+HIGH is HIGH.
		p.notDefault = false
	}
	if !p.kx.narrow(w.kx) || !p.auth.narrow(w.auth) || !p.cipher.narrow(w.cipher) ||
		!p.mac.narrow(w.mac) || !p.classes.narrow(w.classes) {
		return false
	}
	p.notDefault = p.notDefault || w.notDefault
	if w.id != 0 {
		p.id = w.id
	}
	if w.minimum == "" {
		return true
	}
	if p.minimum != "" && p.minimum != w.minimum {
		return false
	}
	p.minimum = w.minimum
	return true
}

func (p *pattern) matches(s *suite.CipherSuite) bool {
	return (p.id == 0 || p.id == s.ID) &&
		matches(p.kx, s.Kx) && matches(p.auth, s.Auth) &&
		matches(p.cipher, s.Cipher) && matches(p.mac, s.MAC) &&
		(p.classes == 0 || p.classes&classesOf(s) != 0) &&
		(!p.notDefault || s.NotDefault) &&
		(p.minimum == "" || p.minimum == s.Minimum)
}

var (
	kDHE   = of(suite.KxDHE)
	kECDHE = of(suite.KxECDHE)

	authenticated = ^of(suite.AuthNone)
	encrypted     = ^of(suite.NULL)

	aes128     = of(suite.AES128CBC, suite.AES128GCM, suite.AES128CCM, suite.AES128CCM8)
	aes256     = of(suite.AES256CBC, suite.AES256GCM, suite.AES256CCM, suite.AES256CCM8)
	aesCCM8    = of(suite.AES128CCM8, suite.AES256CCM8)
	aesCCM     = of(suite.AES128CCM, suite.AES256CCM) | aesCCM8
	aria       = of(suite.ARIA128GCM, suite.ARIA256GCM)
	camellia   = of(suite.Camellia128CBC, suite.Camellia256CBC)
	cbcCiphers = of(suite.AES128CBC, suite.AES256CBC, suite.TripleDESCBC, suite.SEEDCBC, suite.IDEACBC) | camellia
)

var aliases = map[string]pattern{
	"ALL":                 {cipher: encrypted},
	"COMPLEMENTOFALL":     {cipher: of(suite.NULL)},
	"COMPLEMENTOFDEFAULT": {notDefault: true},

	"kRSA":      {kx: of(suite.KxRSA)},
	"kEDH":      {kx: kDHE},
	"kDHE":      {kx: kDHE},
	"DH":        {kx: kDHE},
	"kEECDH":    {kx: kECDHE},
	"kECDHE":    {kx: kECDHE},
	"ECDH":      {kx: kECDHE},
	"kPSK":      {kx: of(suite.KxPSK)},
	"kRSAPSK":   {kx: of(suite.KxRSAPSK)},
	"kECDHEPSK": {kx: of(suite.KxECDHEPSK)},
	"kDHEPSK":   {kx: of(suite.KxDHEPSK)},
	"kSRP":      {kx: of(suite.KxSRP)},
	"kGOST":     {kx: of(suite.KxOther)},
	"kGOST18":   {kx: of(suite.KxOther)},

	"aRSA":    {auth: of(suite.AuthRSA)},
	"aDSS":    {auth: of(suite.AuthDSS)},
	"DSS":     {auth: of(suite.AuthDSS)},
	"aNULL":   {auth: of(suite.AuthNone)},
	"aECDSA":  {auth: of(suite.AuthECDSA)},
	"ECDSA":   {auth: of(suite.AuthECDSA)},
	"aPSK":    {auth: of(suite.AuthPSK)},
	"aGOST01": {auth: of(suite.AuthOther)},
	"aGOST12": {auth: of(suite.AuthOther)},
	"aGOST":   {auth: of(suite.AuthOther)},
	"aSRP":    {auth: of(suite.AuthSRP)},

	"EDH":   {kx: kDHE, auth: authenticated},
	"DHE":   {kx: kDHE, auth: authenticated},
	"EECDH": {kx: kECDHE, auth: authenticated},
	"ECDHE": {kx: kECDHE, auth: authenticated},
	"NULL":  {cipher: of(suite.NULL)},
	"RSA":   {kx: of(suite.KxRSA), auth: of(suite.AuthRSA)},
	"ADH":   {kx: kDHE, auth: of(suite.AuthNone)},
	"AECDH": {kx: kECDHE, auth: of(suite.AuthNone)},
	"PSK":   {kx: of(suite.KxPSK, suite.KxRSAPSK, suite.KxDHEPSK, suite.KxECDHEPSK)},
	"SRP":   {kx: of(suite.KxSRP)},

	"3DES":        {cipher: of(suite.TripleDESCBC)},
	"RC4":         {cipher: of(suite.RC4)},
	"IDEA":        {cipher: of(suite.IDEACBC)},
	"SEED":        {cipher: of(suite.SEEDCBC)},
	"eNULL":       {cipher: of(suite.NULL)},
	"GOST":        {cipher: of(suite.GOST)},
	"AES128":      {cipher: aes128},
	"AES256":      {cipher: aes256},
	"AES":         {cipher: aes128 | aes256},
	"AESGCM":      {cipher: of(suite.AES128GCM, suite.AES256GCM)},
	"AESCCM":      {cipher: aesCCM},
	"AESCCM8":     {cipher: aesCCM8},
	"CAMELLIA128": {cipher: of(suite.Camellia128CBC)},
	"CAMELLIA256": {cipher: of(suite.Camellia256CBC)},
	"CAMELLIA":    {cipher: camellia},
	"CHACHA20":    {cipher: of(suite.ChaCha20Poly1305)},
	"ARIA128":     {cipher: of(suite.ARIA128GCM)},
	"ARIA256":     {cipher: of(suite.ARIA256GCM)},
	"ARIA":        {cipher: aria},
	"ARIAGCM":     {cipher: aria},
	"CBC":         {cipher: cbcCiphers},

	"MD5":       {mac: of(suite.MD5)},
	"SHA1":      {mac: of(suite.SHA1)},
	"SHA":       {mac: of(suite.SHA1)},
	"SHA256":    {mac: of(suite.SHA256)},
	"SHA384":    {mac: of(suite.SHA384)},
	"GOST94":    {mac: of(suite.MACOther)},
	"GOST89MAC": {mac: of(suite.MACOther)},
	"GOST12":    {mac: of(suite.MACOther)},

	"SSLv3":   {minimum: "SSLv3"},
	"TLSv1":   {minimum: "TLSv1.0"},
	"TLSv1.0": {minimum: "TLSv1.0"},
	"TLSv1.2": {minimum: "TLSv1.2"},

	"LOW":    {classes: of(low)},
	"MEDIUM": {classes: of(medium)},
	"HIGH":   {classes: of(high)},
	"FIPS":   {cipher: encrypted, classes: of(fips)},
}
