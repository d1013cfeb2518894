package suite

// set is a set of values of one of the small enumerations of a suite's row.
// The empty set stands for no condition, as the mask 0 does in OpenSSL.
type set uint32

func of[T ~uint8](values ...T) set {
	var s set
	for _, v := range values {
		s |= 1 << v
	}
	return s
}

// matches says whether v satisfies the condition.
func matches[T ~uint8](s set, v T) bool { return s == 0 || s&(1<<v) != 0 }

// narrow adds a condition; it is false if none can satisfy both.
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
	minimum    string // CipherSuite.Minimum, or "" for any
	id         ID     // of the one suite that is named, or 0
}

// words are the words of the language: names of suites, and the aliases of
// ciphers(1).
var words = vocabulary(suites)

func vocabulary(list []*CipherSuite) map[string]pattern {
	m := make(map[string]pattern, len(aliases)+2*len(list))
	for name, p := range aliases {
		m[name] = p
	}
	for _, s := range list {
		if s.MinVersion < TLS13 {
			p := patternOf(s)
			m[s.Name], m[s.Standard] = p, p
		}
	}
	return m
}

// patternOf returns what a suite's own name means. In a conjunction its
// properties meet those of the other words, but not its version.
func patternOf(s *CipherSuite) pattern {
	return pattern{
		kx: of(s.Kx), auth: of(s.Auth), cipher: of(s.Cipher), mac: of(s.MAC), classes: s.classes(),
		notDefault: s.NotDefault, id: s.ID,
	}
}

func (s *CipherSuite) classes() set {
	switch s.Cipher {
	case NULL:
		return of(noStrength)
	case SEEDCBC, IDEACBC, RC4:
		return of(medium)
	case TripleDESCBC:
		return of(medium, fips)
	case AES128CBC, AES256CBC, AES128GCM, AES256GCM:
		if s.Kx != KxSRP {
			return of(high, fips)
		}
	}
	return of(high)
}

// narrow adds a word to a conjunction. It is false if no suite can match both.
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

func (p *pattern) matches(s *CipherSuite) bool {
	return (p.id == 0 || p.id == s.ID) &&
		matches(p.kx, s.Kx) && matches(p.auth, s.Auth) &&
		matches(p.cipher, s.Cipher) && matches(p.mac, s.MAC) &&
		(p.classes == 0 || p.classes&s.classes() != 0) &&
		(!p.notDefault || s.NotDefault) &&
		(p.minimum == "" || p.minimum == s.Minimum)
}

var (
	kDHE   = of(KxDHE)
	kECDHE = of(KxECDHE)

	authenticated = ^of(AuthNone)
	encrypted     = ^of(NULL)

	aes128     = of(AES128CBC, AES128GCM, AES128CCM, AES128CCM8)
	aes256     = of(AES256CBC, AES256GCM, AES256CCM, AES256CCM8)
	aesCCM8    = of(AES128CCM8, AES256CCM8)
	aesCCM     = of(AES128CCM, AES256CCM) | aesCCM8
	aria       = of(ARIA128GCM, ARIA256GCM)
	camellia   = of(Camellia128CBC, Camellia256CBC)
	cbcCiphers = of(AES128CBC, AES256CBC, TripleDESCBC, SEEDCBC, IDEACBC) | camellia
)

var aliases = map[string]pattern{
	"ALL":                 {cipher: encrypted},
	"COMPLEMENTOFALL":     {cipher: of(NULL)},
	"COMPLEMENTOFDEFAULT": {notDefault: true},

	"kRSA":      {kx: of(KxRSA)},
	"kEDH":      {kx: kDHE},
	"kDHE":      {kx: kDHE},
	"DH":        {kx: kDHE},
	"kEECDH":    {kx: kECDHE},
	"kECDHE":    {kx: kECDHE},
	"ECDH":      {kx: kECDHE},
	"kPSK":      {kx: of(KxPSK)},
	"kRSAPSK":   {kx: of(KxRSAPSK)},
	"kECDHEPSK": {kx: of(KxECDHEPSK)},
	"kDHEPSK":   {kx: of(KxDHEPSK)},
	"kSRP":      {kx: of(KxSRP)},
	"kGOST":     {kx: of(KxOther)},
	"kGOST18":   {kx: of(KxOther)},

	"aRSA":    {auth: of(AuthRSA)},
	"aDSS":    {auth: of(AuthDSS)},
	"DSS":     {auth: of(AuthDSS)},
	"aNULL":   {auth: of(AuthNone)},
	"aECDSA":  {auth: of(AuthECDSA)},
	"ECDSA":   {auth: of(AuthECDSA)},
	"aPSK":    {auth: of(AuthPSK)},
	"aGOST01": {auth: of(AuthOther)},
	"aGOST12": {auth: of(AuthOther)},
	"aGOST":   {auth: of(AuthOther)},
	"aSRP":    {auth: of(AuthSRP)},

	"EDH":   {kx: kDHE, auth: authenticated},
	"DHE":   {kx: kDHE, auth: authenticated},
	"EECDH": {kx: kECDHE, auth: authenticated},
	"ECDHE": {kx: kECDHE, auth: authenticated},
	"NULL":  {cipher: of(NULL)},
	"RSA":   {kx: of(KxRSA), auth: of(AuthRSA)},
	"ADH":   {kx: kDHE, auth: of(AuthNone)},
	"AECDH": {kx: kECDHE, auth: of(AuthNone)},
	"PSK":   {kx: of(KxPSK, KxRSAPSK, KxDHEPSK, KxECDHEPSK)},
	"SRP":   {kx: of(KxSRP)},

	"3DES":        {cipher: of(TripleDESCBC)},
	"RC4":         {cipher: of(RC4)},
	"IDEA":        {cipher: of(IDEACBC)},
	"SEED":        {cipher: of(SEEDCBC)},
	"eNULL":       {cipher: of(NULL)},
	"GOST":        {cipher: of(GOST)},
	"AES128":      {cipher: aes128},
	"AES256":      {cipher: aes256},
	"AES":         {cipher: aes128 | aes256},
	"AESGCM":      {cipher: of(AES128GCM, AES256GCM)},
	"AESCCM":      {cipher: aesCCM},
	"AESCCM8":     {cipher: aesCCM8},
	"CAMELLIA128": {cipher: of(Camellia128CBC)},
	"CAMELLIA256": {cipher: of(Camellia256CBC)},
	"CAMELLIA":    {cipher: camellia},
	"CHACHA20":    {cipher: of(ChaCha20Poly1305)},
	"ARIA128":     {cipher: of(ARIA128GCM)},
	"ARIA256":     {cipher: of(ARIA256GCM)},
	"ARIA":        {cipher: aria},
	"ARIAGCM":     {cipher: aria},
	"CBC":         {cipher: cbcCiphers},

	"MD5":       {mac: of(MD5)},
	"SHA1":      {mac: of(SHA1)},
	"SHA":       {mac: of(SHA1)},
	"SHA256":    {mac: of(SHA256)},
	"SHA384":    {mac: of(SHA384)},
	"GOST94":    {mac: of(MACOther)},
	"GOST89MAC": {mac: of(MACOther)},
	"GOST12":    {mac: of(MACOther)},

	"SSLv3":   {minimum: "SSLv3"},
	"TLSv1":   {minimum: "TLSv1.0"},
	"TLSv1.0": {minimum: "TLSv1.0"},
	"TLSv1.2": {minimum: "TLSv1.2"},

	"LOW":    {classes: of(low)},
	"MEDIUM": {classes: of(medium)},
	"HIGH":   {classes: of(high)},
	"FIPS":   {cipher: encrypted, classes: of(fips)},
}
