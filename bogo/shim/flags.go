package main

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// flags configure one connection. A field's type says what the flag of its tag takes:
// nothing (bool), a number (int, *int), a text (string), bytes in base64 ([]byte).
// Slices collect repeated flags.
type flags struct {
	Port   int  `flag:"port"`
	ShimID int  `flag:"shim-id"`
	IPv6   bool `flag:"ipv6"`
	Server bool `flag:"server"`
	Public bool `flag:"public"` // through the root package: ours, not the runner's

	ResumeCount     int `flag:"resume-count"`
	ResumptionDelay int `flag:"resumption-delay"` // seconds

	// Negotiation.
	MinVersion  int    `flag:"min-version"`
	MaxVersion  int    `flag:"max-version"`
	NoTLS1      bool   `flag:"no-tls1"`
	NoTLS11     bool   `flag:"no-tls11"`
	NoTLS12     bool   `flag:"no-tls12"`
	NoTLS13     bool   `flag:"no-tls13"`
	Cipher      string `flag:"cipher"`
	ServerOrder bool   `flag:"server-preference"`
	Curves      []int  `flag:"curves"`
	KeyShares   []int  `flag:"key-shares"`
	NoKeyShares bool   `flag:"no-key-shares"`
	VerifyPrefs []int  `flag:"verify-prefs"`
	Fallback    bool   `flag:"fallback-scsv"`
	FIPS202205  bool   `flag:"fips-202205"`
	WPA202304   bool   `flag:"wpa-202304"`
	CNSA202407  bool   `flag:"cnsa-202407"`
	CNSA1202603 bool   `flag:"cnsa1-202603"`
	CNSA2202603 bool   `flag:"cnsa2-202603"`

	// Names.
	HostName      string `flag:"host-name"`
	AdvertiseALPN string `flag:"advertise-alpn"`
	SelectALPN    string `flag:"select-alpn"`
	RejectALPN    bool   `flag:"reject-alpn"`

	// Certificates.
	VerifyPeer          bool   `flag:"verify-peer"`
	RequireClientCert   bool   `flag:"require-any-client-certificate"`
	PeerTypes           []int  `flag:"accepted-peer-cert-types"`
	OwnTypes            []int  `flag:"available-client-cert-types"`
	TrustCert           string `flag:"trust-cert"`
	VerifyFail          bool   `flag:"verify-fail"`
	CustomVerify        bool   `flag:"use-custom-verify-callback"`
	ReverifyOnResume    bool   `flag:"reverify-on-resume"`
	AllCompressions     bool   `flag:"install-cert-compression-algs"`
	OneCompression      int    `flag:"install-one-cert-compression-alg"`
	OCSPStapling        bool   `flag:"enable-ocsp-stapling"`
	UseOCSPCallback     bool   `flag:"use-ocsp-callback"`
	SetOCSPInCallback   bool   `flag:"set-ocsp-in-callback"`
	DeclineOCSPCallback bool   `flag:"decline-ocsp-callback"`
	FailOCSPCallback    bool   `flag:"fail-ocsp-callback"`
	SCTs                bool   `flag:"enable-signed-cert-timestamps"`
	GREASE              bool   `flag:"enable-grease"`
	ShuffleExtensions   bool   `flag:"permute-extensions"`
	ClientCAs           string `flag:"use-client-ca-list"`
	FailEarlyCallback   bool   `flag:"fail-early-callback"`
	FailDDoSCallback    bool   `flag:"fail-ddos-callback"`
	FailCertCallback    bool   `flag:"fail-cert-callback"`

	// Pre-shared keys and sessions.
	PSK            string `flag:"psk"`
	PSKIdentity    string `flag:"psk-identity"`
	NoTicket       bool   `flag:"no-ticket"`
	TicketKey      []byte `flag:"ticket-key"`
	TicketCallback bool   `flag:"use-ticket-callback"`
	TicketAEAD     bool   `flag:"use-ticket-aead-callback"`
	RenewTicket    bool   `flag:"renew-ticket"`
	EarlyData      bool   `flag:"enable-early-data"`

	// Renegotiation.
	RenegotiateOnce     bool `flag:"renegotiate-once"`
	RenegotiateFreely   bool `flag:"renegotiate-freely"`
	RenegotiateIgnore   bool `flag:"renegotiate-ignore"`
	ForbidRenegotiation bool `flag:"forbid-renegotiation-after-handshake"`
	NoLegacyServer      bool `flag:"no-legacy-server-connect"`

	// What happens after the handshake.
	ImplicitHandshake    bool   `flag:"implicit-handshake"`
	HandshakeNeverDone   bool   `flag:"handshake-never-done"`
	WritesFirst          bool   `flag:"shim-writes-first"`
	InitialWrite         string `flag:"shim-initial-write"`
	RepeatInitialWrite   int    `flag:"repeat-shim-initial-write"`
	ShutsDown            bool   `flag:"shim-shuts-down"`
	CheckCloseNotify     bool   `flag:"check-close-notify"`
	SendAlert            bool   `flag:"send-alert"`
	ReadSize             int    `flag:"read-size"`
	KeyUpdate            bool   `flag:"key-update"`
	MaxSendFragment      int    `flag:"max-send-fragment"`
	DifferentSizes       bool   `flag:"write-different-record-sizes"`
	ExportKeyingMaterial int    `flag:"export-keying-material"`
	ExportLabel          string `flag:"export-label"`
	ExportContext        string `flag:"export-context"`
	UseExportContext     bool   `flag:"use-export-context"`
	ExporterBetween      bool   `flag:"use-exporter-between-reads"`
	ExportTraffic        bool   `flag:"export-traffic-secrets"`
	TLSUnique            bool   `flag:"tls-unique"`

	// What these ask for is so in any case: callbacks may block, one of each kind
	// is always set, and one that declines says nothing; a handshake that is over
	// is not held again.
	Async              bool `flag:"async"`
	DeclineALPN        bool `flag:"decline-alpn"`
	OldClientCertCB    bool `flag:"use-old-client-cert-callback"`
	EarlyCallback      bool `flag:"use-early-callback"`
	DDoSCallback       bool `flag:"install-ddos-callback"`
	NoOpExtraHandshake bool `flag:"no-op-extra-handshake"`

	// Expectations.
	ExpectVersion          int    `flag:"expect-version"`
	ExpectCurve            int    `flag:"expect-curve-id"`
	ExpectCipher           int    `flag:"expect-cipher"`
	ExpectCipherAES        int    `flag:"expect-cipher-aes"`
	ExpectCipherNoAES      int    `flag:"expect-cipher-no-aes"`
	ExpectPeerScheme       int    `flag:"expect-peer-signature-algorithm"`
	ExpectPeerVerifyPrefs  []int  `flag:"expect-peer-verify-pref"`
	ExpectServerName       string `flag:"expect-server-name"`
	ExpectNoServerName     bool   `flag:"expect-no-server-name"`
	ExpectALPN             string `flag:"expect-alpn"`
	ExpectAdvertisedALPN   string `flag:"expect-advertised-alpn"`
	ExpectOCSP             []byte `flag:"expect-ocsp-response"`
	ExpectSCTs             []byte `flag:"expect-signed-cert-timestamps"`
	ExpectVerifyResult     bool   `flag:"expect-verify-result"`
	ExpectPeerCertFile     string `flag:"expect-peer-cert-file"`
	ExpectPeerType         *int   `flag:"expect-peer-certificate-type"`
	ExpectRawKey           []byte `flag:"expect-peer-rpk-sha256"`
	ExpectNoPeerCert       bool   `flag:"expect-no-peer-cert"`
	ExpectClientCAs        string `flag:"expect-client-ca-list"`
	ExpectCertTypes        []byte `flag:"expect-certificate-types"`
	ExpectEMS              bool   `flag:"expect-extended-master-secret"`
	ExpectSecureRenego     bool   `flag:"expect-secure-renegotiation"`
	ExpectNoSecureRenego   bool   `flag:"expect-no-secure-renegotiation"`
	ExpectRenegotiations   int    `flag:"expect-total-renegotiations"`
	ExpectSessionMiss      bool   `flag:"expect-session-miss"`
	ExpectSessionID        bool   `flag:"expect-session-id"`
	ExpectNoSessionID      bool   `flag:"expect-no-session-id"`
	ExpectNoSession        bool   `flag:"expect-no-session"`
	ExpectTicketRenewal    bool   `flag:"expect-ticket-renewal"`
	ExpectTicketAgeSkew    int    `flag:"expect-ticket-age-skew"`
	ExpectHRR              bool   `flag:"expect-hrr"`
	ExpectNoHRR            bool   `flag:"expect-no-hrr"`
	ExpectCredential       *int   `flag:"expect-selected-credential"`
	ExpectTicketEarlyData  bool   `flag:"expect-ticket-supports-early-data"`
	ExpectAcceptEarlyData  bool   `flag:"expect-accept-early-data"`
	ExpectRejectEarlyData  bool   `flag:"expect-reject-early-data"`
	ExpectNoOfferEarlyData bool   `flag:"expect-no-offer-early-data"`
	ExpectMessages         string `flag:"expect-msg-callback"`

	// The credential of the flags before the first -new-...-credential, and
	// those after.
	Default     credential
	Credentials []*credential
}

// credential is what one identity is made of. Its flags go to the credential
// that was begun last.
type credential struct {
	Kind     string
	CertFile string `flag:"cert-file"`
	KeyFile  string `flag:"key-file"`
	OCSP     []byte `flag:"ocsp-response"`
	SCTs     []byte `flag:"signed-cert-timestamps"`
	Schemes  []int  `flag:"signing-prefs"`

	MustMatchIssuer bool   `flag:"must-match-issuer"`
	PSK             []byte `flag:"psk-importer-key"`
	PSKIdentity     []byte `flag:"psk-importer-identity"`
	PSKContext      []byte `flag:"psk-importer-context"`
	PSKSHA256       bool   `flag:"psk-importer-sha256"`
	PSKSHA384       bool   `flag:"psk-importer-sha384"`
}

const (
	rawPublicKey = "raw public key"
	preSharedKey = "pre-shared key"
)

// kinds are the credentials that can be begun.
var kinds = map[string]string{
	"new-x509-credential": "x509",
	"new-rpk-credential":  rawPublicKey,
	"new-psk-credential":  preSharedKey,
}

// unserved is a flag that this shim does not know: the test that uses it is
// not implemented.
type unserved struct{ flag, value string }

func (u unserved) Error() string { return "flag -" + u.flag + " " + u.value + " is not served" }

// scopes are the prefixes that tie a flag to some connections.
var scopes = []struct {
	prefix string
	scope  []int
}{{"on-initial-", []int{0}}, {"on-resume-", []int{1}}, {"on-retry-", []int{2}}}

// parse reads the command line into the flags of the first connection, of the
// resumed ones and of one that is retried without early data.
func parse(args []string) ([3]*flags, error) {
	var all [3]*flags
	for i := range all {
		all[i] = &flags{InitialWrite: "hello", RepeatInitialWrite: 1}
	}
	for len(args) > 0 {
		name := strings.TrimPrefix(strings.TrimPrefix(args[0], "-"), "on-shim-")
		scope := []int{0, 1, 2}
		for _, s := range scopes {
			if rest, ok := strings.CutPrefix(name, s.prefix); ok {
				name, scope = rest, s.scope
			}
		}
		rest := args[1:]
		for _, i := range scope {
			var err error
			if rest, err = all[i].set(name, args[1:]); err != nil {
				return all, err
			}
		}
		args = rest
	}
	return all, nil
}

// set applies a flag and returns the arguments after it.
func (f *flags) set(name string, args []string) ([]string, error) {
	if kind, ok := kinds[name]; ok {
		f.Credentials = append(f.Credentials, &credential{Kind: kind})
		return args, nil
	}
	field := tagged(reflect.ValueOf(f).Elem(), name)
	if !field.IsValid() {
		c := &f.Default
		if n := len(f.Credentials); n > 0 {
			c = f.Credentials[n-1]
		}
		field = tagged(reflect.ValueOf(c).Elem(), name)
	}
	if !field.IsValid() {
		return nil, unserved{flag: name}
	}
	if field.Kind() == reflect.Bool {
		field.SetBool(true)
		return args, nil
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("flag -%s lacks its value", name)
	}
	if err := assign(field, args[0]); err != nil {
		return nil, fmt.Errorf("flag -%s: %w", name, err)
	}
	return args[1:], nil
}

// tagged returns the field of a struct whose tag is the flag's name.
func tagged(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("flag") == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func assign(field reflect.Value, value string) error {
	switch p := field.Addr().Interface().(type) {
	case *string:
		*p = value
	case *[]byte:
		b, err := base64.StdEncoding.DecodeString(value)
		*p = b
		return err
	default:
		n, err := strconv.Atoi(value)
		switch p := p.(type) {
		case *int:
			*p = n
		case **int:
			*p = &n
		case *[]int:
			*p = append(*p, n)
		}
		return err
	}
	return nil
}
